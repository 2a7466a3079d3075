package errands

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"

	"palier/instance"
	"palier/instance/store"
)

// Ask takes part in an errand: on a run with a list of one's own, on any other as
// the one who helps. Asking again changes nothing. It returns an
// [instance.Invalid] for what cannot be.
func (s *Service) Ask(ctx context.Context, v instance.Viewer, id instance.PostID, list, budget string) error {
	return s.joins(ctx, v, id, "take part in", func(tx store.Tx) error {
		h, err := hold(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case h.author == v.ID:
			return &instance.Invalid{Field: "part", Code: "own"}
		case h.mode == "walk":
			return instance.ErrNotFound
		case h.Proposal.Gone(s.now()):
			return &instance.Invalid{Field: "part", Code: "full"}
		}
		if h.mode != "run" {
			list, budget = "", ""
		}
		if err := instance.CheckErrandList(list, budget, h.mode == "run"); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO errand_parts (id, post_id, actor_id, state, list, budget)
			VALUES ($1, $2, $3, 'asked', $4, $5)
			ON CONFLICT DO NOTHING`, s.ids.Next(), id, v.ID, list, budget)
		if err != nil || n == 0 {
			return err
		}
		return s.concern(ctx, tx, "errand-asked", v.ID, id, []instance.ActorID{h.author})
	})
}

// Agree says yes to somebody who asked. For a parcel it returns the code that is
// shown once: the helper is told it when the parcel is handed over. It returns an
// [instance.Invalid] of the field part when there is no room left.
func (s *Service) Agree(ctx context.Context, by instance.ActorID, id instance.PostID, part instance.ID) (code string, err error) {
	err = s.own(ctx, by, id, "agree to a part of", func(tx store.Tx, h *held) error {
		code = ""
		who, waits, err := waiting(ctx, tx, id, part)
		if err != nil || !waits {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE proposals
			   SET available = available - $2
			 WHERE post_id = $1 AND available >= $2 AND status = 'open'`, id, int64(instance.One))
		if err != nil {
			return err
		}
		if n == 0 {
			return &instance.Invalid{Field: "part", Code: "full"}
		}
		if _, err := tx.Exec(ctx, `UPDATE errand_parts SET state = 'agreed' WHERE id = $1`, part); err != nil {
			return err
		}
		if h.mode == "parcel" {
			if code, err = s.newCode(ctx, tx, id); err != nil {
				return err
			}
		}
		return s.concern(ctx, tx, "errand-agreed", by, id, []instance.ActorID{who})
	})
	return code, err
}

