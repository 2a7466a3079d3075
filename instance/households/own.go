package households

import (
	"context"
	"errors"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Own is a case as its household sees it: how far it is, which homes it may answer
// about, and what is said. Of the team's own notes it sees nothing, and of who
// lives where nothing before it is told.
type Own struct {
	instance.Case
	Keeper   bool // somebody has it
	Homes    []OwnHome
	Talk     []Entry // the latest first
	Consents []Consent
	Until    time.Time // of the stay, once they live somewhere
	Area     string    // where that is: a département or a country
	Called   string    // what their host is to call them
	Told     []Incident
	Decided  []Incident // about them
	Contact  Contact
	// Agreement tells that one is written.
	Agreement bool
	Paused    []string // what the programme has switched off, of [Messages] and [Proposals]
	// Night tells that the sheet of the first night can be read (see [Service.OwnFirstNight]).
	Night bool
}

// OwnHome is a home that a household was shown, as a coarse card.
type OwnHome struct {
	ID    instance.ID
	State ProposalState
	Card  Home
	Lives bool // it is placed there, and has nothing to answer any more
	Gone  bool // nobody is to go there any more
}

// ownTalk is how much of the talk is shown at once.
const ownTalk = 50

// Mine returns the cases of an account that are not over, the latest first. That
// the household reads its own is nobody's to know.
func (s *Service) Mine(ctx context.Context, person instance.Account) ([]instance.Case, error) {
	rows, err := s.DB.Read().Query(ctx, `
		SELECT `+caseColumns+`
		  FROM housing_cases c
		 WHERE c.person_id = $1
		 ORDER BY c.id DESC
		 LIMIT 20`, person.ID)
	if err != nil {
		return nil, because(err, "cases of %s", person.ID)
	}
	defer rows.Close()
	var list []instance.Case
	for rows.Next() {
		c, err := scanCase(rows)
		if err != nil {
			return nil, because(err, "cases of %s", person.ID)
		}
		list = append(list, c)
	}
	return list, because(rows.Err(), "cases of %s", person.ID)
}

// Own returns a case to its household, and to nobody else.
func (s *Service) Own(ctx context.Context, person instance.Account, id instance.CaseID) (Own, error) {
	tx := s.DB.Read()
	c, err := caseOf(ctx, tx, id)
	if err == nil && (c.Person != person.ID || person.ID == 0) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	o := Own{Case: c, Keeper: c.Keeper != 0}
	o.Case.Keeper, o.Vetted = 0, [2]instance.Signature{}
	holds, err := s.holds(ctx, tx, id)
	if err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	lived := map[string]bool{}
	for _, h := range holds {
		if h.State != instance.HoldPlaced {
			continue
		}
		lived[h.Home] = lived[h.Home] || !h.ArrivedAt.IsZero() || c.Stage == instance.CaseActive || c.Stage == instance.CaseEnding
		if end := h.Stay.Until.Date(); end.After(o.Until) {
			o.Until, o.Area = end, h.Area
		}
	}
	if o.Homes, err = s.ownHomes(ctx, tx, c, lived); err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	if o.Night, err = s.hasNight(ctx, tx, c); err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	if o.Talk, err = s.entries(ctx, tx, c, Talk, hearing{heard: []Heard{HeardHousehold, HeardAll}}, 0, ownTalk); err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	if o.Called, err = s.called(ctx, tx, c); err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	if o.Agreement, err = s.hasAgreement(ctx, tx, id, 0); err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	if o.Contact, err = s.contact(ctx, tx, c, 0, PartyGuest); err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	if o.Told, err = s.told(ctx, tx, c, SideHousehold); err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	if o.Decided, err = s.decidedAbout(ctx, tx, aboutCase, id); err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	if err := s.ownPaused(ctx, tx, &o); err != nil {
		return Own{}, because(err, "own case %s", id)
	}
	return o, nil
}

// ownPaused says what is switched off for a household, and takes away the cards of
// homes that are not put before anybody now.
func (s *Service) ownPaused(ctx context.Context, tx store.Tx, o *Own) error {
	paused := func(function string, err error) (bool, error) {
		var invalid *instance.Invalid
		if !errors.As(err, &invalid) {
			return false, err
		}
		if !slices.Contains(o.Paused, function) {
			o.Paused = append(o.Paused, function)
		}
		return true, nil
	}
	if _, err := paused(Messages, s.talks(ctx, tx, o.Case)); err != nil {
		return err
	}
	shown := o.Homes[:0]
	for _, h := range o.Homes {
		if h.Lives || h.Gone {
			shown = append(shown, h)
			continue
		}
		is, err := paused(Proposals, s.runs(ctx, tx, o.Programme, Proposals, h.Card.Area, h.Card.Category))
		if err != nil {
			return err
		}
		if !is {
			shown = append(shown, h)
		}
	}
	o.Homes = shown
	return nil
}

// searching are the stages in which a household may be put before homes.
var searching = []instance.CaseStage{instance.CaseProposal, instance.CaseMeeting, instance.CaseAgreement}

// ownHomes are those that a household may answer about, and the one in which it lives:
// who has a home and looks for no other is asked about none.
func (s *Service) ownHomes(ctx context.Context, tx store.Tx, c instance.Case, lived map[string]bool) ([]OwnHome, error) {
	all, err := s.proposals(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	gone, err := s.gone(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	var list []OwnHome
	for _, p := range inOrder(all) {
		lives := lived[p.Home]
		if !lives && !slices.Contains(searching, c.Stage) {
			continue
		}
		switch p.State {
		case ProposalShown, ProposalInterested, ProposalDeclined:
			card := p.Details.Card
			card.URI, card.Residents = "", instance.Residents{} // it is told no more than a card says
			list = append(list, OwnHome{ID: p.ID, State: p.State, Card: card, Lives: lives, Gone: gone[p.Home] && !lives})
		}
	}
	return list, nil
}

// gone are the homes of a case to which nobody is to go any more: those that are frozen or
// closed, and those of partners who dropped the beds that were asked for last.
func (s *Service) gone(ctx context.Context, tx store.Tx, c instance.Case) (map[string]bool, error) {
	rows, err := tx.Query(ctx, `
		SELECT p.home
		  FROM housing_case_homes p
		 WHERE p.case_id = $1
		   AND (EXISTS (SELECT 1 FROM housing_frozen_homes z WHERE z.programme_id = $2 AND z.home = p.home AND z.lifted_at IS NULL)
		     OR EXISTS (SELECT 1 FROM housing_listings l WHERE l.uri = p.home AND l.state = 'closed')
		     OR (SELECT h.state FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id
		          WHERE x.case_id = p.case_id AND x.home = p.home ORDER BY h.id DESC LIMIT 1) = 'dropped')
		 LIMIT 200`, c.ID, c.Programme)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	homes := map[string]bool{}
	for rows.Next() {
		var home string
		if err := rows.Scan(&home); err != nil {
			return nil, err
		}
		homes[home] = true
	}
	return homes, rows.Err()
}
