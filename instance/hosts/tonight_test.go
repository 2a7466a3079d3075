package hosts_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/hosts"
	"palier/instance/mail"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// lends has a host offer a home with beds for three in a commune.
func (w *world) lends(id instance.HostID, commune string) instance.ListingID {
	w.t.Helper()
	home := w.ids.Next()
	night := int64(ledger.NightOf(w.now()))
	w.exec(`
		INSERT INTO housing_listings (id, programme_id, uri, commune, from_night, until_night, category, bedrooms, places, adults, children, pets, smoking, created_at, updated_at, host_id)
		VALUES ($1, $2, $3, $4, $5, $6, 'private-room', 1, 3, 3, 0, FALSE, 'no', 1, 1, $7)`,
		home, w.programme, "https://rhone.example/h/"+home.String(), commune, night, night+90, id)
	for _, state := range []string{"submitted", "vetted", "available"} {
		w.exec(`UPDATE housing_listings SET state = $2, vetted_at = 1 WHERE id = $1`, home, state)
	}
	return home
}

// night is the link in the newest letter that asks.
func (w *world) night() (hosts.NightLink, string) {
	w.t.Helper()
	list := w.asking()
	if len(list) == 0 {
		w.t.Fatal("nobody was asked")
	}
	l := list[len(list)-1]
	at := strings.Split(l.Text, "/hosting/tonight/")
	if len(at) != 2 {
		w.t.Fatalf("the letter says %q", l.Text)
	}
	parts := strings.Split(at[1], "/")
	host, err := instance.ParseID(parts[0])
	must(w.t, err)
	night, err := ledger.ParseNight(parts[1])
	must(w.t, err)
	return hosts.NightLink{Host: host, Night: night, Seal: parts[2]}, l.Stop[strings.LastIndexByte(l.Stop, '/')+1:]
}

// asking are the letters that ask whether a bed is free.
func (w *world) asking() (list []mail.Stored) {
	w.t.Helper()
	letters, err := w.mail.Letters(w.t.Context(), "", 0, 1000)
	must(w.t, err)
	for _, l := range letters {
		if l.Kind == hosts.LetterTonight {
			list = append(list, l)
		}
	}
	return list
}

