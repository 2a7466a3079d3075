package households

import (
	"context"
	"errors"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

const (
	// MostTonight is the most nights that are asked for at once for who has no bed.
	MostTonight = 3
	// FreshTonight is how old what a partner told of a home may be.
	FreshTonight = 72 * time.Hour
	// dropAfter is how long what was asked for tonight is kept while nobody signs it.
	dropAfter = 2 * time.Hour
	// morning is when a night is over for who looked for a bed in it.
	morning = 6 * time.Hour
)

// thisNight is the night that is, or that comes: before the morning still the one that
// began yesterday.
func (s *Service) thisNight() ledger.Night { return ledger.NightOf(s.Now().In(s.Zone).Add(-morning)) }

// comingNight is the night that begins on the day that it is for the team: beds are
// asked for from it on.
func (s *Service) comingNight() ledger.Night { return ledger.NightOf(s.Now().In(s.Zone)) }

// NeedsBed marks that the household of a case has no bed tonight, or takes that back.
// It ends by itself in the morning. It returns [instance.ErrConflict] for a case that is
// over.
func (s *Service) NeedsBed(ctx context.Context, by instance.Account, id instance.CaseID, needs bool) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		switch {
		case err != nil:
			return err
		case c.Stage == instance.CaseClosed || c.Stage == instance.CaseReferred:
			return instance.ErrConflict
		}
		var night *int64
		if needs {
			n := int64(s.thisNight())
			night = &n
		}
		_, err = tx.Exec(ctx, `UPDATE housing_cases SET tonight_for = $2 WHERE id = $1`, id, night)
		return err
	})
	return because(err, "bed tonight for case %s", id)
}

// HasNoBed tells those who keep cases whether the household of one is marked for tonight.
func (s *Service) HasNoBed(ctx context.Context, by instance.Account, id instance.CaseID) (bool, error) {
	if _, err := s.Case(ctx, by, id); err != nil {
		return false, err
	}
	var marked bool
	err := s.DB.Read().QueryRow(ctx, `SELECT COALESCE(tonight_for, -1) >= $2 FROM housing_cases WHERE id = $1`, id, int64(s.thisNight())).Scan(&marked)
	return marked, because(err, "bed tonight for case %s", id)
}

// Tonight returns the cases of a programme whose household has no bed tonight, those
// that were opened first first, to those who keep cases.
func (s *Service) Tonight(ctx context.Context, by instance.Account, programme instance.ActorID, limit int) ([]Line, error) {
	tx := s.DB.Read()
	if err := keeps(ctx, tx, programme, by.ID); err != nil {
		return nil, because(err, "tonight in programme %s", programme)
	}
	rows, err := tx.Query(ctx, `
		SELECT `+caseColumns+`,
		       (SELECT COUNT(*) FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id
		         WHERE x.case_id = c.id AND h.from_night <= $3 AND h.until_night > $3 AND h.state IN ('held', 'agreed', 'placed'))
		  FROM housing_cases c
		 WHERE c.programme_id = $1 AND c.tonight_for >= $2 AND c.stage NOT IN ('closed', 'referred')
		 ORDER BY c.opened_at, c.id
		 LIMIT $4`, programme, int64(s.thisNight()), int64(s.comingNight()), limit)
	if err != nil {
		return nil, because(err, "tonight in programme %s", programme)
	}
	defer rows.Close()
	var list []Line
	var ids []instance.ActorID
	for rows.Next() {
		l := Line{Tonight: true}
		if l.Case, err = scanCase(rows, &l.Beds); err != nil {
			return nil, because(err, "tonight in programme %s", programme)
		}
		list, ids = append(list, l), append(ids, l.Case.Keeper)
	}
	if err := rows.Err(); err != nil {
		return nil, because(err, "tonight in programme %s", programme)
	}
	named, err := actors.ByIDs(ctx, tx, ids)
	for i := range list {
		list[i].Keeper = named[list[i].Case.Keeper]
	}
	return list, because(err, "tonight in programme %s", programme)
}

