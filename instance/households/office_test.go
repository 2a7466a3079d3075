package households_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// told hears of notices.
type told struct {
	kinds []string
	whom  []instance.ActorID
}

func (o *office) hears() *told {
	t := &told{}
	o.Tell = func(_ context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error {
		if from != o.programme {
			return errors.New("it comes from somebody else")
		}
		store.AfterCommit(tx, func() { t.kinds, t.whom = append(t.kinds, kind), append(t.whom, whom...) })
		return nil
	}
	return t
}

// by are the notices that somebody got.
func (t *told) by(who instance.Account) (list []instance.ActorID) {
	for _, id := range t.whom {
		if id == who.ID {
			list = append(list, id)
		}
	}
	return list
}

// reminded has what is due told, and returns whom.
func (o *office) reminded(t *told) []instance.ActorID {
	o.tb.Helper()
	t.whom = nil
	must(o.tb, o.Remind(o.tb.Context()))
	return slices.Clone(t.whom)
}

func TestH20_WhoHasToActIsToldOnceAndNotOfWhatWasDone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		heard := o.hears()
		id, hold := o.living("w") // 90 nights, from tomorrow on
		if got := o.reminded(heard); len(got) != 0 {
			t.Errorf("before anything is due %v are told", got)
		}
		o.later(2 * 24 * time.Hour) // the day after they came
		if got := o.reminded(heard); !slices.Equal(got, []instance.ActorID{o.worker.ID}) {
			t.Errorf("on the day of a call: %v, want %s", got, o.worker.ID)
		}
		if got := o.reminded(heard); len(got) != 0 {
			t.Errorf("told twice: %v", got)
		}
		o.later(24 * time.Hour)
		if got := o.reminded(heard); !slices.Equal(got, []instance.ActorID{o.lead.ID}) {
			t.Errorf("the day after: %v, want the lead %s", got, o.lead.ID)
		}
		if got := o.reminded(heard); len(got) != 0 {
			t.Errorf("the lead is told twice: %v", got)
		}
		// All that is to come until the last month is done in time.
		calendar, err := o.FollowUps(ctx, o.worker, id)
		must(t, err)
		for _, f := range calendar {
			if f.Kind != households.FollowLastWeek && f.Kind != households.FollowAfter {
				_, err := o.Asked(ctx, o.worker, f.ID, true, households.Note{Text: "bien"})
				must(t, err)
			}
		}
		o.later(60 * 24 * time.Hour) // 29 days before the end, which was seen to
		if got := o.reminded(heard); len(got) != 0 {
			t.Errorf("of what was done %v are told", got)
		}
		o.later(21 * 24 * time.Hour)
		waits, err := o.WaitingFor(ctx, o.worker, o.programme, 10)
		must(t, err)
		if len(waits) != 2 || waits[0].Case != id || waits[0].About != households.AboutFollowUp || waits[1].About != households.AboutStay {
			t.Errorf("at the desk waits %+v", waits)
		}
		if got := o.reminded(heard); !slices.Equal(got, []instance.ActorID{o.worker.ID}) {
			t.Errorf("a week before the end: %v", got)
		}
		o.exec(`UPDATE housing_holds SET until_night = until_night + 40 WHERE id = $1`, hold)
		o.exec(`UPDATE housing_case_followups SET done_at = 1 WHERE case_id = $1 AND kind <> 'after'`, id)
		o.later(20 * 24 * time.Hour)
		o.exec(`UPDATE housing_case_followups SET done_at = NULL WHERE case_id = $1 AND kind = 'end'`, id)
		o.exec(`UPDATE housing_case_followups SET due = due + 4000 WHERE case_id = $1 AND kind = 'end'`, id)
		if got := o.reminded(heard); !slices.Equal(got, []instance.ActorID{o.worker.ID}) {
			t.Errorf("a stay that goes on is told of anew: %v", got)
		}
		if i := slices.IndexFunc(heard.kinds, func(k string) bool { return k != households.NoticeWaits }); i >= 0 {
			t.Errorf("a notice says %q", heard.kinds[i])
		}
		if list, err := o.WaitingFor(ctx, o.visitor, o.programme, 10); err != nil || len(list) != 0 {
			t.Errorf("a visitor sees %+v, %v", list, err)
		}
		if _, err := o.WaitingFor(ctx, o.stranger, o.programme, 10); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger: %v", err)
		}
	})
}

