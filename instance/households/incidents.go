package households

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/alike"
	"palier/instance/store"
)

// IncidentKind is what an incident is.
type IncidentKind string

// What incidents are. A complaint goes past the caseworker it may be about; a sign
// is something that was noticed, and that a person has to look at.
const (
	KindIncident  IncidentKind = "incident"
	KindComplaint IncidentKind = "complaint"
	KindSign      IncidentKind = "sign"
)

// Side is from whom something comes.
type Side string

// From whom something comes.
const (
	SideHousehold Side = "household"
	SideHost      Side = "host"
	SideTeam      Side = "team"
)

// IncidentState is how far an incident is: a person looks, another decides, and
// who it is about may ask for it to be looked at again.
type IncidentState string

// How far an incident is.
const (
	IncidentOpen     IncidentState = "open"
	IncidentLooked   IncidentState = "looked"
	IncidentDecided  IncidentState = "decided"
	IncidentAppealed IncidentState = "appealed"
	IncidentClosed   IncidentState = "closed"
)

// Outcome is what comes of an incident.
type Outcome string

// What can come of an incident.
const (
	OutcomeNothing   Outcome = "nothing"
	OutcomeTalk      Outcome = "talk"
	OutcomeWatch     Outcome = "watch"
	OutcomeMove      Outcome = "move"
	OutcomeStop      Outcome = "stop"      // nobody is asked into that home any more
	OutcomeAuthority Outcome = "authority" // it was reported
)

// Outcomes are what can come of an incident.
var Outcomes = []Outcome{OutcomeNothing, OutcomeTalk, OutcomeWatch, OutcomeMove, OutcomeStop, OutcomeAuthority}

// Severities, from something to speak about to danger for somebody.
const (
	SeverityTalk    = 1
	SeveritySoon    = 2
	SeveritySerious = 3
	SeverityDanger  = 4
)

// Incident is what went wrong, was complained of or was noticed, without what was
// written of it.
type Incident struct {
	ID         instance.ID
	Programme  instance.ActorID
	Case       instance.CaseID // 0 for none
	Home       string
	Kind       IncidentKind
	Side       Side
	Severity   int
	State      IncidentState
	Outcome    Outcome
	MovedAt    time.Time // the household left at once
	By         instance.ActorID
	OpenedAt   time.Time
	Looked     [2]instance.Signature
	AppealedAt time.Time
	// Answer is what who complained was told, for them; empty before, and of what is none.
	Answer string
	Frozen bool             // nobody is asked into the home now
	Host   instance.HostID  // whom it is about, 0 for none
	From   instance.ActorID // who decided before it was appealed
}

// IncidentEntry is one thing that was written of an incident. It stays as it was
// written.
type IncidentEntry struct {
	ID   instance.ID
	Deed string // opened, looked, decided, appealed, added, lifted
	By   instance.ActorID
	At   time.Time
	Body IncidentBody
}

// IncidentBody is what was written: it stands sealed.
type IncidentBody struct {
	Text    string   `json:"text,omitempty"`
	Signs   []Flag   `json:"signs,omitempty"`
	Outcome Outcome  `json:"outcome,omitempty"`
	Told    []string `json:"told,omitempty"` // to whom it was reported
	// Answer is what who complained is told of what came of it.
	Answer string `json:"answer,omitempty"`
	// Alike is what files have in common, and with whose.
	Alike []alike.Match `json:"alike,omitempty"`
}

const kindIncident = "incident-entry"

// Report is what somebody writes of an incident.
type Report struct {
	Case     instance.CaseID // 0 if it is about a home alone
	Home     string
	Severity int
	Text     string
	Signs    []Flag
	Moved    bool // the household leaves at once
	Freeze   bool // nobody is asked into the home from now on
}

func (r Report) check() error {
	switch {
	case r.Severity < SeverityTalk || r.Severity > SeverityDanger:
		return &instance.Invalid{Field: "how-grave", Code: "missing"}
	case strings.TrimSpace(r.Text) == "":
		return &instance.Invalid{Field: "text", Code: "empty"}
	case r.Freeze && r.Home == "":
		return &instance.Invalid{Field: "home", Code: "missing"}
	}
	return Note{Text: r.Text, Signs: r.Signs}.check()
}