// Nights are where a household could sleep tonight, and what stands against it.
type Nights struct {
	Ready  bool  // two have vetted it, and nothing is frozen
	Alone  bool  // nobody of it is of age
	Fits   []Fit // into which it may be asked now
	Asking []Fit // for which only who lives there is not known yet
	Old    int   // homes of partners of which nothing was heard for too long
	Not    int   // homes that do not fit
}

// nightOf is a stay of a few nights from tonight on.
func (s *Service) nightOf(nights int) (ledger.Stay, error) {
	if nights < 1 || nights > MostTonight {
		return ledger.Stay{}, &instance.Invalid{Field: "nights", Code: "malformed", Limit: MostTonight}
	}
	return ledger.Stay{From: s.comingNight(), Until: s.comingNight() + ledger.Night(nights)}, nil
}

// BedsTonight holds the household of a case against the beds that are free tonight, of
// ours and of partners that told of theirs lately. Every hard rule holds as it does by
// day; only the stay is shorter. That the file was opened for it is noted.
func (s *Service) BedsTonight(ctx context.Context, by instance.Account, id instance.CaseID, nights int) (Nights, error) {
	var n Nights
	stay, err := s.nightOf(nights)
	if err != nil {
		return n, because(err, "beds tonight for case %s", id)
	}
	c, f, err := s.Read(ctx, by, id, "tonight")
	if err != nil {
		return n, err
	}
	n.Ready, n.Alone = c.Ready(), f.Household.Alone()
	f.Household.Stay = stay
	homes, err := s.bedsFor(ctx, by, c.Programme, stay, &n)
	if err != nil {
		return n, because(err, "beds tonight for case %s", id)
	}
	known, err := s.proposals(ctx, s.DB.Read(), c)
	if err != nil {
		return n, because(err, "beds tonight for case %s", id)
	}
	for _, fit := range Fits(f.Household, homes, learnt(homes, known)) {
		switch {
		case fit.May():
			n.Fits = append(n.Fits, fit)
		case fit.onlyUnknown():
			n.Asking = append(n.Asking, fit)
		default:
			n.Not++
		}
	}
	return n, nil
}

// onlyUnknown tells whether nothing forbids a home but that nobody asked who lives there.
func (f Fit) onlyUnknown() bool {
	unknown := false
	for _, x := range f.Findings {
		if x.Forbids() && x.Rule != RuleResidents {
			return false
		}
		unknown = unknown || x.Forbids()
	}
	return unknown
}

// bedsFor are the homes in which beds are free in a stay that begins tonight. A home
// of ours has as many as its ledger says; one of a partner of which nothing was heard for
// long is left out and counted. An entire one of a partner where somebody was placed is
// left out: the beds of which it tells are of other nights. Nobody is proposed a home
// that is frozen, or in which the programme has switched proposals or holds off: neither
// are shown. What the host of a home of ours said of this night holds besides.
func (s *Service) bedsFor(ctx context.Context, by instance.Account, programme instance.ActorID, stay ledger.Stay, n *Nights) ([]Home, error) {
	all, err := s.Homes.Offered(ctx, by, programme, stay)
	if err != nil {
		return nil, err
	}
	free, err := s.Homes.Free(ctx, by, programme, stay)
	if err != nil {
		return nil, err
	}
	frozen, err := frozenHomes(ctx, s.DB.Read(), programme)
	if err != nil {
		return nil, err
	}
	off, err := s.off(ctx, s.DB.Read(), programme)
	if err != nil {
		return nil, err
	}
	said, err := saidTonight(ctx, s.DB.Read(), programme, stay.From)
	if err != nil {
		return nil, err
	}
	var homes []Home
	for _, h := range all {
		beds, answered := said[h.URI]
		if answered {
			h.Tonight, h.Free = beds, min(h.Free, beds)
		}
		switch {
		case frozen[h.URI] || off(h.Area, h.Category):
			continue
		case h.Placed && h.Category == vocab.EntirePlace:
			continue // it is that household's, this night as far as anybody told us
		case !h.HeardAt.IsZero() && s.Now().Sub(h.HeardAt) > FreshTonight:
			n.Old++
			continue
		case h.HeardAt.IsZero():
			h.Free = min(h.Free, free[h.URI])
		}
		if h.Free > 0 {
			homes = append(homes, h)
		}
	}
	return homes, nil
}

