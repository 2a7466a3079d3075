package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"palier/cmd/palier-bench/load"
	"palier/cmd/palier-bench/peers"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// letters writes the notes of one run: each mentions one actor of the server, so
// that it has to be kept, and each has a mark of its own, in its id and in its
// text, by which it is found again.
type letters struct {
	run     string
	to      as2.Actor
	host    string // of to
	replyTo string
}

// newRun returns a word that no other run has.
func newRun() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // it never fails
	return "n" + hex.EncodeToString(b[:])
}

func (l letters) mark(n int) string { return fmt.Sprintf("%s-%06d", l.run, n) }

// marks finds the marks of this run.
func (l letters) marks() *regexp.Regexp { return regexp.MustCompile(l.run + `-\d{6}`) }

// fill puts the tag of this run in the place of {run} in an address.
func (l letters) fill(address string) string { return strings.ReplaceAll(address, "{run}", l.run) }

const words = "La bibliothèque du quartier ouvre samedi de dix heures à midi. On cherche encore deux personnes pour tenir l'accueil, " +
	"et quelqu'un qui prête une table pliante. Les livres d'enfants sont au fond, à gauche."

// note returns the note with a mark, by the actor whose host it lies on.
func (l letters) note(by *peers.Actor, mark string, at time.Time) as2.Note {
	tag := by.Host.Base + "/tags/" + l.run
	name := "@" + l.to.PreferredUsername + "@" + l.host
	return as2.Note{
		ID: by.Host.Base + "/notes/" + mark, Type: as2.TypeNote, AttributedTo: []as2.Item{as2.IRI(by.ID)}, InReplyTo: l.replyTo,
		Content: `<p><a href="` + l.to.ID + `" class="u-url mention">` + name + `</a> ` + words + `</p><p>` + mark +
			` <a href="` + tag + `" class="mention hashtag" rel="tag">#` + l.run + `</a></p>`,
		URL: by.Host.Base + "/notes/" + mark, Published: at, To: []string{as2.Public}, CC: []string{l.to.ID, by.ID + "/followers"},
		Tags: []as2.Tag{
			{Type: as2.TypeMention, Href: l.to.ID, Name: name},
			{Type: as2.TypeHashtag, Href: tag, Name: "#" + l.run},
		},
	}
}

// create returns the activity that brings a note.
func (l letters) create(by *peers.Actor, mark string, at time.Time) ([]byte, error) {
	n := l.note(by, mark, at)
	item, err := as2.Embed(n)
	if err != nil {
		return nil, err
	}
	return as2.Encode(as2.Activity{
		Context: vocab.PostContext(), ID: n.ID + "/create", Type: as2.TypeCreate, Actor: by.ID, Published: at,
		To: n.To, CC: n.CC, Objects: []as2.Item{item},
	})
}

// freshFor is how long signatures may have been made before they are used: the
// least that servers allow is some minutes.
const freshFor = 4 * time.Minute

var errStale = errors.New("signing takes longer than signatures are good for; ask for fewer")

// sign makes so many requests, on all processors, from the mark first on. What
// they say and how they are signed costs nothing any more when they are sent.
func sign(ctx context.Context, first, n int, prepare func(ctx context.Context, n int, now time.Time) (load.Request, error)) ([]load.Request, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, freshFor, errStale)
	defer cancel()
	requests := make([]load.Request, n)
	errs := make([]error, runtime.GOMAXPROCS(0))
	var signers sync.WaitGroup
	for i := range errs {
		signers.Go(func() {
			for at := i; at < n && errs[i] == nil; at += len(errs) {
				if errs[i] = context.Cause(ctx); errs[i] == nil {
					requests[at], errs[i] = prepare(ctx, first+at, time.Now())
				}
			}
		})
	}
	signers.Wait()
	return requests, errors.Join(errs...)
}

// post prepares the request by which an actor sends a document to an inbox.
func (s *subject) post(ctx context.Context, by *peers.Actor, inbox string, body []byte, now time.Time) (load.Request, error) {
	r, err := s.pen.Post(ctx, by, inbox, body, now)
	if err != nil {
		return nil, err
	}
	return load.Prepare(r)
}
