package households_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

const secretMeeting = "sous-l-horloge-du-canari"

// volunteer is somebody with an account whom a lead named and who agreed.
func (o *office) volunteer(name string) instance.Account {
	o.tb.Helper()
	ctx, a := o.tb.Context(), o.neighbour(name)
	o.exec(`INSERT INTO people (actor_id, email, email_key, password_hash, created_at, credentials_at) VALUES ($1, $2, $2, '', 1, 1)`, a.ID, name+"@people.example")
	must(o.tb, o.NameEscort(ctx, o.lead, o.programme, a.ID, true))
	must(o.tb, o.Escorting(ctx, a, o.programme, true))
	return a
}

// housed has people live from tonight on in the home of a host here.
func (o *office) housed() (instance.CaseID, instance.ID) {
	o.tb.Helper()
	id, hold := o.living("w")
	o.lends(o.neighbour("zoe"), o.homes[0].URI, "")
	o.exec(`UPDATE housing_holds SET from_night = from_night - 1 WHERE id = $1`, hold)
	return id, hold
}

// walk asks somebody to go with the household of a case and returns what they are asked.
func (o *office) walk(id instance.CaseID, hold instance.ID, who instance.Account, hour string) households.Walk {
	o.tb.Helper()
	must(o.tb, o.AskEscort(o.tb.Context(), o.worker, id, households.Asking{Hold: hold, Person: who.ID, Hour: hour, Where: secretMeeting, Called: true}))
	list, err := o.Walks(o.tb.Context(), o.worker, id)
	must(o.tb, err)
	if len(list) == 0 || list[0].Where != secretMeeting || list[0].Person.ID != who.ID {
		o.tb.Fatalf("the team reads %+v", list)
	}
	return list[0]
}

