package rides

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Ask asks to come along. Asking again after it was declined changes nothing. It
// returns an [instance.Invalid] of the field seat where one cannot ask: it is
// one's own, full or over.
func (s *Service) Ask(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	p, err := s.posts.ByID(ctx, v, id)
	if err == nil && !v.MayAnswer(p) {
		err = instance.ErrUnproven
	}
	if err == nil {
		err = s.db.InTx(ctx, func(tx store.Tx) error { return s.ask(ctx, tx, v.ID, id) })
	}
	if err != nil {
		return fmt.Errorf("ask for a seat of %s: %w", id, err)
	}
	return nil
}

func (s *Service) ask(ctx context.Context, tx store.Tx, who instance.ActorID, id instance.PostID) error {
	h, err := s.hold(ctx, tx, id)
	if err != nil {
		return err
	}
	switch {
	case h.author == who:
		return &instance.Invalid{Field: "seat", Code: "own"}
	case h.Proposal.Gone(s.now()):
		return &instance.Invalid{Field: "seat", Code: "full"}
	}
	var asked int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM ride_seats WHERE post_id = $1`, id).Scan(&asked); err != nil {
		return err
	}
	if asked >= instance.MaxSeekers {
		return &instance.Invalid{Field: "seat", Code: "full"}
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO ride_seats (id, post_id, actor_id, state)
		VALUES ($1, $2, $3, 'asked')
		ON CONFLICT DO NOTHING`, s.ids.Next(), id, who)
	if err != nil || n == 0 {
		return err
	}
	return s.concern(ctx, tx, "ride-asked", who, id, []instance.ActorID{h.author})
}

// Accept takes somebody along who asked. It returns an [instance.Invalid] of the
// field seat when none is left, and [instance.ErrNotFound] for what is not by's
// to say.
func (s *Service) Accept(ctx context.Context, by instance.ActorID, id instance.PostID, seat instance.ID) error {
	return s.answer(ctx, by, id, seat, "accept", func(tx store.Tx, who instance.ActorID) error {
		n, err := tx.Exec(ctx, `
			UPDATE proposals
			   SET available = available - $2
			 WHERE post_id = $1 AND available >= $2 AND status = 'open'`, id, int64(instance.One))
		if err != nil {
			return err
		}
		if n == 0 {
			return &instance.Invalid{Field: "seat", Code: "full"}
		}
		if _, err := tx.Exec(ctx, `UPDATE ride_seats SET state = 'agreed' WHERE id = $1`, seat); err != nil {
			return err
		}
		if err := s.afar.AnswerAfar(ctx, tx, id, who, true, ""); err != nil {
			return err
		}
		if err := s.afar.Settled(ctx, tx, id); err != nil {
			return err
		}
		return s.concern(ctx, tx, "ride-agreed", by, id, []instance.ActorID{who})
	})
}

// Decline takes somebody who asked not along. They see it and are not told.
func (s *Service) Decline(ctx context.Context, by instance.ActorID, id instance.PostID, seat instance.ID) error {
	return s.answer(ctx, by, id, seat, "decline", func(tx store.Tx, who instance.ActorID) error {
		if _, err := tx.Exec(ctx, `UPDATE ride_seats SET state = 'declined' WHERE id = $1`, seat); err != nil {
			return err
		}
		return s.afar.AnswerAfar(ctx, tx, id, who, false, "")
	})
}

// answer does what the one who offers a ride says to somebody who waits for it.
// What was answered before stays.
func (s *Service) answer(ctx context.Context, by instance.ActorID, id instance.PostID, seat instance.ID, deed string, do func(store.Tx, instance.ActorID) error) error {
	return s.own(ctx, by, id, deed+" a seat of", func(tx store.Tx) error {
		var who instance.ActorID
		var state instance.SeatState
		err := tx.QueryRow(ctx, `SELECT actor_id, state FROM ride_seats WHERE id = $1 AND post_id = $2`, seat, id).Scan(&who, &state)
		if err != nil || state != instance.SeatAsked {
			return notFound(err)
		}
		return do(tx, who)
	})
}

// own does what only who offers a ride may do, with nobody between.
func (s *Service) own(ctx context.Context, by instance.ActorID, id instance.PostID, deed string, do func(store.Tx) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		h, err := s.hold(ctx, tx, id)
		if err == nil && h.author != by {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return do(tx)
	})
	if err != nil {
		return fmt.Errorf("%s ride %s: %w", deed, id, err)
	}
	return nil
}

