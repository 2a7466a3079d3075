// Package hosts leads people who want to lend a home from a first word to the day
// on which an association approves them, and after: an information meeting, a
// check of themselves, identity, references, a record check where the country
// allows one, every adult of the home heard, a visit, and two people of the team
// who agree.
//
// Who somebody is and where they live is sealed (package vault), and nobody opens
// it without a line that says so. In the database stand ids, states and dates. A
// refusal has no motive anywhere, and of a record it is known only that it was
// looked at.
package hosts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/alike"
	"palier/instance/countries"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/store"
	"palier/instance/vault"
	"palier/protocol/vocab"
)

// Homes are told when a host changes, in the transaction that does it.
type Homes interface {
	// HostChangedIn shows the homes of a host to others anew, or takes them back.
	HostChangedIn(ctx context.Context, tx store.Tx, host instance.HostID) error
	// AddressIn closes those that stand elsewhere than before.
	AddressIn(ctx context.Context, tx store.Tx, host instance.HostID, before, after string) error
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Site  instance.Site
	IDs   *instance.IDs
	Now   func() time.Time
	Jobs  *jobs.Queue
	Mail  *mail.Service
	Vault *vault.Vault
	Homes Homes
	Pack  countries.Pack // the rules of the country
	// Paused returns an [instance.Invalid] while a programme takes in nobody who lends a
	// home of a kind, a whole one or a room, in an area; where that is not known, what is
	// switched off for any area. nil takes in all.
	Paused func(ctx context.Context, tx store.Tx, programme instance.ActorID, area string, whole bool) error
	Title  string // what the server calls itself
	// Say says a sentence of the catalogues in a language.
	Say func(language, key string, args ...any) string
	// Alike is told how to reach a host and where they live, in the transaction that keeps
	// it, and has somebody look where others wrote the same; nil compares nothing.
	Alike func(ctx context.Context, tx store.Tx, programme instance.ActorID, host instance.HostID, c alike.Contact) error
	// Tell tells people of a notice about no post; nil tells nobody.
	Tell func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
	// Zone is where the days and hours of programmes are.
	Zone *time.Location
	// Key makes the links of letters that ask whether a bed is free.
	Key []byte
	// Off returns what tells of homes, by area and kind, whether a programme has switched
	// off that anybody comes there; nil: of none.
	Off func(ctx context.Context, tx store.Tx, programme instance.ActorID) (func(area string, kind vocab.HomeCategory) bool, error)
}

// Service does what hosts do, and what is done with them.
type Service struct {
	o   Options
	db  *store.DB
	now func() time.Time
}

// New returns a service on o. It has to be made before the job queue starts.
func New(o Options) *Service {
	s := &Service{o: o, db: o.DB, now: o.Now}
	jobs.Handle(o.Jobs, s.sweep, jobs.HandleOptions{Timeout: 5 * time.Minute, MaxAttempts: 2})
	jobs.Handle(o.Jobs, s.letters, jobs.HandleOptions{Timeout: 5 * time.Minute})
	jobs.Handle(o.Jobs, s.askTonight, jobs.HandleOptions{Timeout: 5 * time.Minute, MaxAttempts: 3})
	return s
}

// Pack are the rules of the country that hold here.
func (s *Service) Pack() countries.Pack { return s.o.Pack }

// role returns what somebody does in a programme. It returns
// [instance.ErrNotFound] to who is not of its team.
func role(ctx context.Context, tx store.Tx, programme instance.ActorID, by instance.Account) (instance.TeamRole, error) {
	var r string
	err := tx.QueryRow(ctx, `
		SELECT role FROM housing_team WHERE programme_id = $1 AND person_id = $2`, programme, by.ID).Scan(&r)
	return instance.TeamRole(r), notFound(err)
}

// keeps lets those pass who vet hosts: leads and caseworkers.
func keeps(ctx context.Context, tx store.Tx, programme instance.ActorID, by instance.Account) error {
	r, err := role(ctx, tx, programme, by)
	if err == nil && !r.Keeps() {
		err = instance.ErrForbidden
	}
	return err
}

// visits lets those pass who go to homes, too.
func visits(ctx context.Context, tx store.Tx, programme instance.ActorID, by instance.Account) error {
	r, err := role(ctx, tx, programme, by)
	if err == nil && !r.Keeps() && r != instance.Visitor {
		err = instance.ErrForbidden
	}
	return err
}

func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}

// because wraps an error with what was being done; never with who it is about.
func because(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

const columns = `h.id, h.programme_id, COALESCE(h.person_id, 0), h.state, h.language, h.places, h.score, COALESCE(h.meeting_id, 0), h.checked_at,
	h.identity_at, h.visit_until, COALESCE(h.proposed_by, 0), COALESCE(h.approved_by, 0), h.approved_until, h.rest_until, COALESCE(h.most_places, 0),
	COALESCE(h.most_nights, 0), h.children, h.came_at, h.state_since`

// row is a host as the database has them, with what is sealed.
type row struct {
	instance.Host
	sealed  []byte
	stateBy instance.ActorID
	once    bool // approved before

	confirmed bool
}

func scan(r store.Row) (row, error) {
	var h row
	var state string
	var checked, identity, visit, until, rest *int64
	var came, since int64
	err := r.Scan(&h.ID, &h.Programme, &h.Person, &state, &h.Language, &h.Places, &h.Score, &h.Meeting, &checked, &identity, &visit, &h.ProposedBy,
		&h.ApprovedBy, &until, &rest, &h.Limits.Places, &h.Limits.Nights, &h.Limits.Children, &came, &since, &h.sealed, &h.stateBy, &h.once, &h.confirmed)
	if err != nil {
		return h, notFound(err)
	}
	h.State = instance.HostState(state)
	h.CheckedAt, h.IdentityAt, h.VisitUntil = store.TimeOrNever(checked), store.TimeOrNever(identity), store.TimeOrNever(visit)
	h.ApprovedUntil, h.RestUntil = store.TimeOrNever(until), store.TimeOrNever(rest)
	h.CameAt, h.Since = store.Time(came), store.Time(since)
	return h, nil
}

// one reads a host by a condition on h.
func one(ctx context.Context, tx store.Tx, where string, args ...any) (row, error) {
	return scan(tx.QueryRow(ctx, `
		SELECT `+columns+`, h.file, COALESCE(h.state_by, 0), h.approved_at IS NOT NULL, h.confirmed_at IS NOT NULL
		  FROM housing_hosts h
		 WHERE `+where, args...))
}

// held reads a host whom nobody else changes until the transaction ends.
func held(ctx context.Context, tx store.Tx, id instance.HostID) (row, error) {
	if _, err := tx.Exec(ctx, `UPDATE housing_hosts SET changed_at = changed_at WHERE id = $1`, id); err != nil {
		return row{}, err
	}
	return one(ctx, tx, `h.id = $1`, id)
}

// team does something with a host whom those of the team may change that may lets
// pass.
func (s *Service) team(ctx context.Context, by instance.Account, id instance.HostID, deed string, may func(context.Context, store.Tx, instance.ActorID, instance.Account) error, do func(store.Tx, row) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		h, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := may(ctx, tx, h.Programme, by); err != nil {
			return err
		}
		return do(tx, h)
	})
	return because(err, "%s host %s", deed, id)
}