func TestJ17_AnEscortReadsTheLeastAndOnlyThatEvening(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		heard := o.hears()
		told := heard.by
		id, hold := o.housed()
		must(t, o.SetConsent(ctx, o.worker, id, households.TellHost, true))
		must(t, o.Call(ctx, o.worker, id, "Oksa"))
		eve := o.volunteer("eve")
		walk := o.walk(id, hold, eve, "21:30")
		if n := len(told(eve)); n != 2 { // named, and asked
			t.Errorf("the escort is told %d times", n)
		}
		reads := func() int64 {
			return o.one(`SELECT COUNT(*) FROM housing_case_reads WHERE case_id = $1 AND person_id = $2 AND what = 'escort'`, id, eve.ID)
		}
		way := func(door bool) households.Way {
			t.Helper()
			before := reads()
			w, err := o.OwnWay(ctx, eve, walk.ID)
			must(t, err)
			if reads() != before+1 {
				t.Error("that it was read is not noted")
			}
			if got := w.Door.Address == secretDoor; got != door || w.Door.About != "" || w.Door.Rules != "" {
				t.Errorf("at %s the door is %+v, want it told: %t", o.now().Format("15:04"), w.Door, door)
			}
			if w.Where != secretMeeting || w.Called != "Oksa" || w.MeetAt != time.Date(2026, 11, 28, 21, 30, 0, 0, time.UTC) {
				t.Errorf("the escort reads %+v", w.Walk)
			}
			return w
		}
		way(false) // at noon
		must(t, o.Says(ctx, eve, walk.ID, households.WalkComing))
		way(false)
		if list, walks, err := o.OwnEscorting(ctx, eve); err != nil || len(list) != 1 || len(walks) != 1 || walks[0].Where != "" || walks[0].Called != "" {
			t.Errorf("the list says %+v and %+v, %v", list, walks, err)
		}
		if n := len(o.opened); n != 0 {
			t.Errorf("the door was opened %d times before the evening", n)
		}
		o.at = start.Add(5*time.Hour + time.Minute)
		way(true)
		if n := len(o.opened); n != 1 || o.opened[0] != eve.ID {
			t.Errorf("the door was opened by %v", o.opened)
		}
		o.exec(`UPDATE housing_agreements SET replaced_at = 1`)
		way(false) // what all three signed holds no more
		o.exec(`UPDATE housing_agreements SET replaced_at = NULL`)

		night, err := o.HostFirstNight(ctx, households.HostHand{Host: instance.HostID(o.one(`SELECT id FROM housing_hosts`)), Person: instance.ActorID(o.one(`SELECT person_id FROM housing_hosts`))}, id)
		must(t, err)
		if night.With == nil || night.With.Where != "" || night.With.Person.ID != 0 || !night.With.MeetAt.IsZero() {
			t.Errorf("the host reads of who comes along %+v", night.With)
		}
		if night, err := o.FirstNight(ctx, o.worker, id); err != nil || night.With == nil || night.With.Where != secretMeeting {
			t.Errorf("the team reads of it %+v, %v", night.With, err)
		}
		for who, by := range map[string]instance.Account{"the team": o.worker, "another": o.volunteer("noe"), "the household": o.family, "a stranger": o.stranger} {
			_, err := o.OwnWay(ctx, by, walk.ID)
			if !errors.Is(err, instance.ErrNotFound) || !errors.Is(o.Says(ctx, by, walk.ID, households.WalkThere), instance.ErrNotFound) {
				t.Errorf("%s at the page of the escort: %v", who, err)
			}
		}
		for what, stop := range map[string][2]string{
			"a case that is frozen": {`UPDATE housing_cases SET frozen_at = 1`, `UPDATE housing_cases SET frozen_at = NULL`},
			"a home that is frozen": {`INSERT INTO housing_frozen_homes (id, programme_id, home, at) SELECT 1, c.programme_id, x.home, 1 FROM housing_case_holds x JOIN housing_cases c ON c.id = x.case_id`, `DELETE FROM housing_frozen_homes`},
			"beds given back":       {`UPDATE housing_holds SET state = 'withdrawn'`, `UPDATE housing_holds SET state = 'placed'`},
			"who agrees no more":    {`UPDATE housing_escorts SET agreed_at = NULL`, `UPDATE housing_escorts SET agreed_at = 1`},
		} {
			o.exec(stop[0])
			if _, err := o.OwnWay(ctx, eve, walk.ID); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("of %s: %v", what, err)
			}
			if _, walks, err := o.OwnEscorting(ctx, eve); err != nil || len(walks) != 0 {
				t.Errorf("of %s in the list: %+v, %v", what, walks, err)
			}
			o.exec(stop[1])
		}
		for range 2 { // said twice it is said once
			must(t, o.Says(ctx, eve, walk.ID, households.WalkThere))
		}
		if err := o.Says(ctx, eve, walk.ID, households.WalkDeclined); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("there, and then not coming: %v", err)
		}
		if err := o.Says(ctx, eve, walk.ID, households.WalkOff); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a word that is the team’s: %v", err)
		}
		if list, err := o.Walks(ctx, o.worker, id); err != nil || list[0].State != households.WalkThere || list[0].SaidAt.IsZero() {
			t.Errorf("the team reads %+v, %v", list, err)
		}

		o.at = start.Add(17 * time.Hour) // five in the morning
		must(t, o.Sweep(ctx))
		way(true)
		o.at = start.Add(18*time.Hour + time.Minute)
		if _, err := o.OwnWay(ctx, eve, walk.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("in the morning, before anything is swept: %v", err)
		}
		must(t, o.Sweep(ctx))
		if n := o.one(`SELECT COUNT(*) FROM housing_walks WHERE body IS NULL`); n != 1 {
			t.Error("where they met is kept after the morning")
		}
		o.later(32 * 24 * time.Hour)
		must(t, o.Sweep(ctx))
		if n := o.one(`SELECT COUNT(*) FROM housing_walks`); n != 0 {
			t.Error("that somebody went is kept after a month")
		}
	})
}

func TestJ17_WhereTheyMeetIsSealed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		id, hold := o.housed()
		o.walk(id, hold, o.volunteer("eve"), "22:00")
		var body []byte
		must(t, db.Read().QueryRow(t.Context(), `SELECT body FROM housing_walks`).Scan(&body))
		if !strings.HasPrefix(string(body), "age-encryption.org/v1\n") || strings.Contains(string(body), secretMeeting) {
			t.Errorf("where they meet stands in the database as %.40q", body)
		}
	})
}

