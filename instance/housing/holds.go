package housing

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Ask asks that beds of a home be held for a household, of one of ours or of a
// partner's, and returns what became of it. Those who keep homes may. Without an
// answer nothing is held, and the same is said again for a while. For whom it is
// stays here: the ledger knows a number of places.
//
// It returns [instance.ErrNotFound] for a home that the programme does not see,
// [instance.ErrForbidden] while the programme or the home is stopped and for a
// case that two people have not seen to, [instance.ErrConflict] for a home whose
// ledger does not hold, and [instance.ErrUnreachable] if its keeper does not
// answer at all: then nothing was asked.
func (s *Service) Ask(ctx context.Context, by instance.Account, programme instance.ActorID, home string, a ledger.Ask, id instance.CaseID) (instance.Hold, error) {
	var none instance.Hold
	d, err := s.asker(ctx, by, programme)
	if err == nil {
		err = s.upToDate(ctx, d, home)
	}
	if err != nil {
		return none, because(err, "ask for beds of %s", home)
	}
	h := instance.Hold{
		ID: s.ids.Next(), Programme: programme, Home: home, Stay: a.Stay, Places: a.Places, State: instance.HoldSending, AskedAt: s.now().UTC(),
	}
	err = s.say(ctx, d, h.ID, home, a, func(tx store.Tx, said ledger.Statement) error {
		area, err := areaAt(ctx, tx, programme, home)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_holds (id, programme_id, home, from_night, until_night, places, state, statement, asked_by, asked_at, area)
			VALUES ($1, $2, $3, $4, $5, $6, 'sending', $7, $8, $9, $10)`,
			h.ID, programme, home, int64(a.Stay.From), int64(a.Stay.Until), a.Places, said.ID, by.ID, store.Millis(h.AskedAt), area)
		if err != nil {
			return err
		}
		if err := s.note(ctx, tx, programme, by.ID, LogHeld, h.ID.String()); err != nil {
			return err
		}
		return s.cases.MayHold(ctx, tx, programme, h, id)
	})
	if err != nil {
		return none, because(err, "ask for beds of %s", home)
	}
	return s.Hold(ctx, by, h.ID)
}

// areaAt is where a home is that a programme has or sees: a département or a country.
func areaAt(ctx context.Context, tx store.Tx, programme instance.ActorID, home string) (string, error) {
	var commune, area string
	err := tx.QueryRow(ctx, `
		SELECT COALESCE((SELECT commune FROM housing_listings WHERE uri = $1), ''),
		       COALESCE((SELECT area FROM housing_homes WHERE programme_id = $2 AND uri = $1),
		                (SELECT area FROM housing_holds WHERE home = $1 ORDER BY id LIMIT 1), '')`, home, programme).Scan(&commune, &area)
	if commune != "" {
		area = instance.DepartementOf(commune)
	}
	return area, err
}

// Agree says that a household comes into what was granted, which two people have
// signed: without that it returns [instance.ErrForbidden]. The placement is made
// when the other association signs it too.
func (s *Service) Agree(ctx context.Context, by instance.Account, id instance.ID) (instance.Hold, error) {
	return s.sayOf(ctx, by, id, "agree to", func(h instance.Hold) (ledger.Saying, error) {
		if h.State != instance.HoldHeld {
			return nil, instance.ErrConflict
		}
		return ledger.Agree{Hold: h.Number, Beds: h.Beds, Stay: h.Stay}, nil
	})
}

// Withdraw gives up a hold that is not placed.
func (s *Service) Withdraw(ctx context.Context, by instance.Account, id instance.ID) (instance.Hold, error) {
	return s.sayOf(ctx, by, id, "withdraw", func(h instance.Hold) (ledger.Saying, error) {
		switch h.State {
		case instance.HoldWaiting, instance.HoldHeld, instance.HoldAgreed:
			return ledger.Withdraw{Hold: h.Number}, nil
		}
		return nil, instance.ErrConflict
	})
}

// Leave says that a household leaves, or never came.
func (s *Service) Leave(ctx context.Context, by instance.Account, id instance.ID, leaving ledger.Night, why ledger.Reason) (instance.Hold, error) {
	return s.sayOf(ctx, by, id, "leave", func(h instance.Hold) (ledger.Saying, error) {
		if h.State != instance.HoldPlaced {
			return nil, instance.ErrConflict
		}
		return ledger.Leave{Hold: h.Number, Leaving: leaving, Why: why}, nil
	})
}

// logOf are the words of the log for what is said of a hold.
var logOf = map[string]LogDeed{"agree to": LogAgreed, "withdraw": LogWithdrawn, "leave": LogLeave}

func (s *Service) sayOf(ctx context.Context, by instance.Account, id instance.ID, deed string, what func(instance.Hold) (ledger.Saying, error)) (instance.Hold, error) {
	var none instance.Hold
	h, err := s.Hold(ctx, by, id)
	if err != nil {
		return none, err
	}
	d, err := s.asker(ctx, by, h.Programme)
	if err != nil {
		return none, because(err, "%s hold %s", deed, id)
	}
	if err := s.upToDate(ctx, d, h.Home); err != nil {
		return none, because(err, "%s hold %s", deed, id)
	}
	if h, err = s.Hold(ctx, by, id); err != nil { // as it is now
		return none, err
	}
	saying, err := what(h)
	if err == nil {
		err = s.say(ctx, d, id, h.Home, saying, func(tx store.Tx, said ledger.Statement) error {
			if err := s.note(ctx, tx, h.Programme, by.ID, logOf[deed], id.String()); err != nil {
				return err
			}
			if _, agrees := said.Saying.(ledger.Agree); agrees {
				return s.cases.MayAgree(ctx, tx, id)
			}
			return nil
		})
	}
	if err != nil {
		return none, because(err, "%s hold %s", deed, id)
	}
	return s.Hold(ctx, by, id)
}

// asker is the desk of somebody who may ask for it.
func (s *Service) asker(ctx context.Context, by instance.Account, programme instance.ActorID) (desk, error) {
	if err := keeps(ctx, s.db.Read(), programme, by); err != nil {
		return desk{}, err
	}
	return s.deskOf(ctx, s.db.Read(), `p.group_id = $1`, programme)
}

// say signs a saying, keeps it, and says it. What it was cannot be changed any
// more once it is kept.
func (s *Service) say(ctx context.Context, d desk, hold instance.ID, home string, what ledger.Saying, with func(store.Tx, ledger.Statement) error) error {
	switch what.(type) {
	case ledger.Ask, ledger.Agree:
		if d.stopped {
			return instance.ErrForbidden
		}
	}
	book, err := s.copyOf(ctx, s.db.Read(), home)
	if err != nil {
		return err
	}
	said, err := ledger.Speak(d.key, ledger.Statement{
		ID: random(), Ledger: home, By: d.Group.URI, Seen: book.Newest(), At: s.now(), Saying: what,
	})
	if err != nil {
		return fmt.Errorf("%w: %w", &instance.Invalid{Field: "stay", Code: "malformed"}, err)
	}
	body, err := said.Encode()
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if err := s.lent(ctx, tx, d, home, what); err != nil {
			return err
		}
		if err := with(tx, said); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO housing_statements (id, hold_id, body, said_at)
			VALUES ($1, $2, $3, $4)`, said.ID, hold, string(body), store.Millis(said.At))
		if err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, SayAgain{said.ID}, jobs.At(s.now().Add(firstAgain)))
	})
	if err != nil {
		return err
	}
	err = s.bring(ctx, d, said, body)
	if unreachable(err) {
		return s.unanswered(ctx, said)
	}
	return err
}

