package households

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// beginFollowUps writes the calendar of who moved in, once for each stay.
func (s *Service) beginFollowUps(ctx context.Context, tx store.Tx, c instance.Case) error {
	holds, err := s.holds(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, h := range holds {
		if h.State != instance.HoldPlaced {
			continue
		}
		return s.calendar(ctx, tx, c.ID, h.ID, h.Stay, h.Stay.From)
	}
	return nil
}

// calendar writes when people are asked how they are in a stay, from a night on.
func (s *Service) calendar(ctx context.Context, tx store.Tx, id instance.CaseID, hold instance.ID, stay ledger.Stay, from ledger.Night) error {
	rows := store.Many{Into: "housing_case_followups (id, case_id, hold_id, kind, due)"}
	for _, f := range FollowUps(stay) {
		if f.Due < from {
			continue
		}
		if err := rows.Add(ctx, tx, s.IDs.Next(), id, hold, string(f.Kind), int64(f.Due)); err != nil {
			return err
		}
	}
	return rows.End(ctx, tx)
}

// KeptFollowUp is a time to ask how people are, and what came of it.
type KeptFollowUp struct {
	ID   instance.ID
	Case instance.CaseID
	FollowUp
	Tries   int // at which nobody was reached
	DoneAt  time.Time
	Overdue bool
	Note    Note
}

// Note is what was written about a call or a visit: it stands sealed.
type Note struct {
	Text  string `json:"text,omitempty"`
	Signs []Flag `json:"signs,omitempty"`
}

func (n Note) check() error {
	if utf8.RuneCountInString(n.Text) > maxText {
		return &instance.Invalid{Field: "text", Code: "too-long", Limit: maxText}
	}
	for _, f := range n.Signs {
		if !f.Known() {
			return &instance.Invalid{Field: "signs", Code: "unknown"}
		}
	}
	return nil
}

const kindFollowUp = "case-followup"

// FollowUps returns when the people of a case are asked how they are, and what was
// written of it. That it was opened is noted.
func (s *Service) FollowUps(ctx context.Context, by instance.Account, id instance.CaseID) ([]KeptFollowUp, error) {
	var list []KeptFollowUp
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err == nil {
			err = keeps(ctx, tx, c.Programme, by.ID)
		}
		if err == nil {
			err = s.noted(ctx, tx, id, by.ID, "followups")
		}
		if err != nil {
			return err
		}
		list, err = s.followUps(ctx, tx, c)
		return err
	})
	return list, because(err, "follow-ups of case %s", id)
}