func TestJ17_OnlyWhoAgreedAndMayIsAsked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		heard := o.hears()
		told := heard.by
		id, hold := o.housed()
		eve := o.volunteer("eve")
		ask := func(change func(*households.Asking)) error {
			a := households.Asking{Hold: hold, Person: eve.ID, Hour: "21:30", Where: secretMeeting}
			change(&a)
			return o.AskEscort(ctx, o.worker, id, a)
		}
		for field, x := range map[string]struct {
			code   string
			change func(*households.Asking)
		}{
			"meet":   {"missing", func(a *households.Asking) { a.Where = " " }},
			"hour":   {"by-day", func(a *households.Asking) { a.Hour = "10:00" }},
			"escort": {"unknown", func(a *households.Asking) { a.Person = o.stranger.ID }},
		} {
			invalid(t, ask(x.change), field, x.code)
		}
		invalid(t, ask(func(a *households.Asking) { a.Hour = "vers neuf heures" }), "hour", "malformed")
		invalid(t, ask(func(a *households.Asking) { a.Where = strings.Repeat("x", 201) }), "meet", "too-long")
		if err := ask(func(a *households.Asking) { a.Hold++ }); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("to a bed that is not theirs: %v", err)
		}
		o.exec(`UPDATE housing_escorts SET agreed_at = NULL`)
		invalid(t, ask(func(*households.Asking) {}), "escort", "unknown")
		o.exec(`UPDATE housing_escorts SET agreed_at = 1`)
		o.exec(`UPDATE housing_cases SET person_id = $1`, o.family.ID)
		o.exec(`INSERT INTO blocks (id, uri, actor_id, target_id) VALUES (1, 'x', $1, $2)`, o.family.ID, eve.ID)
		invalid(t, ask(func(*households.Asking) {}), "escort", "unknown") // whom the household blocks
		o.exec(`DELETE FROM blocks`)
		o.exec(`UPDATE housing_hosts SET person_id = $1`, eve.ID)
		invalid(t, ask(func(*households.Asking) {}), "escort", "unknown") // who opens the door
		o.exec(`UPDATE housing_hosts SET person_id = NULL`)
		o.exec(`UPDATE housing_cases SET frozen_at = 1`)
		if err := ask(func(*households.Asking) {}); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("for a case that is frozen: %v", err)
		}
		o.exec(`UPDATE housing_cases SET frozen_at = NULL`)
		o.exec(`UPDATE housing_holds SET from_night = from_night + 1`)
		if err := ask(func(*households.Asking) {}); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("for a bed of tomorrow: %v", err)
		}
		o.exec(`UPDATE housing_holds SET from_night = from_night - 1`)
		must(t, ask(func(a *households.Asking) { a.Hour = "01:15" }))
		list, err := o.Walks(ctx, o.worker, id)
		if err != nil || len(list) != 1 || list[0].MeetAt != time.Date(2026, 11, 29, 1, 15, 0, 0, time.UTC) {
			t.Errorf("in the small hours: %+v, %v", list, err)
		}
		if err := ask(func(*households.Asking) {}); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("two at a time: %v", err)
		}
		before := len(told(eve))
		must(t, o.CallOff(ctx, o.worker, id, list[0].ID))
		if len(told(eve)) != before+1 {
			t.Error("who was called off is not told")
		}
		if err := o.CallOff(ctx, o.worker, id, list[0].ID); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("called off twice: %v", err)
		}
		if _, err := o.OwnWay(ctx, eve, list[0].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("what was called off: %v", err)
		}
		must(t, ask(func(*households.Asking) {}))
		for who, by := range map[string]instance.Account{"a visitor": o.visitor, "a reader": o.reader, "a stranger": o.stranger, "the escort": eve} {
			_, a := o.Walks(ctx, by, id)
			_, b := o.Escorts(ctx, by, o.programme)
			for deed, err := range map[string]error{"reads": a, "lists": b, "calls off": o.CallOff(ctx, by, id, list[0].ID), "names": o.NameEscort(ctx, by, o.programme, by.ID, true), "asks": o.AskEscort(ctx, by, id, households.Asking{Hold: hold, Person: eve.ID, Hour: "21:30", Where: "ici"})} {
				if !errors.Is(err, instance.ErrNotFound) {
					t.Errorf("%s %s: %v", who, deed, err)
				}
			}
		}
		if err := o.NameEscort(ctx, o.worker, o.programme, eve.ID, false); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a caseworker takes somebody off: %v", err)
		}
		if err := o.Escorting(ctx, o.stranger, o.programme, true); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody whom nobody named agrees: %v", err)
		}
		// Who resigns is not counted on, and who asked is told.
		before = len(told(o.worker))
		must(t, o.Escorting(ctx, eve, o.programme, false))
		if len(told(o.worker)) != before+1 {
			t.Error("that somebody resigned who was counted on is told to nobody")
		}
		if list, err := o.Walks(ctx, o.worker, id); err != nil || list[0].State != households.WalkDeclined {
			t.Errorf("after they resigned: %+v, %v", list, err)
		}
		if waits, err := o.WaitingFor(ctx, o.other, o.programme, 10); err != nil || len(waits) == 0 || waits[len(waits)-1].About != households.AboutEscort {
			t.Errorf("at the desk waits %+v, %v", waits, err)
		}
	})
}

