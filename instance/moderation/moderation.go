// Package moderation holds what is decided about others: reports, limits and
// suspensions of people and of whole servers, and the log of it all.
package moderation

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service does what moderators do.
type Service struct {
	db    *store.DB
	site  instance.Site
	ids   *instance.IDs
	now   func() time.Time
	posts Posts
	tell  func(context.Context, store.Tx, instance.Deed) error
	out   func(context.Context, store.Tx, instance.ActorID) error
	purge func(ctx context.Context, tx store.Tx, domain string) error
}

// Posts is how a moderator takes a post away.
type Posts interface {
	// Held returns a post for the server's own use.
	Held(ctx context.Context, tx store.Tx, id instance.PostID) (*instance.Post, error)
	// DeleteIn deletes a post, whoever wrote it.
	DeleteIn(ctx context.Context, tx store.Tx, p *instance.Post, from instance.Origin) error
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Site  instance.Site
	IDs   *instance.IDs
	Now   func() time.Time
	Posts Posts
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
	// SignOut ends a person's sessions and what client programs hold of theirs.
	SignOut func(context.Context, store.Tx, instance.ActorID) error
	// Purge has the files that came from a domain thrown out, once the
	// transaction that shuts it out is committed; nil if none are kept.
	Purge func(ctx context.Context, tx store.Tx, domain string) error
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, site: o.Site, ids: o.IDs, now: o.Now, posts: o.Posts, tell: o.Tell, out: o.SignOut, purge: o.Purge}
}

// log notes who decided what, and why. The log is only ever added to.
func (s *Service) log(ctx context.Context, tx store.Tx, by instance.ActorID, deed, target, reason string) error {
	var who *instance.ActorID
	if by != 0 {
		who = &by
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO moderation_log (id, moderator_id, deed, target, reason)
		VALUES ($1, $2, $3, $4, $5)`, s.ids.Next(), who, deed, target, reason)
	return err
}
