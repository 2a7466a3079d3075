package households

import (
	"context"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Leave says to who keeps the home that the household of a case leaves a stay: from
// that night on the beds are free. Direct contact is closed, and the end of the stay
// begins. It returns [instance.ErrNotFound] for a hold of another case,
// [instance.ErrConflict] for one in which nobody lives, and
// [instance.ErrUnreachable] if the other association does not answer: then nothing
// changes.
func (s *Service) Leave(ctx context.Context, by instance.Account, id instance.CaseID, hold instance.ID, leaving ledger.Night, why ledger.Reason) error {
	c, err := s.Case(ctx, by, id)
	if err != nil {
		return err
	}
	x, err := s.holdOf(ctx, s.DB.Read(), hold)
	switch {
	case err == nil && x.Case != c.ID:
		err = instance.ErrNotFound
	case err == nil && x.State != instance.HoldPlaced:
		err = instance.ErrConflict
	}
	if err != nil {
		return because(err, "leave hold %s", hold)
	}
	if _, err := s.Homes.Leave(ctx, by, hold, leaving, why); err != nil {
		return because(err, "leave hold %s", hold)
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		if err := closes(ctx, tx, id); err != nil {
			return err
		}
		if c.Stage != instance.CaseActive {
			return nil
		}
		return s.step(ctx, tx, c, instance.EndStay, "")
	})
	return because(err, "leave hold %s", hold)
}

// CaseOf returns the case for which a hold is, to those who keep cases of its
// programme; to everyone else, and for a hold of none, [instance.ErrNotFound].
func (s *Service) CaseOf(ctx context.Context, by instance.Account, hold instance.ID) (instance.Case, error) {
	tx := s.DB.Read()
	x, err := s.holdOf(ctx, tx, hold)
	if err != nil {
		return instance.Case{}, because(err, "case of hold %s", hold)
	}
	c, err := caseOf(ctx, tx, x.Case)
	if err == nil {
		err = keeps(ctx, tx, c.Programme, by.ID)
	}
	if err != nil {
		return instance.Case{}, because(err, "case of hold %s", hold)
	}
	return c, nil
}
