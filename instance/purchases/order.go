package purchases

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Take makes somebody's one order that which they plan now. It returns an
// [instance.Invalid] for what cannot be ordered, of the field order once the
// purchase is closed, and [instance.ErrNotFound] where there is no purchase that
// they may read.
func (s *Service) Take(ctx context.Context, v instance.Viewer, id instance.PostID, plan instance.OrderPlan) error {
	p, err := s.posts.ByID(ctx, v, id)
	if err == nil && !v.MayAnswer(p) {
		err = instance.ErrUnproven
	}
	if err == nil {
		err = s.db.InTx(ctx, func(tx store.Tx) error { return s.Order(ctx, tx, id, v.ID, plan) })
	}
	if err != nil {
		return fmt.Errorf("order from purchase %s: %w", id, err)
	}
	return nil
}

// Drop takes somebody's order back. That there is none is no error.
func (s *Service) Drop(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.mine(ctx, v, id, "take an order back from", func(tx store.Tx) error {
		if _, err := s.open(ctx, tx, id); err != nil {
			return err
		}
		return s.forget(ctx, tx, id, v.ID)
	})
}

// mine does what a reader of a purchase may do.
func (s *Service) mine(ctx context.Context, v instance.Viewer, id instance.PostID, deed string, do func(store.Tx) error) error {
	_, err := s.posts.ByID(ctx, v, id)
	if err == nil {
		err = s.db.InTx(ctx, do)
	}
	if err != nil {
		return fmt.Errorf("%s purchase %s: %w", deed, id, err)
	}
	return nil
}

// Order makes the one order of an actor, of here or elsewhere, that which is
// planned now. Whoever calls it has seen to it that they may read the post. It
// keeps its turn however often it is changed. Errors are those of [Service.Take].
func (s *Service) Order(ctx context.Context, tx store.Tx, id instance.PostID, who instance.ActorID, plan instance.OrderPlan) error {
	q, err := s.open(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := plan.Check(q); err != nil {
		return err
	}
	var before instance.Amount
	err = tx.QueryRow(ctx, `
		SELECT wanted FROM purchase_orders WHERE post_id = $1 AND actor_id = $2`, id, who).Scan(&before)
	if errors.Is(err, store.ErrNoRows) {
		err = s.room(ctx, tx, id)
	}
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		UPDATE proposals
		   SET available = available + $2 - $3
		 WHERE post_id = $1 AND available + $2 - $3 >= 0`, id, int64(before), int64(plan.Wanted))
	if err != nil {
		return err
	}
	if n == 0 {
		return &instance.Invalid{Field: "wanted", Code: "none-left", Limit: int((q.Available + before) / instance.One)}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO purchase_orders (id, post_id, actor_id, wanted, at_most)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (post_id, actor_id) DO UPDATE
		   SET wanted = excluded.wanted, at_most = excluded.at_most`, s.ids.Next(), id, who, int64(plan.Wanted), int64(plan.Most))
	return err
}

// TakeIn makes the order of somebody of another server so much. They have it at
// once, as anybody does.
func (s *Service) TakeIn(ctx context.Context, tx store.Tx, id instance.PostID, who instance.ActorID, quantity instance.Amount) (granted bool, err error) {
	return true, s.Order(ctx, tx, id, who, instance.OrderPlan{Wanted: quantity})
}

// LeaveIn takes the order of somebody of another server back, where one still can.
func (s *Service) LeaveIn(ctx context.Context, tx store.Tx, id instance.PostID, who instance.ActorID) error {
	_, err := s.open(ctx, tx, id)
	switch {
	case errors.Is(err, instance.ErrInvalid), errors.Is(err, instance.ErrNotFound):
		return nil // it is closed: the two will have to talk
	case err != nil:
		return err
	}
	return s.forget(ctx, tx, id, who)
}

// room refuses one order more than a purchase holds.
func (s *Service) room(ctx context.Context, tx store.Tx, id instance.PostID) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM purchase_orders WHERE post_id = $1`, id).Scan(&n); err != nil {
		return err
	}
	if n >= instance.MaxOrders {
		return &instance.Invalid{Field: "order", Code: "too-many", Limit: instance.MaxOrders}
	}
	return nil
}

// forget takes an order away and gives back what it wanted.
func (s *Service) forget(ctx context.Context, tx store.Tx, id instance.PostID, who instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		UPDATE proposals
		   SET available = available + COALESCE((SELECT o.wanted FROM purchase_orders o WHERE o.post_id = $1 AND o.actor_id = $2), 0)
		 WHERE post_id = $1`, id, who)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM purchase_orders WHERE post_id = $1 AND actor_id = $2`, id, who)
	return err
}

// held is what of a purchase nobody else changes until the transaction ends.
type held struct {
	instance.Proposal
	author instance.ActorID
	gone   bool
}

// hold keeps everybody else from a purchase until the transaction ends.
func hold(ctx context.Context, tx store.Tx, id instance.PostID) (*held, error) {
	if _, err := tx.Exec(ctx, `UPDATE proposals SET available = available WHERE post_id = $1`, id); err != nil {
		return nil, err
	}
	var h held
	var ends *int64
	err := tx.QueryRow(ctx, `
		SELECT q.status, q.quantity, q.available, q.step, q.minimum, q.threshold, q.ends_at,
		       p.author_id, p.deleted_at IS NOT NULL OR p.removed_at IS NOT NULL
		  FROM purchases b
		  JOIN proposals q ON q.post_id = b.post_id
		  JOIN posts p ON p.id = b.post_id
		 WHERE b.post_id = $1`, id).Scan(&h.Status, &h.Quantity, &h.Available, &h.Step, &h.Minimum, &h.Threshold, &ends, &h.author, &h.gone)
	h.Ends = store.TimeOrNever(ends)
	return &h, notFound(err)
}

// open holds a purchase that one can still order from.
func (s *Service) open(ctx context.Context, tx store.Tx, id instance.PostID) (*instance.Proposal, error) {
	h, err := hold(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if h.gone || h.Status != instance.ProposalOpen || !h.Ends.After(s.now()) {
		return nil, &instance.Invalid{Field: "order", Code: "closed"}
	}
	return &h.Proposal, nil
}

// Hear takes the orders of somebody who leaves back, where one still can.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Kind != instance.Left {
		return nil
	}
	_, err := tx.Exec(ctx, `
		UPDATE proposals
		   SET available = available + (SELECT o.wanted FROM purchase_orders o WHERE o.post_id = proposals.post_id AND o.actor_id = $1)
		 WHERE status = 'open' AND post_id IN (SELECT o.post_id FROM purchase_orders o WHERE o.actor_id = $1)`, d.Actor.ID)
	if err != nil {
		return fmt.Errorf("orders of %s: %w", d.Actor.ID, err)
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM purchase_orders
		 WHERE actor_id = $1 AND post_id IN (SELECT q.post_id FROM proposals q WHERE q.status = 'open')`, d.Actor.ID)
	if err != nil {
		return fmt.Errorf("orders of %s: %w", d.Actor.ID, err)
	}
	return nil
}