// lent returns [instance.ErrForbidden] for a home into which nobody is asked now.
func (s *Service) lent(ctx context.Context, tx store.Tx, d desk, home string, what ledger.Saying) error {
	switch what.(type) {
	case ledger.Ask, ledger.Agree:
		stopped, err := frozen(ctx, tx, d.Group.ID, home)
		if err == nil && !stopped {
			stopped, err = s.switchedOff(ctx, tx, d.Group.ID, home, what)
		}
		if err == nil && stopped {
			err = instance.ErrForbidden
		}
		return err
	}
	return nil
}

// frozen tells whether a programme asks nobody into a home until it is lifted.
func frozen(ctx context.Context, tx store.Tx, programme instance.ActorID, home string) (is bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_frozen_homes WHERE programme_id = $1 AND home = $2 AND lifted_at IS NULL)`, programme, home).Scan(&is)
	return is, err
}

// notShown is why a statement is refused by whose server there is no such home:
// it was closed, or we do not see it any more.
const notShown = "gone"

func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// bring brings a statement to who keeps the ledger and acts on the answer.
func (s *Service) bring(ctx context.Context, d desk, said ledger.Statement, body []byte) error {
	var a Answer
	var err error
	if s.site.Owns(said.Ledger) {
		a, err = s.Hear(ctx, d.Group.URI, said.Ledger, body)
	} else {
		a, err = s.wire.Say(ctx, d.Group, said.Ledger, body)
	}
	switch {
	case errors.Is(err, instance.ErrNotFound):
		return s.settle(ctx, said, "refused", notShown, time.Time{})
	case err != nil:
		return err
	case a.Refusal != nil:
		r, err := ledger.DecodeRefusal(a.Refusal)
		if err != nil || r.Statement != said.ID || r.Ledger != said.Ledger {
			return fmt.Errorf("a refusal of something else: %w", errors.Join(instance.ErrUnreachable, err))
		}
		return s.settle(ctx, said, "refused", string(r.Why), r.Free)
	}
	if err := s.learn(ctx, said.Ledger, a.Page); err != nil {
		return err
	}
	book, err := s.copyOf(ctx, s.db.Read(), said.Ledger)
	if err != nil {
		return err
	}
	if _, ok := book.Heard(said.By, said.ID); !ok {
		return fmt.Errorf("an answer without what was said: %w", instance.ErrUnreachable)
	}
	return s.settle(ctx, said, "answered", "", time.Time{})
}

// settle notes how a statement was answered. A refused ask ends its hold.
func (s *Service) settle(ctx context.Context, said ledger.Statement, outcome, why string, free time.Time) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE housing_statements SET outcome = $2, why = $3 WHERE id = $1 AND outcome IN ('open', 'unanswered')`, said.ID, outcome, why)
		if err != nil || outcome != "refused" {
			return err
		}
		if why == notShown {
			if _, err := tx.Exec(ctx, `DELETE FROM housing_homes WHERE uri = $1`, said.Ledger); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `
			UPDATE housing_holds
			   SET why = $2, free_at = $3, state = CASE WHEN statement = $1 THEN 'refused' ELSE state END
			 WHERE id = (SELECT hold_id FROM housing_statements WHERE id = $1) AND number = CASE WHEN statement = $1 THEN 0 ELSE number END`,
			said.ID, why, store.MillisOrNull(free))
		return err
	})
}