// Report opens an incident, by somebody of the team. Danger freezes the case, and
// the home if one is named: at once, by whoever sees it. Two lift it.
func (s *Service) Report(ctx context.Context, by instance.Account, programme instance.ActorID, r Report) (instance.ID, error) {
	if err := r.check(); err != nil {
		return 0, because(err, "report an incident")
	}
	var id instance.ID
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if err := keeps(ctx, tx, programme, by.ID); err != nil {
			return err
		}
		if r.Case != 0 {
			c, err := s.kept(ctx, tx, by.ID, r.Case)
			if err == nil && c.Programme != programme {
				err = instance.ErrNotFound
			}
			if err != nil {
				return err
			}
		}
		i := Incident{Programme: programme, Case: r.Case, Home: r.Home, Kind: KindIncident, Side: SideTeam, Severity: r.Severity, By: by.ID}
		if r.Moved {
			i.MovedAt = s.Now()
		}
		var err error
		if id, err = s.openIncident(ctx, tx, i, IncidentBody{Text: r.Text, Signs: r.Signs}); err != nil {
			return err
		}
		danger := r.Severity == SeverityDanger || r.Moved
		if danger && r.Case != 0 {
			if _, err := tx.Exec(ctx, `UPDATE housing_cases SET frozen_at = COALESCE(frozen_at, CAST($2 AS BIGINT)) WHERE id = $1`, r.Case, store.Millis(s.Now())); err != nil {
				return err
			}
		}
		if (danger || r.Freeze) && r.Home != "" {
			return s.freezeHome(ctx, tx, programme, r.Home, id, by.ID)
		}
		return nil
	})
	return id, because(err, "report an incident in programme %s", programme)
}

func (s *Service) openIncident(ctx context.Context, tx store.Tx, i Incident, b IncidentBody) (instance.ID, error) {
	i.ID = s.IDs.Next()
	_, err := tx.Exec(ctx, `
		INSERT INTO housing_incidents (id, programme_id, case_id, home, kind, side, severity, moved_at, by_id, opened_at, host_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		i.ID, i.Programme, orNull(instance.ActorID(i.Case)), i.Home, string(i.Kind), string(i.Side), i.Severity, store.MillisOrNull(i.MovedAt), orNull(i.By), store.Millis(s.Now()),
		orNull(instance.ActorID(i.Host)))
	if err != nil {
		return 0, err
	}
	return i.ID, s.write(ctx, tx, i.Programme, i.ID, "opened", i.By, b)
}

func (s *Service) write(ctx context.Context, tx store.Tx, programme instance.ActorID, incident instance.ID, deed string, by instance.ActorID, b IncidentBody) error {
	if utf8.RuneCountInString(b.Text) > maxText {
		return &instance.Invalid{Field: "text", Code: "too-long", Limit: maxText}
	}
	id := s.IDs.Next()
	body, err := s.seal(ctx, tx, programme, kindIncident, id, b)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_incident_entries (id, incident_id, deed, body, by_id, at)
		VALUES ($1, $2, $3, $4, $5, $6)`, id, incident, deed, body, orNull(by), store.Millis(s.Now()))
	return err
}

func (s *Service) freezeHome(ctx context.Context, tx store.Tx, programme instance.ActorID, home string, incident instance.ID, by instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO housing_frozen_homes (id, programme_id, home, incident_id, by_id, at)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT)
		 WHERE NOT EXISTS (SELECT 1 FROM housing_frozen_homes WHERE programme_id = $2 AND home = $3 AND lifted_at IS NULL)`,
		s.IDs.Next(), programme, home, incident, by, store.Millis(s.Now()))
	return s.froze(ctx, tx, programme, home, err)
}

// froze has those told who keep homes, unless something failed before.
func (s *Service) froze(ctx context.Context, tx store.Tx, programme instance.ActorID, home string, err error) error {
	if err != nil || s.Froze == nil || home == "" {
		return err
	}
	return s.Froze(ctx, tx, programme, home)
}

// sign opens an incident where signs come to more than a note, and returns it. The
// gravest freeze the case until two have looked. by is 0 for what was noticed in
// what somebody wrote.
func (s *Service) sign(ctx context.Context, tx store.Tx, c instance.Case, by instance.ActorID, signs []Flag, text string) (instance.ID, error) {
	a := Assess(signs)
	if a.Alert == AlertNone {
		return 0, nil
	}
	i := Incident{Programme: c.Programme, Case: c.ID, Kind: KindSign, Side: SideTeam, Severity: SeveritySoon, By: by}
	if a.Alert == AlertStop {
		i.Severity = SeveritySerious
		_, err := tx.Exec(ctx, `UPDATE housing_cases SET frozen_at = COALESCE(frozen_at, CAST($2 AS BIGINT)) WHERE id = $1`, c.ID, store.Millis(s.Now()))
		if err != nil {
			return 0, err
		}
	}
	return s.openIncident(ctx, tx, i, IncidentBody{Text: text, Signs: a.Reasons})
}

// Complain opens a complaint by the household of a case. It goes past who keeps
// the case, whatever their role. It returns [instance.ErrConflict] where nobody
// else could read it: then the page says whom else to turn to.
func (s *Service) Complain(ctx context.Context, person instance.Account, id instance.CaseID, text string) (instance.ID, error) {
	var opened instance.ID
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err == nil && (c.Person != person.ID || person.ID == 0) {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		opened, err = s.complain(ctx, tx, c, Incident{Side: SideHousehold, By: person.ID}, text)
		return err
	})
	return opened, because(err, "complain in case %s", id)
}

// complain opens a complaint for a lead who does not keep the case.
func (s *Service) complain(ctx context.Context, tx store.Tx, c instance.Case, i Incident, text string) (instance.ID, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, &instance.Invalid{Field: "text", Code: "empty"}
	}
	var heard bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_team WHERE programme_id = $1 AND role = 'lead' AND person_id <> $2)`, c.Programme, c.Keeper).Scan(&heard)
	if err != nil {
		return 0, err
	}
	if !heard {
		return 0, instance.ErrConflict
	}
	a := Assess(FlagsIn(text))
	i.Programme, i.Case, i.Kind, i.Severity = c.Programme, c.ID, KindComplaint, SeveritySoon
	if a.Alert == AlertStop {
		i.Severity = SeverityDanger
	}
	return s.openIncident(ctx, tx, i, IncidentBody{Text: text, Signs: a.Reasons})
}

