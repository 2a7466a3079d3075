package posts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Regret is how long an author may put back what they withdrew.
const Regret = 10 * time.Minute

// Withdraw takes one's own post out of everyone's sight at once, as
// [Service.Delete] does, and keeps it for [Regret] so that its author can put it
// back. Other servers are told that it is gone only after that, since they could
// not put it back; whoever wants them told at once deletes it. It returns
// [instance.ErrNotFound] for a post that is not by's.
func (s *Service) Withdraw(ctx context.Context, by instance.ActorID, id instance.PostID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := s.own(ctx, tx, by, id)
		if err != nil {
			return err
		}
		now := s.now()
		n, err := tx.Exec(ctx, `UPDATE posts SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL`, p.ID, store.Millis(now))
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO withdrawals (post_id, until)
			VALUES ($1, $2)`, p.ID, store.Millis(now.Add(Regret)))
		if err != nil {
			return err
		}
		if err := count(ctx, tx, p, -1); err != nil {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.Withdrawn, Actor: p.Author, Post: p, ID: s.ids.Next()})
	})
	if err != nil {
		return fmt.Errorf("withdraw post %s: %w", id, err)
	}
	return nil
}

// Restore puts back what by withdrew, as it was. It returns
// [instance.ErrNotFound] for a post of somebody else and [instance.ErrGone] for
// one that cannot be put back any more.
func (s *Service) Restore(ctx context.Context, by instance.ActorID, id instance.PostID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := ByIDIn(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case p.Author.ID != by:
			return instance.ErrNotFound
		case !p.Gone():
			return nil // pressed twice
		case !p.Withdrawn.After(s.now()):
			return instance.ErrGone
		}
		if p, err = s.unwithdraw(ctx, tx, p); err != nil {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.Restored, Actor: p.Author, Post: p, ID: s.ids.Next()})
	})
	if err != nil {
		return fmt.Errorf("restore post %s: %w", id, err)
	}
	return nil
}

// unwithdraw makes a post stand again that was withdrawn, and returns it as it
// stands; one that was not is returned as it is.
func (s *Service) unwithdraw(ctx context.Context, tx store.Tx, p *instance.Post) (*instance.Post, error) {
	n, err := tx.Exec(ctx, `DELETE FROM withdrawals WHERE post_id = $1`, p.ID)
	if err != nil || n == 0 {
		return p, err
	}
	if _, err := tx.Exec(ctx, `UPDATE posts SET deleted_at = NULL WHERE id = $1`, p.ID); err != nil {
		return p, err
	}
	if err := count(ctx, tx, p, 1); err != nil {
		return p, err
	}
	return ByIDIn(ctx, tx, p.ID)
}

// SettleWithdrawn deletes what was withdrawn and can not be put back any more,
// and tells everyone who has to hear of it.
func (s *Service) SettleWithdrawn(ctx context.Context) error {
	rows, err := s.db.Read().Query(ctx, `
		SELECT post_id FROM withdrawals WHERE until <= $1 ORDER BY until LIMIT 500`, store.Millis(s.now()))
	if err != nil {
		return fmt.Errorf("what was withdrawn: %w", err)
	}
	due, err := readIDs(rows)
	if err != nil {
		return fmt.Errorf("what was withdrawn: %w", err)
	}
	for _, id := range due {
		if err := s.settleWithdrawn(ctx, id); err != nil {
			return fmt.Errorf("settle withdrawn post %s: %w", id, err)
		}
	}
	return nil
}

func (s *Service) settleWithdrawn(ctx context.Context, id instance.PostID) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := ByIDIn(ctx, tx, id)
		if errors.Is(err, instance.ErrNotFound) {
			return nil
		}
		if err != nil || p.Withdrawn.IsZero() {
			return err // put back meanwhile, or settled by another process
		}
		return s.DeleteIn(ctx, tx, p, instance.Origin{})
	})
}

func readIDs(rows store.Rows) ([]instance.PostID, error) {
	defer rows.Close()
	var list []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}

// addWithdrawn notes which of the posts that are gone can be put back.
func addWithdrawn(ctx context.Context, tx store.Tx, found []*instance.Post, byID map[instance.PostID]*instance.Post) error {
	var args []any
	for _, p := range found {
		if p.Local && !p.DeletedAt.IsZero() {
			args = append(args, p.ID)
		}
	}
	if len(args) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `
		SELECT post_id, until FROM withdrawals WHERE post_id IN (`+store.Placeholders(1, len(args))+`)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.PostID
		var until int64
		if err := rows.Scan(&id, &until); err != nil {
			return err
		}
		byID[id].Withdrawn = store.Time(until)
	}
	return rows.Err()
}
