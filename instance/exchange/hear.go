package exchange

import (
	"context"
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
