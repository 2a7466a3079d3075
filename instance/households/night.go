package households

import (
	"context"
	"errors"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// FirstNight is what is to be known on the first night: where, who opens the door,
// and what the home has. It is for the three and for paper, and is not kept.
type FirstNight struct {
	Programme string
	Stay      ledger.Stay
	Places    int
	Called    string // as the household wants to be called; for the host and the team
	Door      instance.Threshold
	Home      Home // as a card tells of it
	Area      string
	With      *Walk // who goes with them tonight; nil for nobody
}

// firstNight opens it for a case that has a home here: by is who reads, 0 for host
// and household. It returns [instance.ErrNotFound] before beds are placed and all
// three have signed, and for a home of a partner, whose association knows.
func (s *Service) firstNight(ctx context.Context, tx store.Tx, c instance.Case, by instance.ActorID) (FirstNight, error) {
	var n FirstNight
	x, host, err := s.nightAt(ctx, tx, c)
	if err != nil {
		return n, err
	}
	programme, err := one(ctx, tx, c.Programme)
	if err != nil {
		return n, err
	}
	known, err := s.proposals(ctx, tx, c)
	if err != nil {
		return n, err
	}
	n = FirstNight{Programme: programme.Shown(), Stay: x.Stay, Places: x.Places, Home: known[x.Home].Details.Card, Area: x.Area}
	if n.Called, err = s.calledFor(ctx, tx, c); err != nil {
		return n, err
	}
	if n.With, err = s.company(ctx, tx, c, x.ID); err != nil {
		return n, err
	}
	n.Door, err = s.Hosts.Threshold(ctx, tx, by, host)
	return n, err
}

// nightAt is the hold and the host of the sheet; [instance.ErrNotFound] where there is
// none.
func (s *Service) nightAt(ctx context.Context, tx store.Tx, c instance.Case) (CaseHold, instance.HostID, error) {
	x, err := scanCaseHold(tx.QueryRow(ctx, `
		SELECT `+caseHoldColumns+`
		  FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id
		 WHERE x.case_id = $1 AND h.state = 'placed' AND EXISTS (`+agreedBy3+` AND a.hold_id = x.hold_id)
		 ORDER BY x.hold_id DESC
		 LIMIT 1`, c.ID))
	if err != nil {
		return x, 0, err
	}
	host, err := s.lender(ctx, tx, c.Programme, x.Home)
	if err == nil && host == 0 {
		err = instance.ErrNotFound
	}
	return x, host, err
}

// hasNight tells whether there is such a sheet, so that no page leads to one that is not.
func (s *Service) hasNight(ctx context.Context, tx store.Tx, c instance.Case) (bool, error) {
	_, _, err := s.nightAt(ctx, tx, c)
	if errors.Is(err, instance.ErrNotFound) {
		return false, nil
	}
	return err == nil && c.FrozenAt.IsZero(), err
}

// Arriving is what stands between a case and the day on which its people come.
type Arriving struct {
	Signed bool // by all three
	Night  bool // there is a sheet of the first night
}

// Arriving tells those who keep cases what is missing before the household of a case
// comes. It opens nothing that is sealed.
func (s *Service) Arriving(ctx context.Context, by instance.Account, id instance.CaseID) (a Arriving, err error) {
	c, err := s.Case(ctx, by, id)
	if err != nil {
		return a, err
	}
	tx := s.DB.Read()
	if a.Night, err = s.hasNight(ctx, tx, c); err != nil {
		return a, because(err, "arrival of case %s", id)
	}
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_agreements a WHERE a.case_id = $1 AND `+bound+`)`, id).Scan(&a.Signed)
	return a, because(err, "arrival of case %s", id)
}

// FirstNight returns it to those who keep cases, and notes that it was opened, on
// the side of the household and of the host.
func (s *Service) FirstNight(ctx context.Context, by instance.Account, id instance.CaseID) (FirstNight, error) {
	var n FirstNight
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err == nil {
			err = keeps(ctx, tx, c.Programme, by.ID)
		}
		if err == nil {
			err = s.noted(ctx, tx, id, by.ID, "first-night")
		}
		if err != nil {
			return err
		}
		n, err = s.firstNight(ctx, tx, c, by.ID)
		return err
	})
	return n, because(err, "first night of case %s", id)
}

// OwnFirstNight is [Service.FirstNight] for the household: it learns where the home
// is once beds are placed and all three have signed.
func (s *Service) OwnFirstNight(ctx context.Context, person instance.Account, id instance.CaseID) (FirstNight, error) {
	tx := s.DB.Read()
	c, err := caseOf(ctx, tx, id)
	if err == nil && (c.Person != person.ID || person.ID == 0 || !c.FrozenAt.IsZero()) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return FirstNight{}, because(err, "own first night of case %s", id)
	}
	n, err := s.firstNight(ctx, tx, c, 0)
	n.Called = ""
	return n, because(err, "own first night of case %s", id)
}

// HostFirstNight is [Service.FirstNight] for the host.
func (s *Service) HostFirstNight(ctx context.Context, hand HostHand, id instance.CaseID) (FirstNight, error) {
	tx := s.DB.Read()
	x, err := s.hosted(ctx, tx, hand, id)
	if err == nil && (x.State != StayLiving || x.Halted) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return FirstNight{}, because(err, "first night of case %s for its host", id)
	}
	c, err := caseOf(ctx, tx, id)
	if err != nil {
		return FirstNight{}, because(err, "first night of case %s for its host", id)
	}
	n, err := s.firstNight(ctx, tx, c, 0)
	if n.With != nil {
		n.With = &Walk{State: n.With.State} // where they meet is none of the host's business
	}
	return n, because(err, "first night of case %s for its host", id)
}

// Pictured returns the home of a proposal to which a household said yes: it may see
// its photographs, as far as the home is vetted, and a partner's once beds are granted
// to it there. It returns its programme too; to everyone else, for a case that is
// frozen, and for a home to which it did not, [instance.ErrNotFound].
func (s *Service) Pictured(ctx context.Context, person instance.Account, id instance.CaseID, proposal instance.ID) (instance.ActorID, string, error) {
	tx := s.DB.Read()
	c, err := caseOf(ctx, tx, id)
	if err == nil && (c.Person != person.ID || person.ID == 0 || c.Stage == instance.CaseClosed || c.Stage == instance.CaseReferred || !c.FrozenAt.IsZero()) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return 0, "", because(err, "photographs for case %s", id)
	}
	var home string
	err = tx.QueryRow(ctx, `
		SELECT home FROM housing_case_homes WHERE id = $1 AND case_id = $2 AND state = 'interested'`, proposal, id).Scan(&home)
	return c.Programme, home, because(notFound(err), "photographs for case %s", id)
}
