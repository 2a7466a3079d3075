package groups

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Tended returns a group of ours if by may decide about posts in it: as one of
// its moderators, or one of the whole server's. It returns
// [instance.ErrForbidden] if not.
func (s *Service) Tended(ctx context.Context, by instance.Account, group instance.ActorID) (instance.Actor, error) {
	g, err := s.tended(ctx, s.db.Read(), by, group)
	if err != nil {
		return g, fmt.Errorf("look after group %s: %w", group, err)
	}
	return g, nil
}

func (s *Service) tended(ctx context.Context, tx store.Tx, by instance.Account, group instance.ActorID) (instance.Actor, error) {
	g, err := actors.ByID(ctx, tx, group)
	if err != nil {
		return g, err
	}
	if !g.Local() || g.Kind != instance.Group {
		return g, instance.ErrNotFound
	}
	if by.Moderates() {
		return g, nil
	}
	var yes bool
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM moderators WHERE group_id = $1 AND actor_id = $2)`, group, by.ID).Scan(&yes)
	if err != nil {
		return g, err
	}
	if !yes {
		return g, instance.ErrForbidden
	}
	return g, nil
}

// Holding returns the groups of ours that hold a post, which it was posted in or
// relayed by, and in which by may decide about it; the one it was posted in comes
// first.
func (s *Service) Holding(ctx context.Context, by instance.Account, p *instance.Post) ([]instance.Actor, error) {
	var in instance.ActorID
	if p.Group != nil {
		in = p.Group.ID
	}
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM actors a
		 WHERE a.host = '' AND a.kind = 'Group' AND a.deleted_at IS NULL
		   AND (a.id = $1 OR EXISTS (SELECT 1 FROM boosts b WHERE b.actor_id = a.id AND b.post_id = $2))
		   AND ($3 OR EXISTS (SELECT 1 FROM moderators m WHERE m.group_id = a.id AND m.actor_id = $4))
		 ORDER BY a.id <> $1, a.id`, in, p.ID, by.Moderates(), by.ID))
	if err != nil {
		return nil, fmt.Errorf("groups that hold post %s: %w", p.ID, err)
	}
	return list, nil
}

// CountWaiting returns how many posts wait for a moderator in each group where
// some do.
func (s *Service) CountWaiting(ctx context.Context) (map[instance.ActorID]int, error) {
	rows, err := s.db.Read().Query(ctx, `SELECT group_id, COUNT(*) FROM held_relays GROUP BY group_id`)
	if err != nil {
		return nil, fmt.Errorf("count what waits: %w", err)
	}
	defer rows.Close()
	waiting := map[instance.ActorID]int{}
	for rows.Next() {
		var group instance.ActorID
		var n int
		if err := rows.Scan(&group, &n); err != nil {
			return nil, fmt.Errorf("count what waits: %w", err)
		}
		waiting[group] = n
	}
	return waiting, rows.Err()
}

// Backlog is how much waits for a moderator of a group.
type Backlog struct {
	Group instance.Actor
	Posts int
}

// WaitingFor returns the groups in which posts wait for somebody to decide, the
// longest list first.
func (s *Service) WaitingFor(ctx context.Context, by instance.Account) ([]Backlog, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, w.posts
		  FROM (SELECT group_id, COUNT(*) AS posts FROM held_relays GROUP BY group_id) AS w
		  JOIN actors a ON a.id = w.group_id
		 WHERE $1 OR EXISTS (SELECT 1 FROM moderators m WHERE m.group_id = a.id AND m.actor_id = $2)
		 ORDER BY w.posts DESC, lower(a.name), a.id`, by.Moderates(), by.ID)
	if err != nil {
		return nil, fmt.Errorf("what waits for %s: %w", by.ID, err)
	}
	defer rows.Close()
	var list []Backlog
	for rows.Next() {
		var b Backlog
		dest, done := actors.Fields(&b.Group)
		if err := rows.Scan(append(dest, &b.Posts)...); err != nil {
			return nil, fmt.Errorf("what waits for %s: %w", by.ID, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list, rows.Err()
}