// unanswered notes that nobody answered an ask: as far as anybody here knows,
// nothing is held.
func (s *Service) unanswered(ctx context.Context, said ledger.Statement) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE housing_holds SET state = 'unanswered' WHERE statement = $1 AND state = 'sending'`, said.ID)
		return err
	})
}

// SayAgain is the job that says once more what nobody answered.
type SayAgain struct {
	Statement string `json:"statement"`
}

// Kind names the job.
func (SayAgain) Kind() string { return "housing_say_again" }

const (
	firstAgain = time.Minute
	sayTries   = 12
)

// sayBackoff is every five minutes: a statement is stale after an hour.
func sayBackoff(int) time.Duration { return 5 * time.Minute }

// sayAgain says the same bytes again while they are fresh. After that it looks
// whether they were heard, and leaves it at that.
func (s *Service) sayAgain(ctx context.Context, j SayAgain) error {
	var body, outcome string
	var programme instance.ActorID
	err := s.db.Read().QueryRow(ctx, `
		SELECT x.body, x.outcome, h.programme_id
		  FROM housing_statements x JOIN housing_holds h ON h.id = x.hold_id
		 WHERE x.id = $1`, j.Statement).Scan(&body, &outcome, &programme)
	if errors.Is(err, store.ErrNoRows) || err == nil && outcome != "open" {
		return nil
	}
	if err != nil {
		return because(err, "say %s again", j.Statement)
	}
	said, err := ledger.DecodeStatement([]byte(body))
	if err != nil {
		return jobs.Cancel(err)
	}
	d, err := programmeOf(ctx, s.db.Read(), `p.group_id = $1`, programme)
	if err != nil {
		return because(err, "say %s again", j.Statement)
	}
	if s.now().Sub(said.At) < ledger.Stale-ledger.Skew {
		err := s.bring(ctx, d, said, []byte(body))
		if errors.Is(err, instance.ErrConflict) {
			return jobs.Cancel(err)
		}
		return because(err, "say %s again", j.Statement)
	}
	if err := s.upToDate(ctx, d, said.Ledger); err != nil && !unreachable(err) {
		return because(err, "say %s again", j.Statement)
	}
	return s.settle(ctx, said, "unanswered", "", time.Time{})
}

// follow brings what our programmes hold at a home up to date with its ledger.
func (s *Service) follow(ctx context.Context, tx store.Tx, home string, book *ledger.Book) error {
	held, err := holdsAt(ctx, tx, home)
	if err != nil {
		return err
	}
	for _, h := range held {
		number, ok := book.Heard(h.group, h.statement)
		if !ok {
			continue
		}
		now, ok := book.Hold(number)
		if !ok {
			continue
		}
		_, err := tx.Exec(ctx, `
			UPDATE housing_holds SET number = $2, state = $3, lease_until = $4, why = '' WHERE id = $1`,
			h.id, number, string(now.Standing), store.MillisOrNull(now.Lease))
		if err == nil && now.Standing == ledger.WasDropped {
			err = s.tellAsker(ctx, tx, NoticeDropped, h.id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type heldAt struct {
	id               instance.ID
	group, statement string
}

// holdsAt returns what our programmes have at a home and may still change.
func holdsAt(ctx context.Context, tx store.Tx, home string) ([]heldAt, error) {
	rows, err := tx.Query(ctx, `
		SELECT h.id, a.uri, h.statement
		  FROM housing_holds h JOIN actors a ON a.id = h.programme_id
		 WHERE h.home = $1 AND h.state NOT IN ('ended', 'withdrawn', 'dropped')`, home)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []heldAt
	for rows.Next() {
		var h heldAt
		if err := rows.Scan(&h.id, &h.group, &h.statement); err != nil {
			return nil, err
		}
		list = append(list, h)
	}
	return list, rows.Err()
}

// lapse ends, on our side too, holds whose lease is over and of which nothing
// was heard: what is not known to be held is not held.
func (s *Service) lapse(ctx context.Context) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE housing_holds SET state = 'lapsed' WHERE state IN ('waiting', 'held', 'agreed') AND lease_until <= $1`, store.Millis(s.now()))
		return err
	})
	return because(err, "holds whose lease is over")
}

