package groups

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Rule says what a group relays of another that it follows.
type Rule struct {
	Source    instance.Actor
	State     string // of the follow: requested or accepted
	Moderated bool   // a moderator reads first
	MinReach  instance.Reach
	MaxPerDay int
	Today     int // relayed from there in the last day
}

// mostPerDay bounds what one source may bring a group in a day.
const mostPerDay = 1000

// SetRule makes a group of ours relay what it hears from another, or changes
// how. That it follows the other is a deed of its own.
func (s *Service) SetRule(ctx context.Context, group, source instance.ActorID, moderated bool, least instance.Reach, perDay int) error {
	if perDay < 1 || perDay > mostPerDay {
		return &instance.Invalid{Field: "max-per-day", Code: "out-of-range", Limit: mostPerDay}
	}
	if !least.Valid() {
		return &instance.Invalid{Field: "min-reach", Code: "unknown"}
	}
	mode := "auto"
	if moderated {
		mode = "moderated"
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO relay_rules (group_id, source_id, mode, min_reach, max_per_day)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (group_id, source_id) DO UPDATE
			   SET mode = excluded.mode, min_reach = excluded.min_reach, max_per_day = excluded.max_per_day`,
			group, source, mode, int(least), perDay)
		return err
	})
	if err != nil {
		return fmt.Errorf("relay rule of %s for %s: %w", group, source, err)
	}
	return nil
}

// DropRule ends the relay from a source.
func (s *Service) DropRule(ctx context.Context, group, source instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM relay_rules WHERE group_id = $1 AND source_id = $2`, group, source)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop relay rule of %s for %s: %w", group, source, err)
	}
	return nil
}

// Rules returns what a group of ours relays of others.
func (s *Service) Rules(ctx context.Context, group instance.ActorID) ([]Rule, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, COALESCE(f.state, ''), r.mode = 'moderated', r.min_reach, r.max_per_day,
		       (SELECT COUNT(*) FROM boosts b
		         WHERE b.actor_id = r.group_id AND b.source_id = r.source_id AND b.id > $2)
		  FROM relay_rules r
		  JOIN actors a ON a.id = r.source_id
		  LEFT JOIN follows f ON f.follower_id = r.group_id AND f.followee_id = r.source_id
		 WHERE r.group_id = $1
		 ORDER BY lower(a.name), a.id`, group, s.dayAgo())
	if err != nil {
		return nil, fmt.Errorf("relay rules of %s: %w", group, err)
	}
	defer rows.Close()
	var list []Rule
	for rows.Next() {
		var r Rule
		var reach int
		dest, done := actors.Fields(&r.Source)
		if err := rows.Scan(append(dest, &r.State, &r.Moderated, &reach, &r.MaxPerDay, &r.Today)...); err != nil {
			return nil, fmt.Errorf("relay rules of %s: %w", group, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		r.MinReach = instance.Reach(reach)
		list = append(list, r)
	}
	return list, rows.Err()
}
