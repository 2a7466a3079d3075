// Package joining is how people come in: they join, sign in by a link, choose a
// new password, and are invited by those who live here.
//
// Whether an address is known here is nobody's to learn (security.md G03). So
// asking for a link is the same work and the same answer for every address; what
// the letter says, and whether there is one, is decided afterwards.
package joining

import (
	"context"
	"log/slog"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/store"
	"palier/instance/writing"
)

// Registrations say who may join.
type Registrations string

const (
	Open    Registrations = "open"    // everybody
	Invited Registrations = "invited" // whom a neighbour invites
	Closed  Registrations = "closed"  // whom the operator lets in
)

// Service lets people in.
type Service struct{ o Options }

// Options are what a [Service] stands on.
type Options struct {
	DB   *store.DB
	Site instance.Site
	IDs  *instance.IDs
	Now  func() time.Time
	Log  *slog.Logger
	Jobs *jobs.Queue
	Mail *mail.Service

	Title         string // of the server
	Registrations Registrations
	// Say returns a sentence of the catalogues in a language.
	Say func(locale, key string, args ...any) string

	People People
	Places Places
	Homes  Homes
}

// People is what joining asks of people.
type People interface {
	// Prepare does what of opening an account takes long, and returns how to
	// open it in a transaction.
	Prepare(ctx context.Context, n instance.Newcomer) (func(context.Context, store.Tx) (instance.Account, error), error)
	// NewPassword returns how to give somebody a password.
	NewPassword(ctx context.Context, password string) (func(context.Context, store.Tx, instance.ActorID) error, error)
	// HearIn lets a person hear what a place says.
	HearIn(ctx context.Context, tx store.Tx, person, place instance.Actor) error
}

// Places is what joining asks of places.
type Places interface {
	// DeclareIn notes that a person says they live in a place, and in what that
	// lies within, and returns all of these.
	DeclareIn(ctx context.Context, tx store.Tx, place, person instance.ActorID) ([]instance.Actor, error)
	// LeaveIn ends a person's residence in a place and in what that lies within,
	// but for what others of their places lie within too.
	LeaveIn(ctx context.Context, tx store.Tx, place, person instance.ActorID, others []instance.ActorID) error
}

// Homes is where it is kept who lives where.
type Homes interface {
	// Settle ties a person to a place; kind is home, work, parents or second.
	Settle(ctx context.Context, tx store.Tx, person instance.ActorID, kind string, group instance.ActorID, address int64, label, door string) error
	// EndOf keeps a home as one that was left, and returns its place and those
	// of the person's other homes.
	EndOf(ctx context.Context, tx store.Tx, person instance.ActorID, id instance.ID) (left instance.ActorID, others []instance.ActorID, err error)
}

// New returns a service on o. It has to be made before the job queue starts.
func New(o Options) *Service {
	s := &Service{o: o}
	jobs.Handle(o.Jobs, s.write, jobs.HandleOptions{MaxAttempts: 5})
	return s
}

// Registrations say who may join.
func (s *Service) Registrations() Registrations { return s.o.Registrations }

// maxName bounds a name, in characters.
const maxName = 100

// CheckName returns an [instance.Invalid] for a name, or an alias in its place,
// that cannot be taken.
func (p Plan) CheckName() error {
	switch {
	case writing.CleanName(p.FullName) == "":
		return &instance.Invalid{Field: "name", Code: "missing"}
	case utf8.RuneCountInString(p.FullName) > maxName:
		return &instance.Invalid{Field: "name", Code: "too-long", Limit: maxName}
	case utf8.RuneCountInString(p.Alias) > maxName:
		return &instance.Invalid{Field: "alias", Code: "too-long", Limit: maxName}
	case p.Alias != "" && instance.Tells(p.Alias, p.FullName):
		return &instance.Invalid{Field: "alias", Code: "tells"}
	}
	return nil
}

func (p Plan) check() error {
	if err := p.CheckName(); err != nil {
		return err
	}
	if p.Place == 0 {
		return &instance.Invalid{Field: "place", Code: "missing"}
	}
	return nil
}

// Plan is what somebody says of themself who wants to join.
type Plan struct {
	FullName string `json:"full_name"`
	// Alias is what is shown instead, everywhere and to everybody, of somebody
	// who has to be protected.
	Alias      string           `json:"alias,omitempty"`
	Email      string           `json:"-"`
	Locale     string           `json:"-"`
	Place      instance.ActorID `json:"place"`
	Address    int64            `json:"address,omitempty"`
	Label      string           `json:"label,omitempty"`
	Door       string           `json:"door,omitempty"`
	Invitation string           `json:"invitation,omitempty"`
}
