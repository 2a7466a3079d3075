package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Limits are how much somebody gives of what they offer, to whom and when, or who
// hears of what they ask.
type Limits struct {
	Weekly int  // how often in seven days; 0: as often as they are asked
	Paused bool // not now
	// Walk is how many minutes on foot at most somebody may live away who takes it,
	// or hears of it because they offer just that; one of [Walks], 0: anywhere.
	Walk  int
	Hours Hours // when it suits; 0: at any time
}

// MaxWeekly is how often a week an offer can be limited to.
const MaxWeekly = 50

// aWeek is the time in which what is given is counted: the last seven days, not
// the week of the calendar, so that nothing begins anew on a Monday.
const aWeek = 7 * 24 * time.Hour

// LimitsOf returns how much somebody gives of what a post offers.
func (s *Service) LimitsOf(ctx context.Context, id instance.PostID) (Limits, error) {
	l, err := limitsOf(ctx, s.db.Read(), id)
	if err != nil {
		return l, fmt.Errorf("limits of %s: %w", id, err)
	}
	return l, nil
}

func limitsOf(ctx context.Context, tx store.Tx, id instance.PostID) (l Limits, err error) {
	err = tx.QueryRow(ctx, `SELECT weekly, paused_at IS NOT NULL, walk, hours FROM asks WHERE post_id = $1`, id).Scan(&l.Weekly, &l.Paused, &l.Walk, &l.Hours)
	if errors.Is(err, store.ErrNoRows) {
		return Limits{}, nil
	}
	return l, err
}

// gives returns an [instance.Invalid] while whoever offers a post rests, or gave
// as often this week as they wish to, and for whom it is too far on foot. Another
// server is not told that last reason: who asks there lives nowhere that we know.
func (s *Service) gives(ctx context.Context, tx store.Tx, p *instance.Post, taker instance.Actor) error {
	id := p.ID
	l, err := limitsOf(ctx, tx, id)
	if err == nil && p.Proposal.Purpose == instance.Offering {
		near, fault := reaches(ctx, tx, taker.ID, p.Author.ID, l.Walk)
		switch {
		case fault != nil:
			return fault
		case !near && !taker.Local():
			return &instance.Invalid{Field: "proposal", Code: "gone"}
		case !near:
			return &instance.Invalid{Field: "proposal", Code: "too-far", Limit: l.Walk}
		}
	}
	switch {
	case err != nil:
		return err
	case l.Paused:
		return &instance.Invalid{Field: "proposal", Code: "paused"}
	case l.Weekly == 0:
		return nil
	}
	var n int
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*)
		  FROM agreements
		 WHERE post_id = $1 AND answered_at > $2 AND state IN ('accepted', 'handed-over', 'returned', 'done')`,
		id, store.Millis(s.now().Add(-aWeek))).Scan(&n)
	if err == nil && n >= l.Weekly {
		err = &instance.Invalid{Field: "proposal", Code: "week-full"}
	}
	return err
}

// Pause lets an offer of by's rest, or, with yes false, lets it be taken again.
// What was agreed stays so. It returns [instance.ErrNotFound] for any other's.
func (s *Service) Pause(ctx context.Context, by instance.ActorID, id instance.PostID, yes bool) error {
	var at *int64
	if yes {
		at = store.MillisOrNull(s.now())
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE asks
			   SET paused_at = $3
			 WHERE post_id = $1
			   AND EXISTS (SELECT 1 FROM posts p JOIN proposals q ON q.post_id = p.id
			                WHERE p.id = $1 AND p.author_id = $2 AND p.deleted_at IS NULL AND q.purpose = 'offer' AND q.status IN ('open', 'agreed'))`, id, by, at)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("pause %s: %w", id, err)
	}
	return nil
}
