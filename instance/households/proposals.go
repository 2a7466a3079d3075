package households

import (
	"context"
	"errors"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Proposal is a home as it stands towards one household.
type Proposal struct {
	ID      instance.ID
	Home    string
	State   ProposalState
	At      time.Time
	Answer  time.Time // when the household answered
	Details Details
}

// ProposalState is how far a proposal is.
type ProposalState string

// How far a proposal is. Between one and five are shown to a household at a time,
// and it answers each freely.
const (
	ProposalLooked     ProposalState = "looked" // by a caseworker
	ProposalShown      ProposalState = "shown"
	ProposalInterested ProposalState = "interested"
	ProposalDeclined   ProposalState = "declined"
	ProposalWithdrawn  ProposalState = "withdrawn"
)

// MaxShown is how many homes a household is shown at a time.
const MaxShown = 5

// Details are what was learnt about a home for one household: they stand sealed.
type Details struct {
	Residents instance.Residents `json:"residents"`
	Choices   []Choice           `json:"choices,omitempty"`
	Card      Home               `json:"card"` // as it was looked at
}

const kindProposal = "case-home"

// Candidates holds the household of a case against the homes that are lent in its
// time, the best first. That the file was opened for it is noted.
func (s *Service) Candidates(ctx context.Context, by instance.Account, id instance.CaseID) ([]Fit, error) {
	c, f, err := s.Read(ctx, by, id, "fit")
	if err != nil {
		return nil, err
	}
	homes, err := s.Homes.Offered(ctx, by, c.Programme, f.Household.Stay)
	if err != nil {
		return nil, because(err, "homes for case %s", id)
	}
	known, err := s.proposals(ctx, s.DB.Read(), c)
	if err != nil {
		return nil, because(err, "homes for case %s", id)
	}
	choices := learnt(homes, known)
	return Fits(f.Household, homes, choices), nil
}

// learnt fills in who lives in homes, as far as it was asked for a case, and returns what
// its household chose of them.
func learnt(homes []Home, known map[string]Proposal) (choices []Choice) {
	for i := range homes {
		p, ok := known[homes[i].URI]
		if !ok {
			continue
		}
		choices = append(choices, p.Details.Choices...)
		if p.Details.Residents.Known && !homes[i].Residents.Known {
			homes[i].Residents = p.Details.Residents
		}
	}
	return choices
}

// fit holds one home against the household of a case, in a transaction.
func (s *Service) fit(ctx context.Context, tx store.Tx, by instance.ActorID, c instance.Case, home Home, d Details) (Fit, error) {
	_, f, err := s.read(ctx, tx, by, c.ID, "fit")
	if err != nil {
		return Fit{}, err
	}
	if d.Residents.Known && !home.Residents.Known {
		home.Residents = d.Residents
	}
	return FitOf(f.Household, home, d.Choices), nil
}

// offered finds a home among those that a programme sees.
func (s *Service) offered(ctx context.Context, by instance.Account, programme instance.ActorID, stay ledger.Stay, uri string) (Home, error) {
	homes, err := s.Homes.Offered(ctx, by, programme, stay)
	if err != nil {
		return Home{}, err
	}
	i := slices.IndexFunc(homes, func(h Home) bool { return h.URI == uri })
	if i < 0 {
		return Home{}, instance.ErrNotFound
	}
	return homes[i], nil
}

// Proposals returns the homes that were looked at for a case.
func (s *Service) Proposals(ctx context.Context, by instance.Account, id instance.CaseID) ([]Proposal, error) {
	var list []Proposal
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err == nil {
			err = keeps(ctx, tx, c.Programme, by.ID)
		}
		if err != nil {
			return err
		}
		if err := s.noted(ctx, tx, id, by.ID, "homes"); err != nil {
			return err
		}
		all, err := s.proposals(ctx, tx, c)
		list = inOrder(all)
		return err
	})
	return list, because(err, "homes of case %s", id)
}

func inOrder(all map[string]Proposal) []Proposal {
	list := make([]Proposal, 0, len(all))
	for _, p := range all {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Proposal) int { return int(a.ID - b.ID) })
	return list
}

