package exchange

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// HandOver notes that what is lent, given or let has changed hands; either of
// the two can. What is lent is looked after from then on.
func (s *Service) HandOver(ctx context.Context, by instance.ActorID, id instance.ID) error {
	return s.carry(ctx, by, id, "hand over", func(tx store.Tx, g *instance.Agreement, _ *instance.Post) error { return s.handOver(ctx, tx, g) })
}

func (s *Service) handOver(ctx context.Context, tx store.Tx, g *instance.Agreement) error {
	n, err := tx.Exec(ctx, `
		UPDATE agreements
		   SET state = 'handed-over', handed_at = $2
		 WHERE id = $1 AND state = 'accepted'`, g.ID, store.Millis(s.now()))
	if err != nil || n == 0 || g.Until.IsZero() {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, TendLoan{g.ID}, jobs.At(g.Until.Add(-remindBefore)))
}

// Return notes that what was lent is back, and is there for others again: whoever
// lent it looks at it first. repair is what has to be mended; empty for nothing.
func (s *Service) Return(ctx context.Context, by instance.ActorID, id instance.ID, repair string) error {
	repair = strings.TrimSpace(repair)
	if utf8.RuneCountInString(repair) > instance.MaxAgreementNote {
		return &instance.Invalid{Field: "repair", Code: "too-long", Limit: instance.MaxAgreementNote}
	}
	return s.carry(ctx, by, id, "return", func(tx store.Tx, g *instance.Agreement, p *instance.Post) error {
		if Lender(g, p) != by && p.Local {
			return instance.ErrForbidden
		}
		n, err := tx.Exec(ctx, `
			UPDATE agreements
			   SET state = 'returned', repair = $3, closed_at = $2
			 WHERE id = $1 AND state IN ('accepted', 'handed-over')`, g.ID, store.Millis(s.now()), repair)
		if err != nil || n == 0 || !p.Local {
			return err
		}
		if p.Proposal != nil && p.Proposal.Purpose == instance.Asking {
			return s.finish(ctx, tx, p.ID)
		}
		_, err = s.giveBack(ctx, tx, g)
		return err
	})
}

// Lender is who of the two lends: whoever offered, or who answered an ask.
func Lender(g *instance.Agreement, p *instance.Post) instance.ActorID {
	if p.Proposal != nil && p.Proposal.Purpose == instance.Asking {
		return g.Taker.ID
	}
	return g.Proposer
}

// Done notes that what was agreed was carried out; either of the two can. A
// proposal of which nothing is left is done with it.
func (s *Service) Done(ctx context.Context, by instance.ActorID, id instance.ID) error {
	return s.carry(ctx, by, id, "finish", func(tx store.Tx, g *instance.Agreement, p *instance.Post) error {
		n, err := tx.Exec(ctx, `
			UPDATE agreements
			   SET state = 'done', closed_at = $2
			 WHERE id = $1 AND state IN ('accepted', 'handed-over')`, g.ID, store.Millis(s.now()))
		if err != nil || n == 0 || !p.Local {
			return err
		}
		return s.finish(ctx, tx, p.ID)
	})
}

// finish ends a proposal of which nothing is left and nothing under way.
func (s *Service) finish(ctx context.Context, tx store.Tx, id instance.PostID) error {
	n, err := tx.Exec(ctx, `
		UPDATE proposals
		   SET status = 'done', closed_at = $2
		 WHERE post_id = $1 AND status = 'agreed'
		   AND NOT EXISTS (SELECT 1 FROM agreements g WHERE g.post_id = $1 AND g.state IN ('accepted', 'handed-over'))`, id, store.Millis(s.now()))
	if err != nil || n == 0 {
		return err
	}
	return s.turnDown(ctx, tx, id)
}

func (s *Service) carry(ctx context.Context, by instance.ActorID, id instance.ID, deed string, do func(store.Tx, *instance.Agreement, *instance.Post) error) error {
	g, err := s.ByID(ctx, by, id)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := s.posts.Held(ctx, tx, g.Post)
		if err != nil {
			return err
		}
		return do(tx, g, p)
	})
	if err != nil {
		return fmt.Errorf("%s %s: %w", deed, id, err)
	}
	return nil
}
