// Package events holds who comes to what: events that people invite to, the
// places they have, and who brings what.
package events

import (
	"context"
	"errors"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/store"
)

// Service does what is done with events.
type Service struct {
	db     *store.DB
	site   instance.Site
	ids    *instance.IDs
	now    func() time.Time
	jobs   *jobs.Queue
	posts  Posts
	places Places
	post   func(context.Context, store.Tx, instance.PostID) (*instance.Post, error)
	tell   func(context.Context, store.Tx, instance.Deed) error
	notify Notices
	mail   Mail
	say    func(locale, key string, args ...any) string
	title  string
}

// Posts is what events need of posts: an event is one.
type Posts interface {
	// PublishWith posts what a person drafted and does with in its transaction.
	PublishWith(ctx context.Context, v instance.Viewer, d instance.Draft, with func(context.Context, store.Tx, *instance.Post) error) (*instance.Post, error)
	// ByID returns a post that v may read.
	ByID(ctx context.Context, v instance.Viewer, id instance.PostID) (*instance.Post, error)
	// Publish posts what somebody drafted.
	Publish(ctx context.Context, v instance.Viewer, d instance.Draft) (*instance.Post, error)
	// Load returns those of the posts that v may read, in the order of ids.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
	// EditWith changes one's own post and does with in its transaction.
	EditWith(ctx context.Context, by instance.ActorID, id instance.PostID, d instance.Draft, with func(context.Context, store.Tx, *instance.Post) error) (*instance.Post, error)
}

// Places is what events need of places.
type Places interface {
	// Moderates tells whether somebody looks after a place.
	Moderates(ctx context.Context, tx store.Tx, group, actor instance.ActorID) (bool, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB     *store.DB
	Site   instance.Site
	IDs    *instance.IDs
	Now    func() time.Time
	Jobs   *jobs.Queue
	Posts  Posts
	Places Places
	// Post returns a post whoever may read it.
	Post func(context.Context, store.Tx, instance.PostID) (*instance.Post, error)
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
	// Notices tells people of this server; nil tells nobody.
	Notices Notices
	// Mail sends letters; nil sends none.
	Mail Mail
	// Say returns a sentence of the catalogues in a language; nil: the key.
	Say func(locale, key string, args ...any) string
	// Title is what letters call the server.
	Title string
}

// Notices tells people of something about a post that concerns them.
type Notices func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error

// Mail sends letters once a transaction is committed.
type Mail interface {
	Send(ctx context.Context, tx store.Tx, l mail.Letter) error
}

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{db: o.DB, site: o.Site, ids: o.IDs, now: o.Now, jobs: o.Jobs, posts: o.Posts, places: o.Places, post: o.Post, tell: o.Tell, notify: o.Notices, mail: o.Mail, say: o.Say, title: o.Title}
	if o.Jobs != nil {
		jobs.Handle(o.Jobs, s.remind, jobs.HandleOptions{Timeout: 10 * time.Minute})
		jobs.Handle(o.Jobs, s.sayCounted, jobs.HandleOptions{Timeout: time.Minute})
	}
	return s
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}
