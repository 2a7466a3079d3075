package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"palier/cmd/palier-bench/peers"
	"palier/federation/signature"
)

// watch is how a post arrives at the hosts of a town.
type watch struct {
	delay   time.Duration
	hang    int // so many hosts, the first ones, never answer
	samples int

	mu    sync.Mutex
	posts []int // of each host
	left  int   // healthy hosts that have no delivery answered yet
	done  []bool
	seen  seen
	all   chan struct{}
}

// seen is what was seen.
type seen struct {
	first, last      time.Time // first arrival, last answer of a healthy host's first delivery
	posts            int
	reached          int // healthy hosts
	once, more, most int // hosts by the number of POSTs they got
	missing          string
	samples          []peers.Delivery
}

func newWatch(hosts []*peers.Host, hang int, delay time.Duration, samples int) *watch {
	return &watch{
		delay: delay, hang: hang, samples: samples,
		posts: make([]int, len(hosts)), done: make([]bool, len(hosts)), left: len(hosts) - hang, all: make(chan struct{}),
	}
}

// Arrived notes a delivery. It implements [peers.Desk].
func (w *watch) Arrived(d peers.Delivery) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.posts[d.Host.Number]++
	w.seen.posts++
	if w.seen.first.IsZero() || d.Arrived.Before(w.seen.first) {
		w.seen.first = d.Arrived
	}
	if len(w.seen.samples) < w.samples {
		// The request is only good for reading its head now.
		d.Request = d.Request.Clone(context.WithoutCancel(d.Request.Context()))
		w.seen.samples = append(w.seen.samples, d)
	}
	if d.Host.Number < w.hang {
		return peers.Forever
	}
	return w.delay
}

// Answered notes that a delivery is done. It implements [peers.Desk].
func (w *watch) Answered(d peers.Delivery, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := d.Host.Number; !w.done[n] {
		w.done[n] = true
		w.seen.last = at
		if w.left--; w.left == 0 {
			close(w.all)
		}
	}
}

var errUndelivered = errors.New("the post did not reach every healthy host in time")

// wait returns when every healthy host has the post, or after within, which is
// an error only if nothing came at all.
func (w *watch) wait(ctx context.Context, within time.Duration) error {
	patience := time.NewTimer(within)
	defer patience.Stop()
	select {
	case <-w.all:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-patience.C:
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen.posts == 0 {
		return errUndelivered
	}
	return nil
}

// result sums up what came so far.
func (w *watch) result() seen {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.seen
	for n, posts := range w.posts {
		switch {
		case posts == 1:
			s.once++
		case posts > 1:
			s.more++
		}
		s.most = max(s.most, posts)
		if n >= w.hang && w.done[n] {
			s.reached++
		}
	}
	if w.left > 0 {
		s.missing = fmt.Sprintf("; %v", errUndelivered)
	}
	return s
}

// verify verifies the signatures of deliveries, as any peer does: the key is
// fetched from the server and has to belong to whom the activity says it is
// from. It returns how many are good, and why the first of the others is not.
func (s *subject) verify(ctx context.Context, samples []peers.Delivery) (good int, why error) {
	var origins []string
	for _, h := range s.town.Hosts() {
		origins = append(origins, h.Base)
	}
	keys := signature.NewKeyCache(signature.CacheOptions{Fetch: (&signature.Resolver{Dereference: s.server.Document}).Fetch, Now: time.Now})
	v, err := signature.NewVerifier(keys, signature.Policy{Origins: origins, Now: time.Now})
	if err != nil {
		return 0, err
	}
	for _, d := range samples {
		if err := check(v, d.Request.WithContext(ctx), d); err == nil {
			good++
		} else if why == nil {
			why = err
		}
	}
	return good, why
}

func check(v *signature.Verifier, r *http.Request, d peers.Delivery) error {
	verified, err := v.Verify(r, d.Body)
	if err != nil {
		return err
	}
	if verified.Owner != d.Activity.Actor {
		return fmt.Errorf("%s signed what is from %s", verified.Owner, d.Activity.Actor)
	}
	return nil
}
