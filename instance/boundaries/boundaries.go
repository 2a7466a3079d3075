// Package boundaries lets neighbourhoods live: a feed takes in the nearest
// others until enough households meet in it, and where a place has become too
// crowded, or too empty, its residents propose another border and vote on it.
//
// Where households live is read here and nowhere shown: what comes out are
// counts of many and straight borders on a coarse grid.
package boundaries

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Service does what is done about the borders of places.
type Service struct {
	db      *store.DB
	ids     *instance.IDs
	now     func() time.Time
	jobs    *jobs.Queue
	founder Founder
	readers func(audience instance.Audience, place string) string
	tell    func(context.Context, store.Tx, instance.Deed) error
}

// Founder makes the group of a new place.
type Founder interface {
	// Found makes a place like another one, beside it, under a name and a title,
	// and returns it; it returns the place of that name if that was made so before.
	// It returns an [instance.Invalid] for a name that is in use otherwise.
	Found(ctx context.Context, like instance.ActorID, username, title string) (instance.ActorID, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB      *store.DB
	IDs     *instance.IDs
	Now     func() time.Time
	Jobs    *jobs.Queue
	Founder Founder
	// Readers is a query for the verified residents of a place; its column is
	// called reader.
	Readers func(audience instance.Audience, place string) string
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
}

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{db: o.DB, ids: o.IDs, now: o.Now, jobs: o.Jobs, founder: o.Founder, readers: o.Readers, tell: o.Tell}
	jobs.Handle(o.Jobs, s.count, jobs.HandleOptions{Timeout: 10 * time.Minute})
	jobs.Handle(o.Jobs, s.decide, jobs.HandleOptions{Timeout: 10 * time.Minute})
	return s
}

// Region returns what a place covers that formed from its households, and
// whether it is such a place.
func (s *Service) Region(ctx context.Context, place instance.ActorID) (Region, bool, error) {
	r, ok, err := regionOf(ctx, s.db.Read(), place)
	if err != nil {
		return nil, false, fmt.Errorf("region of %s: %w", place, err)
	}
	return r, ok, nil
}

func regionOf(ctx context.Context, tx store.Tx, place instance.ActorID) (Region, bool, error) {
	var text string
	err := tx.QueryRow(ctx, `SELECT region FROM place_regions WHERE place_id = $1`, place).Scan(&text)
	if errors.Is(err, store.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	var r Region
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return nil, false, err
	}
	return r, true, nil
}

func setRegion(ctx context.Context, tx store.Tx, place instance.ActorID, r Region) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO place_regions (place_id, region)
		VALUES ($1, $2)
		ON CONFLICT (place_id) DO UPDATE SET region = excluded.region`, place, string(text))
	return err
}

// Located returns the narrowest place at a position among those that formed
// from households, 0 if there is none.
func (s *Service) Located(ctx context.Context, p Position) (instance.ActorID, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT r.place_id, r.region
		  FROM place_regions r JOIN neighbourhoods n ON n.actor_id = r.place_id
		 WHERE n.closed_at IS NULL
		 ORDER BY r.place_id`)
	if err != nil {
		return 0, fmt.Errorf("locate: %w", err)
	}
	defer rows.Close()
	var found instance.ActorID
	most := 0
	for rows.Next() {
		var id instance.ActorID
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return 0, fmt.Errorf("locate: %w", err)
		}
		var r Region
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			return 0, fmt.Errorf("region of %s: %w", id, err)
		}
		if len(r) > most && r.Holds(p) {
			found, most = id, len(r)
		}
	}
	return found, rows.Err()
}
