package posts

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Passed is that somebody passed a post on.
type Passed struct {
	By   instance.Actor
	Post instance.PostID
}

// Shares returns what those of the ids name that are shares, by id. Shares of
// somebody who left or was shut out are none.
func (s *Service) Shares(ctx context.Context, ids []instance.ID) (map[instance.ID]Passed, error) {
	found := map[instance.ID]Passed{}
	if len(ids) == 0 {
		return found, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, b.id, b.post_id
		  FROM boosts b JOIN actors a ON a.id = b.actor_id
		 WHERE b.id IN (`+store.Placeholders(1, len(ids))+`) AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, args...)
	if err != nil {
		return nil, fmt.Errorf("shares: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var p Passed
		var id instance.ID
		dest, done := actors.Fields(&p.By)
		if err := rows.Scan(append(dest, &id, &p.Post)...); err != nil {
			return nil, fmt.Errorf("shares: %w", err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		found[id] = p
	}
	return found, rows.Err()
}

// ShareOf returns the id under which somebody passed a post on. It returns
// [instance.ErrNotFound] if they did not.
func (s *Service) ShareOf(ctx context.Context, by instance.ActorID, post instance.PostID) (instance.ID, error) {
	var id instance.ID
	err := s.db.Read().QueryRow(ctx, `SELECT id FROM boosts WHERE actor_id = $1 AND post_id = $2`, by, post).Scan(&id)
	if errors.Is(err, store.ErrNoRows) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("share of post %s by %s: %w", post, by, err)
	}
	return id, nil
}
