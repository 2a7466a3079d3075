// Package clubs holds the circles that neighbours open around something they
// like to do: who founds one, who takes part, and what it has planned.
package clubs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service does what is done about clubs.
type Service struct {
	db     *store.DB
	site   instance.Site
	ids    *instance.IDs
	now    func() time.Time
	keys   Keyring
	places Places
	posts  Posts
	tell   func(context.Context, store.Tx, instance.Deed) error
}

// Keyring gives a new group the keys it signs with.
type Keyring interface {
	// Mint makes keys outside any transaction, since that takes a while, and
	// returns how to keep them for the actor they are for.
	Mint() (keep func(context.Context, store.Tx, instance.Actor) error, err error)
}

// Places is what clubs need to know of places.
type Places interface {
	// MayPost tells whether a person is at home in a place of this server.
	MayPost(ctx context.Context, tx store.Tx, place, person instance.ActorID) (bool, error)
	// SetModeratorIn makes an actor look after a group, or no longer.
	SetModeratorIn(ctx context.Context, tx store.Tx, group, actor instance.Actor, moderates, remote bool) error
}

// Posts is how a calendar gets at the events in it.
type Posts interface {
	// Load returns those of the posts that v may read, in this order.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB     *store.DB
	Site   instance.Site
	IDs    *instance.IDs
	Now    func() time.Time
	Keys   Keyring
	Places Places
	Posts  Posts
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, site: o.Site, ids: o.IDs, now: o.Now, keys: o.Keys, places: o.Places, posts: o.Posts, tell: o.Tell}
}

// Hear lets go of who closed their account.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Kind != instance.Left {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM club_members WHERE person_id = $1`, d.Actor.ID); err != nil {
		return fmt.Errorf("%s leaves all clubs: %w", d.Actor.ID, err)
	}
	return nil
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}
