package households

import (
	"context"
	"errors"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

// Contact is whether household and host of one stay may reach one another past the
// association. It is closed unless both said yes and how, and two of the team opened
// it; any of them closes it at any time, and it ends with the stay.
type Contact struct {
	May    bool // there is a stay here for which it can be opened
	Guest  bool // who said yes
	Host   bool
	Opened [2]instance.Signature
	Halted bool   // the case or the home is frozen
	Open   bool   // now
	Way    string // how the other is reached, to one of the two while it is open
	hold   instance.ID
}

const (
	kindGuestWay = "contact-guest"
	kindHostWay  = "contact-host"
	maxWay       = 100
)

type way struct {
	Way string `json:"way"`
}

// contact reads it for one of the two; for the team, whose party is neither, nobody
// is told how the others are reached.
func (s *Service) contact(ctx context.Context, tx store.Tx, c instance.Case, host instance.HostID, reader Party) (Contact, error) {
	var k Contact
	var guest, lender []byte
	var guestAt, hostAt, first, second *int64
	err := tx.QueryRow(ctx, `
		SELECT h.id, k.guest, k.guest_at, k.host, k.host_at, COALESCE(k.first_by, 0), k.first_at, COALESCE(k.second_by, 0), k.second_at,
		       EXISTS (SELECT 1 FROM housing_frozen_homes z WHERE z.programme_id = l.programme_id AND z.home = l.uri AND z.lifted_at IS NULL)
		  FROM housing_case_holds x
		  JOIN housing_holds h ON h.id = x.hold_id AND h.state = 'placed'
		  JOIN housing_listings l ON l.uri = x.home AND l.programme_id = $2 AND l.host_id IS NOT NULL
		  LEFT JOIN housing_contacts k ON k.hold_id = h.id
		 WHERE x.case_id = $1 AND (CAST($3 AS BIGINT) = 0 OR l.host_id = $3)
		 ORDER BY CASE WHEN k.hold_id IS NULL THEN 1 ELSE 0 END, h.id DESC
		 LIMIT 1`, c.ID, c.Programme, host).Scan(&k.hold, &guest, &guestAt, &lender, &hostAt, &k.Opened[0].By, &first, &k.Opened[1].By, &second, &k.Halted)
	if errors.Is(err, store.ErrNoRows) {
		return Contact{}, nil
	}
	if err != nil {
		return k, err
	}
	k.May, k.Guest, k.Host = true, guestAt != nil, hostAt != nil
	k.Opened[0].At, k.Opened[1].At = store.TimeOrNever(first), store.TimeOrNever(second)
	k.Halted = k.Halted || !c.FrozenAt.IsZero()
	k.Open = k.Guest && k.Host && !k.Halted && instance.SignedByTwo(k.Opened)
	if !k.Open {
		return k, nil
	}
	var w way
	switch reader {
	case PartyGuest:
		err = s.unseal(ctx, tx, c.Programme, kindHostWay, k.hold, lender, &w)
	case PartyHost:
		err = s.unseal(ctx, tx, c.Programme, kindGuestWay, k.hold, guest, &w)
	}
	k.Way = w.Way
	return k, err
}

// reaches keeps that one of the two says yes, and how they are reached. What was
// opened before is to be opened anew.
func (s *Service) reaches(ctx context.Context, tx store.Tx, c instance.Case, host instance.HostID, party Party, how string) error {
	how = writing.CleanLine(how, 4*maxWay)
	switch n := utf8.RuneCountInString(how); {
	case n == 0:
		return &instance.Invalid{Field: "way", Code: "missing"}
	case n > maxWay:
		return &instance.Invalid{Field: "way", Code: "too-long", Limit: maxWay}
	}
	k, err := s.contact(ctx, tx, c, host, "")
	if err != nil {
		return err
	}
	if !k.May || k.Halted {
		return instance.ErrConflict
	}
	kind, column := kindGuestWay, "guest"
	if party == PartyHost {
		kind, column = kindHostWay, "host"
	}
	sealed, err := s.seal(ctx, tx, c.Programme, kind, k.hold, way{how})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_contacts (hold_id, case_id, `+column+`, `+column+`_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (hold_id) DO UPDATE
		   SET `+column+` = excluded.`+column+`, `+column+`_at = excluded.`+column+`_at,
		       first_by = NULL, first_at = NULL, second_by = NULL, second_at = NULL`, k.hold, c.ID, sealed, store.Millis(s.Now()))
	return err
}

// contactGoesOn has what both said and two opened go on under the hold by which a stay
// goes on. How they are reached is sealed for one hold, and so anew for the other; without
// the keys it ends.
func (s *Service) contactGoesOn(ctx context.Context, tx store.Tx, c instance.Case, before, after instance.ID) error {
	sealed := map[string][]byte{}
	var guest, host []byte
	err := tx.QueryRow(ctx, `SELECT guest, host FROM housing_contacts WHERE hold_id = $1`, before).Scan(&guest, &host)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	for kind, old := range map[string][]byte{kindGuestWay: guest, kindHostWay: host} {
		var w way
		if err == nil && len(old) > 0 {
			err = s.unseal(ctx, tx, c.Programme, kind, before, old, &w)
			if err == nil {
				sealed[kind], err = s.seal(ctx, tx, c.Programme, kind, after, w)
			}
		}
	}
	if errors.Is(err, instance.ErrSealed) {
		return closes(ctx, tx, c.ID)
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE housing_contacts SET hold_id = $2, guest = $3, host = $4 WHERE hold_id = $1`, before, after, sealed[kindGuestWay], sealed[kindHostWay])
	return err
}

// closes ends it, and forgets how the two are reached.
func closes(ctx context.Context, tx store.Tx, id instance.CaseID) error {
	_, err := tx.Exec(ctx, `DELETE FROM housing_contacts WHERE case_id = $1`, id)
	return err
}

// Contact returns how far it is for a case, to those who keep cases.
func (s *Service) Contact(ctx context.Context, by instance.Account, id instance.CaseID) (Contact, error) {
	c, err := s.Case(ctx, by, id)
	if err != nil {
		return Contact{}, err
	}
	k, err := s.contact(ctx, s.DB.Read(), c, 0, "")
	return k, because(err, "contact in case %s", id)
}

// Reaches keeps that a household wants to be reached by its host, and how: it is not
// shown before the host said yes too and two of the team opened it. It returns
// [instance.ErrConflict] where they do not live with a host here, or all is halted.
func (s *Service) Reaches(ctx context.Context, person instance.Account, id instance.CaseID, how string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.ownCase(ctx, tx, person, id)
		if err != nil {
			return err
		}
		return s.reaches(ctx, tx, c, 0, PartyGuest, how)
	})
	return because(err, "contact in case %s", id)
}