func (s *Service) followUps(ctx context.Context, tx store.Tx, c instance.Case) ([]KeptFollowUp, error) {
	keys, err := s.Vault.Keys(ctx, tx, c.Programme)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT f.id, f.kind, f.due, f.tries, f.done_at, f.body, COALESCE(h.area, '')
		  FROM housing_case_followups f LEFT JOIN housing_holds h ON h.id = f.hold_id
		 WHERE f.case_id = $1
		 ORDER BY f.due, f.id
		 LIMIT 200`, c.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []KeptFollowUp
	for rows.Next() {
		f := KeptFollowUp{Case: c.ID}
		var kind, area string
		var due int64
		var done *int64
		var body []byte
		if err := rows.Scan(&f.ID, &kind, &due, &f.Tries, &done, &body, &area); err != nil {
			return nil, err
		}
		f.Kind, f.Due, f.DoneAt = FollowUpKind(kind), ledger.Night(due), store.TimeOrNever(done)
		f.Overdue = done == nil && f.Due < s.tonight(area)
		if len(body) > 0 {
			if err := keys.OpenJSON(kindFollowUp, f.ID, body, &f.Note); err != nil {
				return nil, err
			}
		}
		list = append(list, f)
	}
	return list, rows.Err()
}

// triesBeforeSilence is how often in a row nobody may be reached before somebody
// has to look.
const triesBeforeSilence = 2

// Asked writes down what came of asking how people are. If nobody was reached it
// stays due, what was written of it stands among the calls, and with the second
// time somebody has to look; so it is with each sign. It returns the incident that was opened, 0 for none.
func (s *Service) Asked(ctx context.Context, by instance.Account, id instance.ID, reached bool, n Note) (opened instance.ID, err error) {
	if err := n.check(); err != nil {
		return 0, because(err, "follow-up %s", id)
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		var of instance.CaseID
		if err := tx.QueryRow(ctx, `SELECT case_id FROM housing_case_followups WHERE id = $1`, id).Scan(&of); err != nil {
			return notFound(err)
		}
		c, err := s.kept(ctx, tx, by.ID, of)
		if err != nil {
			return err
		}
		tries := 0
		if !reached {
			err = tx.QueryRow(ctx, `
				UPDATE housing_case_followups SET tries = tries + 1 WHERE id = $1 AND done_at IS NULL RETURNING tries`, id).Scan(&tries)
			if err != nil {
				return notFound(err)
			}
			if tries == triesBeforeSilence {
				n.Signs = append(n.Signs, FlagSilent)
			}
			if strings.TrimSpace(n.Text) != "" { // it is a call, whoever did not answer
				if err := s.add(ctx, tx, c, Entry{Kind: EntryCall, By: by.ID, Body: Body{Text: n.Text}}); err != nil {
					return err
				}
			}
		} else {
			body, err := s.seal(ctx, tx, c.Programme, kindFollowUp, id, n)
			if err != nil {
				return err
			}
			changed, err := tx.Exec(ctx, `
				UPDATE housing_case_followups SET done_at = $2, done_by = $3, body = $4 WHERE id = $1 AND done_at IS NULL`,
				id, store.Millis(s.Now()), by.ID, body)
			if err := only(changed, err, instance.ErrConflict); err != nil {
				return err
			}
		}
		opened, err = s.sign(ctx, tx, c, by.ID, n.Signs, n.Text)
		return err
	})
	return opened, because(err, "follow-up %s", id)
}

// Overdue returns times to ask how people are that passed, in all the cases of a
// programme, to its leads, the longest first.
func (s *Service) Overdue(ctx context.Context, by instance.Account, programme instance.ActorID, limit int) ([]KeptFollowUp, error) {
	if err := leads(ctx, s.DB.Read(), programme, by.ID); err != nil {
		return nil, because(err, "overdue in programme %s", programme)
	}
	nights := s.nights()
	rows, err := s.DB.Read().Query(ctx, `
		SELECT f.id, f.case_id, f.kind, f.due, f.tries
		  FROM housing_case_followups f JOIN housing_cases c ON c.id = f.case_id
		  LEFT JOIN housing_holds h ON h.id = f.hold_id
		 WHERE c.programme_id = $1 AND f.done_at IS NULL AND f.due < $2 AND f.due < `+nights.SQL("h.area")+`
		 ORDER BY f.due, f.id
		 LIMIT $3`, programme, int64(nights.Last), limit)
	if err != nil {
		return nil, because(err, "overdue in programme %s", programme)
	}
	defer rows.Close()
	var list []KeptFollowUp
	for rows.Next() {
		f := KeptFollowUp{Overdue: true}
		var kind string
		var due int64
		if err := rows.Scan(&f.ID, &f.Case, &kind, &due, &f.Tries); err != nil {
			return nil, because(err, "overdue in programme %s", programme)
		}
		f.Kind, f.Due = FollowUpKind(kind), ledger.Night(due)
		list = append(list, f)
	}
	return list, because(rows.Err(), "overdue in programme %s", programme)
}

// EntryKind is what an entry of a case is.
type EntryKind string

// What entries are. What household, host and team say stands in the talk that the
// association mediates; the others are the team's own.
const (
	EntryNote      EntryKind = "note"
	EntryCall      EntryKind = "call"
	EntryVisit     EntryKind = "visit"
	EntryTask      EntryKind = "task"
	EntryClosing   EntryKind = "closing"
	EntryHousehold EntryKind = "household"
	EntryHost      EntryKind = "host"
	EntryTeam      EntryKind = "team"
)

// Written are the kinds that the team writes for itself, and Talk those of what is
// said between the three.
var (
	Written = []EntryKind{EntryNote, EntryCall, EntryVisit, EntryTask, EntryClosing}
	Talk    = []EntryKind{EntryHousehold, EntryHost, EntryTeam}
)

// Entry is something that was written or said in a case.
type Entry struct {
	ID     instance.ID
	Case   instance.CaseID
	Kind   EntryKind
	By     instance.ActorID
	At     time.Time
	Due    time.Time // of a task
	Doer   instance.ActorID
	DoneAt time.Time
	Heard  Heard           // who hears what was said; of talk alone
	Host   instance.HostID // among them; 0 for none
	Side   Side            // whose word a closing talk is
	Body   Body
}

// Body is what an entry says: it stands sealed.
type Body struct {
	Text string `json:"text"`
	// Language is that in which it was said, and Taken is what was taken out of it
	// before it was passed on.
	Language string   `json:"language,omitempty"`
	Taken    []string `json:"taken,omitempty"`
	Letter   bool     `json:"letter,omitempty"` // it was sent: its title, an empty line, its text
}

const kindEntry = "case-entry"

// Note adds what somebody of the team writes for the team. due is when a task is
// to be done, and doer by whom.
func (s *Service) Note(ctx context.Context, by instance.Account, id instance.CaseID, kind EntryKind, text string, due time.Time, doer instance.ActorID) error {
	if kind != EntryTask {
		due, doer = time.Time{}, 0
	}
	switch kind {
	case EntryNote, EntryCall, EntryVisit, EntryTask, EntryClosing:
	default:
		return because(&instance.Invalid{Field: "kind", Code: "unknown"}, "note in case %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		if doer != 0 && keeps(ctx, tx, c.Programme, doer) != nil {
			return &instance.Invalid{Field: "doer", Code: "unknown"}
		}
		return s.add(ctx, tx, c, Entry{Kind: kind, By: by.ID, Due: due, Doer: doer, Body: Body{Text: text}})
	})
	return because(err, "note in case %s", id)
}

func (s *Service) add(ctx context.Context, tx store.Tx, c instance.Case, e Entry) error {
	e.Body.Text = strings.TrimSpace(e.Body.Text)
	switch n := utf8.RuneCountInString(e.Body.Text); {
	case n == 0:
		return &instance.Invalid{Field: "text", Code: "empty"}
	case n > maxText:
		return &instance.Invalid{Field: "text", Code: "too-long", Limit: maxText}
	}
	e.ID, e.Heard, e.Side = s.IDs.Next(), cmp.Or(e.Heard, HeardHousehold), cmp.Or(e.Side, SideTeam)
	body, err := s.seal(ctx, tx, c.Programme, kindEntry, e.ID, e.Body)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_case_entries (id, case_id, kind, body, by_id, at, due_at, doer_id, heard, host_id, side)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, e.ID, c.ID, string(e.Kind), body, orNull(e.By), store.Millis(s.Now()),
		store.MillisOrNull(e.Due), orNull(e.Doer), string(e.Heard), orNull(instance.ActorID(e.Host)), string(e.Side))
	return err
}

// Entries returns what was written or said in a case, of some kinds, the latest
// first, those before an id; 0 begins. That it was opened is noted.
func (s *Service) Entries(ctx context.Context, by instance.Account, id instance.CaseID, kinds []EntryKind, before instance.ID, limit int) ([]Entry, error) {
	var list []Entry
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err == nil {
			err = keeps(ctx, tx, c.Programme, by.ID)
		}
		if err == nil {
			err = s.noted(ctx, tx, id, by.ID, "entries")
		}
		if err != nil {
			return err
		}
		list, err = s.entries(ctx, tx, c, kinds, hearing{heard: Hearings}, before, limit)
		return err
	})
	return list, because(err, "entries of case %s", id)
}

// hearing narrows what was said to what somebody hears; with a host, to what that
// one is among.
type hearing struct {
	heard []Heard
	host  instance.HostID
}

func (s *Service) entries(ctx context.Context, tx store.Tx, c instance.Case, kinds []EntryKind, h hearing, before instance.ID, limit int) ([]Entry, error) {
	keys, err := s.Vault.Keys(ctx, tx, c.Programme)
	if err != nil {
		return nil, err
	}
	args := []any{c.ID, before, limit, h.host}
	for _, k := range kinds {
		args = append(args, string(k))
	}
	for _, x := range h.heard {
		args = append(args, string(x))
	}
	rows, err := tx.Query(ctx, `
		SELECT id, kind, body, COALESCE(by_id, 0), at, due_at, COALESCE(doer_id, 0), done_at, heard, COALESCE(host_id, 0), side
		  FROM housing_case_entries
		 WHERE case_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id < $2) AND (CAST($4 AS BIGINT) = 0 OR host_id = $4)
		   AND kind IN (`+store.Placeholders(5, len(kinds))+`) AND heard IN (`+store.Placeholders(5+len(kinds), len(h.heard))+`)
		 ORDER BY id DESC
		 LIMIT $3`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Entry
	for rows.Next() {
		e := Entry{Case: c.ID}
		var kind, heard, side string
		var body []byte
		var at int64
		var due, done *int64
		if err := rows.Scan(&e.ID, &kind, &body, &e.By, &at, &due, &e.Doer, &done, &heard, &e.Host, &side); err != nil {
			return nil, err
		}
		e.Heard, e.Side = Heard(heard), Side(side)
		e.Kind, e.At, e.Due, e.DoneAt = EntryKind(kind), store.Time(at), store.TimeOrNever(due), store.TimeOrNever(done)
		if err := keys.OpenJSON(kindEntry, e.ID, body, &e.Body); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// Done notes that a task is done.
func (s *Service) Done(ctx context.Context, by instance.Account, task instance.ID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		var id instance.CaseID
		if err := tx.QueryRow(ctx, `SELECT case_id FROM housing_case_entries WHERE id = $1 AND kind = 'task'`, task).Scan(&id); err != nil {
			return notFound(err)
		}
		if _, err := s.kept(ctx, tx, by.ID, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE housing_case_entries SET done_at = $2, done_by = $3 WHERE id = $1 AND done_at IS NULL`, task, store.Millis(s.Now()), by.ID)
		return err
	})
	return because(err, "task %s", task)
}