// Decline says not this time. Who asked sees it and is not told.
func (s *Service) Decline(ctx context.Context, by instance.ActorID, id instance.PostID, part instance.ID) error {
	return s.own(ctx, by, id, "decline a part of", func(tx store.Tx, _ *held) error {
		_, waits, err := waiting(ctx, tx, id, part)
		if err != nil || !waits {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE errand_parts SET state = 'declined' WHERE id = $1`, part)
		return err
	})
}

// waiting returns whose a part is, and whether it waits for an answer.
func waiting(ctx context.Context, tx store.Tx, id instance.PostID, part instance.ID) (who instance.ActorID, waits bool, err error) {
	var state instance.SeatState
	err = tx.QueryRow(ctx, `SELECT actor_id, state FROM errand_parts WHERE id = $1 AND post_id = $2`, part, id).Scan(&who, &state)
	return who, state == instance.SeatAsked, notFound(err)
}

// codeSpace is how many codes there are, and mostTries how often one can be
// guessed.
const (
	codeSpace = 1_000_000
	mostTries = 5
)

func (s *Service) newCode(ctx context.Context, tx store.Tx, id instance.PostID) (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(codeSpace))
	if err != nil {
		return "", err
	}
	code := fmt.Sprintf("%06d", n)
	salt := make([]byte, sha256.Size)
	_, _ = rand.Read(salt) // never fails
	_, err = tx.Exec(ctx, `UPDATE errands SET code_hash = $2, tries = 0 WHERE post_id = $1`, id, append(salt, hashed(salt, code)...))
	return code, err
}

func hashed(salt []byte, code string) []byte {
	m := hmac.New(sha256.New, salt)
	m.Write([]byte(code))
	return m.Sum(nil)
}

// Receipt notes that the helper of a part gave the receipt, and Handed that it
// was handed over: both ends of it may. A parcel is handed over with the code, of
// which one may be wrong five times; it returns an [instance.Invalid] of the field
// code then. What was to be printed goes at once.
func (s *Service) Receipt(ctx context.Context, v instance.Viewer, id instance.PostID, part instance.ID) error {
	return s.either(ctx, v, id, part, "give a receipt of", func(tx store.Tx, _ *held) error {
		_, err := tx.Exec(ctx, `UPDATE errand_parts SET receipt_at = $2 WHERE id = $1 AND receipt_at IS NULL`, part, store.Millis(s.now()))
		return err
	})
}

// Handed is described with [Service.Receipt].
func (s *Service) Handed(ctx context.Context, v instance.Viewer, id instance.PostID, part instance.ID, code string) error {
	wrong := false
	err := s.either(ctx, v, id, part, "hand over", func(tx store.Tx, h *held) error {
		wrong = false
		if h.mode == "parcel" && h.author != v.ID {
			right, err := try(ctx, tx, id, h, code)
			if wrong = !right; err != nil || wrong {
				return err // the try is counted
			}
		}
		_, err := tx.Exec(ctx, `UPDATE errand_parts SET handed_at = $2 WHERE id = $1 AND handed_at IS NULL`, part, store.Millis(s.now()))
		if err != nil {
			return err
		}
		if err := s.dropSoon(ctx, tx, id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE proposals
			   SET status = 'done'
			 WHERE post_id = $1 AND status = 'open' AND (purpose = 'request' OR ends_at IS NOT NULL AND ends_at <= $2)
			   AND NOT EXISTS (SELECT 1 FROM errand_parts t WHERE t.post_id = $1 AND t.state = 'agreed' AND t.handed_at IS NULL)`, id, store.Millis(s.now()))
		return err
	})
	if err == nil && wrong {
		err = &instance.Invalid{Field: "code", Code: "not-it", Limit: mostTries}
	}
	return err
}