// TestJ17_HostsAreAskedEachDayWhetherABedIsFree asks who wished it, once a day, in the
// afternoon, and takes an answer by the link in the letter until the morning.
func TestJ17_HostsAreAskedEachDayWhetherABedIsFree(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, hand := w.approved()
		home := w.lends(id, "69266")
		run := func(want int, when string) {
			t.Helper()
			must(t, w.SweepNow(ctx))
			must(t, w.AskNow(ctx, hosts.AskTonight{Programme: w.programme}))
			if n := len(w.asking()); n != want {
				t.Errorf("%s %d letters ask, want %d", when, n, want)
			}
		}
		w.later(4 * time.Hour) // four in the afternoon
		run(0, "before it is an emergency")
		must(t, w.AskEachDay(ctx, w.worker, w.programme, "", 2))
		run(0, "of who did not wish it")
		must(t, w.WantsAsked(ctx, hand, id, true))
		w.later(-2 * time.Hour)
		run(0, "at two in the afternoon")
		w.later(2 * time.Hour)
		w.told = nil
		for range 3 {
			run(1, "at four")
		}
		if told := w.told; len(told) != 1 || told[0] != w.resident.ID {
			t.Errorf("a notice is for %v", told)
		}
		l, stop := w.night()
		q, err := w.AskedTonight(ctx, l)
		must(t, err)
		if q.Over || q.Stopped || len(q.Homes) != 1 || q.Homes[0].ID != home || q.Homes[0].Most != 2 || !q.Homes[0].At.IsZero() {
			t.Fatalf("the link asks %+v", q) // approved for two, of three beds
		}
		answers := func(yes, waiting, no int) hosts.Tonight {
			t.Helper()
			a, err := w.Answered(ctx, w.worker, w.programme)
			must(t, err)
			if len(a.Yes) != yes || len(a.Waiting) != waiting || len(a.No) != no {
				t.Errorf("the team reads %+v, want %d, %d and %d", a, yes, waiting, no)
			}
			return a
		}
		answers(0, 1, 0)
		must(t, w.FreeTonight(ctx, l, home, 2))
		said := answers(1, 0, 0)
		must(t, w.FreeTonight(ctx, l, home, 2)) // the same again changes nothing
		if again := answers(1, 0, 0); len(said.Yes) == 1 && len(again.Yes) == 1 && (again.Yes[0] != said.Yes[0] || said.Yes[0].Beds != 2) {
			t.Errorf("said twice: %+v, then %+v", said, again)
		}
		must(t, w.FreeTonight(ctx, l, home, 0))
		answers(0, 0, 1)
		for _, beds := range []int{-1, 3} {
			if err := w.FreeTonight(ctx, l, home, beds); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%d beds of two: %v", beds, err)
			}
		}
		if err := w.FreeTonight(ctx, l, home+1, 1); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("for the home of somebody else: %v", err)
		}
		for what, forged := range map[string]hosts.NightLink{
			"another host": {Host: l.Host + 1, Night: l.Night, Seal: l.Seal}, "another night": {Host: l.Host, Night: l.Night + 1, Seal: l.Seal}, "the seal to stop": {Host: l.Host, Night: l.Night, Seal: stop},
		} {
			if err := w.FreeTonight(ctx, forged, home, 1); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("with the link for %s: %v", what, err)
			}
			if _, err := w.AskedTonight(ctx, forged); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("the page for %s: %v", what, err)
			}
		}
		must(t, w.FreeTonight(ctx, l, home, 1))
		w.later(13 * time.Hour) // five in the morning
		answers(1, 0, 0)
		w.later(90 * time.Minute)
		answers(0, 0, 0)
		if err := w.FreeTonight(ctx, l, home, 1); !errors.Is(err, instance.ErrGone) {
			t.Errorf("in the morning: %v", err)
		}
		if q, err := w.AskedTonight(ctx, l); err != nil || !q.Over || len(q.Homes) != 0 {
			t.Errorf("the page in the morning: %+v, %v", q, err)
		}
		run(1, "in the morning")
		if n := w.count(`SELECT COUNT(*) FROM housing_free_nights`) + w.count(`SELECT COUNT(*) FROM housing_host_asks`); n != 0 {
			t.Errorf("%d rows are kept of a night that is over", n)
		}
		w.later(9*time.Hour + 45*time.Minute)
		run(2, "the next day")
		next, _ := w.night()
		must(t, w.FreeTonight(ctx, next, home, 1))

		// One press stops it, for good and for what waits to be sent.
		if _, err := w.Stops(ctx, id, next.Seal); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("the seal to answer stops: %v", err)
		}
		must(t, w.StopAsking(ctx, id, stop))
		if stopped, err := w.Stops(ctx, id, stop); err != nil || !stopped {
			t.Errorf("stopped: %t, %v", stopped, err)
		}
		answers(0, 0, 0)
		must(t, w.AskEachDay(ctx, w.worker, w.programme, "", 5))
		run(0, "after it was stopped")
		w.later(24 * time.Hour)
		run(0, "a day after it was stopped")
		must(t, w.WantsAsked(ctx, hand, id, true))
		run(1, "wished again")
		w.later(5 * 24 * time.Hour)
		run(1, "after the last night")
	})
}

