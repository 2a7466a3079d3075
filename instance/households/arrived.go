package households

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/store"
)

// Arrived notes, at the hold, that a household has come to the home it was placed in.
// That is one act with the step [instance.MoveIn], from whichever page it is noted: a
// case that waits for it takes that step, and those before it that nobody took although
// beds were placed; what they ask for is asked for here. It returns an
// [instance.Invalid] while the agreement is not signed by all three, since nobody comes
// before that, and [instance.ErrConflict] for a hold under which nobody lives, and for
// one of which it was noted.
func (s *Service) Arrived(ctx context.Context, by instance.Account, hold instance.ID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.holdOf(ctx, tx, hold)
		if err != nil {
			return err
		}
		c, err := s.kept(ctx, tx, by.ID, x.Case)
		if err != nil {
			return err
		}
		if x.State != instance.HoldPlaced {
			return instance.ErrConflict
		}
		if _, err := s.comes(ctx, tx, c); err != nil {
			return err
		}
		moved := false
		for _, step := range []instance.CaseStep{instance.MeetCase, instance.SettleCase, instance.MoveIn} {
			if !slices.Contains(step.From(), c.Stage) {
				continue
			}
			if err := s.take(ctx, tx, c, step, "", by); err != nil {
				return err
			}
			c.Stage, moved = step.To(), true
		}
		if moved {
			return nil
		}
		return s.Homes.ArrivedIn(ctx, tx, by, c.Programme, hold)
	})
	return because(err, "arrival under hold %s", hold)
}

// comes returns the hold under which the household of a case comes to live: the last
// that was placed. It returns [instance.ErrConflict] without any, and an
// [instance.Invalid] of the field arrived while the three did not all sign for it, and
// while the home is frozen: beds were placed before somebody noticed something.
func (s *Service) comes(ctx context.Context, tx store.Tx, c instance.Case) (instance.ID, error) {
	var hold instance.ID
	var all3, frozen bool
	err := tx.QueryRow(ctx, comesUnder, c.ID, c.Programme).Scan(&hold, &all3, &frozen)
	switch {
	case errors.Is(err, store.ErrNoRows):
		return 0, instance.ErrConflict
	case err == nil && frozen:
		err = &instance.Invalid{Field: "arrived", Code: "frozen"}
	case err == nil && !all3:
		err = &instance.Invalid{Field: "arrived", Code: "unsigned"}
	}
	return hold, err
}

// arrives notes at its hold that the household of a case has come.
func (s *Service) arrives(ctx context.Context, tx store.Tx, c instance.Case, by instance.Account) error {
	hold, err := s.comes(ctx, tx, c)
	if err != nil {
		return err
	}
	if err := s.Homes.ArrivedIn(ctx, tx, by, c.Programme, hold); !errors.Is(err, instance.ErrConflict) {
		return err
	}
	return nil // it was noted before
}

var comesUnder = fmt.Sprintf(`
	SELECT h.id, EXISTS (SELECT 1 FROM housing_agreements a WHERE a.hold_id = h.id AND %s),
	       EXISTS (SELECT 1 FROM housing_frozen_homes z WHERE z.programme_id = $2 AND z.home = x.home AND z.lifted_at IS NULL)
	  FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id
	 WHERE x.case_id = $1 AND h.state = 'placed'
	 ORDER BY h.id DESC
	 LIMIT 1`, bound)
