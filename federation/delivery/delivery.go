// Package delivery brings activities to other servers: one signed POST for each
// host and document, many hosts at once, none of them able to delay the others.
//
// # First tries
//
// [Courier.FanOut] sends a [Parcel] to every host that is well. What does not
// go through, or is meant for a host that has trouble, is handed to the
// [Ledger] in one call. Success leaves no trace but the host's health.
//
// # Later tries
//
// [Courier.Drain] sends what the ledger holds for one host, oldest first, and
// stops at the first sign that the host still has trouble. New parcels queue
// behind what is held, so that a host hears things in the order they happened.
//
// # Trouble
//
// What an answer means is decided by [Judge], how long to wait by [Schedule],
// and how a host fares by [Health]; all three are pure. A host that fails pauses
// for longer and longer and is then tried with one single delivery. After a week
// of nothing but failures it counts as dead: nothing is held for it any more, and
// once a week, or when it says something itself, it is tried again.
//
// The package stores nothing. A crash in the middle of a fan-out loses nothing
// as long as whoever called it calls again: receivers know an activity they have
// seen by its id.
package delivery

import (
	"context"
	"errors"
	"time"

	"palier/federation/client"
)

// ErrNoKey is returned when the sender of a parcel has no key to sign with, or
// is none of ours.
var ErrNoKey = errors.New("no key to sign with")

// Poster is the way out to strangers, a [*client.Client].
type Poster interface {
	Post(ctx context.Context, url string, body []byte, sign client.Sign) (client.Answer, error)
}

// Ledger holds what did not go through at once. An implementation keeps one row
// for each inbox and activity.
type Ledger interface {
	// Hold stores deliveries, in order. One that is held already for the same
	// inbox and activity stays as it is.
	Hold(ctx context.Context, held []Held) error
	// Due returns at most limit deliveries for host with an ID greater than after
	// whose NextAt is not later than until, in the order of their ids, which is
	// the order in which they were held.
	Due(ctx context.Context, host string, until time.Time, after int64, limit int) ([]Held, error)
	// Settle writes down how a round of tries ended, all of it or nothing.
	Settle(ctx context.Context, s Settlement) error
}

// Registry remembers how hosts fare.
type Registry interface {
	// Load returns what is known of hosts; one that is missing is healthy.
	Load(ctx context.Context, hosts []string) (map[string]Health, error)
	// Save stores the health of hosts, known before or not.
	Save(ctx context.Context, health map[string]Health) error
}

// Held is one delivery that waits.
type Held struct {
	ID         int64 // of the ledger; zero before it is held
	Host       string
	Inbox      string
	ActivityID string
	Sender     string // actor whose key signs
	Body       []byte
	Attempts   int // tries that were made
	NextAt     time.Time
	ExpiresAt  time.Time // not tried after that
	LastError  string    // for the administrator
}

// Settlement is how a round of tries ended.
type Settlement struct {
	Done      []int64        // delivered or given up: to be deleted
	Postponed []Postponement // to be tried again
	Ended     []string       // inboxes that are gone: everything for them is to be deleted
	Waiting   []Wait         // hosts of which nothing is to be tried earlier
	Dead      []string       // hosts of which everything is to be deleted
}

func (s Settlement) empty() bool {
	return len(s.Done)+len(s.Postponed)+len(s.Ended)+len(s.Waiting)+len(s.Dead) == 0
}

// Postponement is a delivery that is tried again.
type Postponement struct {
	ID        int64
	Attempts  int
	NextAt    time.Time
	LastError string
}

// Wait says that nothing is tried at a host before a time. In a [Settlement] it
// moves NextAt of every delivery for the host to At unless it is later anyway.
type Wait struct {
	Host string
	At   time.Time
}

// Report is what came of a fan-out or a drain.
type Report struct {
	Delivered int       // deliveries that were accepted
	Held      int       // deliveries that wait in the ledger now
	Dropped   []Dropped // given up for good
	Gone      []Gone    // inboxes that do not exist any more
	Waiting   []Wait    // hosts of which something is held, and when to drain them
}

// Dropped is a delivery that will not be tried again.
type Dropped struct {
	Host       string
	Inbox      string
	ActivityID string
	Reason     string
}

// Gone is an inbox that answered 404 or 410. Its owner is likely to be gone
// too, which only a look at the owner's own document can tell.
type Gone struct {
	Host   string
	Inbox  string
	Status int
}
