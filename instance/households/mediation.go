package households

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// MediationState is how far a mediation is.
type MediationState string

// How far a mediation is.
const (
	MediationAsked   MediationState = "asked"
	MediationRunning MediationState = "running"
	MediationClosed  MediationState = "closed"
)

// MediationOutcome is what came of one.
type MediationOutcome string

// What comes of a mediation. One that failed goes on as an incident.
const (
	MediationAgreed    MediationOutcome = "agreed"
	MediationPart      MediationOutcome = "part"
	MediationFailed    MediationOutcome = "failed"
	MediationWithdrawn MediationOutcome = "withdrawn"
)

// MediationOutcomes are what can come of a mediation.
var MediationOutcomes = []MediationOutcome{MediationAgreed, MediationPart, MediationFailed, MediationWithdrawn}

// Mediation is that somebody who does not keep the case speaks with both sides of a
// stay.
type Mediation struct {
	ID       instance.ID
	Asked    Party
	State    MediationState
	Outcome  MediationOutcome
	Why      Body           // to the team and to who asked
	Mediator instance.Actor // of the team; without an id for nobody, or somebody from elsewhere
	// Elsewhere is who mediates from another association.
	Elsewhere string
	Incident  instance.ID // in which it goes on; to the team alone
	AskedAt   time.Time
	BegunAt   time.Time
	ClosedAt  time.Time
	Talks     []MediationTalk
	MayWrite  bool // who reads keeps its record

	mediator instance.ActorID
	hold     instance.ID
}

// MediationTalk is the record of one talk: it stands sealed. What was said is the
// team's, and what was agreed both sides'.
type MediationTalk struct {
	ID      instance.ID      `json:"-"`
	At      time.Time        `json:"-"`
	On      string           `json:"on"`             // a date
	Present string           `json:"present"`        // who was there
	Said    string           `json:"said,omitempty"` // for the team alone
	Agreed  []MediationPoint `json:"agreed,omitempty"`
}

// MediationPoint is something that was agreed, and until when it is done. It is a task
// of who keeps the case.
type MediationPoint struct {
	Text string    `json:"text"`
	Due  time.Time `json:"due"`
}

const (
	kindMediation     = "mediation"
	kindMediator      = "mediator"
	kindMediationTalk = "mediation-talk"
	maxPoints         = 10
)

// AskMediation asks for somebody who does not keep the case to speak with both sides of
// its stay; any of the three may. Signs in it are looked at by a person. It returns
// [instance.ErrConflict] while one is asked for or runs, where there is no stay, and
// while the case or the home is frozen: in danger nobody is asked to agree.
func (s *Service) AskMediation(ctx context.Context, h StayHand, id instance.CaseID, text, language string) error {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return because(&instance.Invalid{Field: "why", Code: "missing"}, "ask for mediation in case %s", id)
	case n > maxText:
		return because(&instance.Invalid{Field: "why", Code: "too-long", Limit: maxText}, "ask for mediation in case %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.atStay(ctx, tx, h, id, "")
		if err != nil {
			return err
		}
		stay, err := s.lived(ctx, tx, x)
		if err == nil && (x.halted || x.Stage == instance.CaseClosed || x.Stage == instance.CaseReferred) {
			err = instance.ErrConflict
		}
		if err != nil {
			return err
		}
		m := s.IDs.Next()
		body, err := s.seal(ctx, tx, x.Programme, kindMediation, m, Body{Text: text, Language: language})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_mediations (id, case_id, hold_id, party, body, by_id, asked_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, m, id, stay.ID, string(h.Party), body, orNull(h.by()), store.Millis(s.Now()))
		if store.IsUnique(err) {
			return instance.ErrConflict
		}
		if err != nil || h.Party == PartyAssociation {
			return err
		}
		if _, err := s.sign(ctx, tx, x.Case, 0, FlagsIn(text), text); err != nil {
			return err
		}
		if s.Tell == nil || x.Keeper == 0 {
			return nil
		}
		return s.Tell(ctx, tx, NoticeWaits, x.Programme, []instance.ActorID{x.Keeper})
	})
	return because(err, "ask for mediation in case %s", id)
}

