// Package markets tells on which days producers, shops and associations are on
// the market, where, and who is open now.
package markets

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Service keeps market days.
type Service struct{ Options }

// Options are what a [Service] stands on.
type Options struct {
	DB     *store.DB
	Site   instance.Site
	IDs    *instance.IDs
	Now    func() time.Time
	Zone   *time.Location
	Agents Agents
}

// Agents says who acts for an organisation.
type Agents interface {
	// ActsFor tells whether person acts for the organisation with an id.
	ActsFor(ctx context.Context, person, id instance.ActorID) (bool, error)
}

// New returns a service on o.
func New(o Options) *Service { return &Service{o} }

const (
	// MaxStalls is how many stalls one organisation announces.
	MaxStalls = 20
	// mostStalls is how many are looked through for one place.
	mostStalls = 1000
	// MostOpen is how many are told to be open now.
	MostOpen = 200
)

func (s *Service) may(ctx context.Context, by, organisation instance.ActorID) error {
	acts, err := s.Agents.ActsFor(ctx, by, organisation)
	if err == nil && !acts {
		err = instance.ErrNotFound
	}
	return err
}

// Add announces a stall of its organisation, as somebody who acts for it; others
// get [instance.ErrNotFound]. It returns an [instance.Invalid] for what cannot be
// announced, and for one too many.
func (s *Service) Add(ctx context.Context, by instance.ActorID, stall instance.Stall) error {
	owner := stall.Organisation.ID
	if err := s.may(ctx, by, owner); err != nil {
		return fmt.Errorf("add a stall of %s: %w", owner, err)
	}
	if err := stall.Check(s.Now()); err != nil {
		return err
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		// Its row is held, so that two presses come one after the other.
		if _, err := tx.Exec(ctx, `UPDATE actors SET updated_at = updated_at WHERE id = $1`, owner); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO stalls (id, organisation_id, market, goods, starts_at, ends_at, zone, repeats)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS TEXT), CAST($8 AS TEXT)
			 WHERE (SELECT COUNT(*) FROM stalls WHERE organisation_id = $2) < CAST($9 AS BIGINT)`,
			s.IDs.Next(), owner, stall.Market, stall.Goods, store.Millis(stall.Starts), store.Millis(stall.Ends), stall.Zone, stall.Repeats, int64(MaxStalls))
		if err == nil && n == 0 {
			err = &instance.Invalid{Field: "market", Code: "too-many", Limit: MaxStalls}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("add a stall of %s: %w", owner, err)
	}
	return nil
}

// Remove takes a stall back, as somebody who acts for the organisation; others
// get [instance.ErrNotFound].
func (s *Service) Remove(ctx context.Context, by, organisation instance.ActorID, id instance.ID) error {
	err := s.may(ctx, by, organisation)
	if err == nil {
		err = s.DB.InTx(ctx, func(tx store.Tx) error {
			n, err := tx.Exec(ctx, `DELETE FROM stalls WHERE id = $1 AND organisation_id = $2`, id, organisation)
			if err == nil && n == 0 {
				err = instance.ErrNotFound
			}
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("remove stall %s of %s: %w", id, organisation, err)
	}
	return nil
}

// Of returns the stalls of an organisation, the oldest first.
func (s *Service) Of(ctx context.Context, organisation instance.ActorID) ([]instance.Stall, error) {
	list, err := s.stalls(ctx, `s.organisation_id = $2`, []any{organisation})
	if err != nil {
		return nil, fmt.Errorf("stalls of %s: %w", organisation, err)
	}
	return list, nil
}

// Days returns the market days of a place, of all within it and of what it lies
// within, from from to to, the next first.
func (s *Service) Days(ctx context.Context, place instance.ActorID, from, to time.Time) ([]instance.MarketDay, error) {
	places, err := s.places(ctx, place)
	if err != nil {
		return nil, err
	}
	list, err := s.stalls(ctx, `o.place_id IN (`+store.Placeholders(2, len(places))+`)`, places)
	if err != nil {
		return nil, fmt.Errorf("market days of %s: %w", place, err)
	}
	return instance.Between(list, from, to), nil
}

func (s *Service) places(ctx context.Context, place instance.ActorID) ([]any, error) {
	ids, err := actors.Nested(ctx, s.DB.Read(), place)
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return args, err
}

// stalls returns those that where says, which begins at $2.
func (s *Service) stalls(ctx context.Context, where string, args []any) ([]instance.Stall, error) {
	rows, err := s.DB.Read().Query(ctx, `
		SELECT s.id, a.id, a.username, a.name, o.sort, s.market, s.goods, s.starts_at, s.ends_at, s.zone, s.repeats
		  FROM stalls s
		  JOIN organisations o ON o.actor_id = s.organisation_id
		  JOIN actors a ON a.id = o.actor_id
		 WHERE `+where+` AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY s.id
		 LIMIT $1`, append([]any{mostStalls}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []instance.Stall
	for rows.Next() {
		var stall instance.Stall
		var sort string
		var starts, ends int64
		if err := rows.Scan(&stall.ID, &stall.Organisation.ID, &stall.Organisation.Username, &stall.Organisation.Name, &sort,
			&stall.Market, &stall.Goods, &starts, &ends, &stall.Zone, &stall.Repeats); err != nil {
			return nil, err
		}
		stall.Sort, stall.Starts, stall.Ends = instance.OrganisationSort(sort), store.Time(starts), store.Time(ends)
		list = append(list, stall)
	}
	return list, rows.Err()
}

// Open is an organisation that is open now.
type Open struct {
	Organisation instance.Actor
	Sort         instance.OrganisationSort
	Until        time.Time // by the clocks here
}

// Open returns who is open now in a place, in all within it and in what it lies
// within, those that close first first, at most [MostOpen]. Nobody is asked where
// they are: near is the place.
func (s *Service) Open(ctx context.Context, place instance.ActorID) ([]Open, error) {
	list, err := s.open(ctx, place)
	if err != nil {
		return nil, fmt.Errorf("who is open in %s: %w", place, err)
	}
	return list, nil
}

func (s *Service) open(ctx context.Context, place instance.ActorID) ([]Open, error) {
	places, err := s.places(ctx, place)
	if err != nil {
		return nil, err
	}
	rows, err := s.DB.Read().Query(ctx, `
		SELECT a.id, a.username, a.name, o.sort, o.hours
		  FROM organisations o
		  JOIN actors a ON a.id = o.actor_id
		 WHERE o.place_id IN (`+store.Placeholders(2, len(places))+`)
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND o.hours LIKE '%"from"%'
		 ORDER BY o.actor_id
		 LIMIT $1`, append([]any{mostStalls}, places...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	now := s.Now().In(s.Zone)
	var list []Open
	for rows.Next() {
		var o Open
		var sort, text string
		if err := rows.Scan(&o.Organisation.ID, &o.Organisation.Username, &o.Organisation.Name, &sort, &text); err != nil {
			return nil, err
		}
		var hours instance.Hours
		if err := json.Unmarshal([]byte(text), &hours); err != nil {
			return nil, err
		}
		if until, open := hours.OpenUntil(now); open {
			o.Sort, o.Until = instance.OrganisationSort(sort), until
			list = append(list, o)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b Open) int { return a.Until.Compare(b.Until) })
	return list[:min(len(list), MostOpen)], nil
}
