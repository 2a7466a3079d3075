package servertest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// follow takes a follower, and tells them in the background.
func (s *Server) follow(f as2.Activity) {
	if s.o.Deaf {
		return
	}
	s.work.Go(func() {
		// A follower who cannot be told learns nothing, which the test sees.
		_ = s.accept(s.ctx, f)
	})
}

func (s *Server) accept(ctx context.Context, f as2.Activity) error {
	fetched, err := s.client.Document(ctx, f.Actor)
	if err != nil {
		return err
	}
	o, err := as2.Parse(fetched.Body)
	if err != nil {
		return err
	}
	who, err := as2.ReadActor(o)
	if err != nil {
		return err
	}
	followee := f.Object().IRI
	answer := as2.Activity{
		Context: vocab.PlainContext(), ID: followee + "#answer-" + f.ID, Type: as2.TypeAccept, Actor: followee, To: []string{f.Actor},
	}
	if s.o.Refuse {
		answer.Type = as2.TypeReject
	}
	item, err := as2.Whole(f.Raw)
	if err != nil {
		return err
	}
	answer.Objects = []as2.Item{item}
	s.mu.Lock()
	s.followers[followee] = append(s.followers[followee], follower{who.ID, who.SharedInbox})
	s.mu.Unlock()
	return s.send(ctx, followee, who.Inbox, answer)
}

// spread delivers a new post once to each shared inbox of the followers, to all
// at the same time. It does not wait for the answers.
func (s *Server) spread(ctx context.Context, by string) error {
	s.mu.Lock()
	s.posts++
	n := strconv.Itoa(s.posts)
	inboxes := make(map[string]bool)
	for _, f := range s.followers[by] {
		inboxes[f.inbox] = true
	}
	s.mu.Unlock()
	note, err := as2.Embed(as2.Note{ID: s.URL + "/o/" + n, Type: as2.TypeNote, Content: "<p>News</p>", AttributedTo: []as2.Item{as2.IRI(by)}})
	if err != nil {
		return err
	}
	create := as2.Activity{
		Context: vocab.PostContext(), ID: s.URL + "/a/" + n, Type: as2.TypeCreate, Actor: by,
		To: []string{as2.Public}, CC: []string{by + "/followers"}, Objects: []as2.Item{note},
	}
	times := 1
	if s.o.Twice {
		times = 2
	}
	for inbox := range inboxes {
		for range times {
			s.work.Go(func() {
				// Who cannot be reached is missed by the test.
				_ = s.send(s.ctx, by, inbox, create)
			})
		}
	}
	return ctx.Err()
}

func (s *Server) send(ctx context.Context, by, inbox string, a as2.Activity) error {
	body, err := as2.Encode(a)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, inbox, bytes.NewReader(body))
	if err != nil {
		return err
	}
	key, err := s.keyOf(by)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", as2.MediaType)
	if err := signature.Sign(r, key, signature.Cavage, signature.DigestOf(body), time.Now()); err != nil {
		return err
	}
	if s.o.Forge {
		r.Header.Set("Date", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode > 299 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
