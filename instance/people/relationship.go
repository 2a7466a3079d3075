package people

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Relationship is how a viewer stands to an actor.
type Relationship struct {
	Follows    FollowState // viewer → actor
	FollowedBy FollowState // actor → viewer
	Blocks     bool
	BlockedBy  bool
	Mutes      bool
}

// Relationships returns how viewer stands to each of the others.
func (s *Service) Relationships(ctx context.Context, viewer instance.ActorID, others []instance.ActorID) (map[instance.ActorID]Relationship, error) {
	found := make(map[instance.ActorID]Relationship, len(others))
	if len(others) == 0 || viewer == 0 {
		return found, nil
	}
	args := []any{viewer}
	for _, id := range others {
		args = append(args, id)
		found[id] = Relationship{}
	}
	in := store.Placeholders(2, len(others))
	rows, err := s.db.Read().Query(ctx, `
		SELECT followee_id, 'follows', state FROM follows WHERE follower_id = $1 AND followee_id IN (`+in+`)
		UNION ALL
		SELECT follower_id, 'followed', state FROM follows WHERE followee_id = $1 AND follower_id IN (`+in+`)
		UNION ALL
		SELECT target_id, 'blocks', '' FROM blocks WHERE actor_id = $1 AND target_id IN (`+in+`)
		UNION ALL
		SELECT actor_id, 'blocked', '' FROM blocks WHERE target_id = $1 AND actor_id IN (`+in+`)
		UNION ALL
		SELECT target_id, 'mutes', '' FROM mutes WHERE actor_id = $1 AND target_id IN (`+in+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("relationships of %s: %w", viewer, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ActorID
		var what, state string
		if err := rows.Scan(&id, &what, &state); err != nil {
			return nil, fmt.Errorf("relationships of %s: %w", viewer, err)
		}
		r := found[id]
		switch what {
		case "follows":
			r.Follows = FollowState(state)
		case "followed":
			r.FollowedBy = FollowState(state)
		case "blocks":
			r.Blocks = true
		case "blocked":
			r.BlockedBy = true
		case "mutes":
			r.Mutes = true
		}
		found[id] = r
	}
	return found, rows.Err()
}

// Request is someone who asks to follow.
type Request struct {
	ID   instance.ID // of the follow, for paging
	From instance.Actor
}

// Requests returns a page of those who wait for a yes from id, the newest
// first, from before an id (0 for the newest).
func (s *Service) Requests(ctx context.Context, id instance.ActorID, before instance.ID, limit int) ([]Request, error) {
	return s.follows(ctx, `f.followee_id = $1 AND f.state = 'requested'`, `f.follower_id`, id, before, limit)
}

// Followers returns a page of those who follow id.
func (s *Service) Followers(ctx context.Context, id instance.ActorID, before instance.ID, limit int) ([]Request, error) {
	return s.follows(ctx, `f.followee_id = $1 AND f.state = 'accepted'`, `f.follower_id`, id, before, limit)
}

// Followed returns a page of those whom id follows.
func (s *Service) Followed(ctx context.Context, id instance.ActorID, before instance.ID, limit int) ([]Request, error) {
	return s.follows(ctx, `f.follower_id = $1 AND f.state = 'accepted'`, `f.followee_id`, id, before, limit)
}

func (s *Service) follows(ctx context.Context, where, other string, id instance.ActorID, before instance.ID, limit int) ([]Request, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, f.id
		  FROM follows f JOIN actors a ON a.id = `+other+`
		 WHERE `+where+` AND f.id < $2 AND a.deleted_at IS NULL
		 ORDER BY f.id DESC
		 LIMIT $3`, id, before, limit)
	if err != nil {
		return nil, fmt.Errorf("follows of %s: %w", id, err)
	}
	defer rows.Close()
	var list []Request
	for rows.Next() {
		var r Request
		dest, done := actors.Fields(&r.From)
		if err := rows.Scan(append(dest, &r.ID)...); err != nil {
			return nil, fmt.Errorf("follows of %s: %w", id, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// CountRequests returns how many wait for a yes from id.
func (s *Service) CountRequests(ctx context.Context, id instance.ActorID) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*) FROM follows WHERE followee_id = $1 AND state = 'requested'`, id).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count requests to %s: %w", id, err)
	}
	return n, nil
}
