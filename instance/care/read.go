package care

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// ByID returns a circle to somebody who is in it. For everybody else it is
// [instance.ErrNotFound].
func (s *Service) ByID(ctx context.Context, who instance.ActorID, id instance.ID) (*Circle, error) {
	c, err := s.load(ctx, who, id)
	if err != nil {
		return nil, fmt.Errorf("read a circle: %w", err)
	}
	return c, nil
}

func (s *Service) load(ctx context.Context, who instance.ActorID, id instance.ID) (*Circle, error) {
	tx := s.db.Read()
	person, err := held(ctx, tx, id, who)
	if err != nil {
		return nil, err
	}
	c := &Circle{ID: id}
	var seen instance.ActorID
	var since int64
	err = tx.QueryRow(ctx, `SELECT consent, COALESCE(seen_by, 0), agreed_at FROM care_circles WHERE id = $1`, id).Scan(&c.Consent, &seen, &since)
	if err != nil {
		return nil, err
	}
	c.Since = store.Time(since)
	known, err := actors.ByIDs(ctx, tx, []instance.ActorID{person, seen})
	if err != nil {
		return nil, err
	}
	c.Person = known[person]
	if a, ok := known[seen]; ok && seen != 0 {
		c.Seen = &a
	}
	if err := s.loadMembers(ctx, c); err != nil {
		return nil, err
	}
	return c, s.loadEntries(ctx, c)
}

func (s *Service) loadMembers(ctx context.Context, c *Circle) error {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, m.role, m.agreed_at IS NOT NULL
		  FROM care_members m JOIN actors a ON a.id = m.person_id
		 WHERE m.circle_id = $1 AND a.deleted_at IS NULL
		 ORDER BY m.asked_at, a.id`, c.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var m Member
		dest, done := actors.Fields(&m.Actor)
		if err := rows.Scan(append(dest, &m.Role, &m.Agreed)...); err != nil {
			return err
		}
		if err := done(); err != nil {
			return err
		}
		c.Members = append(c.Members, m)
	}
	return rows.Err()
}

func (s *Service) loadEntries(ctx context.Context, c *Circle) error {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, e.id, e.what, e.at, e.how, e.done_at IS NOT NULL
		  FROM care_entries e JOIN actors a ON a.id = e.by_id
		 WHERE e.circle_id = $1
		 ORDER BY e.at DESC, e.id DESC
		 LIMIT $2`, c.ID, shown)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e Entry
		var at int64
		var isDone bool
		dest, done := actors.Fields(&e.By)
		if err := rows.Scan(append(dest, &e.ID, &e.What, &at, &e.How, &isDone)...); err != nil {
			return err
		}
		if err := done(); err != nil {
			return err
		}
		e.At = store.Time(at)
		if isDone {
			c.Done = append(c.Done, e)
		} else {
			c.Planned = append([]Entry{e}, c.Planned...)
		}
	}
	return rows.Err()
}
