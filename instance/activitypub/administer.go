package activitypub

import (
	"context"
	"fmt"

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
		SELECT h.name, h.first_seen_at, (SELECT COUNT(*) FROM deliveries d WHERE d.host = h.name)
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
		if err := rows.Scan(&o.Name, &first, &o.Pending); err != nil {
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

// RetryHost has what waits for a host tried now, whatever its health.
func (s *Service) RetryHost(ctx context.Context, host string) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		now := store.Millis(s.now())
		if _, err := tx.Exec(ctx, `UPDATE hosts SET resume_at = NULL WHERE name = $1`, host); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE deliveries SET next_at = $2 WHERE host = $1`, host, now); err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, Drain{Host: host})
	})
	if err != nil {
		return fmt.Errorf("retry host %s: %w", host, err)
	}
	return nil
}
