// Package organisations holds the pages of associations, shops, councils and
// others: who acts for them, what they let everyone know, what they are asked,
// and how a line of the public registers becomes a page.
package organisations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service does what is done about organisations.
type Service struct {
	db    *store.DB
	site  instance.Site
	ids   *instance.IDs
	now   func() time.Time
	keys  Keyring
	posts Posts
	rules Rules
	key   []byte
	tell  func(context.Context, store.Tx, instance.Deed) error
	fetch Fetcher

	notify func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// Keyring gives a new actor the keys it signs with.
type Keyring interface {
	// Mint makes keys outside any transaction, since that takes a while, and
	// returns how to keep them for the actor they are for.
	Mint() (keep func(context.Context, store.Tx, instance.Actor) error, err error)
}

// Posts is how an organisation is heard.
type Posts interface {
	// PublishWith posts what was drafted, as the one who reads, and does with in
	// the same transaction.
	PublishWith(ctx context.Context, v instance.Viewer, d instance.Draft, with func(context.Context, store.Tx, *instance.Post) error) (*instance.Post, error)
	// Load returns those of the posts that v may read, in this order.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
}

// Rules is what the administrators set.
type Rules interface {
	Now(ctx context.Context) (instance.Rules, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Site  instance.Site
	IDs   *instance.IDs
	Now   func() time.Time
	Keys  Keyring
	Posts Posts
	Rules Rules
	// Key makes digests of codes that nobody without it can try out.
	Key []byte
	// Fetch reads what a web site says to whom asks; nil: none is asked.
	Fetch Fetcher
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
	// Notify tells people of something that concerns them.
	Notify func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, site: o.Site, ids: o.IDs, now: o.Now, keys: o.Keys, posts: o.Posts, rules: o.Rules, key: o.Key, tell: o.Tell, fetch: o.Fetch, notify: o.Notify}
}

// Hear lets go of who closed their account.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Kind != instance.Left {
		return nil
	}
	for _, sql := range []string{
		`DELETE FROM organisation_agents WHERE person_id = $1`, `DELETE FROM elected WHERE person_id = $1`,
		`DELETE FROM questions WHERE asker_id = $1`, `DELETE FROM claims WHERE person_id = $1`, `DELETE FROM alert_drafts WHERE author_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, d.Actor.ID); err != nil {
			return fmt.Errorf("%s acts for nobody: %w", d.Actor.ID, err)
		}
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
