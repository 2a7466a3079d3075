package informants

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Tend is the job that ends the time of informants when it is over, and forgets
// requests that were closed long ago.
type Tend struct{}

// Kind names the job.
func (Tend) Kind() string { return "tend_informants" }

// waits is how long somebody can wait to be accepted.
const waits = 90 * 24 * time.Hour

func (s *Service) tend(ctx context.Context, _ Tend) error { return s.Tend(ctx) }

// Tend tells informants that their time is over soon and when it is, ends that of
// those who are no verified residents any more, and forgets what was closed long
// ago.
func (s *Service) Tend(ctx context.Context) error {
	all, err := s.seats(ctx)
	if err != nil {
		return fmt.Errorf("tend informants: %w", err)
	}
	ids := make([]instance.ActorID, len(all))
	for i, one := range all {
		ids[i] = one.person
	}
	homes, err := s.readers.Viewers(ctx, ids)
	if err != nil {
		return fmt.Errorf("tend informants: %w", err)
	}
	now := s.now()
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		for _, one := range all {
			if err := s.settle(ctx, tx, one, slices.Contains(homes[one.person].Inner, one.place), now); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `DELETE FROM informant_requests WHERE closed_at < $1`, store.Millis(now.Add(-keptFor)))
		return err
	})
	if err != nil {
		return fmt.Errorf("tend informants: %w", err)
	}
	return nil
}

// seat is an informant, or who volunteers, as far as their time goes.
type seat struct {
	place, person instance.ActorID
	asked, until  time.Time
	reminded      bool
}

// seats are all of this server: few, a handful for each place.
func (s *Service) seats(ctx context.Context) (all []seat, err error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT place_id, person_id, COALESCE(asked_at, 0), COALESCE(until, 0), reminded
		  FROM informants
		 ORDER BY place_id, person_id`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one seat
		var asked, until int64
		if err := rows.Scan(&one.place, &one.person, &asked, &until, &one.reminded); err != nil {
			return nil, err
		}
		one.asked, one.until = timeOrNever(asked), timeOrNever(until)
		all = append(all, one)
	}
	return all, rows.Err()
}

// settle does what the time of one informant asks for now.
func (s *Service) settle(ctx context.Context, tx store.Tx, one seat, resident bool, now time.Time) error {
	holds := one.until.After(now)
	switch {
	case !one.until.IsZero() && (!holds || !resident):
		return s.over(ctx, tx, one, resident)
	case one.until.IsZero() && (!resident || one.asked.Before(now.Add(-waits))):
		_, err := end(ctx, tx, one.place, one.person)
		return err
	case holds && !one.reminded && one.asked.IsZero() && one.until.Before(now.Add(instance.InformantRenewal)):
		n, err := tx.Exec(ctx, `
			UPDATE informants SET reminded = TRUE WHERE place_id = $1 AND person_id = $2 AND NOT reminded`, one.place, one.person)
		if err != nil || n == 0 {
			return err
		}
		return s.tell(ctx, tx, NoticeEnding, one.place, 0, []instance.ActorID{one.person})
	}
	return nil
}

// over ends the time of an informant, unless it was put off meanwhile. Who is
// still a resident and volunteered again goes on waiting.
func (s *Service) over(ctx context.Context, tx store.Tx, one seat, resident bool) error {
	var until *int64
	err := tx.QueryRow(ctx, `SELECT until FROM informants WHERE place_id = $1 AND person_id = $2`, one.place, one.person).Scan(&until)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if until == nil || store.Time(*until).After(one.until) {
		return nil
	}
	if resident && !one.asked.IsZero() {
		if err = leave(ctx, tx, one.place, one.person); err == nil {
			_, err = tx.Exec(ctx, `UPDATE informants SET since = NULL, until = NULL WHERE place_id = $1 AND person_id = $2`, one.place, one.person)
		}
	} else {
		_, err = end(ctx, tx, one.place, one.person)
	}
	if err != nil {
		return err
	}
	if err := s.tell(ctx, tx, NoticeEnded, one.place, 0, []instance.ActorID{one.person}); err != nil {
		return err
	}
	return s.tellLeft(ctx, tx, one.place, one.person)
}