// try tells whether a code is right. One that was wrong five times is never
// right again.
func try(ctx context.Context, tx store.Tx, id instance.PostID, h *held, code string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE errands SET tries = tries + 1 WHERE post_id = $1 AND tries < $2`, id, mostTries)
	if err != nil || n == 0 || len(h.code) != 2*sha256.Size {
		return false, err
	}
	return hmac.Equal(h.code[sha256.Size:], hashed(h.code[:sha256.Size], code)), nil
}

// either does what both ends of an agreed part may do.
func (s *Service) either(ctx context.Context, v instance.Viewer, id instance.PostID, part instance.ID, deed string, do func(store.Tx, *held) error) error {
	return s.reader(ctx, v, id, deed, func(tx store.Tx) error {
		h, err := hold(ctx, tx, id)
		if err != nil {
			return err
		}
		var who instance.ActorID
		var state instance.SeatState
		err = tx.QueryRow(ctx, `SELECT actor_id, state FROM errand_parts WHERE id = $1 AND post_id = $2`, part, id).Scan(&who, &state)
		if err == nil && (state != instance.SeatAgreed || who != v.ID && h.author != v.ID) {
			err = instance.ErrNotFound
		}
		if err != nil {
			return notFound(err)
		}
		return do(tx, h)
	})
}

// SignUp takes a walk of a week on, or with yes false lets it go again. A walk
// that somebody else has is an [instance.Invalid] of the field walk.
func (s *Service) SignUp(ctx context.Context, v instance.Viewer, id instance.PostID, day, minute int, yes bool) error {
	within := s.joins
	if !yes {
		within = s.reader // what was taken on is let go by anybody
	}
	return within(ctx, v, id, "sign up for", func(tx store.Tx) error {
		h, err := hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if h.Status != instance.ProposalOpen {
			return &instance.Invalid{Field: "walk", Code: "taken"}
		}
		sql, by := `UPDATE errand_walks SET actor_id = $4 WHERE post_id = $1 AND day = $2 AND minute = $3 AND actor_id IS NULL`, -int64(instance.One)
		if !yes {
			sql, by = `UPDATE errand_walks SET actor_id = NULL WHERE post_id = $1 AND day = $2 AND minute = $3 AND actor_id = $4`, -by
		}
		n, err := tx.Exec(ctx, sql, id, day, minute, v.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return &instance.Invalid{Field: "walk", Code: "taken"}
		}
		_, err = tx.Exec(ctx, `UPDATE proposals SET available = available + $2 WHERE post_id = $1`, id, by)
		return err
	})
}

// Cancel ends an errand of one's own; who was agreed to or waits is told, and
// what was to be printed goes at once.
func (s *Service) Cancel(ctx context.Context, by instance.ActorID, id instance.PostID) error {
	return s.own(ctx, by, id, "cancel", func(tx store.Tx, _ *held) error {
		n, err := tx.Exec(ctx, `UPDATE proposals SET status = 'closed', closed_at = $2 WHERE post_id = $1 AND status = 'open'`, id, store.Millis(s.now()))
		if err != nil || n == 0 {
			return err
		}
		parts, err := partsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		var whom []instance.ActorID
		for _, p := range parts {
			if p.State != instance.SeatDeclined {
				whom = append(whom, p.Actor.ID)
			}
		}
		if err := s.dropSoon(ctx, tx, id); err != nil {
			return err
		}
		return s.concern(ctx, tx, "errand-cancelled", by, id, whom)
	})
}

// reader does what a reader of an errand may do.
func (s *Service) reader(ctx context.Context, v instance.Viewer, id instance.PostID, deed string, do func(store.Tx) error) error {
	_, err := s.posts.ByID(ctx, v, id)
	if err == nil {
		err = s.db.InTx(ctx, do)
	}
	if err != nil {
		return fmt.Errorf("%s errand %s: %w", deed, id, err)
	}
	return nil
}

// joins is reader for what one does who may answer the errand too.
func (s *Service) joins(ctx context.Context, v instance.Viewer, id instance.PostID, deed string, do func(store.Tx) error) error {
	p, err := s.posts.ByID(ctx, v, id)
	if err == nil && !v.MayAnswer(p) {
		err = instance.ErrUnproven
	}
	if err == nil {
		err = s.db.InTx(ctx, do)
	}
	if err != nil {
		return fmt.Errorf("%s errand %s: %w", deed, id, err)
	}
	return nil
}

// own does what only who posted an errand may do, with nobody between.
func (s *Service) own(ctx context.Context, by instance.ActorID, id instance.PostID, deed string, do func(store.Tx, *held) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		h, err := hold(ctx, tx, id)
		if err == nil && h.author != by {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return do(tx, h)
	})
	if err != nil {
		return fmt.Errorf("%s errand %s: %w", deed, id, err)
	}
	return nil
}

// held is what of an errand nobody else changes until the transaction ends.
type held struct {
	instance.Proposal
	author instance.ActorID
	mode   string
	code   []byte
}

func hold(ctx context.Context, tx store.Tx, id instance.PostID) (*held, error) {
	if _, err := tx.Exec(ctx, `UPDATE proposals SET available = available WHERE post_id = $1`, id); err != nil {
		return nil, err
	}
	var h held
	var ends *int64
	err := tx.QueryRow(ctx, `
		SELECT q.status, q.quantity, q.available, q.ends_at, p.author_id, e.mode, e.code_hash
		  FROM errands e
		  JOIN proposals q ON q.post_id = e.post_id
		  JOIN posts p ON p.id = e.post_id
		 WHERE e.post_id = $1 AND p.deleted_at IS NULL AND p.removed_at IS NULL`, id).
		Scan(&h.Status, &h.Quantity, &h.Available, &ends, &h.author, &h.mode, &h.code)
	h.Ends = store.TimeOrNever(ends)
	return &h, notFound(err)
}