// TestJ17_NobodyIsAskedForAHomeThatIsNotFree takes away one thing at a time for which a
// home is free, before the question and after the answer.
func TestJ17_NobodyIsAskedForAHomeThatIsNotFree(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, hand := w.approved()
		home := w.lends(id, "69266")
		w.later(4 * time.Hour)
		must(t, w.WantsAsked(ctx, hand, id, true))
		must(t, w.AskEachDay(ctx, w.worker, w.programme, "69", 3))
		night := int64(ledger.NightOf(w.now()))
		for _, x := range []struct {
			what, without, with string
			args                []any
		}{
			{"frozen", `INSERT INTO housing_frozen_homes (id, programme_id, home, at) SELECT 1, l.programme_id, l.uri, 1 FROM housing_listings l WHERE l.id = $1`, `DELETE FROM housing_frozen_homes`, []any{home}},
			{"somebody's that night", `INSERT INTO housing_nights (listing_id, bed, night, hold) VALUES ($1, 1, $2, 2)`, `DELETE FROM housing_nights`, []any{home, night}},
			{"held", `UPDATE housing_listings SET state = 'held' WHERE id = $1`, `UPDATE housing_listings SET state = 'available'`, []any{home}},
			{"lent from tomorrow on", `UPDATE housing_listings SET from_night = from_night + 1 WHERE id = $1`, `UPDATE housing_listings SET from_night = from_night - 1`, []any{home}},
			{"of a host who pauses", `UPDATE housing_hosts SET state = 'paused' WHERE id = $1`, `UPDATE housing_hosts SET state = 'approved'`, []any{id}},
			{"of a host whose visit is over", `UPDATE housing_hosts SET visit_until = visit_until - 40000000000 WHERE id = $1`, `UPDATE housing_hosts SET visit_until = visit_until + 40000000000`, []any{id}},
			{"of a programme that is frozen", `UPDATE housing_programmes SET frozen_at = 1 WHERE group_id = $1`, `UPDATE housing_programmes SET frozen_at = NULL`, []any{w.programme}},
			{"elsewhere", `UPDATE housing_listings SET commune = '38185' WHERE id = $1`, `UPDATE housing_listings SET commune = '69266'`, []any{home}},
		} {
			w.exec(x.without, x.args...)
			must(t, w.AskNow(ctx, hosts.AskTonight{Programme: w.programme}))
			if n := len(w.asking()); n != 0 {
				t.Fatalf("%d letters ask for a home that is %s", n, x.what)
			}
			w.exec(x.with)
		}
		w.off = []string{"69"}
		must(t, w.AskNow(ctx, hosts.AskTonight{Programme: w.programme}))
		if n := len(w.asking()); n != 0 {
			t.Fatalf("%d letters ask where the programme has it switched off", n)
		}
		w.off = nil
		must(t, w.AskNow(ctx, hosts.AskTonight{Programme: w.programme}))
		l, _ := w.night()
		must(t, w.FreeTonight(ctx, l, home, 1))
		shown := func() int {
			a, err := w.Answered(ctx, w.worker, w.programme)
			must(t, err)
			return len(a.Yes) + len(a.Waiting) + len(a.No)
		}
		for _, without := range []string{
			`INSERT INTO housing_frozen_homes (id, programme_id, home, at) SELECT 1, l.programme_id, l.uri, 1 FROM housing_listings l WHERE l.id = $1`,
			`INSERT INTO housing_nights (listing_id, bed, night, hold) SELECT l.id, 1, l.from_night, 2 FROM housing_listings l WHERE l.id = $1`,
			`UPDATE housing_listings SET state = 'held' WHERE id = $1`,
			`UPDATE housing_listings SET moved_at = 1 WHERE id = $1`, // which is for good
		} {
			if shown() != 1 {
				t.Fatal("the answer is not shown")
			}
			w.exec(without, home)
			if shown() != 0 {
				t.Errorf("after %s it is shown", without)
			}
			if err := w.FreeTonight(ctx, l, home, 2); !errors.Is(err, instance.ErrConflict) {
				t.Errorf("after %s: %v", without, err)
			}
			w.exec(`DELETE FROM housing_frozen_homes`)
			w.exec(`DELETE FROM housing_nights`)
			w.exec(`UPDATE housing_listings SET state = 'available' WHERE state = 'held'`)
		}
	})
}

