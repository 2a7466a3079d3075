// Package housing finds homes for people who need shelter: programmes of
// associations with a mandate, the homes they answer for, the associations they
// share them with, and holds and placements that never promise one bed twice.
//
// A home of ours has a ledger (package protocol/ledger) that this room keeps:
// every entry, the beds it takes or frees and the state of the home are written
// in one transaction. Of a home elsewhere this room has a copy of the ledger,
// every entry of which it has checked; whoever showed us one ledger and then
// another is not asked again.
//
// Without an answer from who keeps a ledger, nothing is held. Nothing here knows
// an address or anybody who lives anywhere.
package housing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/jobs"
	"palier/instance/media"
	"palier/instance/recall"
	"palier/instance/store"
	"palier/instance/vault"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// Service does what programmes do.
type Service struct {
	db      *store.DB
	site    instance.Site
	ids     *instance.IDs
	now     func() time.Time
	zone    *time.Location
	country string
	keys    Keyring
	jobs    *jobs.Queue
	wire    Wire
	cases   Cases
	log     *slog.Logger

	vault  *vault.Vault
	where  Whereabouts
	notify func(ctx context.Context, tx store.Tx, kind string, programme instance.ActorID, whom []instance.ActorID) error
	books  *recall.Lately[instance.ListingID, *ledger.Book]

	pictures Pictures
	safe     *media.Safe
	counted  counted

	areasOnce sync.Mutex
	areas     map[string]vocab.HomeArea
}

// Keyring gives a new actor the keys it signs with.
type Keyring interface {
	// Mint makes keys outside any transaction, since that takes a while, and
	// returns how to keep them for the actor they are for.
	Mint() (keep func(context.Context, store.Tx, instance.Actor) error, err error)
}

// Cases says for which households beds may be asked and agreed to. Both are told
// in the transaction that keeps what is said, and refuse it with
// [instance.ErrForbidden].
type Cases interface {
	// MayHold ties a hold to the case it is for. It refuses a case that two people
	// have not seen to, or a home to which the household did not agree.
	MayHold(ctx context.Context, tx store.Tx, programme instance.ActorID, h instance.Hold, id instance.CaseID) error
	// MayAgree refuses a hold that two people have not signed.
	MayAgree(ctx context.Context, tx store.Tx, hold instance.ID) error
}

// Wire is how programmes speak to those on other servers. Its errors wrap
// [instance.ErrUnreachable] where asking again may help, and
// [instance.ErrNotFound] where there is nothing for us.
type Wire interface {
	// Desk asks the server of a Group what it says of itself as a programme.
	Desk(ctx context.Context, group string) (Desk, error)
	// Say brings a statement to who keeps the ledger of a home.
	Say(ctx context.Context, as instance.Actor, home string, statement []byte) (Answer, error)
	// Entries asks for what stands in the ledger of a home after an entry.
	Entries(ctx context.Context, as instance.Actor, home string, after int) ([]byte, error)
	// Visited asks for what was signed of the visit to a home. It returns
	// [instance.ErrNotFound] where there is none that holds.
	Visited(ctx context.Context, as instance.Actor, home string) ([]byte, error)
	// Pictures asks which photographs a home has, or for a piece of one; id is 0 for the
	// list.
	Pictures(ctx context.Context, as instance.Actor, home string, id instance.ID, piece int) ([]byte, error)
	// Send brings a file to a programme elsewhere, and returns its receipt.
	Send(ctx context.Context, as instance.Actor, group string, p Parcel) ([]byte, error)
	// Twins asks a programme elsewhere for the tags of its homes, Question for the
	// tag of a home that the question hides.
	Twins(ctx context.Context, as instance.Actor, group string) (Twins, error)
	Question(ctx context.Context, as instance.Actor, group string, question []byte) ([]byte, error)
	// Tell queues what a partner is told, in the transaction that did it.
	Tell(ctx context.Context, tx store.Tx, w Word) error
}

// Desk is what a programme says of itself to anyone who asks: with which key it
// signs and to which it is written. Keeps tells whether its server says that it
// keeps the rules of the profile.
type Desk struct {
	Group     string
	Seal      ledger.Seal
	Recipient string
	Keeps     bool
}

// Answer is what comes back on a statement: entries of the ledger, or a refusal.
type Answer struct {
	Page    []byte // see [ledger.EncodePage]; nil for a refusal
	Refusal []byte // see [ledger.Refusal]
}

// WordKind is what a partner is told.
type WordKind string

