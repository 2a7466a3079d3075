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
)

// Ground is what gives somebody the right to ask for what stands in files.
type Ground string

// Grounds are those that there are. The article or the decision is written beside
// it: a request without one is not taken down, and nothing is given.
var Grounds = []Ground{"court", "prosecutor", "police", "child-protection", "vital-interest", "law"}

// Giving is how much is given to who asks.
type Giving string

// Givings are how much can be given.
var Givings = []Giving{"all", "part", "nothing"}

// Requested is who asks for what by law. It stands sealed.
type Requested struct {
	Who  string `json:"who"`  // office, name, how it was made sure that it is them
	Law  string `json:"law"`  // article, decision, file number
	What string `json:"what"` // they ask for
}

// Request is something that an authority asks for by law.
type Request struct {
	ID        instance.ID
	Programme instance.ActorID
	Case      instance.CaseID // 0: about no case
	Ground    Ground
	Requested
	By      instance.Actor
	At      time.Time
	Outcome Giving
	Given   string // what was given, or why not
	Signed  [2]instance.Signature
	Names   [2]instance.Actor // of those who signed
}

// Decided tells whether two people have decided.
func (r Request) Decided() bool { return !r.Signed[1].At.IsZero() }

const (
	kindRequest = "lawful-request"
	kindAnswer  = "lawful-answer"
	// MaxRequests is how many requests are shown or given out at once.
	MaxRequests = 500
)

func within(field, text string) error {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return &instance.Invalid{Field: field, Code: "missing"}
	case n > maxText:
		return &instance.Invalid{Field: field, Code: "too-long", Limit: maxText}
	}
	return nil
}

// TakeDown writes down that an authority asks for something. id is the case it is
// about, 0 for none. It returns an [instance.Invalid] where the ground is missing.
func (s *Service) TakeDown(ctx context.Context, by instance.Account, programme instance.ActorID, id instance.CaseID, ground Ground, q Requested) (instance.ID, error) {
	q.Who, q.Law, q.What = strings.TrimSpace(q.Who), strings.TrimSpace(q.Law), strings.TrimSpace(q.What)
	if !slices.Contains(Grounds, ground) {
		return 0, because(&instance.Invalid{Field: "ground", Code: "missing"}, "take a request down")
	}
	for _, err := range []error{within("who", q.Who), within("law", q.Law), within("what", q.What)} {
		if err != nil {
			return 0, because(err, "take a request down")
		}
	}
	request := s.IDs.Next()
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if err := keeps(ctx, tx, programme, by.ID); err != nil {
			return err
		}
		if id != 0 {
			if c, err := caseOf(ctx, tx, id); err != nil || c.Programme != programme {
				return &instance.Invalid{Field: "case", Code: "unknown"}
			}
		}
		body, err := s.seal(ctx, tx, programme, kindRequest, request, q)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_lawful_requests (id, programme_id, case_id, ground, body, by_id, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, request, programme, orNull(instance.ActorID(id)), string(ground), body, by.ID, store.Millis(s.Now()))
		if err != nil {
			return err
		}
		return s.log(ctx, tx, programme, by.ID, "requested", request)
	})
	return request, because(err, "take a request down in programme %s", programme)
}

// log writes a line into the log of a programme, which leads read and nobody
// changes.
func (s *Service) log(ctx context.Context, tx store.Tx, programme, by instance.ActorID, deed string, about instance.ID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO housing_log (id, programme_id, person_id, deed, about, at)
		VALUES ($1, $2, $3, $4, $5, $6)`, s.IDs.Next(), programme, by, deed, about.String(), store.Millis(s.Now()))
	return err
}

const requestColumns = `q.id, q.programme_id, COALESCE(q.case_id, 0), q.ground, q.body, COALESCE(q.by_id, 0), q.at, q.outcome, q.answer,
	COALESCE(q.first_by, 0), q.first_at, COALESCE(q.second_by, 0), q.second_at`

// sealedRequest is a request as it stands in the database.
type sealedRequest struct {
	Request
	body, answer []byte
}

func scanRequest(r store.Row) (sealedRequest, error) {
	var q sealedRequest
	var ground, outcome string
	var at int64
	var first, second *int64
	err := r.Scan(&q.ID, &q.Programme, &q.Case, &ground, &q.body, &q.By.ID, &at, &outcome, &q.answer, &q.Signed[0].By, &first, &q.Signed[1].By, &second)
	q.Ground, q.Outcome, q.At = Ground(ground), Giving(outcome), store.Time(at)
	q.Signed[0].At, q.Signed[1].At = store.TimeOrNever(first), store.TimeOrNever(second)
	return q, notFound(err)
}

// ProposeAnswer writes down what one of the team would give, and why; until a second one
// decides it can be written anew.
func (s *Service) ProposeAnswer(ctx context.Context, by instance.Account, id instance.ID, outcome Giving, given string) error {
	given = strings.TrimSpace(given)
	if !slices.Contains(Givings, outcome) {
		return because(&instance.Invalid{Field: "outcome", Code: "missing"}, "answer request %s", id)
	}
	if err := within("given", given); err != nil {
		return because(err, "answer request %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		q, err := s.heldRequest(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if q.Decided() {
			return instance.ErrConflict
		}
		answer, err := s.seal(ctx, tx, q.Programme, kindAnswer, id, given)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE housing_lawful_requests SET outcome = $2, answer = $3, first_by = $4, first_at = $5 WHERE id = $1`,
			id, string(outcome), answer, by.ID, store.Millis(s.Now()))
		return err
	})
	return because(err, "answer request %s", id)
}

