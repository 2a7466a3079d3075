package households

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
	"palier/protocol/ledger"
)

// HostHand is who acts as a host: somebody with an account, or whoever holds the
// link in a letter. Host may be 0 where the link says it.
type HostHand struct {
	Host   instance.HostID
	Person instance.ActorID
	Link   string
}

// Hosts are those who lend the homes of programmes.
type Hosts interface {
	// Acting returns the host whom somebody is, and [instance.ErrNotFound] for who is
	// somebody else or a host no longer.
	Acting(ctx context.Context, tx store.Tx, person instance.ActorID, link string, id instance.HostID) (instance.Host, error)
	// Threshold opens what is to be known on the first night in the home of a host, and
	// notes that by read it; 0 is the host, or a household that comes to live there.
	Threshold(ctx context.Context, tx store.Tx, by instance.ActorID, id instance.HostID) (instance.Threshold, error)
}

// Heard is who hears what is said in a case, besides the association.
type Heard string

// Who hears it.
const (
	HeardHousehold Heard = "household" // what household and association say to one another
	HeardAll       Heard = "all"       // what household, host and association say
	HeardHost      Heard = "host"      // what host and association say
)

// Hearings are who can hear something.
var Hearings = []Heard{HeardHousehold, HeardAll, HeardHost}

// StayState is how far a host and a household are with one another.
type StayState string

// How far they are.
const (
	StayProposed StayState = "proposed" // the household said yes, and they meet
	StayAgreed   StayState = "agreed"   // beds are held
	StayLiving   StayState = "living"
	StayOver     StayState = "over"
)

// HostStay is what a host sees of a household that lives with them, or may: what
// it wants to be called, for how many and until when, and what was said to all
// three. Of its file there is nothing in it.
type HostStay struct {
	Case    instance.CaseID
	Host    instance.HostID
	Hold    instance.ID // 0 before beds are held
	Home    string
	Area    string // where that is: a département or a country
	State   StayState
	Stay    ledger.Stay // zero before beds are held
	Places  int
	Called  string         // empty if the household has not said
	Halted  bool           // nothing is passed on now
	Keeper  instance.Actor // whom to call; without an id for nobody
	Talk    []Entry        // the latest first
	Next    []FollowUp     // in which the host has a part
	Contact Contact
	// Agreement tells that one is written.
	Agreement bool
	Told      []Incident // what the host complained of, without what was written

	keeper instance.ActorID
	frozen bool
	stage  instance.CaseStage
	of     instance.ActorID // the programme
}

// Ends tells whether a stay ends or is over, so that a last word about it is taken.
func (x HostStay) Ends() bool { return x.State == StayOver || x.stage == instance.CaseEnding }

// overFor is for how many nights after the last a host can still write about a
// stay.
const overFor = 30