// What partners are told.
const (
	AsksToSee WordKind = "asks-to-see" // URI is that of the ask
	MaySee    WordKind = "may-see"     // URI is that of their ask
	MayNotSee WordKind = "may-not-see" // or no longer
	NoLonger  WordKind = "no-longer"   // we take our ask back
	Offered   WordKind = "offered"     // Home is told
	Changed   WordKind = "changed"
	TakenBack WordKind = "taken-back" // URI is that of the home
)

// Word is something that one partner is told, and nobody else.
type Word struct {
	Kind     WordKind
	From, To instance.Actor
	URI      string
	Home     *vocab.Home
}

// Options are what a [Service] stands on.
type Options struct {
	DB   *store.DB
	Site instance.Site
	IDs  *instance.IDs
	Now  func() time.Time
	Zone *time.Location // in which people of the teams write dates down
	// Country is that whose rules programmes here follow, by its ISO 3166 code: homes
	// of theirs are there. Empty: anywhere.
	Country string
	Keys    Keyring
	Jobs    *jobs.Queue
	Wire    Wire
	Cases   Cases
	Log     *slog.Logger
	// Pictures and Files are how photographs of homes are written anew, and where
	// they lie, sealed.
	Pictures Pictures
	Files    media.Store
	// Vault has the keys that programmes sign with and read their files with.
	Vault *vault.Vault
	// Where knows the addresses of homes.
	Where Whereabouts
	// Notify gives people of a team a notice about their programme; nil gives none.
	Notify func(ctx context.Context, tx store.Tx, kind string, programme instance.ActorID, whom []instance.ActorID) error
}

const (
	mostBooks = 2000
	booksFor  = time.Hour
)

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{
		db: o.DB, site: o.Site, ids: o.IDs, now: o.Now, zone: o.Zone, country: o.Country, keys: o.Keys, jobs: o.Jobs, wire: o.Wire, cases: o.Cases, log: o.Log,
		vault: o.Vault, where: o.Where, notify: o.Notify, pictures: o.Pictures, safe: media.NewSafe(o.Files), books: recall.New[instance.ListingID, *ledger.Book](mostBooks, booksFor, o.Now), areas: map[string]vocab.HomeArea{},
	}
	jobs.Handle(o.Jobs, s.meet, jobs.HandleOptions{Timeout: time.Minute})
	jobs.Handle(o.Jobs, s.share, jobs.HandleOptions{})
	jobs.Handle(o.Jobs, s.shareAll, jobs.HandleOptions{})
	jobs.Handle(o.Jobs, s.reshareAll, jobs.HandleOptions{})
	jobs.Handle(o.Jobs, s.sayAgain, jobs.HandleOptions{Timeout: time.Minute, MaxAttempts: sayTries, Backoff: sayBackoff})
	jobs.Handle(o.Jobs, s.look, jobs.HandleOptions{Timeout: time.Minute, MaxAttempts: 3})
	jobs.Handle(o.Jobs, s.compare, jobs.HandleOptions{Timeout: time.Minute, MaxAttempts: sayTries})
	jobs.Handle(o.Jobs, s.sweep, jobs.HandleOptions{MaxAttempts: 2})
	return s
}

// tonight is the night that begins today where a home is: in a commune of ours, or an
// area that a partner told.
func (s *Service) tonight(area string) ledger.Night { return countries.Tonight(s.now(), area) }

// role returns what somebody does in a programme. It returns
// [instance.ErrNotFound] to who is not of its team: that there is anything is
// nobody else's business.
func role(ctx context.Context, tx store.Tx, programme, person instance.ActorID) (instance.TeamRole, error) {
	var r string
	err := tx.QueryRow(ctx, `
		SELECT role FROM housing_team WHERE programme_id = $1 AND person_id = $2`, programme, person).Scan(&r)
	return instance.TeamRole(r), notFound(err)
}

// keeps returns [instance.ErrNotFound] to who is not of a programme's team, and
// [instance.ErrForbidden] to those of it who change nothing.
func keeps(ctx context.Context, tx store.Tx, programme instance.ActorID, by instance.Account) error {
	r, err := role(ctx, tx, programme, by.ID)
	if err == nil && !r.Keeps() {
		err = instance.ErrForbidden
	}
	return err
}

// leads is [keeps] for what only a lead does.
func leads(ctx context.Context, tx store.Tx, programme instance.ActorID, by instance.Account) error {
	r, err := role(ctx, tx, programme, by.ID)
	if err == nil && r != instance.Lead {
		err = instance.ErrForbidden
	}
	return err
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}

// unreachable tells whether an error says that nobody answered.
func unreachable(err error) bool { return errors.Is(err, instance.ErrUnreachable) }

// because wraps an error with what was being done.
func because(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
