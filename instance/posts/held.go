package posts

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// HeldAll returns posts for a moderator who has to judge them, whoever else may
// read them, in the order asked for. Posts that are not there are left out.
func (s *Service) HeldAll(ctx context.Context, moderator instance.ActorID, ids []instance.PostID) ([]*instance.Post, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	tx := s.db.Read()
	found, err := list(tx.Query(ctx, `
		SELECT `+columns+`
		  FROM posts p
		 WHERE p.id IN (`+store.Placeholders(1, len(ids))+`)`, idArgs(ids)...))
	if err != nil {
		return nil, fmt.Errorf("posts for a moderator: %w", err)
	}
	if err := Complete(ctx, tx, moderator, found); err != nil {
		return nil, fmt.Errorf("posts for a moderator: %w", err)
	}
	byID := make(map[instance.PostID]*instance.Post, len(found))
	for _, p := range found {
		byID[p.ID] = p
	}
	ordered := make([]*instance.Post, 0, len(found))
	for _, id := range ids {
		if p := byID[id]; p != nil {
			ordered = append(ordered, p)
		}
	}
	return ordered, nil
}

// CountSince returns how much was posted here since a time, replies included.
func (s *Service) CountSince(ctx context.Context, since time.Time) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*) FROM posts WHERE local AND deleted_at IS NULL AND id >= $1`, store.Millis(since)<<16).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count posts: %w", err)
	}
	return n, nil
}
