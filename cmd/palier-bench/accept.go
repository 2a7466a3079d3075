package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"palier/cmd/palier-bench/load"
	"palier/cmd/palier-bench/peers"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// following is many actors who follow one, and wait for the answers.
type following struct {
	*subject
	to      as2.Actor
	run     string
	clients int
	settle  time.Duration

	requests []load.Request

	mu       sync.Mutex
	asked    []time.Time // when each Follow was sent
	answered []time.Time // when its Accept came
	number   map[string]int
	left     int
	refused  int
	last     time.Time // when anything came
	all      chan struct{}
}

func (s *subject) follow(to as2.Actor, run string, clients int, settle time.Duration) *following {
	n := len(s.town.Actors())
	return &following{
		subject: s, to: to, run: run, clients: clients, settle: settle,
		asked: make([]time.Time, n), answered: make([]time.Time, n), number: make(map[string]int, n), left: n, all: make(chan struct{}),
	}
}

// id is that of the Follow of an actor.
func (f *following) id(by *peers.Actor) string { return by.ID + "/follows/" + f.run }

func (f *following) prepare(ctx context.Context, n int, now time.Time) (load.Request, error) {
	by := f.town.Actors()[n]
	body, err := as2.Encode(as2.Activity{
		Context: vocab.PlainContext(), ID: f.id(by), Type: as2.TypeFollow, Actor: by.ID, Objects: []as2.Item{as2.IRI(f.to.ID)}, To: []string{f.to.ID},
	})
	if err != nil {
		return nil, err
	}
	return f.post(ctx, by, f.to.Inbox, body, now)
}

// sign makes every Follow, so that sending them costs little.
func (f *following) sign(ctx context.Context, c console) (err error) {
	for n, by := range f.town.Actors() {
		f.number[f.id(by)] = n
	}
	c.say("signing %d follows", len(f.number))
	f.requests, err = sign(ctx, 0, len(f.number), f.prepare)
	return err
}

// do sends every Follow and returns when every Accept is there.
func (f *following) do(ctx context.Context, c console) (load.Result, error) {
	actors := f.town.Actors()
	f.town.Receive(f)
	defer f.town.Receive(nil)
	c.say("%d actors follow %s, %d at a time", len(actors), f.to.ID, f.clients)
	f.last = time.Now()
	result := load.Send(ctx, f.wire, f.requests, load.Plan{Clients: f.clients, Each: func(n int, o load.Outcome) bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asked[n] = time.Now().Add(-o.Took)
		return true
	}})
	if result.OK() < len(actors) {
		return result, fmt.Errorf("the server takes only %d of %d follows: %s", result.OK(), len(actors), result.Trouble())
	}
	return result, f.wait(ctx)
}

// wait returns when every Accept is there, or none comes any more.
func (f *following) wait(ctx context.Context) error {
	ticker := time.NewTicker(countEvery)
	defer ticker.Stop()
	for {
		select {
		case <-f.all:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
		f.mu.Lock()
		left, refused, since := f.left, f.refused, time.Since(f.last)
		f.mu.Unlock()
		switch {
		case refused > 0:
			return fmt.Errorf("%d follows were answered with Reject", refused)
		case since > f.settle && left == len(f.answered) && f.to.ManuallyApprovesFollowers:
			return errors.New("follows wait for a person to accept them; choose somebody who approves of everyone")
		case since > f.settle:
			return fmt.Errorf("%d of %d follows were not answered, nothing came for %s", left, len(f.answered), f.settle)
		}
	}
}

// Arrived notes an Accept. It implements [peers.Desk].
func (f *following) Arrived(d peers.Delivery) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = d.Arrived
	n, ok := f.number[f.answers(d.Activity)]
	switch {
	case !ok || d.Activity.Actor != f.to.ID:
	case d.Activity.Type == as2.TypeReject:
		f.refused++
	case d.Activity.Type == as2.TypeAccept && f.answered[n].IsZero():
		f.answered[n] = d.Arrived
		if f.left--; f.left == 0 {
			close(f.all)
		}
	}
	return 0
}

// answers returns the id of the Follow that an activity answers: its object's,
// or, where that has none, that of the follower it names.
func (f *following) answers(a as2.Activity) string {
	of := a.Object()
	if _, ok := f.number[of.IRI]; ok {
		return of.IRI
	}
	if o, err := of.Parse(); err == nil {
		return o.IRI("actor") + "/follows/" + f.run
	}
	return ""
}

// Answered does nothing. It implements [peers.Desk].
func (f *following) Answered(peers.Delivery, time.Time) {}

// took returns how long each follow waited for its Accept, the shortest first,
// and how long all of them took together. It is for after do.
func (f *following) took() (each []time.Duration, all time.Duration) {
	first, last := f.asked[0], f.answered[0]
	for n := range f.asked {
		each = append(each, f.answered[n].Sub(f.asked[n]))
		if f.asked[n].Before(first) {
			first = f.asked[n]
		}
		if f.answered[n].After(last) {
			last = f.answered[n]
		}
	}
	slices.Sort(each)
	return each, last.Sub(first)
}