const incidentColumns = `i.id, i.programme_id, COALESCE(i.case_id, 0), i.home, i.kind, i.side, i.severity, i.state, i.outcome, i.moved_at, COALESCE(i.by_id, 0),
	i.opened_at, COALESCE(i.first_by, 0), i.first_at, COALESCE(i.second_by, 0), i.second_at, i.appealed_at,
	EXISTS (SELECT 1 FROM housing_frozen_homes z WHERE z.programme_id = i.programme_id AND z.home = i.home AND z.lifted_at IS NULL),
	COALESCE(i.host_id, 0), COALESCE(i.appealed_from, 0)`

func readIncidents(rows store.Rows) ([]Incident, error) {
	defer rows.Close()
	var list []Incident
	for rows.Next() {
		i, err := scanIncident(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, rows.Err()
}

func scanIncident(row store.Row) (Incident, error) {
	var i Incident
	var kind, side, state, outcome string
	var opened int64
	var moved, first, second, appealed *int64
	err := row.Scan(&i.ID, &i.Programme, &i.Case, &i.Home, &kind, &side, &i.Severity, &state, &outcome, &moved, &i.By, &opened,
		&i.Looked[0].By, &first, &i.Looked[1].By, &second, &appealed, &i.Frozen, &i.Host, &i.From)
	if err != nil {
		return i, notFound(err)
	}
	i.Kind, i.Side, i.State, i.Outcome = IncidentKind(kind), Side(side), IncidentState(state), Outcome(outcome)
	i.MovedAt, i.OpenedAt, i.AppealedAt = store.TimeOrNever(moved), store.Time(opened), store.TimeOrNever(appealed)
	i.Looked[0].At, i.Looked[1].At = store.TimeOrNever(first), store.TimeOrNever(second)
	return i, nil
}

// incident reads one for somebody who may see it. A complaint is there for leads
// who do not keep the case it is of; everything else for those who keep cases.
func (s *Service) incident(ctx context.Context, tx store.Tx, by instance.ActorID, id instance.ID) (Incident, error) {
	i, err := scanIncident(tx.QueryRow(ctx, `SELECT `+incidentColumns+` FROM housing_incidents i WHERE i.id = $1`, id))
	if err != nil {
		return i, err
	}
	if err := keeps(ctx, tx, i.Programme, by); err != nil {
		return Incident{}, err
	}
	if i.Kind != KindComplaint {
		return i, nil
	}
	r, err := role(ctx, tx, i.Programme, by)
	if err != nil {
		return Incident{}, err
	}
	c, err := caseOf(ctx, tx, i.Case)
	if err != nil || r != instance.Lead || c.Keeper == by {
		return Incident{}, instance.ErrNotFound
	}
	return i, nil
}

// Missing returns how many people have to join the team of a programme before an incident
// can be decided, to those who may see it: nobody decides alone, nobody who keeps the case
// decides about a complaint, and after an appeal nobody does who decided before.
func (s *Service) Missing(ctx context.Context, by instance.Account, id instance.ID) (int, error) {
	tx := s.DB.Read()
	i, err := s.incident(ctx, tx, by.ID, id)
	if err != nil {
		return 0, because(err, "incident %s", id)
	}
	wanted := map[IncidentState]int{IncidentOpen: 2, IncidentAppealed: 2, IncidentLooked: 1}[i.State]
	var there int
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*)
		  FROM housing_team t
		 WHERE t.programme_id = $1 AND t.role IN ('lead', 'caseworker') AND t.person_id NOT IN ($2, $3)
		   AND ($4 OR t.role = 'lead' AND NOT EXISTS (SELECT 1 FROM housing_cases c WHERE c.id = $5 AND c.keeper_id = t.person_id))`,
		i.Programme, i.From, i.Looked[0].By, i.Kind != KindComplaint, i.Case).Scan(&there)
	return max(0, wanted-there), because(err, "incident %s", id)
}

// Incidents returns those of a programme that are not closed, the gravest and the
// oldest first.
func (s *Service) Incidents(ctx context.Context, by instance.Account, programme instance.ActorID, limit int) ([]Incident, error) {
	r, err := role(ctx, s.DB.Read(), programme, by.ID)
	if err == nil && !r.Keeps() {
		err = instance.ErrNotFound
	}
	if err != nil {
		return nil, because(err, "incidents of programme %s", programme)
	}
	rows, err := s.DB.Read().Query(ctx, `
		SELECT `+incidentColumns+`
		  FROM housing_incidents i
		 WHERE i.programme_id = $1 AND i.state <> 'closed'
		   AND (i.kind <> 'complaint' OR $2 AND NOT EXISTS (SELECT 1 FROM housing_cases c WHERE c.id = i.case_id AND c.keeper_id = $3))
		 ORDER BY i.severity DESC, i.id
		 LIMIT $4`, programme, r == instance.Lead, by.ID, limit)
	if err != nil {
		return nil, because(err, "incidents of programme %s", programme)
	}
	list, err := readIncidents(rows)
	return list, because(err, "incidents of programme %s", programme)
}

// Incident returns an incident with what was written of it, and notes that it was
// opened where it is about a case.
func (s *Service) Incident(ctx context.Context, by instance.Account, id instance.ID) (Incident, []IncidentEntry, error) {
	var i Incident
	var list []IncidentEntry
	err := s.DB.InTx(ctx, func(tx store.Tx) (err error) {
		if i, err = s.incident(ctx, tx, by.ID, id); err != nil {
			return err
		}
		if i.Case != 0 {
			if err := s.noted(ctx, tx, i.Case, by.ID, "incident"); err != nil {
				return err
			}
		}
		list, err = s.written(ctx, tx, i)
		return err
	})
	return i, list, because(err, "incident %s", id)
}

func (s *Service) written(ctx context.Context, tx store.Tx, i Incident) ([]IncidentEntry, error) {
	keys, err := s.Vault.Keys(ctx, tx, i.Programme)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT id, deed, body, COALESCE(by_id, 0), at FROM housing_incident_entries WHERE incident_id = $1 ORDER BY id LIMIT 500`, i.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []IncidentEntry
	for rows.Next() {
		var e IncidentEntry
		var body []byte
		var at int64
		if err := rows.Scan(&e.ID, &e.Deed, &body, &e.By, &at); err != nil {
			return nil, err
		}
		e.At = store.Time(at)
		if err := keys.OpenJSON(kindIncident, e.ID, body, &e.Body); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// Look writes what somebody found who looked into an incident, and what they
// propose. Another decides. After an appeal it is [instance.ErrForbidden] to who
// decided before.
func (s *Service) Look(ctx context.Context, by instance.Account, id instance.ID, propose Outcome, text string) error {
	if !slices.Contains(Outcomes, propose) {
		return because(&instance.Invalid{Field: "outcome", Code: "missing"}, "look into incident %s", id)
	}
	return s.turn(ctx, by, id, "looked", IncidentBody{Text: text, Outcome: propose}, func(tx store.Tx, i Incident) error {
		if i.From == by.ID {
			return instance.ErrForbidden
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_incidents
			   SET state = 'looked', outcome = $3, first_by = $2, first_at = $4, second_by = NULL, second_at = NULL
			 WHERE id = $1 AND state IN ('open', 'appealed')`,
			i.ID, by.ID, string(propose), store.Millis(s.Now()))
		return only(n, err, instance.ErrConflict)
	})
}

// Decide is the second pair of eyes: somebody else than who looked says what comes
// of it. What was frozen because of it is lifted unless it is to stop.
func (s *Service) Decide(ctx context.Context, by instance.Account, id instance.ID, outcome Outcome, text string) error {
	if !slices.Contains(Outcomes, outcome) {
		return because(&instance.Invalid{Field: "outcome", Code: "missing"}, "decide incident %s", id)
	}
	return s.turn(ctx, by, id, "decided", IncidentBody{Text: text, Outcome: outcome}, func(tx store.Tx, i Incident) error {
		switch {
		case i.State != IncidentLooked:
			return instance.ErrConflict
		case i.Looked[0].By == by.ID, i.From == by.ID:
			return instance.ErrForbidden
		}
		_, err := tx.Exec(ctx, `
			UPDATE housing_incidents SET state = 'decided', outcome = $3, second_by = $2, second_at = $4 WHERE id = $1`,
			i.ID, by.ID, string(outcome), store.Millis(s.Now()))
		if err != nil || outcome == OutcomeStop {
			if err == nil && i.Home != "" {
				err = s.freezeHome(ctx, tx, i.Programme, i.Home, i.ID, by.ID)
			}
			return err
		}
		return s.lift(ctx, tx, i, by.ID)
	})
}

// lift lets a home and a case go on that were frozen because of an incident, if no
// other one keeps them so.
func (s *Service) lift(ctx context.Context, tx store.Tx, i Incident, by instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		UPDATE housing_frozen_homes
		   SET lifted_at = $3, lift_by = $4
		 WHERE programme_id = $1 AND home = $2 AND lifted_at IS NULL
		   AND NOT EXISTS (SELECT 1 FROM housing_incidents o
		                    WHERE o.programme_id = $1 AND o.home = $2 AND o.id <> $5
		                      AND (o.state NOT IN ('decided', 'closed') OR o.outcome = 'stop'))`,
		i.Programme, i.Home, store.Millis(s.Now()), by, i.ID)
	if err = s.froze(ctx, tx, i.Programme, i.Home, err); err != nil || i.Case == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE housing_cases
		   SET frozen_at = NULL
		 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM housing_incidents o
		                                WHERE o.case_id = $1 AND o.id <> $2 AND o.severity >= 3 AND o.state NOT IN ('decided', 'closed'))`, i.Case, i.ID)
	return err
}

// Appeal is that who it is about asks for it to be looked at again, by others than
// decided: who did neither looks nor decides again.
func (s *Service) Appeal(ctx context.Context, by instance.Account, id instance.ID, text string) error {
	return s.turn(ctx, by, id, "appealed", IncidentBody{Text: text}, func(tx store.Tx, i Incident) error { return s.appealed(ctx, tx, i) })
}

// Add adds something to what was written of an incident: evidence, whom it was
// reported to.
func (s *Service) Add(ctx context.Context, by instance.Account, id instance.ID, text string, told []string) error {
	if strings.TrimSpace(text) == "" {
		return because(&instance.Invalid{Field: "text", Code: "empty"}, "add to incident %s", id)
	}
	return s.turn(ctx, by, id, "added", IncidentBody{Text: text, Told: told}, func(store.Tx, Incident) error { return nil })
}

// CloseIncident closes one that was decided. Of a complaint, who complained reads the
// answer on their page, and nothing else that was written: without one it is an
// [instance.Invalid]. Of what is none there is no answer.
func (s *Service) CloseIncident(ctx context.Context, by instance.Account, id instance.ID, text, answer string) error {
	answer = strings.TrimSpace(answer)
	if utf8.RuneCountInString(answer) > maxText {
		return because(&instance.Invalid{Field: "answer", Code: "too-long", Limit: maxText}, "close incident %s", id)
	}
	return s.turn(ctx, by, id, "closed", IncidentBody{Text: text, Answer: answer}, func(tx store.Tx, i Incident) error {
		if i.Kind == KindComplaint && answer == "" {
			return &instance.Invalid{Field: "answer", Code: "missing"}
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_incidents SET state = 'closed', told_at = $2 WHERE id = $1 AND state = 'decided'`, i.ID, store.Millis(s.Now()))
		return only(n, err, instance.ErrConflict)
	})
}

func (s *Service) turn(ctx context.Context, by instance.Account, id instance.ID, deed string, b IncidentBody, do func(store.Tx, Incident) error) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE housing_incidents SET severity = severity WHERE id = $1`, id); err != nil {
			return err
		}
		i, err := s.incident(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		if err := do(tx, i); err != nil {
			return err
		}
		return s.write(ctx, tx, i.Programme, id, deed, by.ID, b)
	})
	return because(err, "%s incident %s", deed, id)
}
