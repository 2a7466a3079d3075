package main

import (
	"context"
	"fmt"
	"time"
)

// shown is how many of the notes that were sent a server shows.
type shown struct {
	n    int           // without those sent to warm it up
	took time.Duration // from the first note until the last of them was seen
	at   string
}

// How often a server is asked how many notes it shows, and for the whole list.
const (
	countEvery = 50 * time.Millisecond
	listEvery  = 500 * time.Millisecond
)

// awaitShown waits until want notes show, by count or, where there is none, in
// the list. It returns nil if neither address is known.
func (m *mail) awaitShown(ctx context.Context, c console, want int, start time.Time) (*shown, error) {
	count := m.counter()
	every, at := countEvery, m.CountURL
	if count == nil {
		every, at = listEvery, m.ListURL
	}
	if count == nil {
		count = m.lister()
	}
	if count == nil {
		return nil, nil
	}
	c.say("waiting for %d notes to show", want)
	n, last, err := await(ctx, count, want, every, m.Settle)
	if err != nil {
		return nil, err
	}
	return &shown{n: n - len(m.town.Actors()), took: last.Sub(start), at: m.fill(at)}, nil
}

// awaitCount waits until want notes show, where that can be counted cheaply.
func (m *mail) awaitCount(ctx context.Context, want int) (int, error) {
	count := m.counter()
	if count == nil {
		return 0, nil
	}
	n, _, err := await(ctx, count, want, countEvery, m.Settle)
	if err == nil && n < want {
		err = fmt.Errorf("the server shows %d of the first %d notes at %s", n, want, m.fill(m.CountURL))
	}
	return n, err
}

func (m *mail) counter() func(context.Context) (int, error) {
	if m.CountURL == "" {
		return nil
	}
	return func(ctx context.Context) (int, error) {
		address, err := m.server.Resolve(m.fill(m.CountURL))
		if err != nil {
			return 0, err
		}
		n, err := m.server.Total(ctx, address, m.pattern)
		return n - m.before, err
	}
}

func (m *mail) lister() func(context.Context) (int, error) {
	if m.ListURL == "" {
		return nil
	}
	return func(ctx context.Context) (int, error) {
		found, err := m.found(ctx)
		return len(found), err
	}
}

// found returns the marks of this run that the server lists.
func (m *mail) found(ctx context.Context) (map[string]bool, error) {
	address, err := m.server.Resolve(m.fill(m.ListURL))
	if err != nil {
		return nil, err
	}
	return m.server.Marks(ctx, address, m.marks())
}

// await asks count until it says want, or has said nothing new for settle. It
// returns the last number and when that was seen first. A count that does not
// work counts as nothing new: a server under load may refuse it.
func await(ctx context.Context, count func(context.Context) (int, error), want int, every, settle time.Duration) (n int, at time.Time, err error) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	n, at = -1, time.Now()
	for {
		got, err := count(ctx)
		if err == nil && got > n {
			n, at = got, time.Now()
		}
		switch {
		case n >= want:
			return n, at, nil
		case ctx.Err() != nil:
			return n, at, context.Cause(ctx)
		case time.Since(at) > settle && err != nil:
			return n, at, err
		case time.Since(at) > settle:
			return n, at, nil
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}
