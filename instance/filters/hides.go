package filters

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Hides returns, of some people, what their filters leave out of their home
// now: a function for each who has such a filter, of a post and its words.
func (s *Service) Hides(ctx context.Context, ids []instance.ActorID) (map[instance.ActorID]func(id instance.PostID, text string) bool, error) {
	args := []any{string(instance.Hide)}
	for _, id := range ids {
		args = append(args, id)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT DISTINCT owner_id
		  FROM filters
		 WHERE action = $1 AND owner_id IN (`+store.Placeholders(2, len(ids))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("who hides posts: %w", err)
	}
	defer rows.Close()
	var owners []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("who hides posts: %w", err)
		}
		owners = append(owners, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("who hides posts: %w", err)
	}
	return s.hiding(ctx, owners)
}

// hiding makes the functions of those who hide something. Few do, and what is
// theirs is mostly ready (see [ready]).
func (s *Service) hiding(ctx context.Context, owners []instance.ActorID) (map[instance.ActorID]func(id instance.PostID, text string) bool, error) {
	hides := make(map[instance.ActorID]func(id instance.PostID, text string) bool, len(owners))
	now := s.now()
	for _, owner := range owners {
		all, err := s.compiled(ctx, owner)
		if err != nil {
			return nil, fmt.Errorf("filters of %s: %w", owner, err)
		}
		hides[owner] = func(id instance.PostID, text string) bool {
			text = fold(text)
			for _, c := range all {
				if c.filter.Action != instance.Hide || !c.filter.Counts(instance.InHome, now) {
					continue
				}
				if _, ok := c.match(id, text); ok {
					return true
				}
			}
			return false
		}
	}
	return hides, nil
}
