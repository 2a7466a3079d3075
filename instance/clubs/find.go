package clubs

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/readable"
	"palier/instance/store"
)

const columns = `k.topic, k.entry, k.summary,
	(SELECT COUNT(*) FROM club_members m WHERE m.club_id = k.actor_id AND m.state = 'member'),
	(SELECT COUNT(*) FROM club_members m WHERE m.club_id = k.actor_id AND m.state = 'asked'), k.place_id`

func scan(r store.Row) (instance.Club, error) {
	var c instance.Club
	var topic, entry string
	dest, done := actors.Fields(&c.Actor)
	if err := r.Scan(append(dest, &topic, &entry, &c.Source, &c.Members, &c.Asking, &c.Place.ID)...); err != nil {
		return c, notFound(err)
	}
	c.Topic, c.Entry = instance.ClubTopic(topic), instance.Entry(entry)
	return c, done()
}

// ByID returns a club. It returns [instance.ErrNotFound] for what is none.
func (s *Service) ByID(ctx context.Context, id instance.ActorID) (instance.Club, error) {
	c, err := scan(s.db.Read().QueryRow(ctx, `
		SELECT `+actors.Columns+`, `+columns+`
		  FROM clubs k JOIN actors a ON a.id = k.actor_id
		 WHERE k.actor_id = $1`, id))
	if err == nil {
		c.Place, err = actors.ByID(ctx, s.db.Read(), c.Place.ID)
	}
	if err != nil {
		return c, fmt.Errorf("club %s: %w", id, err)
	}
	return c, nil
}

// In returns a page of the clubs that belong to a place, the oldest first, from
// after an id, without the place itself.
func (s *Service) In(ctx context.Context, place, after instance.ActorID, limit int) ([]instance.Club, error) {
	list, err := s.list(ctx, `k.place_id = $1 AND k.actor_id > $2`, place, after, limit)
	if err != nil {
		return nil, fmt.Errorf("clubs of %s: %w", place, err)
	}
	return list, nil
}

// Of returns the clubs somebody takes part in.
func (s *Service) Of(ctx context.Context, person instance.ActorID) ([]instance.Club, error) {
	list, err := s.list(ctx, `k.actor_id > $2 AND k.actor_id IN (
		SELECT m.club_id FROM club_members m WHERE m.person_id = $1 AND m.state = 'member')`, person, instance.ActorID(0), 100)
	if err != nil {
		return nil, fmt.Errorf("clubs with %s: %w", person, err)
	}
	return list, nil
}

func (s *Service) list(ctx context.Context, where string, args ...any) ([]instance.Club, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, `+columns+`
		  FROM clubs k JOIN actors a ON a.id = k.actor_id
		 WHERE `+where+` AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY k.actor_id
		 LIMIT $3`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []instance.Club
	for rows.Next() {
		c, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// Calendar returns what a group has planned from now on that v may read, the
// next first.
func (s *Service) Calendar(ctx context.Context, v instance.Viewer, group instance.ActorID, limit int) ([]*instance.Post, error) {
	where, args := readable.Where(v, []any{group, store.Millis(s.now()), limit})
	rows, err := s.db.Read().Query(ctx, `
		SELECT p.id
		  FROM posts p JOIN events e ON e.post_id = p.id
		 WHERE p.group_id = $1 AND p.kind = 'event' AND p.deleted_at IS NULL AND p.removed_at IS NULL
		   AND COALESCE(e.ends_at, e.starts_at) >= $2 AND `+where+`
		 ORDER BY e.starts_at, p.id
		 LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("calendar of %s: %w", group, err)
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("calendar of %s: %w", group, err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("calendar of %s: %w", group, err)
	}
	return s.posts.Load(ctx, v, ids)
}
