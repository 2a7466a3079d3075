package households

import (
	"cmp"
	"context"
	"slices"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Leave says to who keeps the home that the household of a case leaves a stay: from
// that night on the beds are free. Of a stay that goes on under several holds, all that
// come after that night are ended, and what is asked for and not placed is given back.
// Direct contact is closed, and the end of the stay begins. It returns
// [instance.ErrNotFound] for a hold of another case, [instance.ErrConflict] for a stay in
// which nobody lives, and [instance.ErrUnreachable] if the other association does not
// answer: then what was not said yet can be said again.
func (s *Service) Leave(ctx context.Context, by instance.Account, id instance.CaseID, hold instance.ID, leaving ledger.Night, why ledger.Reason) error {
	list, err := s.Holds(ctx, by, id)
	if err != nil {
		return err
	}
	stay := wholeStay(list, hold)
	lived := slices.ContainsFunc(stay, func(x CaseHold) bool { return x.State == instance.HoldPlaced })
	switch {
	case len(stay) == 0:
		return because(instance.ErrNotFound, "leave hold %s", hold)
	case !lived:
		return because(instance.ErrConflict, "leave hold %s", hold)
	}
	for _, x := range stay { // the last nights first, so that what is left is where they live
		if err := s.endHold(ctx, by, x, leaving, why); err != nil {
			return because(err, "leave hold %s", x.ID)
		}
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

// endHold ends one hold of a stay that is left from a night on.
func (s *Service) endHold(ctx context.Context, by instance.Account, x CaseHold, leaving ledger.Night, why ledger.Reason) (err error) {
	switch x.State {
	case instance.HoldWaiting, instance.HoldHeld, instance.HoldAgreed:
		_, err = s.Homes.Withdraw(ctx, by, x.ID)
	case instance.HoldPlaced:
		if leaving <= x.Stay.Until {
			_, err = s.Homes.Leave(ctx, by, x.ID, max(leaving, x.Stay.From), why)
		}
	}
	return err
}

// wholeStay are the holds of a case of which each follows on the one before, and one of
// which is hold; the last nights first.
func wholeStay(list []CaseHold, hold instance.ID) []CaseHold {
	before := map[instance.ID]instance.ID{}
	for _, x := range list {
		before[x.ID] = x.Renews
	}
	first := func(id instance.ID) instance.ID {
		for before[id] != 0 {
			id = before[id]
		}
		return id
	}
	if _, there := before[hold]; !there {
		return nil
	}
	var stay []CaseHold
	for _, x := range list {
		if first(x.ID) == first(hold) {
			stay = append(stay, x)
		}
	}
	slices.SortFunc(stay, func(a, b CaseHold) int { return cmp.Compare(b.Stay.From, a.Stay.From) })
	return stay
}

// WholeStay returns from when to when people of a case live where a hold of theirs is, as
// far as it is placed; zero if nobody does.
func WholeStay(list []CaseHold, hold instance.ID) ledger.Stay {
	var all ledger.Stay
	for _, x := range wholeStay(list, hold) {
		switch {
		case x.State != instance.HoldPlaced && x.State != instance.HoldEnded:
		case all.Nights() == 0:
			all = x.Stay
		default:
			all.From, all.Until = min(all.From, x.Stay.From), max(all.Until, x.Stay.Until)
		}
	}
	return all
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
