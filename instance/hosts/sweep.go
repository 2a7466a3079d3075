package hosts

import (
	"context"
	"errors"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Sweep is the job that ends what has ended: visits and approvals that are over,
// mailboxes nobody opened, files that were kept long enough. It reminds those who
// were asked for a reference, and has hosts asked whether a bed is free on nights of
// emergency.
type Sweep struct{}

// Kind names the job.
func (Sweep) Kind() string { return "hosts_sweep" }

const (
	sweptAtOnce = 100
	// keptNever is how long the file of somebody is kept who never was approved,
	// keptOnce of who was (product.md 4.3).
	keptNever = 30 * 24 * time.Hour
	keptOnce  = 730 * 24 * time.Hour
)

func (s *Service) sweep(ctx context.Context, _ Sweep) error {
	if err := s.lapse(ctx); err != nil {
		return because(err, "end visits of hosts")
	}
	if err := s.db.InTx(ctx, func(tx store.Tx) error { return s.remind(ctx, tx) }); err != nil {
		return because(err, "remind references")
	}
	if err := s.warn(ctx); err != nil {
		return because(err, "tell of visits that end")
	}
	if err := s.callOut(ctx); err != nil {
		return because(err, "ask hosts whether a bed is free")
	}
	return because(s.forget(ctx), "forget hosts")
}

// lapse leads those back whose visit or approval has ended: their homes are offered
// no longer.
func (s *Service) lapse(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		list, err := s.list(ctx, tx, `
			h.state IN ('proposed', 'approved', 'paused') AND (h.visit_until <= $1 OR h.state <> 'proposed' AND h.approved_until <= $1)
			ORDER BY h.visit_until LIMIT $2`, store.Millis(s.now()), sweptAtOnce)
		if err != nil {
			return err
		}
		for _, h := range list { // each has homes, and a letter, of its own
			if err := s.step(ctx, tx, h, instance.LapseHost, 0); err != nil {
				return err
			}
			f, err := s.open(ctx, tx, h)
			if errors.Is(err, instance.ErrSealed) {
				continue // it ends, although nobody can be told
			}
			if err != nil {
				return err
			}
			if err := s.toHost(ctx, tx, h, f, "host-lapsed"); err != nil {
				return err
			}
		}
		return nil
	})
}

// forget erases what was kept long enough.
func (s *Service) forget(ctx context.Context) error {
	now := s.now()
	return s.db.InTx(ctx, func(tx store.Tx) error {
		if err := eraseLeft(ctx, tx, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM housing_hosts WHERE confirmed_at IS NULL AND came_at < $1`, store.Millis(now.Add(-unconfirmed)))
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			SELECT id FROM housing_hosts
			 WHERE erased_at IS NULL AND state IN ('refused', 'ended')
			   AND (approved_at IS NULL AND state_since < $1 OR state_since < $2)
			 ORDER BY state_since
			 LIMIT $3`, store.Millis(now.Add(-keptNever)), store.Millis(now.Add(-keptOnce)), sweptAtOnce)
		if err != nil {
			return err
		}
		ids, err := ids(rows)
		if err != nil || len(ids) == 0 {
			return err
		}
		return erase(ctx, tx, ids, now)
	})
}

func ids(rows store.Rows) ([]any, error) {
	defer rows.Close()
	var list []any
	for rows.Next() {
		var id instance.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}

// erase leaves of hosts that they were there, and nothing of who they are.
func erase(ctx context.Context, tx store.Tx, ids []any, now time.Time) error {
	for _, table := range []string{"housing_host_adults", "housing_host_references", "housing_host_visits", "housing_marks", "housing_host_asks"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE host_id IN (`+store.Placeholders(1, len(ids))+`)`, ids...); err != nil {
			return err
		}
	}
	args := append([]any{store.Millis(now), []byte{}}, ids...)
	_, err := tx.Exec(ctx, `
		UPDATE housing_hosts
		   SET file = $2, person_id = NULL, link_hash = NULL, link_until = NULL, tonight_at = NULL, erased_at = $1
		 WHERE id IN (`+store.Placeholders(3, len(ids))+`)`, args...)
	return err
}
