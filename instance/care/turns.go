package care

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// TendCalls is the job that asks whose turn it is to call, and the next one when
// nothing is heard.
type TendCalls struct {
	Circle instance.ID `json:"circle"`
	Serial instance.ID `json:"serial"`
}

// Kind names the job.
func (TendCalls) Kind() string { return "tend_calls" }

// patience is how long somebody has for their turn.
const patience = time.Hour

// The kinds of notices by which somebody learns that it is their turn: to call, to
// go to the door, and that everybody is needed. They are from themself and say of
// nobody.
const (
	NoticeCall    = "care-call"
	NoticeDoor    = "care-door"
	NoticeContact = "care-contact"
)

var notices = map[Step]string{ToCall: NoticeCall, ToDoor: NoticeDoor, ToContact: NoticeContact}

// turn is how far the call of a day has come.
type turn struct {
	turn, absent int
	state        string
	due          int64
}

func (s *Service) tend(ctx context.Context, j TendCalls) error {
	left, err := s.Tend(ctx, j.Circle, j.Serial)
	if err == nil && left > 0 {
		return jobs.Snooze(left)
	}
	return err
}

// Tend asks whose turn it is in a circle, if it is time, and the next one if who
// was asked let an hour pass. It returns how long until it is time again, 0 for
// never: the calls ended, or are others now than those of the serial.
func (s *Service) Tend(ctx context.Context, circle, serial instance.ID) (left time.Duration, err error) {
	err = s.write(ctx, "tend calls", func(tx store.Tx) error {
		left, err = s.tendIn(ctx, tx, circle, serial)
		return err
	})
	return left, err
}

func (s *Service) tendIn(ctx context.Context, tx store.Tx, circle, serial instance.ID) (time.Duration, error) {
	c, err := callsOf(ctx, tx, circle)
	if errors.Is(err, store.ErrNoRows) || err == nil && c.serial != serial {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	now := s.now().In(s.zone)
	day := dayOf(now)
	t, err := turnIn(ctx, tx, circle, day)
	if err != nil {
		return 0, err
	}
	at, calls := c.on(now)
	switch {
	case t == nil && calls && !at.After(now):
		t = &turn{turn: -1, state: "open"}
		err = s.goOn(ctx, tx, circle, day, t)
	case t != nil && t.state == "open" && t.due <= store.Millis(now):
		err = s.goOn(ctx, tx, circle, day, t)
	}
	if err != nil {
		return 0, err
	}
	if t != nil && t.state == "open" {
		return store.Time(t.due).Sub(now), nil
	}
	return c.next(now).Sub(now), nil
}

func turnIn(ctx context.Context, tx store.Tx, circle instance.ID, day int) (*turn, error) {
	var t turn
	err := tx.QueryRow(ctx, `
		SELECT turn, absent, state, due_at
		  FROM care_days
		 WHERE circle_id = $1 AND day = $2`, circle, day).Scan(&t.turn, &t.absent, &t.state, &t.due)
	if errors.Is(err, store.ErrNoRows) {
		return nil, nil
	}
	return &t, err
}

// goOn gives the call of a day to the next of the circle. When it was everybody's
// turn twice, or nobody came to the door either, all are asked at once.
func (s *Service) goOn(ctx context.Context, tx store.Tx, circle instance.ID, day int, t *turn) error {
	members, err := s.callers(ctx, tx, circle)
	if err != nil {
		return err
	}
	t.turn++
	t.due = store.Millis(s.now().Add(patience))
	var caller *instance.ActorID
	whom := members
	kind := NoticeContact
	if step(t.absent) == ToContact || t.turn >= 2*len(members) {
		t.state = "alarm"
	} else {
		next := members[turnOf(len(members), day, t.turn)]
		caller, whom, kind = &next, []instance.ActorID{next}, notices[step(t.absent)]
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO care_days (circle_id, day, turn, absent, caller_id, state, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (circle_id, day) DO UPDATE
		   SET turn = excluded.turn, absent = excluded.absent, caller_id = excluded.caller_id, state = excluded.state, due_at = excluded.due_at`,
		circle, day, t.turn, t.absent, caller, t.state, t.due)
	if err != nil {
		return err
	}
	for _, who := range whom {
		if err := s.tell(ctx, tx, kind, who, []instance.ActorID{who}); err != nil {
			return err
		}
	}
	return nil
}

// callers are those of a circle who call, in the order in which they said yes.
func (s *Service) callers(ctx context.Context, tx store.Tx, circle instance.ID) ([]instance.ActorID, error) {
	rows, err := tx.Query(ctx, `
		SELECT m.person_id
		  FROM care_members m
		 WHERE m.circle_id = $1 AND m.agreed_at IS NOT NULL
		 ORDER BY m.agreed_at, m.person_id`, circle)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}

// heard notes what came of somebody's call or visit for the call of the day: nobody
// there passes it on at once, everything else ends it. A call before its hour was
// nobody's turn yet: it becomes theirs, so that their sheet says it is done.
func (s *Service) heard(ctx context.Context, tx store.Tx, by instance.ActorID, circle instance.ID, how string) error {
	now := s.now().In(s.zone)
	c, err := callsOf(ctx, tx, circle)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, calls := c.on(now); !calls {
		return nil
	}
	day := dayOf(now)
	t, err := turnIn(ctx, tx, circle, day)
	if err != nil {
		return err
	}
	switch {
	case how != "absent":
		_, err = tx.Exec(ctx, `
			INSERT INTO care_days (circle_id, day, turn, caller_id, state, due_at)
			VALUES ($1, $2, 0, $3, 'done', $4)
			ON CONFLICT (circle_id, day) DO UPDATE SET state = 'done'`, circle, day, by, store.Millis(now))
		return err
	case t != nil && t.state == "open":
		t.absent++
		err = s.goOn(ctx, tx, circle, day, t)
	}
	return err
}

// Called notes what came of the call that is somebody's turn today: a call, or a
// visit once it is for the door. It returns [instance.ErrNotFound] if it is not
// their turn.
func (s *Service) Called(ctx context.Context, by instance.ActorID, circle instance.ID, how string) error {
	if !among(Hows, how) {
		return &instance.Invalid{Field: "how", Code: "missing"}
	}
	sheet, err := s.Sheet(ctx, by)
	if err != nil {
		return err
	}
	for _, c := range sheet {
		if c.Circle != circle || c.Done {
			continue
		}
		what := "call"
		if c.Step == ToDoor {
			what = "visit"
		}
		return s.Did(ctx, by, circle, what, how)
	}
	return fmt.Errorf("call for a circle: %w", instance.ErrNotFound)
}
