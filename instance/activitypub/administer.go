package activitypub

import (
	"context"
	"errors"
	"fmt"

	"palier/federation/delivery"
	"palier/instance"
	"palier/instance/store"
)

// Servers returns a page of the other servers we know by name, from after one,
// in trouble or not.
func (s *Service) Servers(ctx context.Context, after string, limit int) ([]instance.OtherServer, error) {
	return s.servers(ctx, `h.name > $1 ORDER BY h.name LIMIT $2`, after, limit)
}

// Server returns one other server. It returns [instance.ErrNotFound] if we
// never met it.
func (s *Service) Server(ctx context.Context, name string) (instance.OtherServer, error) {
	found, err := s.servers(ctx, `h.name = $1`, name)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("server %s: %w", name, instance.ErrNotFound)
	}
	if err != nil {
		return instance.OtherServer{}, err
	}
	return found[0], nil
}

func (s *Service) servers(ctx context.Context, where string, args ...any) ([]instance.OtherServer, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT h.name, h.software, h.first_seen_at, (SELECT COUNT(*) FROM deliveries d WHERE d.host = h.name),
		       (SELECT COUNT(*) FROM actors a WHERE a.host = h.name AND a.host <> '' AND a.deleted_at IS NULL)
		  FROM hosts h
		 WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list servers: %w", err)
	}
	defer rows.Close()
	var list []instance.OtherServer
	var names []string
	for rows.Next() {
		var o instance.OtherServer
		var first int64
		if err := rows.Scan(&o.Name, &o.Software, &first, &o.Pending, &o.People); err != nil {
			return nil, fmt.Errorf("list servers: %w", err)
		}
		o.FirstSeen = store.Time(first)
		list = append(list, o)
		names = append(names, o.Name)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list servers: %w", err)
	}
	health, err := s.hosts.Load(ctx, names)
	if err != nil {
		return nil, err
	}
	now := s.now()
	for i := range list {
		o := &list[i]
		h := health[o.Name]
		o.State, o.Failures, o.LastError = string(h.State(now)), h.Failures, h.LastError
		o.LastSuccess, o.LastFailure, o.ResumeAt, o.Skew = h.LastSuccess, h.LastFailure, h.ResumeAt, h.Skew
	}
	return list, nil
}

// RetryHost has what waits for a host tried now, whatever its health. It returns
// [instance.ErrNotFound] for a host we never met.
func (s *Service) RetryHost(ctx context.Context, host string) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		// Known through its health, or through nothing but what waits for it.
		met, err := tx.Exec(ctx, `UPDATE hosts SET resume_at = NULL WHERE name = $1`, host)
		if err != nil {
			return err
		}
		waits, err := tx.Exec(ctx, `UPDATE deliveries SET next_at = $2 WHERE host = $1`, host, store.Millis(s.now()))
		if err != nil {
			return err
		}
		if met+waits == 0 {
			return instance.ErrNotFound
		}
		return s.jobs.Enqueue(ctx, tx, Drain{Host: host, Anyway: true})
	})
	if err != nil {
		return fmt.Errorf("retry host %s: %w", host, err)
	}
	return nil
}

// Probe asks a server about itself and keeps what software it says it is. One
// that answers is worth another try of what waits for it. It returns
// [instance.ErrUnreachable] if there is no answer, and [instance.ErrNotFound] for
// a server we never met.
func (s *Service) Probe(ctx context.Context, host string) error {
	if _, err := s.Server(ctx, host); err != nil {
		return err
	}
	found, err := s.discovery.RefreshServer(ctx, host)
	if err != nil {
		return fmt.Errorf("probe %s: %w", host, errors.Join(instance.ErrUnreachable, err))
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error { return keepSoftware(ctx, tx, host, found.Info) })
	if err != nil {
		return fmt.Errorf("probe %s: %w", host, err)
	}
	return s.RetryHost(ctx, host)
}

// Held returns a page of what waits for a host, the oldest first, from after an
// id (0 for the first).
func (s *Service) Held(ctx context.Context, host string, after instance.ID, limit int) ([]instance.HeldDelivery, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, activity_id, attempts, next_at, last_error
		  FROM deliveries
		 WHERE host = $1 AND id > $2
		 ORDER BY id
		 LIMIT $3`, host, after, limit)
	if err != nil {
		return nil, fmt.Errorf("what waits for %s: %w", host, err)
	}
	defer rows.Close()
	var list []instance.HeldDelivery
	for rows.Next() {
		var d instance.HeldDelivery
		var next int64
		if err := rows.Scan(&d.ID, &d.Activity, &d.Attempts, &next, &d.LastError); err != nil {
			return nil, fmt.Errorf("what waits for %s: %w", host, err)
		}
		d.NextAt = store.Time(next)
		list = append(list, d)
	}
	return list, rows.Err()
}

// Tally counts the other servers, those that do not answer any more, and what
// waits to be delivered.
func (s *Service) Tally(ctx context.Context) (instance.NetworkTally, error) {
	var t instance.NetworkTally
	err := s.db.Read().QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM hosts), (SELECT COUNT(*) FROM deliveries),
		       (SELECT COUNT(*) FROM inbox_items WHERE state = 'failed')`).Scan(&t.Servers, &t.Pending, &t.Stuck)
	if err != nil {
		return t, fmt.Errorf("count servers: %w", err)
	}
	rows, err := s.db.Read().Query(ctx, `SELECT failures, failing_since FROM hosts WHERE failing_since IS NOT NULL`)
	if err != nil {
		return t, fmt.Errorf("count silent servers: %w", err)
	}
	defer rows.Close()
	now := s.now()
	for rows.Next() {
		var h delivery.Health
		var since int64
		if err := rows.Scan(&h.Failures, &since); err != nil {
			return t, fmt.Errorf("count silent servers: %w", err)
		}
		h.FailingSince = store.Time(since)
		if state := h.State(now); state == delivery.Paused || state == delivery.Dead {
			t.Silent++
		}
	}
	return t, rows.Err()
}

// Stuck returns a page of what came in and could not be worked however often it
// was tried, the newest first, from before an id (0 for the newest). It keeps
// nothing else waiting (security.md R11).
func (s *Service) Stuck(ctx context.Context, before instance.ID, limit int) ([]instance.StuckItem, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, activity_id, actor_uri, kind, error, received_at
		  FROM inbox_items
		 WHERE state = 'failed' AND id < $1
		 ORDER BY id DESC
		 LIMIT $2`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list what is stuck: %w", err)
	}
	defer rows.Close()
	var list []instance.StuckItem
	for rows.Next() {
		var x instance.StuckItem
		var at int64
		if err := rows.Scan(&x.ID, &x.Activity, &x.Actor, &x.Kind, &x.Error, &at); err != nil {
			return nil, fmt.Errorf("list what is stuck: %w", err)
		}
		x.At = store.Time(at)
		list = append(list, x)
	}
	return list, rows.Err()
}

// Unstick has something that could not be worked tried again, as often as if it
// had just come. It returns [instance.ErrNotFound] for what is not stuck.
func (s *Service) Unstick(ctx context.Context, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE inbox_items
			   SET state = 'new', attempts = 0, next_at = $2, claimed_to = 0
			 WHERE id = $1 AND state = 'failed'`, id, store.Millis(s.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrNotFound
		}
		return s.db.Notify(ctx, tx, inboxChannel, "")
	})
	if err != nil {
		return fmt.Errorf("unstick %s: %w", id, err)
	}
	return nil
}