// hostStays reads what lives or may live in the homes of a host, each case once;
// of one case only if id is not 0. Of one that stays on, it is the last of its nights
// that counts. That a household may come is told to its host
// once it agreed to that.
func (s *Service) hostStays(ctx context.Context, tx store.Tx, host instance.HostID, id instance.CaseID) ([]HostStay, error) {
	nights := s.nights()
	rows, err := tx.Query(ctx, `
		SELECT c.id, c.programme_id, c.stage, COALESCE(c.keeper_id, 0), c.frozen_at IS NOT NULL, l.uri, l.commune, COALESCE(h.id, 0), COALESCE(h.state, ''),
		       COALESCE(h.from_night, 0), COALESCE(h.until_night, 0), COALESCE(h.places, 0),
		       EXISTS (SELECT 1 FROM housing_frozen_homes z WHERE z.programme_id = l.programme_id AND z.home = l.uri AND z.lifted_at IS NULL)
		  FROM housing_listings l
		  JOIN housing_case_homes p ON p.home = l.uri
		  JOIN housing_cases c ON c.id = p.case_id AND c.programme_id = l.programme_id
		  LEFT JOIN housing_case_holds x ON x.case_id = c.id AND x.home = l.uri
		  LEFT JOIN housing_holds h ON h.id = x.hold_id AND h.state IN ('held', 'agreed', 'placed', 'ended')
		 WHERE l.host_id = $1 AND (CAST($2 AS BIGINT) = 0 OR c.id = $2) AND c.stage NOT IN ('closed', 'referred')
		   AND (h.state = 'placed'
		     OR h.state = 'ended' AND h.until_night > `+nights.SQL("h.area")+` - $3
		     OR (h.state IN ('held', 'agreed') OR h.state IS NULL AND p.state = 'interested' AND c.stage = 'meeting')
		        AND EXISTS (SELECT 1 FROM housing_case_consents a WHERE a.case_id = c.id AND a.what = 'host' AND a.ended_at IS NULL))
		 ORDER BY CASE h.state WHEN 'placed' THEN 0 WHEN 'agreed' THEN 1 WHEN 'held' THEN 1 WHEN 'ended' THEN 3 ELSE 2 END, c.id DESC, COALESCE(h.until_night, 0) DESC
		 LIMIT 100`, host, id, overFor)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []HostStay
	for rows.Next() {
		x := HostStay{Host: host}
		var stage, state string
		var from, until int64
		var home bool
		err := rows.Scan(&x.Case, &x.of, &stage, &x.keeper, &x.frozen, &x.Home, &x.Area, &x.Hold, &state, &from, &until, &x.Places, &home)
		if err != nil {
			return nil, err
		}
		x.Area = instance.DepartementOf(x.Area)
		x.stage, x.Stay = instance.CaseStage(stage), ledger.Stay{From: ledger.Night(from), Until: ledger.Night(until)}
		if at := slices.IndexFunc(list, func(y HostStay) bool { return y.Case == x.Case }); at >= 0 {
			if y := &list[at]; y.Home == x.Home && y.Stay.From == x.Stay.Until { // who stayed on has been there since before
				y.Stay.From = x.Stay.From
			}
			continue
		}
		x.State, x.Halted = stayState(instance.HoldState(state)), x.frozen || home
		list = append(list, x)
	}
	return list, rows.Err()
}

func stayState(s instance.HoldState) StayState {
	switch s {
	case instance.HoldPlaced:
		return StayLiving
	case instance.HoldEnded:
		return StayOver
	case instance.HoldHeld, instance.HoldAgreed:
		return StayAgreed
	}
	return StayProposed
}

// hosted returns what a host sees of one case. It returns [instance.ErrNotFound] to
// whoever is not the host of the home in which the case lives or is proposed.
func (s *Service) hosted(ctx context.Context, tx store.Tx, hand HostHand, id instance.CaseID) (HostStay, error) {
	h, err := s.Hosts.Acting(ctx, tx, hand.Person, hand.Link, hand.Host)
	if err != nil {
		return HostStay{}, err
	}
	if id == 0 {
		return HostStay{}, instance.ErrNotFound
	}
	list, err := s.hostStays(ctx, tx, h.ID, id)
	if err != nil {
		return HostStay{}, err
	}
	if len(list) == 0 || list[0].of != h.Programme {
		return HostStay{}, instance.ErrNotFound
	}
	return list[0], nil
}

// HostStays returns who lives or may live with a host, those who do first, without
// what was said. To who is no host it returns [instance.ErrNotFound].
func (s *Service) HostStays(ctx context.Context, hand HostHand) ([]HostStay, error) {
	tx := s.DB.Read()
	h, err := s.Hosts.Acting(ctx, tx, hand.Person, hand.Link, hand.Host)
	if err != nil {
		return nil, because(err, "stays of a host")
	}
	list, err := s.hostStays(ctx, tx, h.ID, 0)
	return list, because(err, "stays of host %s", h.ID)
}

// talkShown is how much of the talk is shown to a host at once.
const talkShown = 50

// hostFollowUps are those in which a host has a part. When the household is spoken
// to alone is not the host's to know.
var hostFollowUps = []FollowUpKind{FollowBoth, FollowVisit, FollowRenewal, FollowEnd, FollowLastWeek}

