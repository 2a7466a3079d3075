package activitypub

import (
	"context"
	"fmt"

	"palier/federation/delivery"
	"palier/instance/store"
)

// Host is another server as an administrator sees it.
type Host struct {
	Name    string
	State   delivery.State
	Health  delivery.Health
	Pending int // deliveries that wait
}

// Hosts returns a page of the servers we know by name, from after one, those in
// trouble or not.
func (s *Service) Hosts(ctx context.Context, after string, limit int) ([]Host, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT h.name, (SELECT COUNT(*) FROM deliveries d WHERE d.host = h.name)
		  FROM hosts h
		 WHERE h.name > $1
		 ORDER BY h.name
		 LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list hosts: %w", err)
	}
	defer rows.Close()
	var list []Host
	var names []string
	for rows.Next() {
		var h Host
		if err := rows.Scan(&h.Name, &h.Pending); err != nil {
			return nil, fmt.Errorf("list hosts: %w", err)
		}
		list = append(list, h)
		names = append(names, h.Name)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list hosts: %w", err)
	}
	health, err := s.hosts.Load(ctx, names)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Health = health[list[i].Name]
		list[i].State = list[i].Health.State(s.now())
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
