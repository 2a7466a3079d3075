// Package markers keeps how far people have read in their apps, so that another
// app of theirs goes on where they stopped.
package markers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service keeps markers.
type Service struct {
	db  *store.DB
	now func() time.Time
}

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	Now func() time.Time
}

// New returns a service on o.
func New(o Options) *Service { return &Service{db: o.DB, now: o.Now} }

// Timeline is what a person reads along.
type Timeline string

// The timelines that have a marker.
const (
	Home          Timeline = "home"
	Notifications Timeline = "notifications"
)

// Timelines are all of them.
var Timelines = []Timeline{Home, Notifications}

// Marker is how far a person has read.
type Marker struct {
	LastRead  instance.ID
	Version   int // how often it was moved
	UpdatedAt time.Time
}

// Step moves a marker.
type Step struct {
	Timeline Timeline
	LastRead instance.ID
	// From is the version it is moved from; nil for whichever it has.
	From *int
}

// Of returns a person's markers, as far as they have any.
func (s *Service) Of(ctx context.Context, owner instance.ActorID) (map[Timeline]Marker, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT timeline, last_read_id, version, updated_at
		  FROM markers
		 WHERE owner_id = $1`, owner)
	if err != nil {
		return nil, fmt.Errorf("markers of %s: %w", owner, err)
	}
	defer rows.Close()
	found := map[Timeline]Marker{}
	for rows.Next() {
		var timeline string
		var m Marker
		var at int64
		if err := rows.Scan(&timeline, &m.LastRead, &m.Version, &at); err != nil {
			return nil, fmt.Errorf("markers of %s: %w", owner, err)
		}
		m.UpdatedAt = store.Time(at)
		found[Timeline(timeline)] = m
	}
	return found, rows.Err()
}

// Move moves markers, all of them or none, and returns how they stand then. It
// returns [instance.ErrConflict] for one that somebody else moved meanwhile.
func (s *Service) Move(ctx context.Context, owner instance.ActorID, steps []Step) (map[Timeline]Marker, error) {
	var moved map[Timeline]Marker
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		moved = map[Timeline]Marker{}
		for _, step := range steps {
			if step.Timeline != Home && step.Timeline != Notifications {
				return &instance.Invalid{Field: "timeline", Code: "unknown"}
			}
			m, err := s.move(ctx, tx, owner, step)
			if err != nil {
				return err
			}
			moved[step.Timeline] = m
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("move markers of %s: %w", owner, err)
	}
	return moved, nil
}

func (s *Service) move(ctx context.Context, tx store.Tx, owner instance.ActorID, step Step) (Marker, error) {
	was := 0 // one that is not there yet
	err := tx.QueryRow(ctx, `
		SELECT version
		  FROM markers
		 WHERE owner_id = $1 AND timeline = $2`, owner, string(step.Timeline)).Scan(&was)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return Marker{}, err
	}
	if step.From != nil && *step.From != was {
		return Marker{}, instance.ErrConflict
	}
	m := Marker{LastRead: step.LastRead, Version: was + 1, UpdatedAt: store.Time(store.Millis(s.now()))}
	n, err := tx.Exec(ctx, `
		INSERT INTO markers (owner_id, timeline, last_read_id, version, updated_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner_id, timeline) DO UPDATE
		   SET last_read_id = excluded.last_read_id, version = excluded.version, updated_at = excluded.updated_at
		 WHERE markers.version = $6`,
		owner, string(step.Timeline), m.LastRead, m.Version, store.Millis(m.UpdatedAt), was)
	if err == nil && n == 0 {
		return Marker{}, instance.ErrConflict
	}
	return m, err
}
