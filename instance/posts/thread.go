package posts

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/readable"
)

// MaxThread is how much of a thread one page holds at most.
const MaxThread = 200

// Thread returns the posts of the thread that a post belongs to, oldest first,
// as far as v may read them, from after an id: at most [MaxThread] at once. What
// somebody who was shut out said is left out. It returns [instance.ErrNotFound]
// if v may not read the post itself.
func (s *Service) Thread(ctx context.Context, v instance.Viewer, of instance.PostID, after instance.PostID) ([]*instance.Post, error) {
	p, err := s.ByID(ctx, v, of)
	if err != nil {
		return nil, err
	}
	where, args := readable.Where(v, []any{p.Thread, after, MaxThread})
	found, err := list(s.db.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM posts p
		 WHERE p.thread_id = $1 AND p.id > $2 AND `+where+`
		   AND (p.waits_at IS NULL OR p.deleted_at IS NULL AND p.removed_at IS NULL)
		   AND (p.deleted_at IS NOT NULL
		        OR NOT EXISTS (SELECT 1 FROM actors a
		                        WHERE a.id = p.author_id AND (a.suspended_at IS NOT NULL OR a.deleted_at IS NOT NULL)))
		 ORDER BY p.id
		 LIMIT $3`, args...))
	if err != nil {
		return nil, fmt.Errorf("thread of %s: %w", of, err)
	}
	if err := Complete(ctx, s.db.Read(), v.ID, found); err != nil {
		return nil, fmt.Errorf("thread of %s: %w", of, err)
	}
	return found, nil
}

// Edits returns how a post stood before each of its edits, the oldest first.
func (s *Service) Edits(ctx context.Context, v instance.Viewer, id instance.PostID) ([]instance.Edit, error) {
	p, err := s.ByID(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if p.Gone() {
		return nil, fmt.Errorf("edits of %s: %w", id, instance.ErrGone)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT at, title, content, warning, sensitive
		  FROM post_edits
		 WHERE post_id = $1
		 ORDER BY at`, id)
	if err != nil {
		return nil, fmt.Errorf("edits of %s: %w", id, err)
	}
	defer rows.Close()
	var edits []instance.Edit
	for rows.Next() {
		var e instance.Edit
		var at int64
		if err := rows.Scan(&at, &e.Title, &e.Content, &e.Warning, &e.Sensitive); err != nil {
			return nil, fmt.Errorf("edits of %s: %w", id, err)
		}
		e.At = instance.ID(at << 16).Time()
		edits = append(edits, e)
	}
	return edits, rows.Err()
}
