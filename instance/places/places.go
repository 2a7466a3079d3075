// Package places holds the neighbourhoods of this server: how they are made,
// what lies within what, who lives there and who looks after them.
package places

import (
	"context"
	"errors"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"palier/instance"
	"palier/instance/store"
)

// Service does what is done about places.
type Service struct {
	db   *store.DB
	site instance.Site
	ids  *instance.IDs
	now  func() time.Time
	keys Keyring
	tell func(context.Context, store.Tx, instance.Deed) error

	crowds *lru.Cache[instance.ActorID, counted]
}

// Keyring gives a new group the keys it signs with.
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
}

// New returns a service on o.
func New(o Options) *Service {
	crowds, err := lru.New[instance.ActorID, counted](mostCrowds)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return &Service{db: o.DB, site: o.Site, ids: o.IDs, now: o.Now, keys: o.Keys, tell: o.Tell, crowds: crowds}
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}