func (s *Service) proposals(ctx context.Context, tx store.Tx, c instance.Case) (map[string]Proposal, error) {
	keys, err := s.Vault.Keys(ctx, tx, c.Programme)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT id, home, state, body, at, answered_at FROM housing_case_homes WHERE case_id = $1 ORDER BY id LIMIT 200`, c.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]Proposal{}
	for rows.Next() {
		var p Proposal
		var state string
		var body []byte
		var at int64
		var answered *int64
		if err := rows.Scan(&p.ID, &p.Home, &state, &body, &at, &answered); err != nil {
			return nil, err
		}
		p.State, p.At, p.Answer = ProposalState(state), store.Time(at), store.TimeOrNever(answered)
		if err := keys.OpenJSON(kindProposal, p.ID, body, &p.Details); err != nil {
			return nil, err
		}
		all[p.Home] = p
	}
	return all, rows.Err()
}

// change reads what is known of a home for a case, lets it be changed, and keeps
// it.
func (s *Service) change(ctx context.Context, tx store.Tx, c instance.Case, home Home, by instance.ActorID, do func(*Proposal) error) error {
	all, err := s.proposals(ctx, tx, c)
	if err != nil {
		return err
	}
	p, ok := all[home.URI]
	if !ok {
		p = Proposal{ID: s.IDs.Next(), Home: home.URI, State: ProposalLooked}
	}
	if home.Category != "" {
		p.Details.Card = home
	}
	if err := do(&p); err != nil {
		return err
	}
	body, err := s.seal(ctx, tx, c.Programme, kindProposal, p.ID, p.Details)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_case_homes (id, case_id, home, state, body, by_id, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (case_id, home) DO UPDATE SET state = excluded.state, body = excluded.body`,
		p.ID, c.ID, p.Home, string(p.State), body, by, store.Millis(s.Now()))
	return err
}

// Learn keeps who lives in a home, as a partner or its visitor said, for one case.
func (s *Service) Learn(ctx context.Context, by instance.Account, id instance.CaseID, uri string, r instance.Residents) error {
	if r.Women < 0 || r.Men < 0 || r.Children < 0 || r.Women+r.Men+r.Children > 50 {
		return because(&instance.Invalid{Field: "residents", Code: "malformed"}, "who lives in a home for case %s", id)
	}
	return s.about(ctx, by, id, uri, "who lives in a home", func(_ store.Tx, _ instance.Case, _ Home, p *Proposal) error {
		r.Known = true
		p.Details.Residents = r
		return nil
	})
}

// Choose writes down that the household wants a home although a rule says
// otherwise. One caseworker hears it, and it holds once another has heard it too;
// the same person twice is [instance.ErrForbidden]. A rule that is nobody's choice
// is an [instance.Invalid].
func (s *Service) Choose(ctx context.Context, by instance.Account, id instance.CaseID, uri string, rule Rule, what instance.NoGo) error {
	if !rule.TheirsToChoose() {
		return because(&instance.Invalid{Field: "rule", Code: "not-theirs"}, "choice of case %s", id)
	}
	return s.about(ctx, by, id, uri, "choice", func(_ store.Tx, _ instance.Case, home Home, p *Proposal) error {
		for i, c := range p.Details.Choices {
			if c.Rule != rule || c.What != what {
				continue
			}
			switch {
			case c.Holds():
				return nil
			case c.By == by.ID:
				return instance.ErrForbidden
			}
			p.Details.Choices[i].And = by.ID
			return nil
		}
		p.Details.Choices = append(p.Details.Choices, Choice{Rule: rule, What: what, Home: home.URI, By: by.ID})
		return nil
	})
}

// Show puts a home before a household, as a coarse card. It is the household's to
// answer. It returns [instance.ErrForbidden] where a hard rule stands against it,
// and an [instance.Invalid] where five are before them already.
func (s *Service) Show(ctx context.Context, by instance.Account, id instance.CaseID, uri string) error {
	return s.about(ctx, by, id, uri, "show a home", func(tx store.Tx, c instance.Case, home Home, p *Proposal) error {
		if !c.Ready() {
			return instance.ErrForbidden
		}
		if err := s.runs(ctx, tx, c.Programme, Proposals, home.Area, home.Category); err != nil {
			return err
		}
		fit, err := s.fit(ctx, tx, by.ID, c, home, p.Details)
		if err != nil {
			return err
		}
		if !fit.May() {
			return instance.ErrForbidden
		}
		var n int
		err = tx.QueryRow(ctx, `
			SELECT COUNT(*) FROM housing_case_homes WHERE case_id = $1 AND state IN ('shown', 'interested') AND home <> $2`, id, uri).Scan(&n)
		if err != nil {
			return err
		}
		if n >= MaxShown {
			return &instance.Invalid{Field: "homes", Code: "too-many", Limit: MaxShown}
		}
		if p.State == ProposalInterested {
			return nil
		}
		p.State = ProposalShown
		return nil
	})
}