// Say passes on what the team or the household says: to one another, or to the host
// too, and from the team to the host alone. What would let household and host reach
// one another past the association is taken out, whoever writes. Signs in it are
// looked at by a person, and what comes to danger is passed on to nobody but the
// association; who wrote it is told neither. person is the account it comes from.
// It returns an [instance.Invalid] of the field to where there is no host to tell.
func (s *Service) Say(ctx context.Context, person instance.Account, id instance.CaseID, as EntryKind, text, language string, to Heard) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err != nil {
			return err
		}
		switch as {
		case EntryTeam:
			err = keeps(ctx, tx, c.Programme, person.ID)
		case EntryHousehold:
			if c.Person != person.ID || person.ID == 0 {
				err = instance.ErrNotFound
			}
		default:
			err = &instance.Invalid{Field: "kind", Code: "unknown"}
		}
		if err != nil {
			return err
		}
		e := Entry{Kind: as, By: person.ID, Heard: to}
		switch {
		case !slices.Contains(Hearings, to) || as == EntryHousehold && to == HeardHost:
			return &instance.Invalid{Field: "to", Code: "missing"}
		case to != HeardHousehold:
			if e.Host, err = s.hostNow(ctx, tx, c); err != nil {
				return err
			}
		}
		return s.said(ctx, tx, c, e, text, language)
	})
	return because(err, "say something in case %s", id)
}

func (s *Service) said(ctx context.Context, tx store.Tx, c instance.Case, e Entry, text, language string) error {
	if c.Stage == instance.CaseClosed || c.Stage == instance.CaseReferred {
		return instance.ErrGone
	}
	if err := s.talks(ctx, tx, c); err != nil {
		return err
	}
	passed, kinds := Redact(text)
	e.Body = Body{Text: passed, Language: language}
	for _, k := range kinds {
		e.Body.Taken = append(e.Body.Taken, string(k))
	}
	signs := FlagsIn(text)
	if e.Heard == HeardAll && e.Kind != EntryTeam && Assess(signs).Alert == AlertStop {
		e.Heard = map[EntryKind]Heard{EntryHousehold: HeardHousehold, EntryHost: HeardHost}[e.Kind]
	}
	if err := s.add(ctx, tx, c, e); err != nil {
		return err
	}
	if e.Kind == EntryTeam {
		return nil
	}
	_, err := s.sign(ctx, tx, c, 0, signs, text)
	return err
}
