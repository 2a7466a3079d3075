package households

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Duty is a time in which somebody of the team answers for a programme.
type Duty struct {
	ID          instance.ID
	Person      instance.Actor
	From, Until time.Time
	HandedAt    time.Time
	Handed      string // what they handed over; empty to who keeps no cases
}

// MaxDuty is the longest that one is on duty in a row.
const MaxDuty = 7 * 24 * time.Hour

const (
	kindDuty  = "duty"
	rotaPast  = 3 * 24 * time.Hour
	rotaShown = 60
)

type handed struct {
	Text string `json:"text"`
}

// Plan puts somebody on duty. Caseworkers plan themselves and leads everybody who
// keeps cases. It returns an [instance.Invalid] for a time that is none, has passed,
// or in which they are on duty already.
func (s *Service) Plan(ctx context.Context, by instance.Account, programme, person instance.ActorID, from, until time.Time) error {
	switch {
	case from.IsZero():
		return because(&instance.Invalid{Field: "from", Code: "malformed"}, "plan a duty")
	case !until.After(from) || until.Sub(from) > MaxDuty || !until.After(s.Now()) || until.After(s.Now().AddDate(1, 0, 0)):
		return because(&instance.Invalid{Field: "until", Code: "malformed", Limit: int(MaxDuty / (24 * time.Hour))}, "plan a duty")
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		r, err := role(ctx, tx, programme, by.ID)
		if err != nil {
			return err
		}
		if !r.Keeps() || person != by.ID && r != instance.Lead {
			return instance.ErrForbidden
		}
		if keeps(ctx, tx, programme, person) != nil {
			return &instance.Invalid{Field: "person", Code: "unknown"}
		}
		// Whoever plans the same person meets at this row, so that both see what the other planned.
		if _, err := tx.Exec(ctx, `UPDATE housing_team SET since = since WHERE programme_id = $1 AND person_id = $2`, programme, person); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO housing_duties (id, programme_id, person_id, from_at, until_at, planned_by)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT)
			 WHERE NOT EXISTS (SELECT 1 FROM housing_duties WHERE programme_id = $2 AND person_id = $3 AND from_at < $5 AND until_at > $4)`,
			s.IDs.Next(), programme, person, store.Millis(from), store.Millis(until), by.ID)
		return only(n, err, &instance.Invalid{Field: "from", Code: "taken"})
	})
	return because(err, "plan a duty in programme %s", programme)
}

// Cancel takes a duty back that has not ended and of which nothing was handed over.
func (s *Service) Cancel(ctx context.Context, by instance.Account, id instance.ID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		programme, person, err := dutyOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mayDuty(ctx, tx, by, programme, person); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM housing_duties WHERE id = $1 AND until_at > $2 AND handed_at IS NULL`, id, store.Millis(s.Now()))
		return only(n, err, instance.ErrConflict)
	})
	return because(err, "cancel duty %s", id)
}

func dutyOf(ctx context.Context, tx store.Tx, id instance.ID) (programme, person instance.ActorID, err error) {
	err = tx.QueryRow(ctx, `SELECT programme_id, person_id FROM housing_duties WHERE id = $1`, id).Scan(&programme, &person)
	return programme, person, notFound(err)
}

// mayDuty lets those pass whose duty it is, and leads.
func (s *Service) mayDuty(ctx context.Context, tx store.Tx, by instance.Account, programme, person instance.ActorID) error {
	if err := keeps(ctx, tx, programme, by.ID); err != nil {
		return err
	}
	if person == by.ID {
		return nil
	}
	return leads(ctx, tx, programme, by.ID)
}

// Relieve ends a duty: what those who come next have to know is sealed, and they
// are told that something waits. It is done once, from the beginning of the duty on.
func (s *Service) Relieve(ctx context.Context, by instance.Account, id instance.ID, text string) error {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return because(&instance.Invalid{Field: "handed", Code: "missing"}, "hand duty %s over", id)
	case n > maxText:
		return because(&instance.Invalid{Field: "handed", Code: "too-long", Limit: maxText}, "hand duty %s over", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		programme, person, err := dutyOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mayDuty(ctx, tx, by, programme, person); err != nil {
			return err
		}
		body, err := s.seal(ctx, tx, programme, kindDuty, id, handed{text})
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_duties SET handed_at = $2, body = $3 WHERE id = $1 AND handed_at IS NULL AND from_at <= $2`, id, store.Millis(s.Now()), body)
		if err := only(n, err, instance.ErrConflict); err != nil {
			return err
		}
		return s.tellNext(ctx, tx, programme, id)
	})
	return because(err, "hand duty %s over", id)
}

// tellNext tells who is on duty next, or now beside the one who leaves.
func (s *Service) tellNext(ctx context.Context, tx store.Tx, programme instance.ActorID, left instance.ID) error {
	if s.Tell == nil {
		return nil
	}
	var next instance.ActorID
	err := tx.QueryRow(ctx, `
		SELECT person_id FROM housing_duties
		 WHERE programme_id = $1 AND id <> $2 AND until_at > $3 AND handed_at IS NULL
		 ORDER BY from_at, id
		 LIMIT 1`, programme, left, store.Millis(s.Now())).Scan(&next)
	if errors.Is(notFound(err), instance.ErrNotFound) {
		return nil // nobody is planned: the note waits on the page
	}
	if err != nil {
		return err
	}
	return s.Tell(ctx, tx, NoticeWaits, programme, []instance.ActorID{next})
}

// Rota returns who is on duty, from three days ago on, to the team. What was handed
// over is opened for those who keep cases.
func (s *Service) Rota(ctx context.Context, by instance.Account, programme instance.ActorID) ([]Duty, error) {
	tx := s.DB.Read()
	r, err := role(ctx, tx, programme, by.ID)
	if err != nil {
		return nil, because(err, "rota of programme %s", programme)
	}
	keys, err := s.Vault.Keys(ctx, tx, programme)
	if err != nil {
		return nil, because(err, "rota of programme %s", programme)
	}
	rows, err := tx.Query(ctx, `
		SELECT id, person_id, from_at, until_at, handed_at, body
		  FROM housing_duties
		 WHERE programme_id = $1 AND until_at > $2
		 ORDER BY from_at, id
		 LIMIT $3`, programme, store.Millis(s.Now().Add(-rotaPast)), rotaShown)
	if err != nil {
		return nil, because(err, "rota of programme %s", programme)
	}
	defer rows.Close()
	var list []Duty
	var ids []instance.ActorID
	for rows.Next() {
		var d Duty
		var from, until int64
		var at *int64
		var body []byte
		if err := rows.Scan(&d.ID, &d.Person.ID, &from, &until, &at, &body); err != nil {
			return nil, because(err, "rota of programme %s", programme)
		}
		d.From, d.Until, d.HandedAt = store.Time(from), store.Time(until), store.TimeOrNever(at)
		if len(body) > 0 && r.Keeps() {
			var h handed
			if err := keys.OpenJSON(kindDuty, d.ID, body, &h); err != nil {
				return nil, because(err, "rota of programme %s", programme)
			}
			d.Handed = h.Text
		}
		list, ids = append(list, d), append(ids, d.Person.ID)
	}
	if err := rows.Err(); err != nil {
		return nil, because(err, "rota of programme %s", programme)
	}
	named, err := actors.ByIDs(ctx, tx, ids)
	for i, d := range list {
		list[i].Person = named[d.Person.ID]
	}
	return list, because(err, "rota of programme %s", programme)
}
