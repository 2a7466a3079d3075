package households

import (
	"context"

	"palier/instance"
	"palier/instance/store"
)

// StayHand is who acts at a stay: somebody of the team, for the association, the
// household from its account, or the host.
type StayHand struct {
	Party  Party
	Person instance.Account // of the team or the household
	Host   HostHand
}

// by is the account from which they act, 0 for a link.
func (h StayHand) by() instance.ActorID {
	if h.Party == PartyHost {
		return h.Host.Person
	}
	return h.Person.ID
}

// stayAt is a case for who acts at its stay, and the home in which that is to its
// host; empty for the others.
type stayAt struct {
	instance.Case
	home   string
	halted bool
}

// atStay returns the case for one of the three; to everyone else
// [instance.ErrNotFound]. What is written of it is kept in a transaction in which
// nobody else changes it; what the team reads is noted as what.
func (s *Service) atStay(ctx context.Context, tx store.Tx, h StayHand, id instance.CaseID, what string) (x stayAt, err error) {
	switch h.Party {
	case PartyAssociation:
		if what == "" {
			x.Case, err = s.kept(ctx, tx, h.Person.ID, id)
			break
		}
		if x.Case, err = caseOf(ctx, tx, id); err == nil {
			err = keeps(ctx, tx, x.Programme, h.Person.ID)
		}
		if err == nil {
			err = s.noted(ctx, tx, id, h.Person.ID, what)
		}
	case PartyGuest:
		x.Case, err = caseOf(ctx, tx, id)
		if what == "" && err == nil {
			x.Case, err = s.ownCase(ctx, tx, h.Person, id)
		}
		if err == nil && (x.Person != h.Person.ID || h.Person.ID == 0) {
			err = instance.ErrNotFound
		}
	case PartyHost:
		var stay HostStay
		if stay, err = s.hosted(ctx, tx, h.Host, id); err != nil {
			break
		}
		x.home = stay.Home
		x.halted = stay.Halted
		if what == "" {
			_, err = tx.Exec(ctx, `UPDATE housing_cases SET changed_at = $2 WHERE id = $1`, id, store.Millis(s.Now()))
		}
		if err == nil {
			x.Case, err = caseOf(ctx, tx, id)
		}
	default:
		err = instance.ErrNotFound
	}
	x.halted = x.halted || !x.FrozenAt.IsZero()
	return x, err
}

// lived is the stay that an inventory or an insurance belongs to: the one in which
// people live, else the one for which beds are agreed to, else the last; of one that
// went on, the nights from the first to the last, under its first hold. It returns
// [instance.ErrConflict] without any.
func (s *Service) lived(ctx context.Context, tx store.Tx, x stayAt) (CaseHold, error) {
	list, err := s.holds(ctx, tx, x.ID)
	if err != nil {
		return CaseHold{}, err
	}
	byID := make(map[instance.ID]CaseHold, len(list))
	var best CaseHold
	for _, h := range list { // the latest first
		byID[h.ID] = h
		if x.home != "" && h.Home != x.home {
			continue
		}
		if rank := livedFirst[h.State]; rank > livedFirst[best.State] {
			best = h
		}
	}
	if best.ID == 0 {
		return best, instance.ErrConflict
	}
	first := best
	for before, ok := byID[first.Renews]; ok; before, ok = byID[before.Renews] {
		first = before
	}
	first.Stay.Until, first.State = best.Stay.Until, best.State
	return first, nil
}

var livedFirst = map[instance.HoldState]int{instance.HoldEnded: 1, instance.HoldAgreed: 2, instance.HoldPlaced: 3}