// Withdraw takes a home back that was shown.
func (s *Service) Withdraw(ctx context.Context, by instance.Account, id instance.CaseID, uri string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.kept(ctx, tx, by.ID, id); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_case_homes SET state = 'withdrawn' WHERE case_id = $1 AND home = $2 AND state <> 'withdrawn'`, id, uri)
		return only(n, err, instance.ErrNotFound)
	})
	return because(err, "withdraw a home from case %s", id)
}

// about does something about a home that the programme sees now, for a case.
func (s *Service) about(ctx context.Context, by instance.Account, id instance.CaseID, uri, deed string, do func(store.Tx, instance.Case, Home, *Proposal) error) error {
	c, f, err := s.Read(ctx, by, id, "fit")
	if err != nil {
		return err
	}
	home, err := s.offered(ctx, by, c.Programme, f.Household.Stay, uri)
	if err != nil {
		return because(err, "%s of case %s", deed, id)
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		return s.change(ctx, tx, c, home, by.ID, func(p *Proposal) error { return do(tx, c, home, p) })
	})
	return because(err, "%s of case %s", deed, id)
}

// Answer is what the household says of a home it was shown: from its own account,
// or to who keeps the case. Until the day it comes it can say no; once it lives there it
// has nothing to answer any more: that is [instance.ErrConflict].
func (s *Service) Answer(ctx context.Context, by instance.Account, id instance.CaseID, proposal instance.ID, yes bool) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Person != by.ID {
			if err := keeps(ctx, tx, c.Programme, by.ID); err != nil {
				return err
			}
		}
		var lives bool
		err = tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT 1 FROM housing_case_homes p JOIN housing_case_holds x ON x.case_id = p.case_id AND x.home = p.home
			                 JOIN housing_holds h ON h.id = x.hold_id AND h.state = 'placed' AND h.arrived_at IS NOT NULL
			                WHERE p.case_id = $1 AND p.id = $2)`, id, proposal).Scan(&lives)
		if err == nil && lives {
			err = instance.ErrConflict
		}
		if err != nil {
			return err
		}
		state := ProposalDeclined
		if yes {
			state = ProposalInterested
			if err := s.answers(ctx, tx, c, proposal); err != nil {
				return err
			}
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_case_homes
			   SET state = $3, answered_at = $4
			 WHERE case_id = $1 AND id = $2 AND state IN ('shown', 'interested', 'declined')`, id, proposal, string(state), store.Millis(s.Now()))
		return only(n, err, instance.ErrNotFound)
	})
	return because(err, "answer to a home of case %s", id)
}

// answers returns [Paused] for a home that households do not say yes to now, and
// [instance.ErrConflict] for one to which nobody is to go any more. That one does not want
// it can be said at any time.
func (s *Service) answers(ctx context.Context, tx store.Tx, c instance.Case, proposal instance.ID) error {
	all, err := s.proposals(ctx, tx, c)
	if err != nil {
		return err
	}
	gone, err := s.gone(ctx, tx, c)
	if err != nil {
		return err
	}
	for _, p := range all {
		switch {
		case p.ID != proposal:
		case gone[p.Home]:
			return instance.ErrConflict
		default:
			return s.runs(ctx, tx, c.Programme, Proposals, p.Details.Card.Area, p.Details.Card.Category)
		}
	}
	return nil
}

// CaseHold is a hold as it stands towards its case.
type CaseHold struct {
	instance.Hold
	Case    instance.CaseID
	Signed  [2]instance.Signature
	GuestAt time.Time // when the household agreed to go on
	HostAt  time.Time
	Until   ledger.Night // to which they would go on
	Area    string       // where the home is: a département or a country
	// Renews is the hold on whose nights those of this one follow, 0 for none.
	// RenewedAt is when the stay was written on by it.
	Renews    instance.ID
	RenewedAt time.Time
	ArrivedAt time.Time // when its people came, zero until that was noted
}

// Hold asks for beds at a home to which the household said yes, for its time. The
// rules are held against it once more: what was known when it was shown may have
// changed.
func (s *Service) Hold(ctx context.Context, by instance.Account, id instance.CaseID, uri string) (instance.Hold, error) {
	var none instance.Hold
	c, f, err := s.Read(ctx, by, id, "hold")
	if err != nil {
		return none, err
	}
	home, err := s.offered(ctx, by, c.Programme, f.Household.Stay, uri)
	if err != nil {
		return none, because(err, "hold for case %s", id)
	}
	known, err := s.proposals(ctx, s.DB.Read(), c)
	if err != nil {
		return none, because(err, "hold for case %s", id)
	}
	p := known[uri]
	if p.Details.Residents.Known && !home.Residents.Known {
		home.Residents = p.Details.Residents
	}
	if p.State != ProposalInterested || !FitOf(f.Household, home, p.Details.Choices).May() {
		return none, because(instance.ErrForbidden, "hold for case %s", id)
	}
	h, err := s.Homes.Ask(ctx, by, c.Programme, uri, ledger.Ask{Stay: f.Household.Stay, Places: len(f.Household.Members)}, id)
	return h, because(err, "hold for case %s", id)
}

// Sign puts a name under a hold that is granted. With the first, others are told that
// something waits; with the second, of another person, it is agreed to: the association
// whose home it is can place. It returns whether both have signed. For a home in another
// country nobody signs before what that country asks for was seen to (see
// [Service.Across]).
func (s *Service) Sign(ctx context.Context, by instance.Account, hold instance.ID) (both bool, err error) {
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.holdOf(ctx, tx, hold)
		if err != nil {
			return err
		}
		c, err := s.kept(ctx, tx, by.ID, x.Case)
		if err != nil {
			return err
		}
		if x, err = s.holdOf(ctx, tx, hold); err != nil {
			return err
		}
		switch {
		case x.State != instance.HoldHeld || !c.Ready():
			return instance.ErrConflict
		case instance.SignedByTwo(x.Signed):
			both = true
			return nil
		case x.Signed[0].By == by.ID && !x.Signed[0].At.IsZero():
			return instance.ErrForbidden
		}
		if err := s.acrossSeen(ctx, tx, x); err != nil {
			return err
		}
		column := "signed"
		if !x.Signed[0].At.IsZero() {
			column, both = "second", true
		}
		_, err = tx.Exec(ctx, `
			UPDATE housing_case_holds SET `+column+`_by = $2, `+column+`_at = $3 WHERE hold_id = $1`, hold, by.ID, store.Millis(s.Now()))
		if err == nil && !both {
			err = s.tellSecond(ctx, tx, c, by.ID)
		}
		return err
	})
	if err != nil || !both {
		return false, because(err, "sign hold %s", hold)
	}
	if _, err := s.Homes.Agree(ctx, by, hold); err != nil && !errors.Is(err, instance.ErrConflict) {
		return true, because(err, "agree to hold %s", hold)
	}
	return true, nil
}

const caseHoldColumns = `x.hold_id, x.case_id, x.home, h.programme_id, h.from_night, h.until_night, h.places, h.state, h.number, h.lease_until, h.why,
	COALESCE(x.signed_by, 0), x.signed_at, COALESCE(x.second_by, 0), x.second_at, x.guest_at, x.host_at, COALESCE(x.until, 0), h.free_at, COALESCE(x.renews, 0), x.renewed_at, h.arrived_at, h.area`

func scanCaseHold(row store.Row) (CaseHold, error) {
	var x CaseHold
	var state, why string
	var from, until, next int64
	var lease, first, second, guest, host, free, renewed, arrived *int64
	err := row.Scan(&x.ID, &x.Case, &x.Home, &x.Programme, &from, &until, &x.Places, &state, &x.Number, &lease, &why,
		&x.Signed[0].By, &first, &x.Signed[1].By, &second, &guest, &host, &next, &free, &x.Renews, &renewed, &arrived, &x.Area)
	if err != nil {
		return x, notFound(err)
	}
	x.Stay = ledger.Stay{From: ledger.Night(from), Until: ledger.Night(until)}
	x.State, x.Why, x.Lease = instance.HoldState(state), ledger.Why(why), store.TimeOrNever(lease)
	x.Signed[0].At, x.Signed[1].At = store.TimeOrNever(first), store.TimeOrNever(second)
	x.Free, x.RenewedAt = store.TimeOrNever(free), store.TimeOrNever(renewed)
	x.ArrivedAt = store.TimeOrNever(arrived)
	x.GuestAt, x.HostAt, x.Until = store.TimeOrNever(guest), store.TimeOrNever(host), ledger.Night(next)
	return x, nil
}

func (s *Service) holdOf(ctx context.Context, tx store.Tx, hold instance.ID) (CaseHold, error) {
	return scanCaseHold(tx.QueryRow(ctx, `
		SELECT `+caseHoldColumns+`
		  FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id
		 WHERE x.hold_id = $1`, hold))
}

// Holds returns what was asked for a case, the latest first.
func (s *Service) Holds(ctx context.Context, by instance.Account, id instance.CaseID) ([]CaseHold, error) {
	if _, err := s.Case(ctx, by, id); err != nil {
		return nil, err
	}
	list, err := s.holds(ctx, s.DB.Read(), id)
	return list, because(err, "holds of case %s", id)
}

func (s *Service) holds(ctx context.Context, tx store.Tx, id instance.CaseID) ([]CaseHold, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+caseHoldColumns+`
		  FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id
		 WHERE x.case_id = $1
		 ORDER BY x.hold_id DESC
		 LIMIT 50`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []CaseHold
	for rows.Next() {
		x, err := scanCaseHold(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, rows.Err()
}