// TestJ17_WhoClosesTheirAccountIsCountedOnNoMore takes an escort off with their account.
func TestJ17_WhoClosesTheirAccountIsCountedOnNoMore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		heard := o.hears()
		id, hold := o.housed()
		eve, noe := o.volunteer("eve"), o.volunteer("noe")
		o.walk(id, hold, eve, "21:30")
		before := len(heard.by(o.worker))
		must(t, db.InTx(ctx, func(tx store.Tx) error { return o.Forget(ctx, tx, eve.ID) }))
		if list, err := o.Escorts(ctx, o.worker, o.programme); err != nil || len(list) != 1 || list[0].ID != noe.ID {
			t.Errorf("escorts: %+v, %v", list, err)
		}
		if list, err := o.Walks(ctx, o.worker, id); err != nil || list[0].State != households.WalkDeclined || len(heard.by(o.worker)) != before+1 {
			t.Errorf("who asked reads %+v, %v", list, err)
		}
		o.exec(`UPDATE people SET disabled_at = 1 WHERE actor_id = $1`, noe.ID)
		err := o.AskEscort(ctx, o.worker, id, households.Asking{Hold: hold, Person: noe.ID, Hour: "21:30", Where: "gare"})
		invalid(t, err, "escort", "unknown")
	})
}

// TestJ17_WhoIsOnDutyIsToldOfAnEscortNobodyHeardFrom lets hours pass without a word.
func TestJ17_WhoIsOnDutyIsToldOfAnEscortNobodyHeardFrom(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		heard := o.hears()
		told := heard.by
		id, hold := o.housed()
		eve := o.volunteer("eve")
		must(t, o.Plan(ctx, o.other, o.programme, o.other.ID, o.now().Add(8*time.Hour), o.now().Add(15*time.Hour)))
		unheard := func(at string, who instance.Account, want int) {
			t.Helper()
			clock, err := time.Parse("15:04", at)
			must(t, err)
			o.at = time.Date(2026, 11, 28, clock.Hour(), clock.Minute(), 0, 0, time.UTC)
			before := len(told(who))
			for range 2 { // once
				must(t, o.Unheard(ctx))
			}
			if n := len(told(who)) - before; n != want {
				t.Errorf("at %s %s is told %d times, want %d", at, who.Username, n, want)
			}
		}
		walk := o.walk(id, hold, eve, "17:30")
		unheard("16:59", o.worker, 0)
		unheard("17:01", o.worker, 1) // nobody is on duty: who asked
		must(t, o.Says(ctx, eve, walk.ID, households.WalkDeclined))
		walk = o.walk(id, hold, eve, "21:30")
		must(t, o.Says(ctx, eve, walk.ID, households.WalkComing))
		unheard("22:29", o.other, 0)
		unheard("22:31", o.other, 1) // who is on duty
		if waits, err := o.WaitingFor(ctx, o.other, o.programme, 10); err != nil || len(waits) == 0 || waits[len(waits)-1].About != households.AboutEscort || waits[len(waits)-1].Case != id {
			t.Errorf("at the desk waits %+v, %v", waits, err)
		}
		must(t, o.Says(ctx, eve, walk.ID, households.WalkThere))
		if waits, err := o.WaitingFor(ctx, o.other, o.programme, 10); err != nil || len(waits) != 0 && waits[len(waits)-1].About == households.AboutEscort {
			t.Errorf("heard from, at the desk waits %+v, %v", waits, err)
		}
	})
}

func TestJ17_WhoAskedIsToldThatNobodyMet(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		heard := o.hears()
		told := heard.by
		id, hold := o.housed()
		eve := o.volunteer("eve")
		walk := o.walk(id, hold, eve, "21:30")
		must(t, o.Says(ctx, eve, walk.ID, households.WalkComing))
		before := len(told(o.worker))
		must(t, o.Says(ctx, eve, walk.ID, households.WalkNot))
		if len(told(o.worker)) != before+1 {
			t.Error("that nobody met is told to nobody")
		}
		must(t, o.Says(ctx, eve, walk.ID, households.WalkThere)) // late, but there
		if list, err := o.Walks(ctx, o.worker, id); err != nil || list[0].State != households.WalkThere {
			t.Errorf("there after all: %+v, %v", list, err)
		}
		if len(told(o.worker)) != before+1 {
			t.Error("who asked is woken for what is well")
		}
	})
}
