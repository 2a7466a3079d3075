// Package people holds what people do as people: come, sign in, show
// themselves, follow, block and mute, and leave.
package people

import (
	"context"
	"errors"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service does what people do.
type Service struct {
	db   *store.DB
	site instance.Site
	ids  *instance.IDs
	now  func() time.Time
	keys Keyring
	tell func(context.Context, store.Tx, instance.Deed) error
	out  func(context.Context, store.Tx, instance.ActorID) error
	left func(context.Context, store.Tx, string) (bool, error)

	cost    Cost
	hashing chan struct{} // bounds how many passwords are hashed at once
}

// Keyring gives a new actor the keys it signs with.
type Keyring interface {
	// Mint makes keys outside any transaction, since that takes a while, and
	// returns how to keep them for the actor they are for.
	Mint() (keep func(context.Context, store.Tx, instance.Actor) error, err error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB   *store.DB
	Site instance.Site
	IDs  *instance.IDs
	Now  func() time.Time
	Keys Keyring
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
	// SignOut ends a person's sessions and what client programs hold of
	// theirs, inside the transaction that gives a reason to.
	SignOut func(context.Context, store.Tx, instance.ActorID) error
	// Left tells whether a name was that of somebody who left, under whom nobody
	// else is to pass. It may be nil.
	Left func(ctx context.Context, tx store.Tx, nameKey string) (bool, error)
	// Cost is what hashing a password costs; what OWASP advises if zero.
	Cost Cost
}

// New returns a service on o.
func New(o Options) *Service {
	if o.Cost == (Cost{}) {
		o.Cost = owasp
	}
	return &Service{
		db: o.DB, site: o.Site, ids: o.IDs, now: o.Now, keys: o.Keys, tell: o.Tell, out: o.SignOut, left: o.Left, cost: o.Cost,
		hashing: make(chan struct{}, 2),
	}
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}

func isNotFound(err error) bool { return errors.Is(err, instance.ErrNotFound) }
