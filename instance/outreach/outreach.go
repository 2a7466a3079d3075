// Package outreach reaches people who are not here right now: by messages to
// their phones.
package outreach

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Service tells the programs of people, through push services, of what concerns
// them (RFC 8030).
type Service struct {
	o     Options
	vapid *vapid
}

// Options are what a [Service] stands on.
type Options struct {
	DB   *store.DB
	Site instance.Site
	Now  func() time.Time
	Log  *slog.Logger
	Jobs *jobs.Queue
	IDs  *instance.IDs
	// Notices returns what is told of a notice, for its owner's eyes. It returns
	// [instance.ErrNotFound] for one that they do not see any more.
	Notices func(ctx context.Context, owner instance.ActorID, notice instance.ID) (Notice, error)
	Courier Courier
}

// Notice is what a message tells of something that concerns a person.
type Notice struct {
	Kind   string // mention, reply, like, boost, …
	From   instance.Actor
	Post   *instance.Post // nil for none
	Locale string         // of its owner
	Icon   string         // address of a picture of who it is from
}

// Courier brings messages to push services, whose addresses programs choose.
type Courier interface {
	// Acceptable returns an error for an address that nothing is ever sent to.
	Acceptable(endpoint string) error
	// Push sends a message. A status of any kind is no error.
	Push(ctx context.Context, endpoint string, header http.Header, body []byte) (status int, retryAfter time.Duration, err error)
}

// Queue is where messages wait, so that slow push services keep no other work
// waiting; Workers is how many are sent at once.
const (
	Queue   = "push"
	Workers = 8
)

// New returns a service on o. It makes the server's key for push messages if
// there is none yet.
func New(ctx context.Context, o Options) (*Service, error) {
	v, err := openVAPID(ctx, o.DB)
	if err != nil {
		return nil, err
	}
	s := &Service{o: o, vapid: v}
	jobs.Handle(o.Jobs, s.push, jobs.HandleOptions{Queue: Queue, Timeout: 30 * time.Second, MaxAttempts: tries, Backoff: backoff})
	jobs.Handle(o.Jobs, s.pushBrowser, jobs.HandleOptions{Queue: Queue, Timeout: 30 * time.Second, MaxAttempts: tries, Backoff: backoff})
	return s, nil
}

// PushKey is the public key by which push services know this server.
func (s *Service) PushKey() string { return s.vapid.public }
