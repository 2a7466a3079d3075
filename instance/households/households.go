// Package households keeps the cases of programmes: people who need a home, what
// is known of them, sealed, and what is done with and for them from the first talk
// to the time after they left.
//
// The rules of who may be asked into which home are pure (see [FitOf]); so are
// what is told of numbers ([Suppress]), what is taken out of messages ([Redact])
// and which signs are shown to a person ([Assess]).
//
// The database knows ids, dates and how far a case is. Names, who they are, what
// they need and what was said stand in files that are sealed to the keys of the
// programme, and no file is opened without a line that says who did.
package households

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/alike"
	"palier/instance/countries"
	"palier/instance/media"
	"palier/instance/store"
	"palier/instance/vault"
	"palier/protocol/ledger"
)

// Service does what is done with cases.
type Service struct {
	Options
	key  []byte // of the codes by which households join their case
	safe *media.Safe
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Site  instance.Site
	IDs   *instance.IDs
	Now   func() time.Time
	Zone  *time.Location // in which people of the teams read and write dates
	Vault *vault.Vault
	Homes Homes
	Hosts Hosts
	Pack  countries.Pack // the rules of the country in which the programmes are
	Tell  Tell           // of what is due; nil tells nobody
	// Froze is told when a home was frozen or goes on, in the transaction that did it;
	// nil tells nobody.
	Froze func(ctx context.Context, tx store.Tx, programme instance.ActorID, home string) error
	// Alike compares files of a programme; nil compares nothing.
	Alike *alike.Service
	// Switches tell what is switched off; nil: nothing.
	Switches Switches
	// Pictures and Files are how photographs of inventories are written anew, and where
	// they lie sealed.
	Pictures Pictures
	Files    media.Store
}

// Homes are those that a programme has and sees, and what is said to who keeps
// them.
type Homes interface {
	// Offered returns homes of ours and of partners that are lent at a time.
	Offered(ctx context.Context, by instance.Account, programme instance.ActorID, stay ledger.Stay) ([]Home, error)
	// Ask asks for beds for a case, Agree says that the household comes, Leave that
	// it leaves, Hold is how far that is.
	Ask(ctx context.Context, by instance.Account, programme instance.ActorID, home string, a ledger.Ask, id instance.CaseID) (instance.Hold, error)
	Agree(ctx context.Context, by instance.Account, id instance.ID) (instance.Hold, error)
	// ArrivedIn notes that it came, in the transaction that says so: once, after that it
	// returns [instance.ErrConflict].
	ArrivedIn(ctx context.Context, tx store.Tx, by instance.Account, programme instance.ActorID, id instance.ID) error
	Leave(ctx context.Context, by instance.Account, id instance.ID, leaving ledger.Night, why ledger.Reason) (instance.Hold, error)
	Hold(ctx context.Context, by instance.Account, id instance.ID) (instance.Hold, error)
	// Withdraw gives back what was asked for and is not placed.
	Withdraw(ctx context.Context, by instance.Account, id instance.ID) (instance.Hold, error)
	// Free returns how many beds of each of our homes nobody has in all nights of a
	// stay, by the address of the home.
	Free(ctx context.Context, by instance.Account, programme instance.ActorID, stay ledger.Stay) (map[string]int, error)
}

// New returns a service on o.
func New(ctx context.Context, o Options) (*Service, error) {
	key, err := o.DB.Secret(ctx, "household codes")
	if err != nil {
		return nil, err
	}
	return &Service{Options: o, key: key, safe: media.NewSafe(o.Files)}, nil
}

// tonight is the night that begins today where a home is.
func (s *Service) tonight(area string) ledger.Night { return countries.Tonight(s.Now(), area) }

// nights is tonight wherever homes are.
func (s *Service) nights() countries.Nights { return countries.NightsAt(s.Now()) }

// Role returns what somebody does in a programme. It returns
// [instance.ErrNotFound] to who is not of its team.
func (s *Service) Role(ctx context.Context, programme, person instance.ActorID) (instance.TeamRole, error) {
	r, err := role(ctx, s.DB.Read(), programme, person)
	return r, because(err, "role in programme %s", programme)
}

func role(ctx context.Context, tx store.Tx, programme, person instance.ActorID) (instance.TeamRole, error) {
	var r string
	err := tx.QueryRow(ctx, `
		SELECT role FROM housing_team WHERE programme_id = $1 AND person_id = $2`, programme, person).Scan(&r)
	return instance.TeamRole(r), notFound(err)
}

// keeps returns [instance.ErrNotFound] to everyone but those who keep cases:
// that there is one is nobody else's business, in the team neither.
func keeps(ctx context.Context, tx store.Tx, programme, person instance.ActorID) error {
	r, err := role(ctx, tx, programme, person)
	if err == nil && !r.Keeps() {
		err = instance.ErrNotFound
	}
	return err
}

// leads is [keeps] for what only a lead does.
func leads(ctx context.Context, tx store.Tx, programme, person instance.ActorID) error {
	r, err := role(ctx, tx, programme, person)
	switch {
	case err == nil && r == instance.Caseworker:
		return instance.ErrForbidden
	case err == nil && r != instance.Lead:
		return instance.ErrNotFound
	}
	return err
}

// kept is a case that somebody may keep, in a transaction that nobody else
// changes it in.
func (s *Service) kept(ctx context.Context, tx store.Tx, by instance.ActorID, id instance.CaseID) (instance.Case, error) {
	if _, err := tx.Exec(ctx, `UPDATE housing_cases SET changed_at = $2 WHERE id = $1`, id, store.Millis(s.Now())); err != nil {
		return instance.Case{}, err
	}
	c, err := caseOf(ctx, tx, id)
	if err != nil {
		return c, err
	}
	return c, keeps(ctx, tx, c.Programme, by)
}

// because wraps an error with what was being done.
func because(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// notThere tells whether something is not there.
func notThere(err error) bool { return errors.Is(err, instance.ErrNotFound) }

// only changes one row, or returns instead.
func only(n int64, err, instead error) error {
	if err == nil && n == 0 {
		return instead
	}
	return err
}

// noted writes that somebody reads of a case, in the transaction that opens what
// they read.
func (s *Service) noted(ctx context.Context, tx store.Tx, id instance.CaseID, by instance.ActorID, what string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO housing_case_reads (id, case_id, person_id, what, at)
		VALUES ($1, $2, $3, $4, $5)`, s.IDs.Next(), id, by, what, store.Millis(s.Now()))
	return err
}
