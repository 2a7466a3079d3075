package care_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/care"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// called is a person who is called every day at ten, by three.
type called struct {
	*apptest.Village
	*care.Service
	lucette instance.ActorID
	callers []instance.ActorID
	circle  instance.ID
	serial  instance.ID
	told    []string // whose turn it was said to be, and for what
}

var everyDay = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func newCalled(t *testing.T, db *store.DB) *called {
	t.Helper()
	v := apptest.NewVillage(t, db)
	c := &called{Village: v}
	c.Service = care.New(care.Options{
		DB: db, IDs: instance.NewIDs(v.Clock.Now, 1), Now: v.Clock.Now, Zone: time.UTC, Jobs: jobs.New(db, jobs.Options{}),
		Tell: func(_ context.Context, _ store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error {
			if kind == care.NoticeInvited {
				return nil
			}
			for i, who := range c.callers {
				if slices.Contains(whom, who) {
					c.told = append(c.told, kind+" "+string(rune('a'+i)))
				}
			}
			if len(whom) != 1 || from != whom[0] {
				t.Errorf("%s is from %s to %v", kind, from, whom)
			}
			return nil
		},
	})
	rue := v.Place("rue", "neighbourhood")
	c.lucette = v.Resident("lucette", rue).ID
	id, err := c.Open(t.Context(), c.lucette)
	c.must(t, err)
	c.circle = id
	for _, name := range []string{"anne", "bo", "chloe"} {
		who := v.Resident(name, rue).ID
		c.callers = append(c.callers, who)
		c.must(t, c.Invite(t.Context(), c.lucette, id, who, "volunteer"))
		c.must(t, c.Enter(t.Context(), who, id))
		v.Clock.Advance(time.Minute)
	}
	c.must(t, c.SetCalls(t.Context(), c.lucette, id, care.Calls{Days: everyDay, At: 10 * time.Hour, Phone: "02 96 39 00 00", Contact: "Sa fille", ContactPhone: "+33 6 12 34 56 78"}))
	c.must(t, db.Read().QueryRow(t.Context(), `SELECT serial FROM care_calls`).Scan(&c.serial))
	return c
}

func (c *called) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// morning lets the clock be at an hour of the next day on which the turn is the
// first caller's.
func (c *called) morning(hour time.Duration) {
	for {
		c.Clock.Advance(time.Hour)
		now := c.Clock.Now().UTC()
		if day := now.Truncate(24 * time.Hour); now.Sub(day).Truncate(time.Hour) == hour && day.Unix()/86400%3 == 0 {
			c.Clock.Advance(day.Add(hour).Sub(now))
			return
		}
	}
}

func (c *called) tends(t *testing.T) time.Duration {
	t.Helper()
	left, err := c.Tend(t.Context(), c.circle, c.serial)
	c.must(t, err)
	return left.Round(time.Minute)
}

func (c *called) wants(t *testing.T, what string, want ...string) {
	t.Helper()
	if !slices.Equal(c.told, want) {
		t.Errorf("%s: told %q, want %q", what, c.told, want)
	}
	c.told = nil
}

// Whoever does not call within an hour is followed by the next of the circle; two
// without an answer send the third to the door, and then all are asked.
func TestJ9_WhoeverIsNextCallsWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCalled(t, db)
		ctx := t.Context()
		c.morning(9 * time.Hour)
		if left := c.tends(t); left != time.Hour {
			t.Errorf("at nine there is %s left", left)
		}
		c.wants(t, "before the hour")
		c.Clock.Advance(time.Hour)
		if left := c.tends(t); left != time.Hour {
			t.Errorf("at ten there is %s left", left)
		}
		c.tends(t)
		c.wants(t, "at ten", "care-call a")
		c.Clock.Advance(time.Hour)
		c.tends(t)
		c.wants(t, "an hour without a word", "care-call b")
		if err := c.Called(ctx, c.callers[0], c.circle, "well"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("out of turn: %v", err)
		}
		c.must(t, c.Called(ctx, c.callers[1], c.circle, "absent"))
		c.wants(t, "the first without an answer", "care-call c")
		c.must(t, c.Called(ctx, c.callers[2], c.circle, "absent"))
		c.wants(t, "the second without an answer", "care-door a")
		if sheet, err := c.Sheet(ctx, c.callers[0]); err != nil || len(sheet) != 1 || sheet[0].Step != care.ToDoor || sheet[0].ContactPhone != "+33 6 12 34 56 78" {
			t.Errorf("who goes to the door has %+v, %v", sheet, err)
		}
		c.must(t, c.Called(ctx, c.callers[0], c.circle, "absent"))
		c.wants(t, "nobody at the door", "care-contact a", "care-contact b", "care-contact c")
		for _, who := range c.callers {
			if sheet, err := c.Sheet(ctx, who); err != nil || len(sheet) != 1 || !sheet[0].Alarm {
				t.Errorf("%s is asked for %+v, %v", who, sheet, err)
			}
		}
		c.must(t, c.Did(ctx, c.callers[1], c.circle, "visit", "well"))
		c.Clock.Advance(time.Hour)
		if left := c.tends(t); left != 22*time.Hour {
			t.Errorf("until tomorrow there is %s left", left)
		}
		c.wants(t, "once somebody spoke to her")
		c.Clock.Advance(22 * time.Hour)
		c.tends(t)
		c.wants(t, "tomorrow another begins", "care-call b")
	})
}

