package households

import (
	"context"
	"errors"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Party is one of the three who agree that a stay goes on.
type Party string

// The three: the association signs by two of its team, under the nights that its
// keeper granted.
const (
	PartyGuest Party = "guest"
	PartyHost  Party = "host"
)

// live are the states of a hold of which something may still come.
const live = `('sending', 'unanswered', 'waiting', 'held', 'agreed', 'placed')`

// Renew writes down that the household, or the host, wants a stay to go on until a
// night; another night than was written down before begins anew. Nothing is promised
// by it: who keeps the ledger of the home is asked by [Service.Extend]. It returns
// [instance.ErrConflict] where nobody lives, and once the nights were asked for.
func (s *Service) Renew(ctx context.Context, by instance.Account, hold instance.ID, who Party, until ledger.Night) error {
	column := map[Party]string{PartyGuest: "guest_at", PartyHost: "host_at"}[who]
	if column == "" {
		return because(&instance.Invalid{Field: "party", Code: "unknown"}, "renew hold %s", hold)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.renewable(ctx, tx, by, hold)
		if err != nil {
			return err
		}
		if until <= x.Stay.Until || int(until-x.Stay.Until) > ledger.MaxNights {
			return &instance.Invalid{Field: "renew-until", Code: "malformed"}
		}
		_, err = tx.Exec(ctx, `
			UPDATE housing_case_holds
			   SET guest_at = CASE WHEN until = $2 THEN guest_at END, host_at = CASE WHEN until = $2 THEN host_at END, until = $2
			 WHERE hold_id = $1`, hold, int64(until))
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE housing_case_holds SET `+column+` = $2 WHERE hold_id = $1`, hold, store.Millis(s.Now()))
		}
		return err
	})
	return because(err, "renew hold %s", hold)
}

// renewable is a hold under which somebody lives, for who keeps the case, with nothing
// asked for the nights after it.
func (s *Service) renewable(ctx context.Context, tx store.Tx, by instance.Account, hold instance.ID) (CaseHold, error) {
	x, err := s.holdOf(ctx, tx, hold)
	if err != nil {
		return x, err
	}
	if _, err := s.kept(ctx, tx, by.ID, x.Case); err != nil {
		return x, err
	}
	var asked bool
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_case_holds n JOIN housing_holds h ON h.id = n.hold_id WHERE n.renews = $1 AND h.state IN `+live+`)`, hold).Scan(&asked)
	if err == nil && (asked || x.State != instance.HoldPlaced) {
		err = instance.ErrConflict
	}
	return x, err
}

// Extend asks who keeps the ledger of the home in which a household lives for the
// nights to which household and host agreed, as any beds are asked for: signed, and
// refused when they are promised to others. What came of it is a hold of its own.
// The stay is no longer than it was until that is granted, two of the team have signed
// it ([Service.Sign]) and its keeper has placed it. It returns an [instance.Invalid]
// of the field renew-until as long as one of the two did not agree.
func (s *Service) Extend(ctx context.Context, by instance.Account, hold instance.ID) (instance.Hold, error) {
	var x CaseHold
	err := s.DB.InTx(ctx, func(tx store.Tx) (err error) {
		x, err = s.renewable(ctx, tx, by, hold)
		return err
	})
	if err == nil && (x.GuestAt.IsZero() || x.HostAt.IsZero() || x.Until <= x.Stay.Until) {
		err = errUnsigned
	}
	if err != nil {
		return instance.Hold{}, because(err, "extend hold %s", hold)
	}
	h, err := s.Homes.Ask(ctx, by, x.Programme, x.Home, ledger.Ask{Places: x.Places, Stay: ledger.Stay{From: x.Stay.Until, Until: x.Until}}, x.Case)
	return h, because(err, "extend hold %s", hold)
}

// errUnsigned says that household or host did not agree to stay on.
var errUnsigned = &instance.Invalid{Field: "renew-until", Code: "unsigned"}

// renewed returns which hold the nights of another follow on, 0 for none. They are
// not asked for unless household and host agreed to just these, nor twice.
func renewed(ctx context.Context, tx store.Tx, h instance.Hold, id instance.CaseID) (instance.ID, error) {
	var before instance.ID
	var signed, asked bool
	err := tx.QueryRow(ctx, `
		SELECT x.hold_id, x.guest_at IS NOT NULL AND x.host_at IS NOT NULL AND COALESCE(x.until, 0) = $4,
		       EXISTS (SELECT 1 FROM housing_case_holds n JOIN housing_holds o ON o.id = n.hold_id WHERE n.renews = x.hold_id AND o.state IN `+live+`)
		  FROM housing_case_holds x JOIN housing_holds p ON p.id = x.hold_id
		 WHERE x.case_id = $1 AND p.home = $2 AND p.until_night = $3 AND p.state = 'placed'
		 ORDER BY x.hold_id DESC
		 LIMIT 1`, id, h.Home, int64(h.Stay.From), int64(h.Stay.Until)).Scan(&before, &signed, &asked)
	switch {
	case errors.Is(err, store.ErrNoRows):
		return 0, nil
	case err == nil && asked:
		err = instance.ErrConflict
	case err == nil && !signed:
		err = errUnsigned
	}
	return before, err
}

// placedOn are the holds of a case by which its people stay on, as they were placed,
// and that were not written on yet.
const placedOn = `SELECT n.hold_id FROM housing_case_holds n JOIN housing_holds h ON h.id = n.hold_id
	 WHERE n.case_id = $1 AND n.renews IS NOT NULL AND n.renewed_at IS NULL AND h.state = 'placed'`

// goOn writes on the calendar of a case whose people stay: what stood before the old
// end gives way to what stands before the new one.
func (s *Service) goOn(ctx context.Context, tx store.Tx, c instance.Case) error {
	holds, err := s.holds(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	byID := map[instance.ID]CaseHold{}
	for _, h := range holds {
		byID[h.ID] = h
	}
	for _, h := range holds {
		if h.Renews == 0 || h.State != instance.HoldPlaced || !h.RenewedAt.IsZero() {
			continue
		}
		stay := h.Stay
		for before, ok := byID[h.Renews]; ok; before, ok = byID[before.Renews] {
			stay.From = before.Stay.From
		}
		tonight := s.tonight(h.Area)
		if _, err := tx.Exec(ctx, `
			DELETE FROM housing_case_followups WHERE case_id = $1 AND done_at IS NULL AND due >= $2`, c.ID, int64(tonight)); err != nil {
			return err
		}
		if err := s.calendar(ctx, tx, c.ID, h.ID, stay, tonight); err != nil {
			return err
		}
		// How the two reach one another goes on with the stay, and does not end unsaid when
		// its first nights do.
		if err := s.contactGoesOn(ctx, tx, c, h.Renews, h.ID); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE housing_case_holds SET renewed_at = $2 WHERE hold_id IN (`+placedOn+`)`, c.ID, store.Millis(s.Now()))
	return err
}
