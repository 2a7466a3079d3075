package care

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Calls are when somebody wants to be called, and whom to reach if they do not
// answer.
type Calls struct {
	Days         []time.Weekday // at least one
	At           time.Duration  // since midnight, in whole minutes
	Phone        string
	Contact      string // who else can be reached; empty for nobody
	ContactPhone string
}

// maxContact is how long the name of whom to reach can be, in characters.
const maxContact = 60

var phoneShape = regexp.MustCompile(`^\+?[0-9][0-9 .()-]{2,24}$`)

// bit is that of a day in the days of a week, from Monday on.
func bit(d time.Weekday) int { return 1 << ((int(d) + 6) % 7) }

func (c *Calls) check() (days int, err error) {
	c.Phone, c.ContactPhone, c.Contact = strings.TrimSpace(c.Phone), strings.TrimSpace(c.ContactPhone), strings.Join(strings.Fields(c.Contact), " ")
	for _, d := range c.Days {
		days |= bit(d)
	}
	switch {
	case days == 0:
		return 0, &instance.Invalid{Field: "days", Code: "missing"}
	case c.At < 0 || c.At >= 24*time.Hour:
		return 0, &instance.Invalid{Field: "hour", Code: "malformed"}
	case !phoneShape.MatchString(c.Phone):
		return 0, &instance.Invalid{Field: "phone", Code: "malformed"}
	case c.ContactPhone != "" && !phoneShape.MatchString(c.ContactPhone):
		return 0, &instance.Invalid{Field: "contact-phone", Code: "malformed"}
	case utf8.RuneCountInString(c.Contact) > maxContact:
		return 0, &instance.Invalid{Field: "contact", Code: "too-long", Limit: maxContact}
	}
	return days, nil
}

// maySet holds for a circle $1 whose calls $2 may set: who is looked after, or who
// saw their signed paper and is in the circle.
const maySet = `EXISTS (SELECT 1 FROM care_circles c WHERE c.id = $1 AND (c.person_id = $2
	OR c.seen_by = $2 AND EXISTS (SELECT 1 FROM care_members m WHERE m.circle_id = c.id AND m.person_id = $2 AND m.agreed_at IS NOT NULL)))`

// SetCalls notes when the person of a circle wants to be called. It returns
// [instance.ErrNotFound] to whoever may not say so and an [instance.Invalid] of the
// field that cannot be taken.
func (s *Service) SetCalls(ctx context.Context, by instance.ActorID, circle instance.ID, c Calls) error {
	days, err := c.check()
	if err != nil {
		return err
	}
	return s.write(ctx, "set calls", func(tx store.Tx) error {
		serial := s.ids.Next()
		n, err := tx.Exec(ctx, `
			INSERT INTO care_calls (circle_id, days, minute, phone, contact, contact_phone, serial, agreed_at)
			SELECT CAST($1 AS BIGINT), CAST($3 AS INTEGER), CAST($4 AS INTEGER), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BIGINT), CAST($9 AS BIGINT)
			 WHERE `+maySet+`
			ON CONFLICT (circle_id) DO UPDATE
			   SET days = excluded.days, minute = excluded.minute, phone = excluded.phone, contact = excluded.contact,
			       contact_phone = excluded.contact_phone, serial = excluded.serial, agreed_at = excluded.agreed_at`,
			circle, by, days, int(c.At/time.Minute), c.Phone, c.Contact, c.ContactPhone, serial, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, TendCalls{circle, serial})
	})
}

// StopCalls ends the calls of a circle: what is known for them is erased.
func (s *Service) StopCalls(ctx context.Context, by instance.ActorID, circle instance.ID) error {
	return s.write(ctx, "stop calls", func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM care_calls WHERE circle_id = $1 AND `+maySet, circle, by)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM care_days WHERE circle_id = $1`, circle)
		}
		return err
	})
}

// CallsOf returns when the person of a circle wants to be called, to whoever may
// say so: nil if they do not, and whether who may say so. Whoever else is in the
// circle reads it on the day they call.
func (s *Service) CallsOf(ctx context.Context, who instance.ActorID, circle instance.ID) (c *Calls, may bool, err error) {
	tx := s.db.Read()
	err = tx.QueryRow(ctx, `SELECT `+maySet, circle, who).Scan(&may)
	if err != nil || !may {
		return nil, false, err
	}
	row, err := callsOf(ctx, tx, circle)
	if errors.Is(err, store.ErrNoRows) {
		return nil, true, nil
	}
	if err != nil {
		return nil, true, fmt.Errorf("calls of a circle: %w", err)
	}
	return &row.Calls, true, nil
}

type calls struct {
	Calls
	days   int
	serial instance.ID
}

