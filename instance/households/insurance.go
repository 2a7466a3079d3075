package households

import (
	"context"
	"errors"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Insurance is one that the rules of the country ask for, and whether it was seen for
// a stay. The paper is kept nowhere.
type Insurance struct {
	Of     Party
	Kind   string
	Blocks bool      // nobody moves in without
	SeenAt time.Time // zero: not yet
	SeenBy instance.ActorID
}

// Insurances returns what is asked for the stay of a case, to one of its three: to
// household and host what is asked of them. It returns none where there is no stay.
func (s *Service) Insurances(ctx context.Context, h StayHand, id instance.CaseID) ([]Insurance, error) {
	var list []Insurance
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.atStay(ctx, tx, h, id, "insurance")
		if err != nil {
			return err
		}
		list, err = s.insurances(ctx, tx, x)
		return err
	})
	if h.Party != PartyAssociation {
		list = slices.DeleteFunc(list, func(i Insurance) bool { return i.Of != h.Party })
	}
	return list, because(err, "insurances of case %s", id)
}

func (s *Service) insurances(ctx context.Context, tx store.Tx, x stayAt) ([]Insurance, error) {
	stay, err := s.lived(ctx, tx, x)
	if errors.Is(err, instance.ErrConflict) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []Insurance
	for _, i := range s.Pack.Insurance {
		list = append(list, Insurance{Of: Party(i.Of), Kind: i.Kind, Blocks: i.Blocks})
	}
	rows, err := tx.Query(ctx, `SELECT party, kind, seen_at, COALESCE(seen_by, 0) FROM housing_insurances WHERE hold_id = $1`, stay.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var party, kind string
		var at int64
		var by instance.ActorID
		if err := rows.Scan(&party, &kind, &at, &by); err != nil {
			return nil, err
		}
		for n := range list {
			if i := &list[n]; i.Of == Party(party) && i.Kind == kind {
				i.SeenAt, i.SeenBy = store.Time(at), by
			}
		}
	}
	return list, rows.Err()
}

// SeeInsurance keeps that somebody of the team saw an insurance of one of the three, or
// takes that back.
func (s *Service) SeeInsurance(ctx context.Context, by instance.Account, id instance.CaseID, of Party, kind string, seen bool) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.atStay(ctx, tx, StayHand{Party: PartyAssociation, Person: by}, id, "")
		if err != nil {
			return err
		}
		stay, err := s.lived(ctx, tx, x)
		if err != nil {
			return err
		}
		list, err := s.insurances(ctx, tx, x)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(i Insurance) bool { return i.Of == of && i.Kind == kind }) {
			return &instance.Invalid{Field: "insurance", Code: "unknown"}
		}
		if !seen {
			_, err = tx.Exec(ctx, `DELETE FROM housing_insurances WHERE hold_id = $1 AND party = $2 AND kind = $3`, stay.ID, string(of), kind)
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_insurances (hold_id, case_id, party, kind, seen_by, seen_at)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (hold_id, party, kind) DO NOTHING`, stay.ID, id, string(of), kind, by.ID, store.Millis(s.Now()))
		return err
	})
	return because(err, "insurance in case %s", id)
}

// covered returns an [instance.Invalid] of the field insurance where nobody may move in
// because one was not seen that the country asks for.
func (s *Service) covered(ctx context.Context, tx store.Tx, c instance.Case) error {
	list, err := s.insurances(ctx, tx, stayAt{Case: c})
	for _, i := range list {
		if err == nil && i.Blocks && i.SeenAt.IsZero() {
			err = &instance.Invalid{Field: "insurance", Code: "unseen"}
		}
	}
	return err
}
