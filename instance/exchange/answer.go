package exchange

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Accept says yes to who asked, and opens the place where the two talk: message
// is the first word there, with the taker's handle in it. It returns
// [instance.ErrNotFound] for what was not asked of v, and an [instance.Invalid]
// if it cannot be had any more. Saying yes twice is saying it once.
func (s *Service) Accept(ctx context.Context, v instance.Viewer, id instance.ID, message string) (*instance.Agreement, error) {
	g, err := s.asked(ctx, v.ID, id)
	if err != nil {
		return nil, err
	}
	if g.State != instance.AgreementAsked {
		return g, accepted(g)
	}
	d := instance.Draft{Text: message, Audience: instance.ToMentioned, Once: "agreement-" + id.String()}
	thread, err := s.posts.PublishWith(ctx, v, d, func(ctx context.Context, tx store.Tx, talk *instance.Post) error {
		g.Thread = talk.ID
		return s.accept(ctx, tx, g)
	})
	if err != nil {
		return nil, fmt.Errorf("accept %s: %w", id, err)
	}
	g.Thread = thread.ID
	return g, nil
}

// accepted tells whether what was answered before was answered with a yes.
func accepted(g *instance.Agreement) error {
	if g.State == instance.AgreementDeclined || g.State == instance.AgreementCancelled {
		return &instance.Invalid{Field: "proposal", Code: "answered"}
	}
	return nil
}

// asked returns an agreement that was asked of somebody.
func (s *Service) asked(ctx context.Context, by instance.ActorID, id instance.ID) (*instance.Agreement, error) {
	g, err := find(ctx, s.db.Read(), `g.id = $1 AND p.author_id = $2 AND p.kind IN `+taken, id, by)
	if err != nil {
		return nil, fmt.Errorf("agreement %s: %w", id, err)
	}
	return g, nil
}

// accept takes what was asked for off what is left, if there is enough left, in
// one step with the yes.
func (s *Service) accept(ctx context.Context, tx store.Tx, g *instance.Agreement) error {
	now := s.now().UTC()
	n, err := tx.Exec(ctx, `
		UPDATE agreements
		   SET state = 'accepted', answered_at = $2, thread_id = $3
		 WHERE id = $1 AND state = 'asked'`, g.ID, store.Millis(now), g.Thread)
	if err != nil {
		return err
	}
	if n == 0 {
		return &instance.Invalid{Field: "proposal", Code: "answered"}
	}
	n, err = tx.Exec(ctx, `
		UPDATE proposals
		   SET available = CASE WHEN quantity > 0 THEN available - $2 ELSE available END,
		       status = CASE WHEN quantity > 0 AND available = $2 OR quantity = 0 AND purpose = 'request' THEN 'agreed' ELSE status END
		 WHERE post_id = $1 AND status = 'open' AND (quantity = 0 OR available >= $2)`, g.Post, int64(g.Quantity))
	if err != nil {
		return err
	}
	if n == 0 {
		return &instance.Invalid{Field: "proposal", Code: "gone"}
	}
	g.State, g.AnsweredAt = instance.AgreementAccepted, now
	p, err := s.settled(ctx, tx, g.Post)
	if err == nil {
		err = giveCode(ctx, tx, g, p)
	}
	if err != nil {
		return err
	}
	return s.answered(ctx, tx, instance.AskAccepted, p, g)
}

// settled tells readers how a proposal stands now.
func (s *Service) settled(ctx context.Context, tx store.Tx, id instance.PostID) (*instance.Post, error) {
	_, err := tx.Exec(ctx, `UPDATE proposals SET told_at = $2 WHERE post_id = $1`, id, store.Millis(s.now()))
	if err != nil {
		return nil, err
	}
	p, err := s.posts.Held(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if p.Gone() || !p.Local {
		return p, nil
	}
	return p, s.tell(ctx, tx, instance.Deed{Kind: instance.Settled, Actor: p.Author, Post: p, ID: s.ids.Next()})
}

// Decline says no to who asked, without a word to them: their own page says
// so, and nothing else does. It returns [instance.ErrNotFound] for what was not
// asked of by.
func (s *Service) Decline(ctx context.Context, by instance.ActorID, id instance.ID) error {
	g, err := s.asked(ctx, by, id)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE agreements
			   SET state = 'declined', answered_at = $2
			 WHERE id = $1 AND state = 'asked'`, id, store.Millis(s.now()))
		if err != nil || n == 0 {
			return err
		}
		p, err := s.posts.Held(ctx, tx, g.Post)
		if err != nil {
			return err
		}
		g.State = instance.AgreementDeclined
		return s.answered(ctx, tx, instance.AskDeclined, p, g)
	})
	if err != nil {
		return fmt.Errorf("decline %s: %w", id, err)
	}
	return nil
}

// Cancel takes an agreement back, by either of the two, before anything was
// handed over. What was taken is there for others again. It returns
// [instance.ErrNotFound] for one between others.
func (s *Service) Cancel(ctx context.Context, by instance.ActorID, id instance.ID) error {
	g, err := s.ByID(ctx, by, id)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error { return s.cancelIn(ctx, tx, g, by, instance.Origin{}) })
	if err != nil {
		return fmt.Errorf("cancel %s: %w", id, err)
	}
	return nil
}

func (s *Service) cancelIn(ctx context.Context, tx store.Tx, g *instance.Agreement, by instance.ActorID, origin instance.Origin) error {
	// What is read here must hold below: a yes that is given meanwhile would be lost.
	if err := lock(ctx, tx, g); err != nil {
		return err
	}
	was := g.State
	n, err := tx.Exec(ctx, `
		UPDATE agreements
		   SET state = 'cancelled', closed_at = $2
		 WHERE id = $1 AND state IN ('asked', 'accepted')`, g.ID, store.Millis(s.now()))
	if err != nil {
		return err
	}
	if n == 0 {
		if was == instance.AgreementCancelled {
			return nil
		}
		return &instance.Invalid{Field: "proposal", Code: "under-way"}
	}
	p, err := s.posts.Held(ctx, tx, g.Post)
	if err != nil {
		return err
	}
	if k := s.keeps(p); k != nil && p.Local {
		return k.LeaveIn(ctx, tx, p.ID, g.Taker.ID)
	}
	if was == instance.AgreementAccepted && p.Local {
		if p, err = s.giveBack(ctx, tx, g); err != nil {
			return err
		}
	}
	if by == g.Taker.ID {
		return s.told(ctx, tx, instance.AskCancelled, g.Taker, p.Author, p, g, origin)
	}
	return s.answered(ctx, tx, instance.AskCancelled, p, g)
}

// giveBack makes what was taken there for others again.
func (s *Service) giveBack(ctx context.Context, tx store.Tx, g *instance.Agreement) (*instance.Post, error) {
	_, err := tx.Exec(ctx, `
		UPDATE proposals
		   SET available = CASE WHEN quantity = 0 THEN 0 WHEN available + $2 > quantity THEN quantity ELSE available + $2 END,
		       status = CASE WHEN status = 'agreed' THEN 'open' ELSE status END
		 WHERE post_id = $1`, g.Post, int64(g.Quantity))
	if err != nil {
		return nil, err
	}
	return s.settled(ctx, tx, g.Post)
}

// isNotFound tells whether there was nothing.
func isNotFound(err error) bool { return errors.Is(err, instance.ErrNotFound) }
