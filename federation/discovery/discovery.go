// Package discovery finds others and lets others find us.
//
// [Resolver] turns what people type and what documents name into documents that
// may be believed: handles by WebFinger, confirmed back by the host they name;
// actors and objects fetched from the origin that their id names (FEP-fe34);
// servers by NodeInfo and their own actor. It remembers for a while what it
// found and what it did not, asks for one thing once however many want it, and
// spreads what it asks over time (E09).
//
// [Site] answers the same questions about us: WebFinger, host-meta, NodeInfo and
// the server's own actor.
//
// Sources: RFC 7033, RFC 6415, ActivityPub §3, FEP-fe34, FEP-2c59, FEP-d556,
// FEP-2677, FEP-844e, NodeInfo 2.1.
package discovery

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"palier/federation/client"
	"palier/protocol/jrd"
)

// What can be wrong with what was found. Errors of this package wrap one of
// these or an error of package client, which are the network's.
var (
	// ErrLocal: the id is one of ours, which is never asked for over the network.
	ErrLocal = errors.New("one of our own")
	// ErrForged: the document is not that of the id it was fetched for, or says
	// something about itself that its origin may not say.
	ErrForged = errors.New("document of somebody else")
	// ErrNotActor: there is something, but not an actor that can be talked to.
	ErrNotActor = errors.New("not an actor")
	// ErrMalformed: the answer cannot be read.
	ErrMalformed = errors.New("answer cannot be read")
	// ErrNotFound: what people typed leads to nobody.
	ErrNotFound = errors.New("nobody found")
)

// Temporary reports whether asking again later may help.
func Temporary(err error) bool {
	for _, final := range []error{ErrLocal, ErrForged, ErrNotActor, ErrMalformed, ErrNotFound,
		jrd.ErrHandle, jrd.ErrUnconfirmed, jrd.ErrNoActor, jrd.ErrNoTemplate} {
		if errors.Is(err, final) {
			return false
		}
	}
	return client.Temporary(err)
}

// Gone reports whether what was asked for is no more: 404, 410, a Tombstone.
func Gone(err error) bool {
	return errors.Is(err, client.ErrGone) || errors.Is(err, client.ErrNotFound)
}

// Fetcher is the way out to strangers, a [*client.Client].
type Fetcher interface {
	Document(ctx context.Context, url string) (client.Fetched, error)
	JSON(ctx context.Context, url, accept string) (client.Fetched, error)
	File(ctx context.Context, url string, types ...string) (client.Fetched, error)
}

// Options configures a [Resolver]. Zero fields take the defaults named.
type Options struct {
	Client Fetcher                                          // required
	Local  func(uri string) bool                            // whether an id is ours; required
	Now    func() time.Time                                 // required
	Jitter func() float64                                   // in [0, 1); default math/rand
	Wait   func(ctx context.Context, d time.Duration) error // default: a timer

	// Fresh is how long a document is good without asking again, made longer by
	// up to a quarter at random. Default 10 minutes. How old a stored actor may
	// become is for whoever stores it to decide.
	Fresh time.Duration
	// Negative is how long a failure is remembered, unless the host said how long
	// to stay away. Default 5 minutes.
	Negative time.Duration
	// Spread is the longest random wait before an object is fetched, so that a
	// post announced to very many servers is not fetched by all of them at once.
	// It does not delay actors and what people look for. Default none.
	Spread time.Duration
	// Size is how many documents, and how many failures, are kept. Default 2,000.
	Size int
}

func (o Options) orDefault() Options {
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Fresh <= 0 {
		o.Fresh = 10 * time.Minute
	}
	if o.Negative <= 0 {
		o.Negative = 5 * time.Minute
	}
	if o.Size <= 0 {
		o.Size = 2000
	}
	return o
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
