package events

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Remind is the job that tells those who come that something is soon.
type Remind struct{}

// Kind names the job.
func (Remind) Kind() string { return "remind_events" }

// soonest is how many events one round reminds of.
const soonest = 500

// remind tells those who come to what begins within the hours that its host
// chose, each once for each time it takes place.
func (s *Service) remind(ctx context.Context, _ Remind) error {
	ids, err := s.remindable(ctx)
	if err != nil {
		return fmt.Errorf("remind of events: %w", err)
	}
	off, err := s.datesOff(ctx, ids)
	if err != nil {
		return fmt.Errorf("remind of events: %w", err)
	}
	for _, id := range ids {
		if err := s.db.InTx(ctx, func(tx store.Tx) error { return s.remindOf(ctx, tx, id, off[id]) }); err != nil {
			return fmt.Errorf("remind of event %s: %w", id, err)
		}
	}
	return nil
}

// remindable returns the events of ours that may begin soon and that somebody
// comes to.
func (s *Service) remindable(ctx context.Context) ([]instance.PostID, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT e.post_id
		  FROM events e
		  JOIN event_plans g ON g.post_id = e.post_id AND g.remind > 0
		  JOIN posts p ON p.id = e.post_id AND p.local AND p.deleted_at IS NULL AND p.removed_at IS NULL
		 WHERE e.status <> 'cancelled'
		   AND (e.repeats <> '' AND e.starts_at < CAST($1 AS BIGINT) + g.remind * 3600000 OR e.starts_at > CAST($1 AS BIGINT) AND e.starts_at < CAST($1 AS BIGINT) + g.remind * 3600000)
		   AND EXISTS (SELECT 1 FROM rsvps r WHERE r.post_id = e.post_id AND r.state = 'coming' AND (r.reminded < e.starts_at OR e.repeats <> ''))
		 ORDER BY e.starts_at
		 LIMIT $2`, store.Millis(s.now()), soonest)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func (s *Service) remindOf(ctx context.Context, tx store.Tx, id instance.PostID, off []time.Time) error {
	p, err := s.post(ctx, tx, id)
	if err != nil || p.Event == nil {
		return err
	}
	var hours int
	if err := tx.QueryRow(ctx, `SELECT remind FROM event_plans WHERE post_id = $1`, id).Scan(&hours); err != nil {
		return err
	}
	now := s.now()
	next := p.Event.Next(now, off)
	if !next.After(now) || next.Sub(now) > time.Duration(hours)*time.Hour {
		return nil
	}
	guests, err := list(ctx, tx, `r.post_id = $1 AND r.state = 'coming' AND r.reminded < $2`, id, store.Millis(next))
	if err != nil || len(guests) == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE rsvps SET reminded = $2 WHERE post_id = $1 AND state = 'coming'`, id, store.Millis(next)); err != nil {
		return err
	}
	var whom []instance.ActorID
	for _, r := range guests {
		if r.Who != nil && r.Who.Local() {
			whom = append(whom, r.Who.ID)
		}
	}
	if err := s.concern(ctx, tx, NoticeReminder, p.Author.ID, id, whom); err != nil {
		return err
	}
	soon := *p
	e := *p.Event
	if !e.Ends.IsZero() {
		e.Ends = next.Add(e.Ends.Sub(e.Starts))
	}
	e.Starts, e.Repeats, soon.Event = next, "", &e
	return s.writeGuests(ctx, tx, guests, &soon, NoticeReminder)
}
