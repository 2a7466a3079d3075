// Package groups holds what a group does by itself: it relays what is posted
// in it and what it collects from the groups it follows, holds what a moderator
// has to read first, and takes out what does not belong (protocol.md §1, §6).
package groups

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service does what groups do.
type Service struct {
	db    *store.DB
	ids   *instance.IDs
	now   func() time.Time
	posts Posts
	kept  func(ctx context.Context, tx store.Tx, host string) (bool, error)
}

// Posts is how groups relay.
type Posts interface {
	// Relay shares a post with the group's followers; once is enough.
	Relay(ctx context.Context, tx store.Tx, group instance.Actor, p *instance.Post, source instance.ActorID, via []string) error
	// Retract takes a relayed post back.
	Retract(ctx context.Context, tx store.Tx, group instance.Actor, p *instance.Post) error
	// LetThrough shows a reply that waited to everyone it is for.
	LetThrough(ctx context.Context, tx store.Tx, p *instance.Post, by instance.ActorID) error
	// KeepOut hides a reply that waits for good.
	KeepOut(ctx context.Context, tx store.Tx, p *instance.Post) error
	// Held returns a post for the server's own use.
	Held(ctx context.Context, tx store.Tx, id instance.PostID) (*instance.Post, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	IDs   *instance.IDs
	Now   func() time.Time
	Posts Posts
	// KeptAway tells whether moderators limited or suspended a server;
	// nil if they do nothing of the kind.
	KeptAway func(ctx context.Context, tx store.Tx, host string) (bool, error)
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, posts: o.Posts, kept: o.KeptAway}
}