// TestJ17_AnswersAreNotShownWhereHomesAreSwitchedOff has the programme switch off that
// anybody comes into homes of an area, after its host said yes.
func TestJ17_AnswersAreNotShownWhereHomesAreSwitchedOff(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, hand := w.approved()
		home := w.lends(id, "69266")
		w.later(4 * time.Hour)
		must(t, w.WantsAsked(ctx, hand, id, true))
		must(t, w.AskEachDay(ctx, w.worker, w.programme, "", 1))
		must(t, w.AskNow(ctx, hosts.AskTonight{Programme: w.programme}))
		l, _ := w.night()
		must(t, w.FreeTonight(ctx, l, home, 1))
		for _, x := range []struct {
			off  []string
			want int
		}{{nil, 1}, {[]string{"38"}, 1}, {[]string{"69"}, 0}} {
			w.off = x.off
			if a, err := w.Answered(ctx, w.worker, w.programme); err != nil || len(a.Yes) != x.want {
				t.Errorf("switched off in %v: %+v, %v", x.off, a, err)
			}
		}
	})
}

// TestJ17_HostsAfterTheFirstHundredAreAskedToo has a host with a hundred homes before
// another with one.
func TestJ17_HostsAfterTheFirstHundredAreAskedToo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, hand := w.approved()
		var last instance.ListingID
		for range 100 {
			last = w.lends(id, "69266")
		}
		other, err := w.Offer(ctx, &w.stranger, w.programme, zenobie)
		must(t, err)
		w.exec(`UPDATE housing_hosts SET state = 'informed' WHERE id = $1`, other)
		w.exec(`UPDATE housing_hosts SET state = 'vetting', checked_at = 1, identity_at = 1 WHERE id = $1`, other)
		w.exec(`UPDATE housing_hosts SET state = 'proposed', proposed_by = 1 WHERE id = $1`, other)
		w.exec(`
			UPDATE housing_hosts
			   SET state = 'approved', approved_by = 2, most_places = 1, tonight_at = 1,
			       approved_until = (SELECT y.approved_until FROM housing_hosts y WHERE y.id = $2), visit_until = (SELECT y.visit_until FROM housing_hosts y WHERE y.id = $2)
			 WHERE id = $1`, other, id)
		w.lends(other, "69266")
		w.later(5 * time.Hour)
		must(t, w.WantsAsked(ctx, hand, id, true))
		w.exec(`INSERT INTO housing_emergencies (programme_id, area, until_night, at) VALUES ($1, '', $2, 1)`, w.programme, int64(ledger.NightOf(w.now()))+1)
		must(t, w.AskNow(ctx, hosts.AskTonight{Programme: w.programme}))
		if n := w.count(`SELECT COUNT(*) FROM river_job WHERE kind = $1`, hosts.AskTonight{}.Kind()); n != 1 || len(w.asking()) != 1 {
			t.Errorf("after the first hundred %d jobs ask on, and %d letters ask", n, len(w.asking()))
		}
		must(t, w.AskNow(ctx, hosts.AskTonight{Programme: w.programme, After: last}))
		if n := len(w.asking()); n != 2 {
			t.Errorf("%d letters ask", n)
		}
	})
}

// TestJ17_HostsAreAskedOnceWhoeverAsks has many ask at the same time.
func TestJ17_HostsAreAskedOnceWhoeverAsks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, hand := w.approved()
		first := w.lends(id, "69266")
		w.lends(id, "69266")
		w.later(5 * time.Hour)
		must(t, w.WantsAsked(ctx, hand, id, true))
		must(t, w.AskEachDay(ctx, w.lead, w.programme, "", 1))
		var all sync.WaitGroup
		faults := make(chan error, 8)
		for range cap(faults) {
			all.Go(func() { faults <- w.AskNow(ctx, hosts.AskTonight{Programme: w.programme}) })
		}
		all.Wait()
		close(faults)
		for err := range faults {
			must(t, err)
		}
		if n := len(w.asking()); n != 1 {
			t.Errorf("%d letters ask one host with two homes", n)
		}
		l, _ := w.night()
		if q, err := w.AskedTonight(ctx, l); err != nil || len(q.Homes) != 2 || q.Homes[0].ID != first {
			t.Errorf("one question is for %+v, %v", q, err)
		}
	})
}