// frozenHomes are those that a programme asks nobody into now.
func frozenHomes(ctx context.Context, tx store.Tx, programme instance.ActorID) (map[string]bool, error) {
	rows, err := tx.Query(ctx, `SELECT home FROM housing_frozen_homes WHERE programme_id = $1 AND lifted_at IS NULL`, programme)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	frozen := map[string]bool{}
	for rows.Next() {
		var home string
		if err := rows.Scan(&home); err != nil {
			return nil, err
		}
		frozen[home] = true
	}
	return frozen, rows.Err()
}

// saidTonight is how many beds hosts of a programme said are free in a night, by home; 0
// is that there is none.
func saidTonight(ctx context.Context, tx store.Tx, programme instance.ActorID, night ledger.Night) (map[string]int, error) {
	rows, err := tx.Query(ctx, `
		SELECT l.uri, f.beds
		  FROM housing_free_nights f JOIN housing_listings l ON l.id = f.listing_id
		 WHERE f.night = $2 AND l.programme_id = $1`, programme, int64(night))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	said := map[string]int{}
	for rows.Next() {
		var home string
		var beds int
		if err := rows.Scan(&home, &beds); err != nil {
			return nil, err
		}
		said[home] = beds
	}
	return said, rows.Err()
}

// off tells of which homes nobody is asked into, by where they are and their kind.
func (s *Service) off(ctx context.Context, tx store.Tx, programme instance.ActorID) (func(area string, kind vocab.HomeCategory) bool, error) {
	if s.Switches == nil {
		return func(string, vocab.HomeCategory) bool { return false }, nil
	}
	return s.Switches.Where(ctx, tx, programme, Proposals, Holds)
}

// FreeTonight returns the homes in which beds are free this very night, and how many of
// partners were left out since nothing was heard of them for long, to those who keep
// cases.
func (s *Service) FreeTonight(ctx context.Context, by instance.Account, programme instance.ActorID) ([]Home, int, error) {
	err := keeps(ctx, s.DB.Read(), programme, by.ID)
	var n Nights
	var homes []Home
	if err == nil {
		homes, err = s.bedsFor(ctx, by, programme, ledger.Stay{From: s.comingNight(), Until: s.comingNight() + 1}, &n)
	}
	return homes, n.Old, because(err, "free tonight in programme %s", programme)
}

// AskTonight asks for beds for one to three nights for a household that has none and
// that said yes to who keeps the case. It is asked for like any beds: by a case that two
// have vetted, into a home against which no hard rule stands, and two sign before it is
// agreed to. Signed by nobody, it is given back after two hours. It returns
// [instance.ErrForbidden] where a rule stands against it, and [instance.ErrConflict] for
// a case that is not marked.
func (s *Service) AskTonight(ctx context.Context, by instance.Account, id instance.CaseID, uri string, nights int) (instance.Hold, error) {
	var none instance.Hold
	stay, err := s.nightOf(nights)
	if err != nil {
		return none, because(err, "bed tonight for case %s", id)
	}
	c, f, err := s.Read(ctx, by, id, "tonight")
	if err != nil {
		return none, err
	}
	f.Household.Stay = stay
	homes, err := s.bedsFor(ctx, by, c.Programme, stay, new(Nights))
	if err != nil {
		return none, because(err, "bed tonight for case %s", id)
	}
	var home Home
	for _, h := range homes {
		if h.URI == uri {
			home = h
		}
	}
	if home.URI == "" {
		return none, because(&instance.Invalid{Field: "homes", Code: "taken"}, "bed tonight for case %s", id)
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error { return s.saysYes(ctx, tx, by, id, f.Household, home) })
	if err != nil {
		return none, because(err, "bed tonight for case %s", id)
	}
	h, err := s.Homes.Ask(ctx, by, c.Programme, uri, ledger.Ask{Stay: stay, Places: len(f.Household.Members)}, id)
	if err != nil {
		return none, because(err, "bed tonight for case %s", id)
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE housing_case_holds SET drop_at = $2 WHERE hold_id = $1`, h.ID, store.Millis(s.Now().Add(dropAfter)))
		return err
	})
	return h, because(err, "bed tonight for case %s", id)
}

// saysYes keeps that a household says yes to a home for tonight, once every rule was held
// against it.
func (s *Service) saysYes(ctx context.Context, tx store.Tx, by instance.Account, id instance.CaseID, people instance.Household, home Home) error {
	c, err := s.kept(ctx, tx, by.ID, id)
	if err != nil {
		return err
	}
	var marked bool
	if err := tx.QueryRow(ctx, `SELECT COALESCE(tonight_for, -1) >= $2 FROM housing_cases WHERE id = $1`, id, int64(s.thisNight())).Scan(&marked); err != nil {
		return err
	}
	switch {
	case !marked:
		return instance.ErrConflict
	case !c.Ready():
		return instance.ErrForbidden
	}
	if err := s.runs(ctx, tx, c.Programme, Proposals, home.Area, home.Category); err != nil {
		return err
	}
	err = s.change(ctx, tx, c, home, by.ID, func(p *Proposal) error {
		asked := home
		if p.Details.Residents.Known && !asked.Residents.Known {
			asked.Residents = p.Details.Residents
		}
		if !FitOf(people, asked, p.Details.Choices).May() {
			return instance.ErrForbidden
		}
		p.State = ProposalInterested
		return nil
	})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE housing_case_homes SET answered_at = $3 WHERE case_id = $1 AND home = $2`, id, home.URI, store.Millis(s.Now()))
	return err
}

