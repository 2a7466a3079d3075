// Package search finds accounts, hashtags and posts by the words people remember of
// them, and only what whoever searches may see anyway: posts through
// [readable.Where], and of public ones those whose authors agreed to be found
// (FEP-5feb), besides what one has to do with oneself.
package search

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service finds, and keeps the index of posts.
type Service struct {
	db    *store.DB
	site  instance.Site
	now   func() time.Time
	zone  *time.Location
	posts Posts
	far   Network
	pace  Pace
	edge  atomic.Pointer[edge]

	recently int
}

// Posts is how a search gets at the posts it found.
type Posts interface {
	// Load returns those of the posts that v may read, in this order.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
}

// Network is what a search asks of other servers.
type Network interface {
	// Look finds what somebody typed, a handle or an address. It returns
	// [instance.ErrNotFound] if there is nothing, and [instance.ErrUnreachable]
	// if its server did not say.
	Look(ctx context.Context, query string) (instance.Sighting, error)
}

// Pace bounds how often one and the same has other servers asked.
type Pace interface {
	// Allow counts one try under key. If it is one too many, wait says how long
	// until the next may come.
	Allow(key string) (wait time.Duration, ok bool)
}

// Options are what a [Service] stands on.
type Options struct {
	DB      *store.DB
	Site    instance.Site
	Now     func() time.Time
	Zone    *time.Location // in which people mean their dates
	Posts   Posts
	Network Network // nil: nobody elsewhere is asked
	Pace    Pace    // nil: as often as they like
	// Recently is how many of the newest posts are looked through first on
	// PostgreSQL; some thousands if 0.
	Recently int
}

// New returns a service on o.
func New(o Options) *Service {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Recently == 0 {
		o.Recently = recently
	}
	return &Service{db: o.DB, site: o.Site, now: o.Now, zone: o.Zone, posts: o.Posts, far: o.Network, pace: o.Pace, recently: o.Recently}
}

// Page asks for part of what was found. It is paged by offset, as
// clients do; posts also by the id of the last one seen.
type Page struct {
	Before instance.PostID // strictly older than this; 0 for no bound
	After  instance.PostID // strictly newer than this
	Offset int
	Limit  int
}

const (
	usual = 20
	most  = 80
	// Deepest is how many results can be skipped. Whoever has not found it among
	// so many needs another word, and every one that is skipped is looked at.
	Deepest = 400
)

func (p Page) limit() int {
	switch {
	case p.Limit <= 0:
		return usual
	case p.Limit > most:
		return most
	}
	return p.Limit
}

// MaxQuery is the length of a query in characters.
const MaxQuery = 400

// Hear keeps the index of posts: in the transaction that changes them, so that
// nothing is found that is not there.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	var err error
	switch d.Kind {
	case instance.Posted, instance.Edited:
		if err = words.Put(ctx, tx, int64(d.Post.ID), termsOf(d.Post)); err == nil {
			err = keepTags(ctx, tx, d.Post)
		}
	case instance.Deleted:
		err = words.Drop(ctx, tx, int64(d.Post.ID))
	}
	if err != nil {
		return fmt.Errorf("index after %s: %w", d.Kind, err)
	}
	return nil
}