// TestJ17_OnlyWhoKeepsCasesHasHostsAsked turns everyone else away.
func TestJ17_OnlyWhoKeepsCasesHasHostsAsked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, _ := w.approved()
		w.lends(id, "69266")
		for by, want := range map[*instance.Account]error{&w.visitor: instance.ErrForbidden, &w.reader: instance.ErrForbidden, &w.stranger: instance.ErrNotFound, &w.resident: instance.ErrNotFound} {
			_, a := w.Answered(ctx, *by, w.programme)
			_, b := w.Emergencies(ctx, *by, w.programme)
			_, c := w.Areas(ctx, *by, w.programme)
			for deed, err := range map[string]error{"reads": a, "looks": b, "lists": c, "begins": w.AskEachDay(ctx, *by, w.programme, "", 1), "ends": w.AskNoMore(ctx, *by, w.programme, "")} {
				if !errors.Is(err, want) {
					t.Errorf("%s %s: %v", by.Username, deed, err)
				}
			}
		}
		for _, nights := range []int{0, hosts.MostEmergency + 1} {
			if err := w.AskEachDay(ctx, w.lead, w.programme, "", nights); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("for %d nights: %v", nights, err)
			}
		}
		if err := w.AskEachDay(ctx, w.lead, w.programme, "75", 1); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("where there is no home: %v", err)
		}
		must(t, w.AskEachDay(ctx, w.lead, w.programme, "69", 1))
		must(t, w.AskEachDay(ctx, w.worker, w.programme, "69", 4))
		list, err := w.Emergencies(ctx, w.worker, w.programme)
		if err != nil || len(list) != 1 || list[0] != (hosts.Emergency{Area: "69", Until: ledger.NightOf(w.now()) + 4}) {
			t.Errorf("asked each day: %+v, %v", list, err)
		}
		if err := w.WantsAsked(ctx, hosts.Hand{Person: w.stranger.ID}, id, true); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger wishes it for a host: %v", err)
		}
		must(t, w.AskNoMore(ctx, w.worker, w.programme, "69"))
		if list, err := w.Emergencies(ctx, w.worker, w.programme); err != nil || len(list) != 0 {
			t.Errorf("ended: %+v, %v", list, err)
		}
	})
}

// TestJ17_ANightOfAskingIsOneLineOfTheLog has many sweep in the morning after two nights
// of asking: of each stands in the log how many were asked, once and without a name.
func TestJ17_ANightOfAskingIsOneLineOfTheLog(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, hand := w.approved()
		w.lends(id, "69266")
		w.later(5 * time.Hour)
		must(t, w.WantsAsked(ctx, hand, id, true))
		must(t, w.AskEachDay(ctx, w.lead, w.programme, "", 3))
		lines := func() int { return w.count(`SELECT COUNT(*) FROM housing_log WHERE deed = 'hosts-asked'`) }
		tonight := ledger.NightOf(w.now())
		for range 2 { // the second time asks nobody anew
			must(t, w.AskNow(ctx, hosts.AskTonight{Programme: w.programme}))
			must(t, w.SweepNow(ctx))
		}
		if n := lines(); n != 0 {
			t.Errorf("on the evening %d lines are in the log", n)
		}
		// The night before, in which no server ran in the morning.
		w.exec(`INSERT INTO housing_host_asks (host_id, night, programme_id, asked_at) VALUES ($1, $2, $3, 1)`, id, int64(tonight)-1, w.programme)
		w.later(14 * time.Hour)
		var all sync.WaitGroup
		faults := make(chan error, 4)
		for range cap(faults) {
			all.Go(func() { faults <- w.SweepNow(ctx) })
		}
		all.Wait()
		close(faults)
		for err := range faults {
			must(t, err)
		}
		for night := tonight - 1; night <= tonight; night++ {
			n := w.count(`SELECT COUNT(*) FROM housing_log WHERE deed = 'hosts-asked' AND programme_id = $1 AND person_id IS NULL AND about = $2`, w.programme, night.String()+"/1")
			if n != 1 {
				t.Errorf("%d lines tell how many were asked for the night of %s", n, night)
			}
		}
		if n := lines(); n != 2 {
			t.Errorf("%d lines are in the log", n)
		}
	})
}