// Leave takes back that one asked or comes along; who offers it is told if one
// was to come. What was declined stays so.
func (s *Service) Leave(ctx context.Context, who instance.ActorID, id instance.PostID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error { return s.leave(ctx, tx, who, id) })
	if err != nil {
		return fmt.Errorf("leave ride %s: %w", id, err)
	}
	return nil
}

func (s *Service) leave(ctx context.Context, tx store.Tx, who instance.ActorID, id instance.PostID) error {
	h, err := s.hold(ctx, tx, id)
	if err != nil {
		return err
	}
	var state instance.SeatState
	err = tx.QueryRow(ctx, `SELECT state FROM ride_seats WHERE post_id = $1 AND actor_id = $2`, id, who).Scan(&state)
	if errors.Is(err, store.ErrNoRows) || state == instance.SeatDeclined {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM ride_seats WHERE post_id = $1 AND actor_id = $2`, id, who); err != nil {
		return err
	}
	if state != instance.SeatAgreed {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE proposals SET available = available + $2 WHERE post_id = $1`, id, int64(instance.One)); err != nil {
		return err
	}
	if err := s.afar.Settled(ctx, tx, id); err != nil {
		return err
	}
	return s.concern(ctx, tx, "ride-left", who, id, []instance.ActorID{h.author})
}

// TakeIn asks for a seat for somebody of another server, who waits for the answer
// as anybody does.
func (s *Service) TakeIn(ctx context.Context, tx store.Tx, id instance.PostID, who instance.ActorID, quantity instance.Amount) (granted bool, err error) {
	if quantity != instance.One {
		return false, &instance.Invalid{Field: "quantity", Code: "too-much"}
	}
	return false, s.ask(ctx, tx, who, id)
}

// LeaveIn is [Service.Leave] for somebody of another server.
func (s *Service) LeaveIn(ctx context.Context, tx store.Tx, id instance.PostID, who instance.ActorID) error {
	if err := s.leave(ctx, tx, who, id); !errors.Is(err, instance.ErrNotFound) {
		return err
	}
	return nil // it was cancelled meanwhile
}

// Cancel ends a ride of one's own; all who were to come or asked are told.
func (s *Service) Cancel(ctx context.Context, by instance.ActorID, id instance.PostID) error {
	return s.own(ctx, by, id, "cancel", func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE proposals
			   SET status = 'closed', closed_at = $2
			 WHERE post_id = $1 AND status = 'open'`, id, store.Millis(s.now()))
		if err != nil || n == 0 {
			return err
		}
		seats, err := seatsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		var whom []instance.ActorID
		for _, seat := range seats {
			if seat.State == instance.SeatDeclined {
				continue
			}
			whom = append(whom, seat.Actor.ID)
			if err := s.afar.AnswerAfar(ctx, tx, id, seat.Actor.ID, false, "gone"); err != nil {
				return err
			}
		}
		if err := s.afar.Settled(ctx, tx, id); err != nil {
			return err
		}
		return s.concern(ctx, tx, "ride-cancelled", by, id, whom)
	})
}

// held is what of a ride nobody else changes until the transaction ends.
type held struct {
	instance.Proposal
	author instance.ActorID
}

// hold keeps everybody else from a ride that stands until the transaction ends.
func (s *Service) hold(ctx context.Context, tx store.Tx, id instance.PostID) (*held, error) {
	if _, err := tx.Exec(ctx, `UPDATE proposals SET available = available WHERE post_id = $1`, id); err != nil {
		return nil, err
	}
	var h held
	var ends *int64
	err := tx.QueryRow(ctx, `
		SELECT q.status, q.quantity, q.available, q.ends_at, p.author_id
		  FROM rides r
		  JOIN proposals q ON q.post_id = r.post_id
		  JOIN posts p ON p.id = r.post_id
		 WHERE r.post_id = $1 AND p.deleted_at IS NULL AND p.removed_at IS NULL`, id).Scan(&h.Status, &h.Quantity, &h.Available, &ends, &h.author)
	h.Ends = store.TimeOrNever(ends)
	return &h, notFound(err)
}

// Hear gives back the seats of somebody who leaves.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Kind != instance.Left {
		return nil
	}
	_, err := tx.Exec(ctx, `
		UPDATE proposals
		   SET available = available + $2
		 WHERE post_id IN (SELECT t.post_id FROM ride_seats t WHERE t.actor_id = $1 AND t.state = 'agreed')`, d.Actor.ID, int64(instance.One))
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM ride_seats WHERE actor_id = $1`, d.Actor.ID)
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM ride_trips WHERE actor_id = $1`, d.Actor.ID)
	}
	if err != nil {
		return fmt.Errorf("seats of %s: %w", d.Actor.ID, err)
	}
	return nil
}