// HostReaches is [Service.Reaches] for the host.
func (s *Service) HostReaches(ctx context.Context, hand HostHand, id instance.CaseID, how string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.hosted(ctx, tx, hand, id)
		if err != nil {
			return err
		}
		c, err := caseOf(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.reaches(ctx, tx, c, x.Host, PartyHost, how)
	})
	return because(err, "contact in case %s for its host", id)
}

// OpenContact keeps that one of the team opens it, for this stay alone. With the
// second, of another person, it is open; the same person twice is
// [instance.ErrForbidden], and [instance.ErrConflict] says that not both said yes, or
// that the case or the home is frozen.
func (s *Service) OpenContact(ctx context.Context, by instance.Account, id instance.CaseID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		k, err := s.contact(ctx, tx, c, 0, "")
		switch {
		case err != nil:
			return err
		case !k.May || !k.Guest || !k.Host || k.Halted || k.Open:
			return instance.ErrConflict
		case !k.Opened[0].At.IsZero() && k.Opened[0].By == by.ID:
			return instance.ErrForbidden
		}
		column := "first"
		if !k.Opened[0].At.IsZero() {
			column = "second"
		}
		_, err = tx.Exec(ctx, `UPDATE housing_contacts SET `+column+`_by = $2, `+column+`_at = $3 WHERE hold_id = $1`, k.hold, by.ID, store.Millis(s.Now()))
		if err != nil {
			return err
		}
		return s.noted(ctx, tx, id, by.ID, "contact")
	})
	return because(err, "open contact in case %s", id)
}

// CloseContact ends it at once, by anyone of the team, and is noted.
func (s *Service) CloseContact(ctx context.Context, by instance.Account, id instance.CaseID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.kept(ctx, tx, by.ID, id); err != nil {
			return err
		}
		if err := closes(ctx, tx, id); err != nil {
			return err
		}
		return s.noted(ctx, tx, id, by.ID, "contact")
	})
	return because(err, "close contact in case %s", id)
}

// OwnClosesContact ends it at once, by the household.
func (s *Service) OwnClosesContact(ctx context.Context, person instance.Account, id instance.CaseID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.ownCase(ctx, tx, person, id); err != nil {
			return err
		}
		return closes(ctx, tx, id)
	})
	return because(err, "close contact in case %s", id)
}

// HostClosesContact ends it at once, by the host.
func (s *Service) HostClosesContact(ctx context.Context, hand HostHand, id instance.CaseID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.hosted(ctx, tx, hand, id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			DELETE FROM housing_contacts
			 WHERE case_id = $1 AND hold_id IN (SELECT hold_id FROM housing_case_holds WHERE case_id = $1 AND home = $2)`, id, x.Home)
		return err
	})
	return because(err, "close contact in case %s for its host", id)
}