// HostStay returns what the host of the home in which a case lives, or is proposed,
// sees of it; to everyone else [instance.ErrNotFound].
func (s *Service) HostStay(ctx context.Context, hand HostHand, id instance.CaseID) (HostStay, error) {
	tx := s.DB.Read()
	x, err := s.hosted(ctx, tx, hand, id)
	if err == nil {
		err = s.fillStay(ctx, tx, &x)
	}
	if err != nil {
		return HostStay{}, because(err, "stay of case %s for a host", id)
	}
	return x, nil
}

func (s *Service) fillStay(ctx context.Context, tx store.Tx, x *HostStay) error {
	c, err := caseOf(ctx, tx, x.Case)
	if err != nil {
		return err
	}
	if x.Told, err = s.told(ctx, tx, c, SideHost); err != nil {
		return err
	}
	if x.Agreement, err = s.hasAgreement(ctx, tx, x.Case, x.Host); err != nil {
		return err
	}
	if x.State == StayOver { // what they say now is not for who hosted them
		return nil
	}
	if x.Contact, err = s.contact(ctx, tx, c, x.Host, PartyHost); err != nil {
		return err
	}
	if x.keeper != 0 {
		if x.Keeper, err = one(ctx, tx, x.keeper); err != nil && !errors.Is(err, instance.ErrNotFound) {
			return err
		}
	}
	if x.Called, err = s.calledFor(ctx, tx, c); err != nil {
		return err
	}
	x.Talk, err = s.entries(ctx, tx, c, Talk, hearing{[]Heard{HeardAll, HeardHost}, x.Host}, 0, talkShown)
	if err != nil || x.State != StayLiving {
		return err
	}
	rows, err := tx.Query(ctx, `
		SELECT kind, due FROM housing_case_followups
		 WHERE case_id = $1 AND hold_id = $2 AND done_at IS NULL AND due >= (SELECT `+s.nights().SQL("h.area")+` FROM housing_holds h WHERE h.id = $2)
		 ORDER BY due, id
		 LIMIT 50`, x.Case, x.Hold)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind string
		var due int64
		if err := rows.Scan(&kind, &due); err != nil {
			return err
		}
		if f := (FollowUp{FollowUpKind(kind), ledger.Night(due)}); slices.Contains(hostFollowUps, f.Kind) {
			x.Next = append(x.Next, f)
		}
	}
	return rows.Err()
}

// told are the complaints of one side of a case, the latest first, with what was answered.
func (s *Service) told(ctx context.Context, tx store.Tx, c instance.Case, side Side) ([]Incident, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+incidentColumns+`
		  FROM housing_incidents i
		 WHERE i.case_id = $1 AND i.side = $2 AND i.kind = 'complaint'
		 ORDER BY i.id DESC
		 LIMIT 10`, c.ID, string(side))
	if err != nil {
		return nil, err
	}
	list, err := readIncidents(rows)
	if err != nil || len(list) == 0 {
		return list, err
	}
	return list, s.answered(ctx, tx, c, list)
}

// answered opens what was answered to some complaints of a case.
func (s *Service) answered(ctx context.Context, tx store.Tx, c instance.Case, list []Incident) error {
	keys, err := s.Vault.Keys(ctx, tx, c.Programme)
	if err != nil {
		return err
	}
	args := make([]any, len(list))
	for n, i := range list {
		args[n] = i.ID
	}
	rows, err := tx.Query(ctx, `
		SELECT incident_id, id, body FROM housing_incident_entries
		 WHERE deed = 'closed' AND incident_id IN (`+store.Placeholders(1, len(args))+`)
		 ORDER BY id`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var of, id instance.ID
		var body []byte
		var b IncidentBody
		if err := rows.Scan(&of, &id, &body); err != nil {
			return err
		}
		if err := keys.OpenJSON(kindIncident, id, body, &b); err != nil {
			return err
		}
		if at := slices.IndexFunc(list, func(i Incident) bool { return i.ID == of }); at >= 0 {
			list[at].Answer = b.Answer
		}
	}
	return rows.Err()
}

