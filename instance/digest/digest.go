// Package digest writes people what they would miss: one finite letter a day or
// a week of what was said near them, and a few at once of what concerns nobody
// but them.
package digest

import (
	"context"
	"html/template"
	"log/slog"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/store"
)

// Digest is what was said near a person, ready to be read to the end.
type Digest struct {
	Since  time.Time
	Places []Place
}

// Items is how many things are in it.
func (d Digest) Items() int {
	n := 0
	for _, p := range d.Places {
		n += p.Items()
	}
	return n
}

// Place is what was said in one place; the one without a name holds what comes
// from those whom a person follows.
type Place struct {
	Name, Path                           string
	Needs, Events, Offers, News, Notices []Item
	More                                 int // how many more there are than are told
}

// Items is how many things are told of the place.
func (p Place) Items() int {
	return len(p.Needs) + len(p.Events) + len(p.Offers) + len(p.News) + len(p.Notices)
}

// Item is one thing that was said, asked or offered.
type Item struct {
	Post     instance.PostID
	Title    string // what it is called, or how it begins
	Text     string // how it goes on; may be empty
	Language string // BCP 47
	Author   string
	Path     string // of its page
	Starts   time.Time
	Venue    string
	// House is what it is in the space of a house: works, meetings, documents.
	// Empty for a post.
	House string
}

// Words are what a letter says, in one language.
type Words interface {
	Say(key string, args ...any) string
	Has(key string) bool
	When(now, t time.Time) string
	SayHTML(key string, args ...any) template.HTML
}

// Mail is how letters go out.
type Mail interface {
	// SendAll writes letters that go out once tx is committed.
	SendAll(ctx context.Context, tx store.Tx, all []mail.Letter) error
	// Drop throws away what waits for an address, of some kinds.
	Drop(ctx context.Context, tx store.Tx, to string, kinds ...string) error
}

// Circles tells who may read what.
type Circles interface {
	// Viewers returns people as readers, with the circles they belong to.
	Viewers(ctx context.Context, ids []instance.ActorID) (map[instance.ActorID]instance.Viewer, error)
}

// Filters are what people do not want to read.
type Filters interface {
	// Hides returns, of some people, what they want left out of their home:
	// a function for each who wants anything left out.
	Hides(ctx context.Context, ids []instance.ActorID) (map[instance.ActorID]func(id instance.PostID, text string) bool, error)
}

// Notice is what concerns a person alone.
type Notice struct {
	Kind string
	From instance.Actor
	Post *instance.Post // nil for none
}

// Options are what a [Service] stands on.
type Options struct {
	DB      *store.DB
	Site    instance.Site
	Title   string // of the server
	Now     func() time.Time
	Zone    *time.Location // in which people's hours and days are
	Log     *slog.Logger
	Jobs    *jobs.Queue
	Mail    Mail
	Circles Circles
	Filters Filters
	Words   func(locale string) Words
	Dir     func(locale string) string // ltr or rtl
	// Notices returns a notice as its owner may see it, else
	// [instance.ErrNotFound].
	Notices func(ctx context.Context, owner instance.ActorID, id instance.ID) (Notice, error)
}

// Service writes letters to people.
type Service struct {
	o    Options
	seal []byte
}

// New returns a service on o. It has to be made before the job queue starts.
func New(ctx context.Context, o Options) (*Service, error) {
	seal, err := o.DB.Secret(ctx, "stop letters")
	if err != nil {
		return nil, err
	}
	s := &Service{o: o, seal: seal}
	jobs.Handle(o.Jobs, s.sendAll, jobs.HandleOptions{Timeout: 10 * time.Minute})
	jobs.Handle(o.Jobs, s.tell, jobs.HandleOptions{})
	o.Jobs.Every("digests", 10*time.Minute, Send{})
	return s, nil
}

// day is the number of the day of t where people live.
func (s *Service) day(t time.Time) int {
	y, m, d := t.In(s.o.Zone).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}
