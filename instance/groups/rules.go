package groups

import (
	"context"
	"errors"
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

// Terms are how a group relays what it hears from another.
type Terms struct {
	Moderated bool           // a moderator reads first
	MinReach  instance.Reach // wider posts only
	MaxPerDay int
}

func (t Terms) check() error {
	if t.MaxPerDay < 1 || t.MaxPerDay > mostPerDay {
		return &instance.Invalid{Field: "max-per-day", Code: "out-of-range", Limit: mostPerDay}
	}
	if !t.MinReach.Valid() {
		return &instance.Invalid{Field: "min-reach", Code: "unknown"}
	}
	return nil
}

func (t Terms) mode() string {
	if t.Moderated {
		return "moderated"
	}
	return "auto"
}

// SetRule makes a group of ours relay what it hears from another, or changes
// how. That it follows the other is a deed of its own.
func (s *Service) SetRule(ctx context.Context, group, source instance.ActorID, moderated bool, least instance.Reach, perDay int) error {
	return s.rule(ctx, group, source, Terms{moderated, least, perDay}, `
		INSERT INTO relay_rules (group_id, source_id, mode, min_reach, max_per_day)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (group_id, source_id) DO UPDATE
		   SET mode = excluded.mode, min_reach = excluded.min_reach, max_per_day = excluded.max_per_day`)
}

// AddRule is [Service.SetRule] for a source the group may know already: then its
// terms stay as they are.
func (s *Service) AddRule(ctx context.Context, group, source instance.ActorID, t Terms) error {
	err := s.rule(ctx, group, source, t, `
		INSERT INTO relay_rules (group_id, source_id, mode, min_reach, max_per_day)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (group_id, source_id) DO NOTHING`)
	if errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	return err
}

// ChangeRule changes how a group relays what it hears from another. It returns
// [instance.ErrNotFound] if it has no rule for that.
func (s *Service) ChangeRule(ctx context.Context, group, source instance.ActorID, t Terms) error {
	return s.rule(ctx, group, source, t, `
		UPDATE relay_rules SET mode = $3, min_reach = $4, max_per_day = $5 WHERE group_id = $1 AND source_id = $2`)
}

// rule writes terms down with sql. It returns [instance.ErrNotFound] if that
// changes nothing.
func (s *Service) rule(ctx context.Context, group, source instance.ActorID, t Terms, sql string) error {
	if err := t.check(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, sql, group, source, t.mode(), int(t.MinReach), t.MaxPerDay)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
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