// HostSays passes on what the host of the home in which a case lives, or is
// proposed, says: to the association alone, or to the household too. It returns
// [instance.ErrNotFound] to every other host, and an [instance.Invalid] of the field
// to where the household is not written to now.
func (s *Service) HostSays(ctx context.Context, hand HostHand, id instance.CaseID, text, language string, to Heard) error {
	if to != HeardAll && to != HeardHost {
		return because(&instance.Invalid{Field: "to", Code: "missing"}, "say something as a host")
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.hosted(ctx, tx, hand, id)
		if err != nil {
			return err
		}
		c, err := caseOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if to == HeardAll && (x.Halted || x.State == StayOver) {
			return &instance.Invalid{Field: "to", Code: "halted"}
		}
		return s.said(ctx, tx, c, Entry{Kind: EntryHost, By: hand.Person, Heard: to, Host: x.Host}, text, language)
	})
	return because(err, "say something in case %s as its host", id)
}

// HostComplains opens a complaint by the host of the home in which a case lives, or
// is proposed. Like that of a household it goes past who keeps the case.
func (s *Service) HostComplains(ctx context.Context, hand HostHand, id instance.CaseID, text string) (instance.ID, error) {
	var opened instance.ID
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.hosted(ctx, tx, hand, id)
		if err != nil {
			return err
		}
		c, err := caseOf(ctx, tx, id)
		if err != nil {
			return err
		}
		opened, err = s.complain(ctx, tx, c, Incident{Side: SideHost, By: hand.Person, Home: x.Home}, text)
		return err
	})
	return opened, because(err, "complain in case %s as its host", id)
}

// Closes keeps what a household, or the host, says at the end of a stay, each by
// itself and neither to the other. It takes a stay that ends or is over.
func (s *Service) Closes(ctx context.Context, person instance.Account, id instance.CaseID, text, language string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.ownCase(ctx, tx, person, id)
		if err != nil {
			return err
		}
		if c.Stage != instance.CaseEnding {
			return instance.ErrConflict
		}
		return s.closing(ctx, tx, c, Entry{By: person.ID, Side: SideHousehold}, text, language)
	})
	return because(err, "close the talk of case %s", id)
}

// HostCloses is [Service.Closes] for the host.
func (s *Service) HostCloses(ctx context.Context, hand HostHand, id instance.CaseID, text, language string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.hosted(ctx, tx, hand, id)
		if err != nil {
			return err
		}
		c, err := caseOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if !x.Ends() {
			return instance.ErrConflict
		}
		return s.closing(ctx, tx, c, Entry{By: hand.Person, Side: SideHost, Host: x.Host}, text, language)
	})
	return because(err, "close the talk of case %s as its host", id)
}

func (s *Service) closing(ctx context.Context, tx store.Tx, c instance.Case, e Entry, text, language string) error {
	e.Kind, e.Body = EntryClosing, Body{Text: text, Language: language}
	if err := s.add(ctx, tx, c, e); err != nil {
		return err
	}
	_, err := s.sign(ctx, tx, c, 0, FlagsIn(text), text)
	return err
}

