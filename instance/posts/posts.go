// Package posts holds what people say: posts and replies, how they are edited
// and taken back, and what others do with them.
package posts

import (
	"context"
	"errors"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/media"
	"palier/instance/store"
)

// Service does what is done with posts.
type Service struct {
	db     *store.DB
	site   instance.Site
	ids    *instance.IDs
	now    func() time.Time
	places Places
	finder Finder
	rules  Rules
	jobs   *jobs.Queue
	hears  func(ctx context.Context, tx store.Tx, place, root instance.ActorID, author instance.Actor) (bool, error)
	tell   func(context.Context, store.Tx, instance.Deed) error

	pictures *media.Pictures
}

// Places is what posts need to know of places.
type Places interface {
	// MayPost tells whether a person may post in a place of this server.
	MayPost(ctx context.Context, tx store.Tx, place, person instance.ActorID) (bool, error)
	// Keeps tells whether what is posted in a place of this server stays in it.
	Keeps(ctx context.Context, tx store.Tx, place instance.ActorID) (bool, error)
	// Viewer returns a person as a reader.
	Viewer(ctx context.Context, person instance.ActorID) (instance.Viewer, error)
}

// Finder looks up people on other servers.
type Finder interface {
	// Find returns the actor with this handle (name@host). It returns
	// [instance.ErrNotFound] if there is none.
	Find(ctx context.Context, handle string) (instance.Actor, error)
}

// Rules is what the administrators set.
type Rules interface {
	In(ctx context.Context, tx store.Tx) (instance.Rules, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB     *store.DB
	Site   instance.Site
	IDs    *instance.IDs
	Now    func() time.Time
	Places Places
	Finder Finder // nil: nobody elsewhere is looked up
	Rules  Rules  // nil: none
	Jobs   *jobs.Queue
	// Pictures takes in what is uploaded.
	Pictures *media.Pictures
	// Hears tells whether a place of ours shows at once what somebody of another
	// server answers in a thread that root began in it; nil if places show it all.
	Hears func(ctx context.Context, tx store.Tx, place, root instance.ActorID, author instance.Actor) (bool, error)
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
}

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{db: o.DB, site: o.Site, ids: o.IDs, now: o.Now, places: o.Places, finder: o.Finder, rules: o.Rules, jobs: o.Jobs, hears: o.Hears, tell: o.Tell, pictures: o.Pictures}
	jobs.Handle(o.Jobs, s.endOfPoll, jobs.HandleOptions{})
	jobs.Handle(o.Jobs, s.countsOfPoll, jobs.HandleOptions{})
	jobs.Handle(o.Jobs, s.publishScheduled, jobs.HandleOptions{})
	return s
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}

func isNotFound(err error) bool { return errors.Is(err, instance.ErrNotFound) }
