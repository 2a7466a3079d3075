// Package federationtest holds the other side of the conversation, for tests:
// servers that are not ours, on loopback, in the process of the test.
//
// # Who is there
//
// A [Peer] is a whole ActivityPub server that we did not design: go-fed's pub
// package decides what it sends, what it takes and what it makes of it, and
// go-fed's httpsig signs and verifies. Its [Person]s find, follow, post, reply,
// like and take back.
//
// A [Recorded] server has no mind of its own. Its actors look like those of one
// [Software] (Mastodon, Lemmy, Mobilizon, GoToSocial), have real keys, and send
// whatever document a test wants, signed in that software's way or any other. It
// records and verifies what it is sent.
//
// # Where they are
//
// A [Network] gives each server an address of its own, 127.0.0.2 and up, so that
// each is another host for everything that goes by hosts. The server under test
// is a [Host] of it too. A [Tap] keeps every byte that leaves one of them.
//
// Nothing here waits for time: what comes in is awaited by what it is
// ([Peer.Await], [Recorded.Await]).
package federationtest

import (
	"sync"
	"time"
)

// Clock is a clock that a test sets. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock returns a clock that stands at a time.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set lets it be another time, also an earlier one.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// Advance lets time pass.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
