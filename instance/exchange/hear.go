package exchange

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Hear ends what stood on a post that was deleted: there is nothing to take any
// more, and nobody waits for an answer.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Kind != instance.Deleted || d.Post == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `
		UPDATE agreements
		   SET state = 'cancelled', closed_at = $2
		 WHERE post_id = $1 AND state IN ('asked', 'accepted')`, d.Post.ID, store.Millis(s.now()))
	if err != nil {
		return fmt.Errorf("agreements after %s: %w", d.Kind, err)
	}
	return nil
}

// LeftIn ends what somebody asked for and was promised who is gone for good. What
// they were promised is there for others again; what they have in their hands
// stays on the list of whoever lent it.
func (s *Service) LeftIn(ctx context.Context, tx store.Tx, who instance.ActorID) error {
	all, err := list(tx.Query(ctx, `SELECT `+columns+from+` WHERE g.taker_id = $1 AND g.state IN ('asked', 'accepted') ORDER BY g.id`, who))
	if err != nil {
		return fmt.Errorf("agreements of %s: %w", who, err)
	}
	for _, g := range all {
		if err := s.cancelIn(ctx, tx, g, who, instance.Origin{Remote: true}); err != nil {
			return fmt.Errorf("agreements of %s: %w", who, err)
		}
	}
	return nil
}

// Leave ends what somebody here has open who is about to leave: what they asked
// for and were promised, and what they propose. The others are told. It can be
// done twice.
func (s *Service) Leave(ctx context.Context, who instance.ActorID) error {
	all, err := list(s.db.Read().Query(ctx, `
		SELECT `+columns+from+`
		 WHERE (g.taker_id = $1 AND g.state IN ('asked', 'accepted') OR p.author_id = $1 AND g.state = 'accepted')
		 ORDER BY g.id`, who))
	if err != nil {
		return fmt.Errorf("agreements of %s: %w", who, err)
	}
	for _, g := range all {
		if err := s.Cancel(ctx, who, g.ID); err != nil && !errors.Is(err, instance.ErrInvalid) {
			return err
		}
	}
	open, err := s.Proposed(ctx, instance.Viewer{ID: who})
	if err != nil {
		return err
	}
	for _, p := range open {
		if err := s.Close(ctx, who, p.ID); err != nil && !isNotFound(err) {
			return err
		}
	}
	return nil
}

// Held returns how many things somebody has in their hands that are another's,
// or others of theirs.
func (s *Service) Held(ctx context.Context, who instance.ActorID) (n int, err error) {
	err = s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*)
		  FROM agreements g JOIN posts p ON p.id = g.post_id
		 WHERE (g.taker_id = $1 OR p.author_id = $1) AND g.state = 'handed-over'`, who).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("what %s has in hand: %w", who, err)
	}
	return n, nil
}