const mediationColumns = `id, hold_id, party, state, outcome, body, COALESCE(mediator_id, 0), elsewhere, COALESCE(incident_id, 0), asked_at, begun_at, closed_at`

// mediations reads those of a case, the latest first.
func (s *Service) mediations(ctx context.Context, tx store.Tx, c instance.Case) ([]Mediation, error) {
	keys, err := s.Vault.Keys(ctx, tx, c.Programme)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+mediationColumns+` FROM housing_mediations WHERE case_id = $1 ORDER BY id DESC LIMIT 20`, c.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Mediation
	for rows.Next() {
		var m Mediation
		var party, state, outcome string
		var body, elsewhere []byte
		var asked int64
		var begun, closed *int64
		if err := rows.Scan(&m.ID, &m.hold, &party, &state, &outcome, &body, &m.mediator, &elsewhere, &m.Incident, &asked, &begun, &closed); err != nil {
			return nil, err
		}
		m.Asked, m.State, m.Outcome = Party(party), MediationState(state), MediationOutcome(outcome)
		m.AskedAt, m.BegunAt, m.ClosedAt = store.Time(asked), store.TimeOrNever(begun), store.TimeOrNever(closed)
		if err := keys.OpenJSON(kindMediation, m.ID, body, &m.Why); err != nil {
			return nil, err
		}
		if len(elsewhere) > 0 {
			if err := keys.OpenJSON(kindMediator, m.ID, elsewhere, &m.Elsewhere); err != nil {
				return nil, err
			}
		}
		list = append(list, m)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return list, s.mediationTalks(ctx, tx, c, list)
}

// mediationTalks reads what was said in some mediations of a case.
func (s *Service) mediationTalks(ctx context.Context, tx store.Tx, c instance.Case, list []Mediation) error {
	keys, err := s.Vault.Keys(ctx, tx, c.Programme)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		SELECT t.id, t.mediation_id, t.body, t.at
		  FROM housing_mediation_talks t JOIN housing_mediations m ON m.id = t.mediation_id
		 WHERE m.case_id = $1
		 ORDER BY t.id
		 LIMIT 200`, c.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var t MediationTalk
		var of instance.ID
		var body []byte
		var at int64
		if err := rows.Scan(&t.ID, &of, &body, &at); err != nil {
			return err
		}
		if err := keys.OpenJSON(kindMediationTalk, t.ID, body, &t); err != nil {
			return err
		}
		t.At = store.Time(at)
		if n := slices.IndexFunc(list, func(m Mediation) bool { return m.ID == of }); n >= 0 {
			list[n].Talks = append(list[n].Talks, t)
		}
	}
	return rows.Err()
}

// Mediations returns those of a case to one of its three, the latest first: to the
// team, which is noted, all of it; to household and host those of the stay, why they
// asked themselves, and what was agreed.
func (s *Service) Mediations(ctx context.Context, h StayHand, id instance.CaseID) ([]Mediation, error) {
	var list []Mediation
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.atStay(ctx, tx, h, id, "mediation")
		if err != nil {
			return err
		}
		if list, err = s.mediations(ctx, tx, x.Case); err != nil {
			return err
		}
		mediators := make([]instance.ActorID, 0, len(list))
		for _, m := range list {
			mediators = append(mediators, m.mediator)
		}
		named, err := actors.ByIDs(ctx, tx, mediators)
		if err != nil {
			return err
		}
		for i := range list {
			list[i].Mediator = named[list[i].mediator]
		}
		if h.Party == PartyAssociation {
			lead := leads(ctx, tx, x.Programme, h.Person.ID) == nil
			for i, m := range list {
				list[i].MayWrite = m.State != MediationClosed && records(m, x.Case, h.Person.ID, lead)
			}
			return nil
		}
		stay, err := s.lived(ctx, tx, x)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(m Mediation) bool { return m.hold != stay.ID })
		for i := range list {
			m := &list[i]
			m.Incident = 0
			if m.Asked != h.Party {
				m.Why = Body{}
			}
			for n := range m.Talks {
				m.Talks[n].Said = ""
			}
		}
		return nil
	})
	return list, because(err, "mediations of case %s", id)
}

// records tells whether somebody of the team keeps the record of a mediation: who
// mediates, and leads who do not keep the case; of somebody from elsewhere whoever does
// not keep the case.
func records(m Mediation, c instance.Case, by instance.ActorID, lead bool) bool {
	return by != c.Keeper && (m.mediator == 0 || m.mediator == by || lead)
}

// BeginMediation says who mediates: somebody of the team who keeps cases and not this
// one, or somebody from elsewhere by name. It returns [instance.ErrConflict] where none
// was asked for, and while the case is frozen.
func (s *Service) BeginMediation(ctx context.Context, by instance.Account, id instance.CaseID, mediator instance.ActorID, elsewhere string) error {
	elsewhere = writing.CleanLine(elsewhere, 4*maxName)
	switch {
	case (mediator == 0) == (elsewhere == ""):
		return because(&instance.Invalid{Field: "mediator", Code: "missing"}, "mediate in case %s", id)
	case utf8.RuneCountInString(elsewhere) > maxName:
		return because(&instance.Invalid{Field: "elsewhere", Code: "too-long", Limit: maxName}, "mediate in case %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		switch {
		case err != nil:
			return err
		case !c.FrozenAt.IsZero():
			return instance.ErrConflict
		case mediator != 0 && mediator == c.Keeper:
			return &instance.Invalid{Field: "mediator", Code: "keeper"}
		case mediator != 0 && keeps(ctx, tx, c.Programme, mediator) != nil:
			return &instance.Invalid{Field: "mediator", Code: "unknown"}
		}
		var m instance.ID
		if err := tx.QueryRow(ctx, `SELECT id FROM housing_mediations WHERE case_id = $1 AND state = 'asked'`, id).Scan(&m); err != nil {
			if notThere(notFound(err)) {
				err = instance.ErrConflict
			}
			return err
		}
		var sealed []byte
		if elsewhere != "" {
			if sealed, err = s.seal(ctx, tx, c.Programme, kindMediator, m, elsewhere); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `
			UPDATE housing_mediations SET state = 'running', mediator_id = $2, elsewhere = $3, begun_at = $4 WHERE id = $1`,
			m, orNull(mediator), sealed, store.Millis(s.Now()))
		if err != nil || s.Tell == nil || mediator == 0 || mediator == by.ID {
			return err
		}
		return s.Tell(ctx, tx, NoticeWaits, c.Programme, []instance.ActorID{mediator})
	})
	return because(err, "mediate in case %s", id)
}

// running is the mediation of a case that runs, or else was asked for if that is enough,
// for who keeps its record.
func (s *Service) running(ctx context.Context, tx store.Tx, by instance.Account, id instance.CaseID, asked bool) (instance.Case, Mediation, error) {
	c, err := s.kept(ctx, tx, by.ID, id)
	if err != nil {
		return c, Mediation{}, err
	}
	list, err := s.mediations(ctx, tx, c)
	if err != nil {
		return c, Mediation{}, err
	}
	at := slices.IndexFunc(list, func(m Mediation) bool {
		return m.State == MediationRunning || asked && m.State == MediationAsked
	})
	switch {
	case at < 0:
		return c, Mediation{}, instance.ErrConflict
	case !records(list[at], c, by.ID, leads(ctx, tx, c.Programme, by.ID) == nil):
		return c, Mediation{}, instance.ErrForbidden
	}
	return c, list[at], nil
}

// RecordTalk keeps what was said in a talk of the mediation that runs, and what was
// agreed. Each point becomes a task of who keeps the case.
func (s *Service) RecordTalk(ctx context.Context, by instance.Account, id instance.CaseID, t MediationTalk) error {
	t.Present, t.Said = strings.TrimSpace(t.Present), strings.TrimSpace(t.Said)
	switch {
	case t.On == "":
		return because(&instance.Invalid{Field: "on", Code: "missing"}, "talk in case %s", id)
	case t.Present == "":
		return because(&instance.Invalid{Field: "present", Code: "missing"}, "talk in case %s", id)
	case utf8.RuneCountInString(t.Present) > maxRemark:
		return because(&instance.Invalid{Field: "present", Code: "too-long", Limit: maxRemark}, "talk in case %s", id)
	case utf8.RuneCountInString(t.Said) > maxText:
		return because(&instance.Invalid{Field: "said", Code: "too-long", Limit: maxText}, "talk in case %s", id)
	case len(t.Agreed) > maxPoints:
		return because(&instance.Invalid{Field: "points", Code: "too-many", Limit: maxPoints}, "talk in case %s", id)
	}
	for i, p := range t.Agreed {
		p.Text = strings.TrimSpace(p.Text)
		if p.Text == "" || p.Due.IsZero() || utf8.RuneCountInString(p.Text) > maxRemark {
			return because(&instance.Invalid{Field: "points", Code: "incomplete", Limit: maxRemark}, "talk in case %s", id)
		}
		t.Agreed[i] = p
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, m, err := s.running(ctx, tx, by, id, false)
		if err != nil {
			return err
		}
		talk := s.IDs.Next()
		body, err := s.seal(ctx, tx, c.Programme, kindMediationTalk, talk, t)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_mediation_talks (id, mediation_id, body, by_id, at)
			VALUES ($1, $2, $3, $4, $5)`, talk, m.ID, body, by.ID, store.Millis(s.Now()))
		if err != nil {
			return err
		}
		for _, p := range t.Agreed { // a few
			if err := s.add(ctx, tx, c, Entry{Kind: EntryTask, By: by.ID, Due: p.Due, Doer: c.Keeper, Body: Body{Text: p.Text}}); err != nil {
				return err
			}
		}
		return nil
	})
	return because(err, "talk in case %s", id)
}

