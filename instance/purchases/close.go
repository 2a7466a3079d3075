package purchases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// ClosePurchase is the job that closes a purchase at its deadline.
type ClosePurchase struct {
	Post instance.PostID `json:"post"`
}

// Kind names the job.
func (ClosePurchase) Kind() string { return "close_purchase" }

// closeInTime closes a purchase, or waits for a deadline that was put off.
func (s *Service) closeInTime(ctx context.Context, j ClosePurchase) error {
	ends, err := s.Close(ctx, j.Post)
	if err == nil && !ends.IsZero() {
		return jobs.Snooze(max(ends.Sub(s.now()), time.Second))
	}
	return err
}

// Close closes a purchase whose deadline has passed: what was ordered is
// allotted in whole lots, and it is agreed if that is something and reaches the
// threshold, else cancelled; those who ordered are told. It returns the deadline
// of one that is open still. What is closed already, or gone, stays as it is.
func (s *Service) Close(ctx context.Context, id instance.PostID) (ends time.Time, err error) {
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		ends = time.Time{}
		h, err := hold(ctx, tx, id)
		switch {
		case errors.Is(err, instance.ErrNotFound) || err == nil && (h.gone || h.Status != instance.ProposalOpen):
			return nil
		case err == nil && h.Ends.After(s.now()):
			ends = h.Ends
			return nil
		case err != nil:
			return err
		}
		return s.close(ctx, tx, id, h)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("close purchase %s: %w", id, err)
	}
	return ends, nil
}

func (s *Service) close(ctx context.Context, tx store.Tx, id instance.PostID, h *held) error {
	orders, err := list(ctx, tx, id)
	if err != nil {
		return err
	}
	total := instance.Allot(orders, &h.Proposal)
	if total == 0 || total < h.Threshold {
		return s.settle(ctx, tx, id, h, instance.ProposalClosed, h.Available, "purchase-cancelled", orders)
	}
	if err := allot(ctx, tx, id, orders); err != nil {
		return err
	}
	served := slices.DeleteFunc(slices.Clone(orders), func(o instance.Order) bool { return o.Allotted == 0 })
	if err := s.settle(ctx, tx, id, h, instance.ProposalAgreed, h.Quantity-total, "purchase-agreed", served); err != nil {
		return err
	}
	orders = slices.DeleteFunc(orders, func(o instance.Order) bool { return o.Allotted > 0 || o.Actor.ID == h.author })
	if err := s.refuseAfar(ctx, tx, id, orders); err != nil {
		return err
	}
	return s.tell(ctx, tx, "purchase-missed", h.author, id, orders)
}

// settle ends the time of ordering, and tells who ordered and the organiser.
func (s *Service) settle(ctx context.Context, tx store.Tx, id instance.PostID, h *held, status instance.ProposalStatus, available instance.Amount, kind string, orders []instance.Order) error {
	_, err := tx.Exec(ctx, `
		UPDATE proposals
		   SET status = $2, available = $3, closed_at = $4
		 WHERE post_id = $1`, id, string(status), int64(available), store.Millis(s.now()))
	if err != nil {
		return err
	}
	if s.afar != nil {
		if err := s.afar.Settled(ctx, tx, id); err != nil {
			return err
		}
	}
	if status == instance.ProposalClosed {
		if err := s.refuseAfar(ctx, tx, id, orders); err != nil {
			return err
		}
	}
	return s.tell(ctx, tx, kind, h.author, id, orders, h.author)
}

// refuseAfar tells those of other servers whose orders come to nothing.
func (s *Service) refuseAfar(ctx context.Context, tx store.Tx, id instance.PostID, orders []instance.Order) error {
	for _, o := range orders {
		if s.afar == nil || o.Actor.Local() {
			continue
		}
		if err := s.afar.AnswerAfar(ctx, tx, id, o.Actor.ID, false, "gone"); err != nil {
			return err
		}
	}
	return nil
}

// tell tells those who ordered, and others besides.
func (s *Service) tell(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, id instance.PostID, orders []instance.Order, besides ...instance.ActorID) error {
	whom := besides
	for _, o := range orders {
		if o.Actor.Local() && !slices.Contains(besides, o.Actor.ID) {
			whom = append(whom, o.Actor.ID)
		}
	}
	return s.concern(ctx, tx, kind, from, id, whom)
}

