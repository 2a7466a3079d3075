// Package homes keeps where people live, work and have family: which place, and
// behind which door. The address and the door never leave the server.
package homes

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
)

// Kind is what ties a person to a place.
type Kind string

const (
	Home    Kind = "home"
	Work    Kind = "work"
	Parents Kind = "parents"
	Second  Kind = "second" // a second home
)

// Kinds are all of them, in the order of forms.
var Kinds = []Kind{Home, Work, Parents, Second}

// Place is one place of one person.
type Place struct {
	ID      instance.ID
	Person  instance.ActorID
	Kind    Kind
	Group   instance.ActorID // the narrowest place of ours that it lies in
	Address int64            // of the address list, 0 if it is not in it
	Label   string           // the whole postal line; it never leaves the server
	Door    string           // floor, stairs, flat
	Since   time.Time
	Former  time.Time // when the person left; zero while they have not
}

// Most that a person can have, and the most that can be typed, in characters.
const (
	MaxPlaces = 6
	maxLabel  = 200
	maxDoor   = 60
)

// Service keeps places of people.
type Service struct {
	db  *store.DB
	ids *instance.IDs
	now func() time.Time
}

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	IDs *instance.IDs
	Now func() time.Time
}

// New returns a service on o.
func New(o Options) *Service { return &Service{db: o.DB, ids: o.IDs, now: o.Now} }

// Add ties a person to a place, inside the transaction that makes them its
// resident. It returns an [instance.Invalid] for what cannot be taken, and for
// the place after the last that a person can have.
func (s *Service) Add(ctx context.Context, tx store.Tx, p Place) (Place, error) {
	if err := p.check(); err != nil {
		return p, err
	}
	p.ID, p.Since, p.Former = s.ids.Next(), s.now().UTC(), time.Time{}
	var address *int64
	if p.Address != 0 {
		address = &p.Address
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO homes (id, person_id, kind, place_id, address_id, label, door, since)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT),
		       CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BIGINT)
		 WHERE (SELECT COUNT(*) FROM homes WHERE person_id = $2 AND former_at IS NULL) < $9`,
		p.ID, p.Person, string(p.Kind), p.Group, address, p.Label, p.Door, store.Millis(p.Since), MaxPlaces)
	if err == nil && n == 0 {
		return p, &instance.Invalid{Field: "places", Code: "too-many", Limit: MaxPlaces}
	}
	if err != nil {
		return p, fmt.Errorf("home of %s: %w", p.Person, err)
	}
	return p, nil
}

func (p Place) check() error {
	known := false
	for _, k := range Kinds {
		known = known || k == p.Kind
	}
	switch {
	case !known:
		return &instance.Invalid{Field: "kind", Code: "unknown"}
	case !line(p.Label, maxLabel):
		return &instance.Invalid{Field: "address", Code: "too-long", Limit: maxLabel}
	case !line(p.Door, maxDoor):
		return &instance.Invalid{Field: "door", Code: "too-long", Limit: maxDoor}
	}
	return nil
}

// line tells whether a text is one line of at most so many characters.
func line(text string, most int) bool {
	if utf8.RuneCountInString(text) > most {
		return false
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}

const columns = `id, person_id, kind, place_id, address_id, label, door, since, former_at`

func scan(r store.Row) (Place, error) {
	var p Place
	var kind string
	var since int64
	var address, former *int64
	err := r.Scan(&p.ID, &p.Person, &kind, &p.Group, &address, &p.Label, &p.Door, &since, &former)
	if errors.Is(err, store.ErrNoRows) {
		return p, instance.ErrNotFound
	}
	if address != nil {
		p.Address = *address
	}
	p.Kind, p.Since, p.Former = Kind(kind), store.Time(since), store.TimeOrNever(former)
	return p, err
}

// Of returns the places of a person, those they have before those they left,
// each the latest last.
func (s *Service) Of(ctx context.Context, person instance.ActorID) ([]Place, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM homes
		 WHERE person_id = $1
		 ORDER BY CASE WHEN former_at IS NULL THEN 0 ELSE 1 END, id
		 LIMIT 100`, person)
	if err != nil {
		return nil, fmt.Errorf("homes of %s: %w", person, err)
	}
	defer rows.Close()
	var list []Place
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("homes of %s: %w", person, err)
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// ByID returns a place of a person. It returns [instance.ErrNotFound] for one
// of somebody else.
func (s *Service) ByID(ctx context.Context, person instance.ActorID, id instance.ID) (Place, error) {
	p, err := scan(s.db.Read().QueryRow(ctx, `SELECT `+columns+` FROM homes WHERE id = $1 AND person_id = $2`, id, person))
	if err != nil {
		return p, fmt.Errorf("home %s: %w", id, err)
	}
	return p, nil
}

// End keeps a place of a person as one they left, inside a transaction. It
// returns [instance.ErrNotFound] for one of somebody else, or left already.
func (s *Service) End(ctx context.Context, tx store.Tx, person instance.ActorID, id instance.ID) error {
	// What is behind which door is nobody's to know any more.
	n, err := tx.Exec(ctx, `
		UPDATE homes
		   SET former_at = $3, door = ''
		 WHERE id = $1 AND person_id = $2 AND former_at IS NULL`, id, person, store.Millis(s.now()))
	if err == nil && n == 0 {
		err = instance.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("end home %s: %w", id, err)
	}
	return nil
}

// Forget erases all places of a person, inside the transaction that ends their
// account.
func (s *Service) Forget(ctx context.Context, tx store.Tx, person instance.ActorID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM homes WHERE person_id = $1`, person); err != nil {
		return fmt.Errorf("forget homes of %s: %w", person, err)
	}
	return nil
}

// Settle is [Service.Add] for the parts of a [Place].
func (s *Service) Settle(ctx context.Context, tx store.Tx, person instance.ActorID, kind string, group instance.ActorID, address int64, label, door string) error {
	_, err := s.Add(ctx, tx, Place{Person: person, Kind: Kind(kind), Group: group, Address: address, Label: label, Door: door})
	return err
}

// EndOf is [Service.End]; it returns the place that was left, and those of what
// the person still has.
func (s *Service) EndOf(ctx context.Context, tx store.Tx, person instance.ActorID, id instance.ID) (left instance.ActorID, others []instance.ActorID, err error) {
	if err := s.End(ctx, tx, person, id); err != nil {
		return 0, nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT id, place_id
		  FROM homes
		 WHERE person_id = $1 AND (former_at IS NULL OR id = $2)`, person, id)
	if err != nil {
		return 0, nil, fmt.Errorf("end home %s: %w", id, err)
	}
	defer rows.Close()
	for rows.Next() {
		var of instance.ID
		var group instance.ActorID
		if err := rows.Scan(&of, &group); err != nil {
			return 0, nil, fmt.Errorf("end home %s: %w", id, err)
		}
		if of == id {
			left = group
		} else {
			others = append(others, group)
		}
	}
	return left, others, rows.Err()
}