// CloseMediation says what came of the mediation that runs. One that failed goes on as
// an incident, which tells why; then there is a text. One that was asked for and not
// begun can be withdrawn, by somebody else than who keeps the case.
func (s *Service) CloseMediation(ctx context.Context, by instance.Account, id instance.CaseID, outcome MediationOutcome, text string) error {
	text = strings.TrimSpace(text)
	switch {
	case !slices.Contains(MediationOutcomes, outcome):
		return because(&instance.Invalid{Field: "outcome", Code: "missing"}, "close mediation in case %s", id)
	case outcome == MediationFailed && text == "":
		return because(&instance.Invalid{Field: "ending", Code: "missing"}, "close mediation in case %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, m, err := s.running(ctx, tx, by, id, outcome == MediationWithdrawn)
		if err != nil {
			return err
		}
		var incident instance.ID
		if outcome == MediationFailed {
			stay, err := s.holdOf(ctx, tx, m.hold)
			if err != nil {
				return err
			}
			incident, err = s.openIncident(ctx, tx, Incident{
				Programme: c.Programme, Case: id, Home: stay.Home, Kind: KindIncident, Side: SideTeam, Severity: SeveritySoon, By: by.ID,
			}, IncidentBody{Text: text})
			if err != nil {
				return err
			}
		} else if text != "" {
			if err := s.add(ctx, tx, c, Entry{Kind: EntryNote, By: by.ID, Body: Body{Text: text}}); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `
			UPDATE housing_mediations SET state = 'closed', outcome = $2, incident_id = $3, closed_at = $4 WHERE id = $1`,
			m.ID, string(outcome), orNull(instance.ActorID(incident)), store.Millis(s.Now()))
		return err
	})
	return because(err, "close mediation in case %s", id)
}