func TestH20_TasksAreToldToWhoDoesThemAndLeadsWhereNobodyIsLeft(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		heard := o.hears()
		id := o.vetted("w")
		must(t, o.Note(ctx, o.worker, id, households.EntryTask, "appeler l'école", o.now().Add(time.Hour), o.other.ID))
		must(t, o.Note(ctx, o.worker, id, households.EntryTask, "faire les papiers", o.now().Add(3*time.Hour), o.other.ID))
		if got := o.reminded(heard); len(got) != 0 {
			t.Errorf("too early: %v", got)
		}
		o.later(2 * time.Hour)
		if got := o.reminded(heard); !slices.Equal(got, []instance.ActorID{o.other.ID}) {
			t.Errorf("whose task it is: %v", got)
		}
		o.exec(`DELETE FROM housing_team WHERE person_id = $1`, o.other.ID)
		o.later(2 * time.Hour)
		if got := o.reminded(heard); !slices.Equal(got, []instance.ActorID{o.lead.ID}) {
			t.Errorf("of somebody who left: %v", got)
		}
	})
}

func TestH8_WhoIsOnDutyHandsOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		heard := o.hears()
		from := o.now()
		must(t, o.Plan(ctx, o.lead, o.programme, o.worker.ID, from, from.Add(12*time.Hour)))
		must(t, o.Plan(ctx, o.other, o.programme, o.other.ID, from.Add(12*time.Hour), from.Add(24*time.Hour)))
		for name, err := range map[string]error{
			"twice at once":       o.Plan(ctx, o.lead, o.programme, o.worker.ID, from.Add(time.Hour), from.Add(2*time.Hour)),
			"somebody who visits": o.Plan(ctx, o.lead, o.programme, o.visitor.ID, from, from.Add(time.Hour)),
			"for a month":         o.Plan(ctx, o.lead, o.programme, o.lead.ID, from, from.AddDate(0, 1, 0)),
			"backwards":           o.Plan(ctx, o.lead, o.programme, o.lead.ID, from, from.Add(-time.Hour)),
		} {
			if !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := o.Plan(ctx, o.worker, o.programme, o.other.ID, from, from.Add(time.Hour)); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a caseworker plans another: %v", err)
		}
		rota, err := o.Rota(ctx, o.reader, o.programme)
		must(t, err)
		if len(rota) != 2 || rota[0].Person.ID != o.worker.ID {
			t.Fatalf("the rota is %+v", rota)
		}
		if err := o.Relieve(ctx, o.other, rota[0].ID, secretNeed); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("another hands over: %v", err)
		}
		must(t, o.Relieve(ctx, o.worker, rota[0].ID, secretNeed))
		if !slices.Equal(heard.whom, []instance.ActorID{o.other.ID}) {
			t.Errorf("told are %v", heard.whom)
		}
		if err := o.Relieve(ctx, o.worker, rota[0].ID, "encore"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("handed over twice: %v", err)
		}
		if err := o.Cancel(ctx, o.lead, rota[0].ID); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("taken back after: %v", err)
		}
		must(t, o.Cancel(ctx, o.lead, rota[1].ID))
		for who, want := range map[*instance.Account]string{&o.lead: secretNeed, &o.reader: "", &o.visitor: ""} {
			if list, err := o.Rota(ctx, *who, o.programme); err != nil || len(list) != 1 || list[0].Handed != want {
				t.Errorf("%s reads %+v, %v", who.Username, list, err)
			}
		}
		if _, err := o.Rota(ctx, o.stranger, o.programme); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger: %v", err)
		}
	})
}