// dawn is what the morning brings about: nobody is marked any more, and of each who was
// somebody asks where they slept.
func (s *Service) dawn(ctx context.Context, tx store.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT id FROM housing_cases WHERE tonight_for < $1 ORDER BY id LIMIT 500`, int64(s.thisNight()))
	if err != nil {
		return err
	}
	ids, err := scanIDs(rows)
	if err != nil || len(ids) == 0 {
		return err
	}
	asked := store.Many{Into: "housing_case_followups (id, case_id, kind, due)"}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
		if err := asked.Add(ctx, tx, s.IDs.Next(), id, string(FollowTonight), int64(s.comingNight())); err != nil {
			return err
		}
	}
	if err := asked.End(ctx, tx); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE housing_cases SET tonight_for = NULL WHERE id IN (`+store.Placeholders(1, len(args))+`)`, args...)
	return err
}

// unsigned is something that was asked for tonight and that nobody signed.
type unsigned struct {
	hold instance.ID
	by   instance.ActorID
}

// dropUnsigned gives back what was asked for tonight and signed by nobody in its time. It
// is said by who asked, or else by somebody who keeps cases. Where the other server does
// not answer, it is said again an hour later; the lease ends in any case.
func (s *Service) dropUnsigned(ctx context.Context) error {
	rows, err := s.DB.Read().Query(ctx, `
		SELECT x.hold_id, COALESCE((SELECT t.person_id FROM housing_team t
		                             WHERE t.programme_id = h.programme_id AND t.role IN ('lead', 'caseworker')
		                             ORDER BY CASE WHEN t.person_id = h.asked_by THEN 0 ELSE 1 END, t.person_id
		                             LIMIT 1), 0)
		  FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id
		 WHERE x.drop_at <= $1 AND x.signed_at IS NULL AND h.state IN ('waiting', 'held')
		 LIMIT 100`, store.Millis(s.Now()))
	if err != nil {
		return err
	}
	defer rows.Close()
	var list []unsigned
	for rows.Next() {
		var u unsigned
		if err := rows.Scan(&u.hold, &u.by); err != nil {
			return err
		}
		list = append(list, u)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, u := range list { // each is said to who keeps its home
		_, err := s.Homes.Withdraw(ctx, instance.Account{Actor: instance.Actor{ID: u.by}}, u.hold)
		switch {
		case err == nil, errors.Is(err, instance.ErrUnreachable), errors.Is(err, instance.ErrConflict):
		default:
			return because(err, "give hold %s back", u.hold)
		}
	}
	return nil
}