// When everybody lets their hour pass twice, all are asked.
func TestJ9_WhenNobodyCallsAllAreAsked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCalled(t, db)
		c.morning(10 * time.Hour)
		for range 7 {
			c.tends(t)
			c.Clock.Advance(time.Hour)
		}
		c.tends(t)
		c.wants(t, "all day", "care-call a", "care-call b", "care-call c", "care-call a", "care-call b", "care-call c", "care-contact a", "care-contact b", "care-contact c")
	})
}

// The sheet of a day is that of whoever calls, and of nobody else; who called
// already is not asked for; and nothing of it is left when the consent is gone.
func TestJ9_TheSheetIsForWhoCallsToday(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCalled(t, db)
		ctx := t.Context()
		c.morning(8 * time.Hour)
		for i, who := range append(c.callers, c.lucette) {
			sheet, err := c.Sheet(ctx, who)
			if err != nil || (len(sheet) == 1) != (i == 0) {
				t.Errorf("caller %d has %+v, %v", i, sheet, err)
			}
			if i == 0 && (sheet[0].Phone != "02 96 39 00 00" || sheet[0].At.Hour() != 10 || sheet[0].Done) {
				t.Errorf("the sheet says %+v", sheet[0])
			}
			if _, may, err := c.CallsOf(ctx, who, c.circle); err != nil || may != (who == c.lucette) {
				t.Errorf("%d reads when she is called: %v, %v", i, may, err)
			}
			if err := c.SetCalls(ctx, who, c.circle, care.Calls{Days: everyDay, Phone: "0296390001"}); who != c.lucette && !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%d sets when she is called: %v", i, err)
			}
		}
		c.must(t, c.SetCalls(ctx, c.lucette, c.circle, care.Calls{Days: everyDay, At: 10 * time.Hour, Phone: "0296390001"}))
		if left := c.tends(t); left != 0 {
			t.Errorf("the job of what was before goes on for %s", left)
		}
		c.must(t, db.Read().QueryRow(ctx, `SELECT serial FROM care_calls`).Scan(&c.serial))
		c.must(t, c.Did(ctx, c.callers[2], c.circle, "call", "well"))
		c.Clock.Advance(3 * time.Hour)
		c.tends(t)
		c.wants(t, "after she was called early")
		for field, wrong := range map[string]care.Calls{
			"days": {Phone: "0296390001"}, "phone": {Days: everyDay, Phone: "demander"}, "hour": {Days: everyDay, Phone: "0296390001", At: 25 * time.Hour},
			"contact-phone": {Days: everyDay, Phone: "0296390001", ContactPhone: "<b>"},
		} {
			if invalid, ok := errors.AsType[*instance.Invalid](c.SetCalls(ctx, c.lucette, c.circle, wrong)); !ok || invalid.Field != field {
				t.Errorf("wrong %s: %v", field, invalid)
			}
		}
		c.must(t, c.Withdraw(ctx, c.lucette))
		for _, table := range []string{"care_calls", "care_days"} {
			var n int
			c.must(t, db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n))
			if n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
	})
}