// hostNow returns the host with whom the household of a case lives, or whom it is
// to meet, and an [instance.Invalid] of the field to where there is none here, there
// are several, or nothing is passed on.
func (s *Service) hostNow(ctx context.Context, tx store.Tx, c instance.Case) (instance.HostID, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT l.host_id
		  FROM housing_case_homes p
		  JOIN housing_listings l ON l.uri = p.home AND l.programme_id = $2 AND l.host_id IS NOT NULL
		  JOIN housing_hosts o ON o.id = l.host_id AND o.state NOT IN ('refused', 'ended')
		 WHERE p.case_id = $1
		 LIMIT 50`, c.ID, c.Programme)
	if err != nil {
		return 0, err
	}
	ids, err := scanIDs(rows)
	if err != nil {
		return 0, err
	}
	best := HostStay{State: StayOver}
	several := false
	for _, id := range ids {
		stays, err := s.hostStays(ctx, tx, id, c.ID)
		if err != nil {
			return 0, err
		}
		for _, x := range stays {
			switch {
			case x.State == StayOver:
			case best.State == StayOver || x.State == StayLiving || x.State == StayAgreed && best.State == StayProposed:
				best, several = x, false
			case x.State == best.State:
				several = true
			}
		}
	}
	switch {
	case best.State == StayOver:
		return 0, &instance.Invalid{Field: "to", Code: "no-host"}
	case several:
		return 0, &instance.Invalid{Field: "to", Code: "several"}
	case best.Halted:
		return best.Host, &instance.Invalid{Field: "to", Code: "halted"}
	}
	return best.Host, nil
}

func scanIDs(rows store.Rows) ([]instance.ID, error) {
	defer rows.Close()
	var ids []instance.ID
	for rows.Next() {
		var id instance.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// HasHost tells those who keep cases, and the household, whether somebody here can
// be written to as the host of a case.
func (s *Service) HasHost(ctx context.Context, person instance.Account, id instance.CaseID) (bool, error) {
	tx := s.DB.Read()
	c, err := caseOf(ctx, tx, id)
	if err == nil && (c.Person != person.ID || person.ID == 0) {
		err = keeps(ctx, tx, c.Programme, person.ID)
	}
	if err != nil {
		return false, because(err, "host of case %s", id)
	}
	_, err = s.hostNow(ctx, tx, c)
	if _, none := errors.AsType[*instance.Invalid](err); none {
		return false, nil
	}
	return err == nil, because(err, "host of case %s", id)
}

const (
	kindCalled = "case-called"
	maxCalled  = 40
)

type called struct {
	Name string `json:"name"`
}

// Call keeps what a household wants its host to call it: from its own account, or as
// it told who keeps the case. A name that tells how to reach them, or where, is an
// [instance.Invalid]; an empty one takes it back.
func (s *Service) Call(ctx context.Context, person instance.Account, id instance.CaseID, name string) error {
	name = writing.CleanLine(name, 4*maxCalled)
	if utf8.RuneCountInString(name) > maxCalled {
		return because(&instance.Invalid{Field: "called", Code: "too-long", Limit: maxCalled}, "name in case %s", id)
	}
	if found := writing.Traces(name); len(found) > 0 {
		return because(&instance.Invalid{Field: "called", Code: "tells-" + string(found[0].Kind)}, "name in case %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err == nil && (c.Person != person.ID || person.ID == 0) {
			err = keeps(ctx, tx, c.Programme, person.ID)
		}
		if err != nil {
			return err
		}
		var sealed []byte
		if strings.TrimSpace(name) != "" {
			if sealed, err = s.seal(ctx, tx, c.Programme, kindCalled, id, called{name}); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE housing_cases SET called = $2, changed_at = $3 WHERE id = $1 AND erased_at IS NULL`, id, sealed, store.Millis(s.Now()))
		return err
	})
	return because(err, "name in case %s", id)
}

// called is what a household wants to be called, empty if it has not said.
func (s *Service) called(ctx context.Context, tx store.Tx, c instance.Case) (string, error) {
	var x called
	var sealed []byte
	err := tx.QueryRow(ctx, `SELECT called FROM housing_cases WHERE id = $1`, c.ID).Scan(&sealed)
	if err != nil || len(sealed) == 0 {
		return "", notFound(err)
	}
	err = s.unseal(ctx, tx, c.Programme, kindCalled, c.ID, sealed, &x)
	return x.Name, err
}

// calledFor is [Service.called] for the host, once the household agreed that they be
// told.
func (s *Service) calledFor(ctx context.Context, tx store.Tx, c instance.Case) (string, error) {
	err := agreed(ctx, tx, c.ID, TellHost)
	if _, no := errors.AsType[*instance.Invalid](err); no {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return s.called(ctx, tx, c)
}

// ownCase is a case for its household, in a transaction that nobody else changes it
// in; to everyone else [instance.ErrNotFound].
func (s *Service) ownCase(ctx context.Context, tx store.Tx, person instance.Account, id instance.CaseID) (instance.Case, error) {
	if _, err := tx.Exec(ctx, `UPDATE housing_cases SET changed_at = $2 WHERE id = $1`, id, store.Millis(s.Now())); err != nil {
		return instance.Case{}, err
	}
	c, err := caseOf(ctx, tx, id)
	if err == nil && (c.Person != person.ID || person.ID == 0) {
		return instance.Case{}, instance.ErrNotFound
	}
	return c, err
}