// Hold returns what a programme asked for, to those of its team.
func (s *Service) Hold(ctx context.Context, by instance.Account, id instance.ID) (instance.Hold, error) {
	var h instance.Hold
	var state, why string
	var from, until, asked int64
	var lease, free *int64
	err := s.db.Read().QueryRow(ctx, `
		SELECT h.id, h.programme_id, h.home, h.from_night, h.until_night, h.places, h.state, h.number, h.lease_until, h.why, h.free_at, h.asked_at
		  FROM housing_holds h
		  JOIN housing_team t ON t.programme_id = h.programme_id AND t.person_id = $2
		 WHERE h.id = $1`, id, by.ID).
		Scan(&h.ID, &h.Programme, &h.Home, &from, &until, &h.Places, &state, &h.Number, &lease, &why, &free, &asked)
	if err != nil {
		return h, because(notFound(err), "hold %s", id)
	}
	h.Stay = ledger.Stay{From: ledger.Night(from), Until: ledger.Night(until)}
	h.State, h.Why = instance.HoldState(state), ledger.Why(why)
	h.Lease, h.Free, h.AskedAt = store.TimeOrNever(lease), store.TimeOrNever(free), store.Time(asked)
	if h.Number == 0 {
		return h, nil
	}
	book, err := s.copyOf(ctx, s.db.Read(), h.Home)
	if err != nil {
		return h, because(err, "hold %s", id)
	}
	if now, ok := book.Hold(h.Number); ok {
		h.Beds = now.Beds
	}
	return h, nil
}
