package informants

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
)

// PassOn posts what officials say in a place, with whose word it is, as one of its
// informants. It returns [instance.ErrForbidden] to others, and an
// [instance.Invalid] for what cannot be taken.
func (s *Service) PassOn(ctx context.Context, v instance.Viewer, place instance.ActorID, p instance.PassedOn, once string) (*instance.Post, error) {
	if !slices.Contains(v.Inner, place) {
		return nil, fmt.Errorf("pass on in %s: %w", place, instance.ErrForbidden)
	}
	if err := p.Check(s.now()); err != nil {
		return nil, err
	}
	d := instance.Draft{Title: p.Title, Text: strings.TrimSpace(p.Text) + "\n\n" + p.Line, Language: p.Language, Audience: instance.ToNeighbourhood, Group: place, Once: once}
	if p.Public {
		d.Audience = instance.ToPublic
	}
	post, err := s.posts.PublishWith(ctx, v, d, func(ctx context.Context, tx store.Tx, post *instance.Post) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO informant_relays (post_id, place_id, source, link, until)
			SELECT CAST($1 AS BIGINT), i.place_id, CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT)
			  FROM informants i
			 WHERE i.place_id = $2 AND i.person_id = $6 AND i.until > $7`,
			post.ID, place, p.Source, p.Link, store.Millis(p.Until), v.ID, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrForbidden
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pass on in %s: %w", place, err)
	}
	return post, nil
}

// Passed is a post by which an informant passed something on.
type Passed struct {
	*instance.Post
	Source string
	Link   string
}

// PassedOn returns what was passed on in a place and holds now, as far as v may
// read it, the newest first.
func (s *Service) PassedOn(ctx context.Context, v instance.Viewer, place instance.ActorID, limit int) ([]Passed, error) {
	where, args := readable.Where(v, []any{place, store.Millis(s.now()), limit})
	rows, err := s.db.Read().Query(ctx, `
		SELECT p.id, l.source, l.link
		  FROM informant_relays l CROSS JOIN posts p
		 WHERE p.id = l.post_id AND l.place_id = $1 AND l.until > $2
		   AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`
		 ORDER BY p.id DESC
		 LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("passed on in %s: %w", place, err)
	}
	defer rows.Close()
	var ids []instance.PostID
	sources := make(map[instance.PostID]Passed)
	for rows.Next() {
		var id instance.PostID
		var p Passed
		if err := rows.Scan(&id, &p.Source, &p.Link); err != nil {
			return nil, fmt.Errorf("passed on in %s: %w", place, err)
		}
		ids, sources[id] = append(ids, id), p
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("passed on in %s: %w", place, err)
	}
	all, err := s.posts.Load(ctx, v, ids)
	var list []Passed
	for _, post := range all {
		list = append(list, Passed{post, sources[post.ID].Source, sources[post.ID].Link})
	}
	return list, err
}

const (
	// lately is how far back asks are shown that nobody answered, and
	// mostUnanswered how many.
	lately         = 30 * 24 * time.Hour
	mostUnanswered = 30
)

// Unanswered returns the asks that nobody answered for a day in the places where v
// is an informant and in what lies within, as far as any resident like them may
// read them, the oldest first.
func (s *Service) Unanswered(ctx context.Context, v instance.Viewer) ([]*instance.Post, error) {
	now := s.now()
	where, args := readable.Where(v, []any{v.ID, store.Millis(now), store.Millis(now.Add(-lately)), mostUnanswered})
	rows, err := s.db.Read().Query(ctx, `
		WITH RECURSIVE down (id) AS (
			SELECT i.place_id FROM informants i WHERE i.person_id = $1 AND i.until > $2
			UNION
			SELECT w.child_id
			  FROM down
			  JOIN actors g ON g.id = down.id
			  JOIN nestings w ON w.parent_uri = g.uri
			  JOIN actors c ON c.id = w.child_id AND c.host = ''
		)
		SELECT p.id
		  FROM asks k CROSS JOIN posts p
		  JOIN proposals q ON q.post_id = p.id
		  JOIN actors a ON a.id = p.author_id
		 WHERE p.id = k.post_id AND k.alerted_at > $3 AND q.status = 'open' AND (q.ends_at IS NULL OR q.ends_at > $2)
		   AND p.group_id IN (SELECT id FROM down)
		   AND NOT EXISTS (SELECT 1 FROM agreements x WHERE x.post_id = p.id AND x.state <> 'cancelled')
		   AND p.deleted_at IS NULL AND p.removed_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND `+where+`
		 ORDER BY p.id
		 LIMIT $4`, args...)
	if err != nil {
		return nil, fmt.Errorf("asks that nobody answered: %w", err)
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("asks that nobody answered: %w", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("asks that nobody answered: %w", err)
	}
	return s.posts.Load(ctx, v, ids)
}

// Hear tells the informants of a place, and of what lies within, of what a council
// or an institution lets it know beyond info.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Kind != instance.Posted || d.Post.Notice == nil || d.Post.Group == nil || !d.Post.Group.Local() ||
		d.Post.Notice.Level == instance.LevelInfo || !d.Post.Notice.Sort.Official() {
		return nil
	}
	whom, err := people(tx.Query(ctx, `
		WITH RECURSIVE down (id) AS (
			SELECT CAST($1 AS BIGINT)
			UNION
			SELECT w.child_id
			  FROM down
			  JOIN actors g ON g.id = down.id
			  JOIN nestings w ON w.parent_uri = g.uri
			  JOIN actors c ON c.id = w.child_id AND c.host = ''
		)
		SELECT DISTINCT i.person_id
		  FROM informants i
		 WHERE i.until > $2 AND i.place_id IN (SELECT id FROM down)
		 ORDER BY i.person_id`, d.Post.Group.ID, store.Millis(s.now())))
	if err == nil && len(whom) > 0 {
		err = s.tell(ctx, tx, NoticeOfficial, d.Actor.ID, d.Post.ID, whom)
	}
	if err != nil {
		return fmt.Errorf("tell informants of %s: %w", d.Post.ID, err)
	}
	return nil
}