// perUpdate is how many orders one statement writes.
const perUpdate = 200

// allot writes what each order gets.
func allot(ctx context.Context, tx store.Tx, id instance.PostID, orders []instance.Order) error {
	for some := range slices.Chunk(orders, perUpdate) {
		values, args := make([]string, len(some)), []any{id}
		for i, o := range some {
			n := len(args) + 1
			values[i] = `(CAST(` + store.Placeholders(n, 1) + ` AS BIGINT), CAST(` + store.Placeholders(n+1, 1) + ` AS BIGINT))`
			args = append(args, o.ID, int64(o.Allotted))
		}
		_, err := tx.Exec(ctx, `
			UPDATE purchase_orders
			   SET allotted = v.column2
			  FROM (VALUES `+strings.Join(values, ", ")+`) AS v
			 WHERE purchase_orders.id = v.column1 AND purchase_orders.post_id = $1`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// Extend puts the deadline of one's own purchase off, before it has passed, and
// tells those who ordered. It returns an [instance.Invalid] for a time that
// cannot be, or once it is closed, and [instance.ErrNotFound] for what is not
// by's.
func (s *Service) Extend(ctx context.Context, by instance.ActorID, id instance.PostID, ends time.Time) error {
	return s.organise(ctx, by, id, "extend", func(tx store.Tx, h *held) error {
		if h.Status != instance.ProposalOpen || !h.Ends.After(s.now()) {
			return &instance.Invalid{Field: "order", Code: "closed"}
		}
		if err := instance.CheckDeadline(ends, s.now()); err != nil {
			return err
		}
		if !ends.After(h.Ends) {
			return &instance.Invalid{Field: "deadline", Code: "not-later"}
		}
		if _, err := tx.Exec(ctx, `UPDATE proposals SET ends_at = $2 WHERE post_id = $1`, id, store.Millis(ends)); err != nil {
			return err
		}
		orders, err := list(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, "purchase-extended", by, id, slices.DeleteFunc(orders, func(o instance.Order) bool { return o.Actor.ID == by }))
	})
}

// CloseNow closes one's own purchase as its deadline would. That it is closed
// already is no error.
func (s *Service) CloseNow(ctx context.Context, by instance.ActorID, id instance.PostID) error {
	return s.organise(ctx, by, id, "close", func(tx store.Tx, h *held) error {
		if h.Status != instance.ProposalOpen {
			return nil
		}
		return s.close(ctx, tx, id, h)
	})
}

// Cancel ends one's own purchase before anything is bought, and tells those who
// ordered. That it is closed already is no error; one that was done is an
// [instance.ErrConflict].
func (s *Service) Cancel(ctx context.Context, by instance.ActorID, id instance.PostID) error {
	return s.organise(ctx, by, id, "cancel", func(tx store.Tx, h *held) error {
		switch h.Status {
		case instance.ProposalClosed:
			return nil
		case instance.ProposalDone:
			return instance.ErrConflict
		}
		orders, err := list(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.settle(ctx, tx, id, h, instance.ProposalClosed, h.Available, "purchase-cancelled", orders)
	})
}

// Finish notes that everything of one's own purchase was handed out. One that
// was not agreed is an [instance.ErrConflict].
func (s *Service) Finish(ctx context.Context, by instance.ActorID, id instance.PostID) error {
	return s.organise(ctx, by, id, "finish", func(tx store.Tx, h *held) error {
		if h.Status == instance.ProposalDone {
			return nil
		}
		if h.Status != instance.ProposalAgreed {
			return instance.ErrConflict
		}
		_, err := tx.Exec(ctx, `UPDATE proposals SET status = 'done' WHERE post_id = $1`, id)
		return err
	})
}

// organise does what only who opened a purchase may do, with nobody between.
func (s *Service) organise(ctx context.Context, by instance.ActorID, id instance.PostID, deed string, do func(store.Tx, *held) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		h, err := hold(ctx, tx, id)
		if err == nil && (h.gone || h.author != by) {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return do(tx, h)
	})
	if err != nil {
		return fmt.Errorf("%s purchase %s: %w", deed, id, err)
	}
	return nil
}