// heldRequest is a request that nobody else changes in this transaction.
func (s *Service) heldRequest(ctx context.Context, tx store.Tx, by instance.Account, id instance.ID) (sealedRequest, error) {
	if _, err := tx.Exec(ctx, `UPDATE housing_lawful_requests SET at = at WHERE id = $1`, id); err != nil {
		return sealedRequest{}, err
	}
	q, err := scanRequest(tx.QueryRow(ctx, `SELECT `+requestColumns+` FROM housing_lawful_requests q WHERE q.id = $1`, id))
	if err != nil {
		return q, err
	}
	return q, keeps(ctx, tx, q.Programme, by.ID)
}

// DecideRequest is that a second one agrees with what the first would give; one of the two
// leads. Nothing is given before.
func (s *Service) DecideRequest(ctx context.Context, by instance.Account, id instance.ID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		q, err := s.heldRequest(ctx, tx, by, id)
		switch {
		case err != nil:
			return err
		case q.Signed[0].At.IsZero() || q.Decided():
			return instance.ErrConflict
		case q.Signed[0].By == by.ID:
			return instance.ErrForbidden // a second person has to
		}
		if leads(ctx, tx, q.Programme, by.ID) != nil && leads(ctx, tx, q.Programme, q.Signed[0].By) != nil {
			return instance.ErrForbidden
		}
		_, err = tx.Exec(ctx, `UPDATE housing_lawful_requests SET second_by = $2, second_at = $3 WHERE id = $1`, id, by.ID, store.Millis(s.Now()))
		if err != nil {
			return err
		}
		return s.log(ctx, tx, q.Programme, by.ID, "answered", id)
	})
	return because(err, "decide request %s", id)
}

// Requests returns what authorities asked for, the newest first: to leads all of it,
// to caseworkers what is not decided yet. With out it is to be given out as a file,
// which only leads do and which is noted in the log.
func (s *Service) Requests(ctx context.Context, by instance.Account, programme instance.ActorID, out bool) ([]Request, error) {
	var list []Request
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		r, err := role(ctx, tx, programme, by.ID)
		if err != nil {
			return err
		}
		if !r.Keeps() || out && r != instance.Lead {
			return instance.ErrNotFound
		}
		if out {
			if err := s.log(ctx, tx, programme, by.ID, "requests-out", instance.ID(programme)); err != nil {
				return err
			}
		}
		list, err = s.requests(ctx, tx, programme, r == instance.Lead)
		return err
	})
	return list, because(err, "requests in programme %s", programme)
}

func (s *Service) requests(ctx context.Context, tx store.Tx, programme instance.ActorID, all bool) ([]Request, error) {
	keys, err := s.Vault.Keys(ctx, tx, programme)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT `+requestColumns+`
		  FROM housing_lawful_requests q
		 WHERE q.programme_id = $1 AND ($2 OR q.second_at IS NULL)
		 ORDER BY q.id DESC
		 LIMIT $3`, programme, all, MaxRequests)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Request
	var ids []instance.ActorID
	for rows.Next() {
		q, err := scanRequest(rows)
		if err != nil {
			return nil, err
		}
		if err := keys.OpenJSON(kindRequest, q.ID, q.body, &q.Requested); err != nil {
			return nil, err
		}
		if len(q.answer) > 0 {
			if err := keys.OpenJSON(kindAnswer, q.ID, q.answer, &q.Given); err != nil {
				return nil, err
			}
		}
		list, ids = append(list, q.Request), append(ids, q.By.ID, q.Signed[0].By, q.Signed[1].By)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	named, err := actors.ByIDs(ctx, tx, ids)
	for i, q := range list {
		list[i].By, list[i].Names = named[q.By.ID], [2]instance.Actor{named[q.Signed[0].By], named[q.Signed[1].By]}
	}
	return list, err
}