func callsOf(ctx context.Context, tx store.Tx, circle instance.ID) (c calls, err error) {
	var minute int
	err = tx.QueryRow(ctx, `
		SELECT days, minute, phone, contact, contact_phone, serial
		  FROM care_calls
		 WHERE circle_id = $1`, circle).Scan(&c.days, &minute, &c.Phone, &c.Contact, &c.ContactPhone, &c.serial)
	c.At = time.Duration(minute) * time.Minute
	for d := time.Sunday; d <= time.Saturday; d++ {
		if c.days&bit(d) != 0 {
			c.Days = append(c.Days, d)
		}
	}
	return c, err
}

// on is when the call of the day of a time is, false for a day without.
func (c calls) on(t time.Time) (time.Time, bool) {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, int(c.At/time.Minute), 0, 0, t.Location()), c.days&bit(t.Weekday()) != 0
}

// next is the next call after a time.
func (c calls) next(t time.Time) time.Time {
	for day := range 8 {
		if at, ok := c.on(t.AddDate(0, 0, day)); ok && at.After(t) {
			return at
		}
	}
	return t.AddDate(0, 0, 7) // a week has every day
}

// dayOf numbers the day of a time where it is.
func dayOf(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// Step is what whoever's turn it is does: they call; after two calls without an
// answer they go to the door; then whom else to reach is called, and 112.
type Step string

// The steps.
const (
	ToCall    Step = "call"
	ToDoor    Step = "door"
	ToContact Step = "contact"
)

func step(absent int) Step {
	switch {
	case absent < 2:
		return ToCall
	case absent == 2:
		return ToDoor
	}
	return ToContact
}

// A Call is one call of a day on somebody's sheet.
type Call struct {
	Circle instance.ID
	Person instance.Actor
	At     time.Time
	Calls  // whom to reach and how
	Step   Step
	Done   bool // somebody spoke to them today
	Alarm  bool // nobody answered at all: everybody of the circle is asked
}

// Sheet returns the calls that somebody is to make today, in the order of their
// hours: those whose turn it is theirs now, or will be first. Of calls that are
// others' it says nothing.
func (s *Service) Sheet(ctx context.Context, who instance.ActorID) ([]Call, error) {
	now := s.now().In(s.zone)
	today := dayOf(now)
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, c.id, k.minute, k.phone, k.contact, k.contact_phone, COALESCE(d.absent, 0), COALESCE(d.state, ''), COALESCE(d.caller_id, 0),
		       (SELECT COUNT(*) FROM care_members o WHERE o.circle_id = c.id AND o.agreed_at IS NOT NULL),
		       (SELECT COUNT(*) FROM care_members o WHERE o.circle_id = c.id AND o.agreed_at IS NOT NULL AND (o.agreed_at < m.agreed_at OR o.agreed_at = m.agreed_at AND o.person_id < m.person_id))
		  FROM care_members m
		  JOIN care_circles c ON c.id = m.circle_id
		  JOIN care_calls k ON k.circle_id = c.id
		  JOIN actors a ON a.id = c.person_id
		  LEFT JOIN care_days d ON d.circle_id = c.id AND d.day = $2
		 WHERE m.person_id = $1 AND m.agreed_at IS NOT NULL AND a.deleted_at IS NULL AND k.days & $3 <> 0
		 ORDER BY k.minute, c.id`, who, today, bit(now.Weekday()))
	if err != nil {
		return nil, fmt.Errorf("calls of a day: %w", err)
	}
	defer rows.Close()
	var sheet []Call
	for rows.Next() {
		var c Call
		var minute, absent, members, before int
		var state string
		var caller instance.ActorID
		dest, done := actors.Fields(&c.Person)
		if err := rows.Scan(append(dest, &c.Circle, &minute, &c.Phone, &c.Contact, &c.ContactPhone, &absent, &state, &caller, &members, &before)...); err != nil {
			return nil, fmt.Errorf("calls of a day: %w", err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		if mine := caller == who || state == "" && turnOf(members, today, 0) == before || state == "alarm"; !mine {
			continue
		}
		c.Calls.At = time.Duration(minute) * time.Minute
		y, m, d := now.Date()
		c.At = time.Date(y, m, d, 0, minute, 0, 0, s.zone)
		c.Step, c.Done, c.Alarm = step(absent), state == "done", state == "alarm"
		sheet = append(sheet, c)
	}
	return sheet, rows.Err()
}

// turnOf is which of so many members has a turn of a day: each begins in turn, so
// that nobody always does.
func turnOf(members, day, turn int) int {
	if members == 0 {
		return -1
	}
	return (day + turn) % members
}
