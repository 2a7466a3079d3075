package groups

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Heard tells whether a place of ours shows at once what somebody of another
// server answers in a thread that root began in it: who looks after it, whom it
// relays already, whom root follows, and of whom an answer was let through there.
// Nobody else, and nobody whom moderators limited or whose server they limited,
// is shown to the neighbours of a place by answering one of them (J21).
func (s *Service) Heard(ctx context.Context, tx store.Tx, group, root instance.ActorID, author instance.Actor) (bool, error) {
	var moderates, heard bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM moderators WHERE group_id = $1 AND actor_id = $2),
		       EXISTS (SELECT 1 FROM let_through WHERE group_id = $1 AND author_id = $2)
		    OR EXISTS (SELECT 1 FROM follows WHERE follower_id = $3 AND followee_id = $2 AND state = 'accepted')
		    OR EXISTS (SELECT 1 FROM follows WHERE followee_id = $1 AND follower_id = $2 AND state = 'accepted')
		       AND EXISTS (SELECT 1 FROM boosts b JOIN posts p ON p.id = b.post_id WHERE b.actor_id = $1 AND p.author_id = $2)`,
		group, author.ID, root).Scan(&moderates, &heard)
	if err != nil {
		return false, fmt.Errorf("whether %s is heard in %s: %w", author.ID, group, err)
	}
	if moderates || !heard {
		return moderates, nil
	}
	limited, err := s.limited(ctx, tx, author)
	if err != nil {
		return false, fmt.Errorf("whether %s is heard in %s: %w", author.ID, group, err)
	}
	return !limited, nil
}

// waits puts a reply among what waits in the place where its thread began.
func (s *Service) waits(ctx context.Context, tx store.Tx, p *instance.Post) error {
	var group instance.ActorID
	err := tx.QueryRow(ctx, `SELECT group_id FROM posts WHERE id = $1 AND group_id IS NOT NULL`, p.Thread).Scan(&group)
	if err == nil {
		err = s.hold(ctx, tx, group, p.ID, 0, nil)
	}
	if err != nil {
		return fmt.Errorf("reply %s waits: %w", p.ID, err)
	}
	return nil
}

// decides returns the group if by may decide about a post that waits in it: who
// looks after it may, and about an answer who began the thread.
func (s *Service) decides(ctx context.Context, tx store.Tx, by instance.Account, group instance.ActorID, p *instance.Post) (instance.Actor, error) {
	g, err := s.tended(ctx, tx, by, group)
	if !errors.Is(err, instance.ErrForbidden) || !p.Waits() {
		return g, err
	}
	var began bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE id = $1 AND author_id = $2)`, p.Thread, by.ID).Scan(&began); err != nil {
		return g, err
	}
	if !began {
		return g, instance.ErrForbidden
	}
	return actors.ByID(ctx, tx, group)
}

// letThrough shows a reply, and hears its author in the group from now on.
func (s *Service) letThrough(ctx context.Context, tx store.Tx, by, group instance.ActorID, p *instance.Post) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO let_through (group_id, author_id, post_id, by_id, at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, group, p.Author.ID, p.ID, by, store.Millis(s.now()))
	if err != nil {
		return err
	}
	return s.posts.LetThrough(ctx, tx, p, by)
}

// unheard has what somebody answers in a group wait again.
func (s *Service) unheard(ctx context.Context, tx store.Tx, group, author instance.ActorID) error {
	_, err := tx.Exec(ctx, `DELETE FROM let_through WHERE group_id = $1 AND author_id = $2`, group, author)
	return err
}

// LetThrough is [Service.Release] of a reply, by its own id. It returns
// [instance.ErrNotFound] for one that does not wait.
func (s *Service) LetThrough(ctx context.Context, by instance.Account, post instance.PostID) error {
	id, err := s.waitingReply(ctx, post)
	if err != nil {
		return fmt.Errorf("let reply %s through: %w", post, err)
	}
	return s.Release(ctx, by, id)
}

// KeepOut is [Service.Dismiss] of a reply, by its own id.
func (s *Service) KeepOut(ctx context.Context, by instance.Account, post instance.PostID, reason string) error {
	id, err := s.waitingReply(ctx, post)
	if err != nil {
		return fmt.Errorf("keep reply %s out: %w", post, err)
	}
	return s.Dismiss(ctx, by, id, reason)
}

// waitingReply returns under which number a reply waits.
func (s *Service) waitingReply(ctx context.Context, post instance.PostID) (id instance.ID, err error) {
	err = s.db.Read().QueryRow(ctx, `
		SELECT h.id
		  FROM posts p
		  JOIN posts q ON q.id = p.thread_id
		  JOIN held_relays h ON h.post_id = p.id AND h.group_id = q.group_id
		 WHERE p.id = $1 AND p.waits_at IS NOT NULL`, post).Scan(&id)
	if errors.Is(err, store.ErrNoRows) {
		err = instance.ErrNotFound
	}
	return id, err
}