func TestH8_LettersAreFilledOnThePageAndKeptInTheJournal(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id := o.vetted("w")
		must(t, o.KeepForm(ctx, o.worker, o.programme, households.LetterForm{Title: "Rendez-vous", Text: "Bonjour {name}, dossier {case}, jusqu’au {until}."}))
		for _, bad := range []households.LetterForm{{Title: "x"}, {Text: "x"}, {Title: "x", Text: "{adress}"}, {Title: strings.Repeat("x", 121), Text: "x"}} {
			if err := o.KeepForm(ctx, o.worker, o.programme, bad); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		forms, err := o.Forms(ctx, o.other, o.programme)
		must(t, err)
		values, err := o.Values(ctx, o.worker, id)
		must(t, err)
		text := households.Fill(forms[0].Text, values)
		if want := "Bonjour " + secretName + ", dossier " + households.Label(id) + ", jusqu’au {until}."; text != want {
			t.Errorf("filled: got %q, want %q", text, want)
		}
		must(t, o.KeepLetter(ctx, o.worker, id, forms[0].Title, "Bonjour "+secretName+".\n\nÀ demain."))
		entries, err := o.Entries(ctx, o.worker, id, households.Written, 0, 10)
		must(t, err)
		if len(entries) != 1 || !entries[0].Body.Letter {
			t.Fatalf("the journal is %+v", entries)
		}
		title, kept, err := o.Letter(ctx, o.lead, id, entries[0].ID)
		must(t, err)
		if title != "Rendez-vous" || kept != "Bonjour "+secretName+".\n\nÀ demain." {
			t.Errorf("got %q, %q", title, kept)
		}
		for who, by := range map[string]instance.Account{"a visitor": o.visitor, "a reader": o.reader, "a stranger": o.stranger} {
			if _, err := o.Forms(ctx, by, o.programme); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s reads forms: %v", who, err)
			}
			if _, _, err := o.Letter(ctx, by, id, entries[0].ID); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s reads a letter: %v", who, err)
			}
		}
		must(t, o.DropForm(ctx, o.other, o.programme, forms[0].ID))
		if err := o.DropForm(ctx, o.other, o.programme, forms[0].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("dropped twice: %v", err)
		}
	})
}

func TestH18_NothingIsGivenWithoutAGroundAndTwo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id := o.vetted("w")
		good := households.Requested{Who: "OPJ Durand", Law: "art. 77-1-1 CPP, PV 12/2026", What: "le nom de " + secretName}
		for name, try := range map[string]struct {
			ground households.Ground
			q      households.Requested
		}{
			"without a ground": {"", good}, "an unknown ground": {"because", good},
			"without a law": {"police", households.Requested{Who: "x", What: "y"}}, "by nobody": {"police", households.Requested{Law: "x", What: "y"}},
		} {
			if _, err := o.TakeDown(ctx, o.worker, o.programme, id, try.ground, try.q); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO housing_lawful_requests (id, programme_id, ground, body, at) VALUES (1, $1, '', $2, 1)`, o.programme, []byte("x"))
			return err
		}); err == nil {
			t.Error("the database takes a request without a ground")
		}
		q, err := o.TakeDown(ctx, o.worker, o.programme, id, "police", good)
		must(t, err)
		if err := o.DecideRequest(ctx, o.lead, q); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("decided before anybody proposed: %v", err)
		}
		must(t, o.ProposeAnswer(ctx, o.worker, q, "part", "seulement la date d’arrivée"))
		if err := o.DecideRequest(ctx, o.worker, q); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("one decides alone: %v", err)
		}
		if err := o.DecideRequest(ctx, o.other, q); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("without a lead: %v", err)
		}
		if list, err := o.Requests(ctx, o.other, o.programme, false); err != nil || len(list) != 1 || list[0].What != good.What {
			t.Errorf("what is to decide: %+v, %v", list, err)
		}
		must(t, o.DecideRequest(ctx, o.lead, q))
		if err := o.ProposeAnswer(ctx, o.other, q, "all", "tout"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("changed after: %v", err)
		}
		list, err := o.Requests(ctx, o.lead, o.programme, true)
		must(t, err)
		if len(list) != 1 || !list[0].Decided() || list[0].Given != "seulement la date d’arrivée" || list[0].Names[1].ID != o.lead.ID || list[0].Case != id {
			t.Errorf("the log is %+v", list)
		}
		if list, err := o.Requests(ctx, o.other, o.programme, false); err != nil || len(list) != 0 {
			t.Errorf("what is decided is the lead's: %+v, %v", list, err)
		}
		for who, by := range map[string]instance.Account{"a caseworker": o.other, "a reader": o.reader, "a stranger": o.stranger} {
			if _, err := o.Requests(ctx, by, o.programme, true); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s takes it out: %v", who, err)
			}
		}
		var lines int
		must(t, db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM housing_log WHERE deed IN ('requested', 'answered', 'requests-out')`).Scan(&lines))
		if lines != 3 {
			t.Errorf("%d lines in the log", lines)
		}
	})
}
