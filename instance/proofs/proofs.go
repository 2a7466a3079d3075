// Package proofs is how people prove where they live: by a letter with a code,
// by neighbours who know them, by the code in the hall, at a desk, by a list, or
// by their council's account.
//
// It keeps facts: that something was seen, by which route, by whom and until
// when. What was looked at is kept nowhere, and there is no way to hand it in.
package proofs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Route is how a home was proved.
type Route string

// The routes, and what they weigh: a strong one suffices alone, weak ones add
// up; see [Enough].
const (
	Operator Route = "operator" // who runs the server says so
	Letter   Route = "letter"   // a code that came by post
	Vouch    Route = "vouch"    // a neighbour knows them; weak
	Hall     Route = "hall"     // the code on the screen in the hall; weak
	Desk     Route = "desk"     // a document, looked at and given back
	List     Route = "list"     // on the list of who lives there
	Council  Route = "council"  // their council's account says so
)

// Strong tells whether a proof by this route suffices alone.
func (r Route) Strong() bool { return r != Vouch && r != Hall }

// Proof is one thing that was seen of where somebody lives.
type Proof struct {
	ID        instance.ID
	Person    instance.ActorID
	Place     instance.ActorID
	Route     Route
	Document  string // kind of document, for [Desk]
	SeenAt    time.Time
	SeenBy    instance.ActorID // 0 where nobody looked: a program compared
	ExpiresAt time.Time        // zero for never
	RevokedAt time.Time        // zero while it counts
	Reason    string           // why it was revoked
}

// Counts tells whether a proof counts at a time.
func (p Proof) Counts(now time.Time) bool {
	return p.RevokedAt.IsZero() && (p.ExpiresAt.IsZero() || now.Before(p.ExpiresAt))
}

// Enough tells whether proofs of one person for one place make them a verified
// resident at a time: one strong proof, two neighbours, or one neighbour and the
// code in the hall.
func Enough(all []Proof, now time.Time) bool {
	vouches, hall := 0, false
	for _, p := range all {
		switch {
		case !p.Counts(now):
		case p.Route.Strong():
			return true
		case p.Route == Vouch:
			vouches++
		default:
			hall = true
		}
	}
	return vouches >= 2 || vouches == 1 && hall
}

// How long what was seen counts.
const (
	StrongFor = 2 * 365 * 24 * time.Hour
	WeakFor   = 365 * 24 * time.Hour
	// HallAlone is how long the code in the hall waits for a neighbour.
	HallAlone = 30 * 24 * time.Hour
	// Grace is how long somebody stays verified after what they were verified by
	// has fallen away.
	Grace = 14 * 24 * time.Hour
)

// Places is how proofs get at places and who lives there.
type Places interface {
	// Settle changes how a person stands to a place.
	Settle(ctx context.Context, tx store.Tx, place, person, by instance.ActorID, standing instance.Standing) error
	// Moderates tells whether an actor looks after a place.
	Moderates(ctx context.Context, tx store.Tx, place, actor instance.ActorID) (bool, error)
}

// Service proves where people live.
type Service struct {
	db     *store.DB
	ids    *instance.IDs
	now    func() time.Time
	zone   *time.Location
	key    []byte
	places Places
	tell   func(context.Context, store.Tx, instance.Deed) error
}

// Options are what a [Service] stands on.
type Options struct {
	DB   *store.DB
	IDs  *instance.IDs
	Now  func() time.Time
	Zone *time.Location // of the place; UTC if nil
	// Key makes hashes of codes and names that nobody without it can undo.
	Key    []byte
	Places Places
	// Tell hears inside the transaction who is a verified resident now, who no
	// longer, and who has to prove it again.
	Tell func(context.Context, store.Tx, instance.Deed) error
}

// New returns a service on o.
func New(o Options) *Service {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, zone: o.Zone, key: o.Key, places: o.Places, tell: o.Tell}
}

const columns = `f.id, f.person_id, f.place_id, f.route, f.document, f.seen_at, COALESCE(f.seen_by, 0), f.expires_at, f.revoked_at, f.reason`

// Of returns what was ever seen of a person, the newest first.
func (s *Service) Of(ctx context.Context, person instance.ActorID) ([]Proof, error) {
	list, err := readAll(s.db.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM proofs f
		 WHERE f.person_id = $1
		 ORDER BY f.seen_at DESC, f.id DESC`, person))
	if err != nil {
		return nil, fmt.Errorf("proofs of %s: %w", person, err)
	}
	return list, nil
}

// ByID returns one proof of a person, [instance.ErrNotFound] for any other.
func (s *Service) ByID(ctx context.Context, person instance.ActorID, id instance.ID) (Proof, error) {
	p, err := byID(ctx, s.db.Read(), id)
	if err == nil && p.Person != person {
		err = instance.ErrNotFound
	}
	if err != nil {
		return Proof{}, fmt.Errorf("proof %s: %w", id, err)
	}
	return p, nil
}

// Actors returns the actors with some ids, those that are there.
func (s *Service) Actors(ctx context.Context, ids []instance.ActorID) (map[instance.ActorID]instance.Actor, error) {
	found, err := actors.ByIDs(ctx, s.db.Read(), ids)
	if err != nil {
		return nil, fmt.Errorf("%d actors of proofs: %w", len(ids), err)
	}
	return found, nil
}

// at returns what was seen of a person for one place, the newest first.
func at(ctx context.Context, tx store.Tx, place, person instance.ActorID) ([]Proof, error) {
	return readAll(tx.Query(ctx, `
		SELECT `+columns+`
		  FROM proofs f
		 WHERE f.person_id = $1 AND f.place_id = $2
		 ORDER BY f.seen_at DESC, f.id DESC`, person, place))
}

// byID returns one proof.
func byID(ctx context.Context, tx store.Tx, id instance.ID) (Proof, error) {
	p, err := read(tx.QueryRow(ctx, `SELECT `+columns+` FROM proofs f WHERE f.id = $1`, id))
	return p, notFound(err)
}

func readAll(rows store.Rows, err error) (list []Proof, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		p, err := read(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

func read(r store.Row) (Proof, error) {
	var p Proof
	var route string
	var seen int64
	var expires, revoked *int64
	err := r.Scan(&p.ID, &p.Person, &p.Place, &route, &p.Document, &seen, &p.SeenBy, &expires, &revoked, &p.Reason)
	p.Route, p.SeenAt, p.ExpiresAt, p.RevokedAt = Route(route), store.Time(seen), store.TimeOrNever(expires), store.TimeOrNever(revoked)
	return p, err
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}
