package purchases

import (
	"context"
	"errors"

	"palier/instance"
	"palier/instance/store"
)

// AddPickUp adds a time and place at which one's own purchase is handed out. The
// first one is told to all who get something. It returns an [instance.Invalid]
// for what cannot be, and [instance.ErrConflict] before the purchase is agreed.
func (s *Service) AddPickUp(ctx context.Context, by instance.ActorID, id instance.PostID, p instance.PickUp) error {
	if err := p.Check(s.now()); err != nil {
		return err
	}
	return s.organise(ctx, by, id, "add a pick-up to", func(tx store.Tx, h *held) error {
		if h.Status != instance.ProposalAgreed {
			return instance.ErrConflict
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM purchase_slots WHERE post_id = $1`, id).Scan(&n); err != nil {
			return err
		}
		if n >= instance.MaxPickUps {
			return &instance.Invalid{Field: "starts", Code: "too-many", Limit: instance.MaxPickUps}
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO purchase_slots (id, post_id, starts_at, ends_at, place, capacity)
			VALUES ($1, $2, $3, $4, $5, $6)`, s.ids.Next(), id, store.Millis(p.Starts), store.Millis(p.Ends), p.Place, p.Capacity)
		if err != nil || n > 0 {
			return err
		}
		orders, err := list(ctx, tx, id)
		if err != nil {
			return err
		}
		var served []instance.Order
		for _, o := range orders {
			if o.Allotted > 0 && o.Actor.ID != by {
				served = append(served, o)
			}
		}
		return s.tell(ctx, tx, "purchase-pick-up", by, id, served)
	})
}

// DropPickUp takes a pick-up of one's own purchase back that nobody chose. One
// that somebody chose is an [instance.ErrConflict].
func (s *Service) DropPickUp(ctx context.Context, by instance.ActorID, id instance.PostID, slot instance.ID) error {
	return s.organise(ctx, by, id, "drop a pick-up of", func(tx store.Tx, _ *held) error {
		n, err := tx.Exec(ctx, `DELETE FROM purchase_slots WHERE id = $1 AND post_id = $2 AND taken = 0`, slot, id)
		if err == nil && n == 0 {
			return instance.ErrConflict
		}
		return err
	})
}

// Choose makes a pick-up the one at which somebody comes for their part, instead
// of another they chose before. It returns an [instance.Invalid] of the field
// slot for one that is full or is none, and [instance.ErrNotFound] for who gets
// nothing of the purchase.
func (s *Service) Choose(ctx context.Context, v instance.Viewer, id instance.PostID, slot instance.ID) error {
	return s.mine(ctx, v, id, "choose a pick-up of", func(tx store.Tx) error {
		h, err := hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if h.Status != instance.ProposalAgreed {
			return &instance.Invalid{Field: "slot", Code: "closed"}
		}
		var before instance.ID
		err = tx.QueryRow(ctx, `
			SELECT COALESCE(slot_id, 0)
			  FROM purchase_orders
			 WHERE post_id = $1 AND actor_id = $2 AND allotted > 0`, id, v.ID).Scan(&before)
		if errors.Is(err, store.ErrNoRows) {
			return instance.ErrNotFound
		}
		if err != nil || before == slot {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE purchase_slots
			   SET taken = taken + 1
			 WHERE id = $1 AND post_id = $2 AND taken < capacity`, slot, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return &instance.Invalid{Field: "slot", Code: "full"}
		}
		if _, err := tx.Exec(ctx, `UPDATE purchase_slots SET taken = taken - 1 WHERE id = $1 AND post_id = $2`, before, id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE purchase_orders SET slot_id = $3 WHERE post_id = $1 AND actor_id = $2`, id, v.ID, slot)
		return err
	})
}

// Collected notes whether an order of one's own purchase was handed over, and
// Settled whether it was settled outside: no money is handled here.
func (s *Service) Collected(ctx context.Context, by instance.ActorID, id instance.PostID, order instance.ID, yes bool) error {
	return s.mark(ctx, by, id, order, "collected_at", yes)
}

// Settled is described with [Service.Collected].
func (s *Service) Settled(ctx context.Context, by instance.ActorID, id instance.PostID, order instance.ID, yes bool) error {
	return s.mark(ctx, by, id, order, "settled_at", yes)
}

func (s *Service) mark(ctx context.Context, by instance.ActorID, id instance.PostID, order instance.ID, column string, yes bool) error {
	return s.organise(ctx, by, id, "mark an order of", func(tx store.Tx, h *held) error {
		if h.Status != instance.ProposalAgreed && h.Status != instance.ProposalDone {
			return instance.ErrConflict
		}
		var at *int64
		if yes {
			now := store.Millis(s.now())
			at = &now
		}
		n, err := tx.Exec(ctx, `
			UPDATE purchase_orders
			   SET `+column+` = $3
			 WHERE id = $1 AND post_id = $2 AND allotted > 0`, order, id, at)
		if err == nil && n == 0 {
			return instance.ErrNotFound
		}
		return err
	})
}
