package households_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

func TestRule41_WhoIsNotReachedTwiceIsLookedAfter(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, _ := o.living("w")
		list, err := o.FollowUps(ctx, o.worker, id)
		must(t, err)
		for try, want := range []bool{false, true, false} {
			opened, err := o.Asked(ctx, o.worker, list[0].ID, false, households.Note{})
			must(t, err)
			if (opened != 0) != want {
				t.Errorf("at try %d an incident is opened: %t", try+1, opened != 0)
			}
		}
		o.later(5 * 24 * time.Hour)
		late, err := o.Overdue(ctx, o.lead, o.programme, 10)
		must(t, err)
		if len(late) != 2 || late[0].Kind != households.FollowArrival || late[0].Tries != 3 {
			t.Errorf("the lead sees %+v", late)
		}
		if _, err := o.Overdue(ctx, o.worker, o.programme, 10); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a caseworker: %v", err)
		}
		grave, err := o.Asked(ctx, o.worker, list[1].ID, true, households.Note{Text: "elle a peur", Signs: []households.Flag{households.FlagAfraid}})
		must(t, err)
		i, entries, err := o.Incident(ctx, o.lead, grave)
		must(t, err)
		if i.Kind != households.KindSign || i.Severity < households.SeveritySerious || !slices.Contains(entries[0].Body.Signs, households.FlagAfraid) {
			t.Errorf("opened %+v, %+v", i, entries)
		}
		if c, err := o.Case(ctx, o.worker, id); err != nil || c.FrozenAt.IsZero() {
			t.Errorf("the case goes on: %+v, %v", c, err)
		}
		if _, err := o.Asked(ctx, o.worker, list[1].ID, true, households.Note{}); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("what was written is written over: %v", err)
		}
	})
}

func TestRule41_AnIncidentStopsAtOnceAndTwoDecide(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, _ := o.living("w")
		home := o.homes[0].URI
		frozen := func() bool {
			return o.one(`SELECT COUNT(*) FROM housing_frozen_homes WHERE home = $1 AND lifted_at IS NULL`, home) == 1
		}
		if _, err := o.Report(ctx, o.visitor, o.programme, households.Report{Severity: 4, Text: "x"}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a visitor: %v", err)
		}
		danger, err := o.Report(ctx, o.worker, o.programme, households.Report{Case: id, Home: home, Severity: households.SeverityDanger, Text: "elle est partie", Moved: true})
		must(t, err)
		c, err := o.Case(ctx, o.worker, id)
		must(t, err)
		if c.FrozenAt.IsZero() || !frozen() {
			t.Fatal("nothing is frozen")
		}
		if err := o.Decide(ctx, o.other, danger, households.OutcomeNothing, ""); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("decided before anybody looked: %v", err)
		}
		must(t, o.Look(ctx, o.worker, danger, households.OutcomeNothing, "rien"))
		if err := o.Decide(ctx, o.worker, danger, households.OutcomeNothing, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("one looks and decides: %v", err)
		}
		if !frozen() {
			t.Error("one lifts it")
		}
		must(t, o.Decide(ctx, o.other, danger, households.OutcomeStop, "non"))
		if !frozen() {
			t.Error("what is to stop is lifted")
		}
		must(t, o.Appeal(ctx, o.worker, danger, "l’hôte demande un nouvel examen"))
		if err := o.Look(ctx, o.other, danger, households.OutcomeNothing, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who decided looks into the appeal: %v", err)
		}
		must(t, o.Look(ctx, o.lead, danger, households.OutcomeNothing, "les faits sont autres"))
		must(t, o.Decide(ctx, o.worker, danger, households.OutcomeTalk, "d’accord"))
		if frozen() {
			t.Error("two said it goes on, and it does not")
		}
		must(t, o.CloseIncident(ctx, o.worker, danger, "dit aux deux", ""))
		_, entries, err := o.Incident(ctx, o.lead, danger)
		must(t, err)
		var deeds []string
		for _, e := range entries {
			deeds = append(deeds, e.Deed)
		}
		if want := "opened looked decided appealed looked decided closed"; strings.Join(deeds, " ") != want {
			t.Errorf("written: %q, want %q", deeds, want)
		}
		// What happened stays as it was written, in the database too.
		err = db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE housing_incident_entries SET deed = 'added' WHERE incident_id = $1`, danger)
			return err
		})
		if err == nil {
			t.Error("the database lets what happened be changed")
		}
	})
}

func TestRule41_AComplaintGoesPastTheCaseworker(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		c, err := o.OpenSelf(ctx, o.family, o.programme, o.file("w"))
		must(t, err)
		must(t, o.HandOver(ctx, o.worker, c.ID, o.worker.ID))
		id, err := o.Complain(ctx, o.family, c.ID, "il me parle mal")
		must(t, err)
		for _, who := range []instance.Account{o.worker, o.other, o.visitor, o.stranger} {
			if _, _, err := o.Incident(ctx, who, id); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s opens it: %v", who.Name, err)
			}
		}
		list, err := o.Incidents(ctx, o.worker, o.programme, 10)
		must(t, err)
		if len(list) != 0 {
			t.Errorf("the caseworker sees %+v", list)
		}
		if i, _, err := o.Incident(ctx, o.lead, id); err != nil || i.Kind != households.KindComplaint {
			t.Errorf("the lead opens %+v, %v", i, err)
		}
		if _, err := o.Complain(ctx, o.stranger, c.ID, "moi"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger complains: %v", err)
		}
		// If the only lead keeps the case, nobody else could read it, and it says so.
		must(t, o.HandOver(ctx, o.worker, c.ID, o.lead.ID))
		if _, err := o.Complain(ctx, o.family, c.ID, "encore"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("to the one it may be about: %v", err)
		}
		if _, _, err := o.Incident(ctx, o.lead, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("the lead who keeps the case now: %v", err)
		}
	})
}

func TestH20_AStayGoesOnIfThreeAgree(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, hold := o.living("w")
		holds, err := o.Holds(ctx, o.worker, id)
		must(t, err)
		end := holds[0].Stay.Until
		until := end + 30
		must(t, o.Step(ctx, o.worker, id, instance.EndStay, ""))
		renew := func() error { return o.Step(ctx, o.worker, id, instance.RenewStay, "") }
		extend := func() (instance.Hold, error) { return o.Extend(ctx, o.worker, hold) }
		unsigned := func(what string) {
			t.Helper()
			if _, err := extend(); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%s: %v", what, err)
			}
			if err := renew(); !errors.Is(err, instance.ErrConflict) {
				t.Errorf("%s: %v", what, err)
			}
		}
		unsigned("nobody agreed")
		must(t, o.Renew(ctx, o.worker, hold, households.PartyGuest, until))
		unsigned("the host did not")
		must(t, o.Renew(ctx, o.worker, hold, households.PartyHost, until+1))
		unsigned("to another night")
		must(t, o.Renew(ctx, o.worker, hold, households.PartyGuest, until+1))
		if err := renew(); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("before the nights were asked for: %v", err)
		}
		if err := o.Renew(ctx, o.worker, hold, households.PartyGuest, end); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("to its end: %v", err)
		}
		// The nights are somebody else's: nothing is longer than it was.
		o.taken = ledger.Stay{From: end + 10, Until: end + 20}
		refused, err := extend()
		if err != nil || refused.State != instance.HoldRefused || refused.Why != ledger.Taken || refused.Free != (end+20).Date() {
			t.Fatalf("taken: %+v, %v", refused, err)
		}
		if err := renew(); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("nothing was granted: %v", err)
		}
		o.taken = ledger.Stay{}
		held, err := extend()
		if err != nil || held.Stay != (ledger.Stay{From: end, Until: until + 1}) || held.Places != holds[0].Places {
			t.Fatalf("asked for: %+v, %v", held, err)
		}
		if _, err := extend(); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("asked for twice: %v", err)
		}
		if err := o.Renew(ctx, o.worker, hold, households.PartyGuest, until+9); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("another night after it was asked for: %v", err)
		}
		_, err = o.Sign(ctx, o.worker, held.ID)
		must(t, err)
		if _, err := o.Sign(ctx, o.worker, held.ID); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("one signs twice: %v", err)
		}
		_, err = o.Sign(ctx, o.other, held.ID)
		must(t, err)
		if err := renew(); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("before its keeper placed it: %v", err)
		}
		o.place(held.ID)
		if err := renew(); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("on the agreement until the end that there was: %v", err)
		}
		o.agree(id)
		must(t, renew())
		if got := o.stage(id); got != instance.CaseActive {
			t.Errorf("the case is %s", got)
		}
		due, err := o.FollowUps(ctx, o.worker, id)
		must(t, err)
		if last := due[len(due)-1]; last.Kind != households.FollowAfter || last.Due != until+1+14 || slices.ContainsFunc(due, func(f households.KeptFollowUp) bool {
			return f.Kind == households.FollowEnd && f.Due != until+1-30
		}) {
			t.Errorf("the calendar: %+v", due)
		}
		if err := renew(); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("written on twice: %v", err)
		}
		must(t, o.Step(ctx, o.worker, id, instance.PlaceAgain, ""))
		if got := o.stage(id); got != instance.CaseProposal {
			t.Errorf("placed again, the case is %s", got)
		}
	})
}

func TestH27_AReferenceTakesConsentAndSaysNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id := o.vetted("w")
		if _, err := o.Reference(ctx, o.worker, id); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("without consent: %v", err)
		}
		must(t, o.SetConsent(ctx, o.worker, id, households.TellAuthority, true))
		first, err := o.Reference(ctx, o.worker, id)
		must(t, err)
		again, err := o.Reference(ctx, o.worker, id)
		must(t, err)
		if first != again || len(first) != 10 || strings.Contains(first, id.String()) {
			t.Errorf("got %q and %q", first, again)
		}
		must(t, o.SetConsent(ctx, o.worker, id, households.TellAuthority, false))
		if _, err := o.Reference(ctx, o.worker, id); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("after it was taken back: %v", err)
		}
	})
}

func TestH13_AHouseholdAnswersWhatItIsShownAndSeesNoMore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id := o.vetted("w")
		code, err := o.NewCode(ctx, o.worker, id)
		must(t, err)
		if err := o.Join(ctx, o.family, "AAAAAAAAAA"); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("another code: %v", err)
		}
		must(t, o.Join(ctx, o.family, households.Grouped(strings.ToLower(code))))
		if err := o.Join(ctx, o.stranger, code); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("the same code twice: %v", err)
		}
		for _, n := range []string{"1", "2", "3", "4", "5", "6"} {
			o.homes = append(o.homes, o.flat(n))
		}
		for i, h := range o.homes {
			err := o.Show(ctx, o.worker, id, h.URI)
			if (err == nil) != (i < households.MaxShown) {
				t.Errorf("shown home %d: %v", i+1, err)
			}
		}
		must(t, o.Note(ctx, o.worker, id, households.EntryNote, "entre nous", time.Time{}, 0))
		must(t, o.Say(ctx, o.family, id, households.EntryHousehold, "mon numéro est le 06 12 34 56 78", "fr", households.HeardHousehold))
		own, err := o.Own(ctx, o.family, id)
		must(t, err)
		b, err := json.Marshal(own)
		must(t, err)
		for _, word := range []string{"entre nous", "06 12", "asso.example", o.worker.ID.String(), "Croix verte"} {
			if strings.Contains(string(b), word) {
				t.Errorf("the household sees %q: %s", word, b)
			}
		}
		if len(own.Homes) != 5 || len(own.Talk) != 1 {
			t.Fatalf("it sees %+v", own)
		}
		must(t, o.Answer(ctx, o.family, id, own.Homes[0].ID, true))
		must(t, o.Answer(ctx, o.family, id, own.Homes[0].ID, false)) // and changes its mind
		if err := o.Answer(ctx, o.stranger, id, own.Homes[0].ID, true); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger answers: %v", err)
		}
		if err := o.Step(ctx, o.worker, id, instance.MeetCase, ""); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("a meeting after a no: %v", err)
		}
		if _, err := o.Hold(ctx, o.worker, id, o.homes[0].URI); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("beds after a no: %v", err)
		}
		if _, err := o.Own(ctx, o.worker, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a caseworker opens the household's own page: %v", err)
		}
	})
}

func TestJ20_AnAuthorityReadsNumbersOfWhichNoneIsSmall(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		for range 12 {
			_, err := o.Open(ctx, o.worker, o.programme, instance.ByCaseworker, o.file("w"))
			must(t, err)
		}
		for range 3 {
			f := o.file("w", "w", "w")
			f.Household.Languages = []string{"ti"}
			_, err := o.Open(ctx, o.worker, o.programme, instance.ByCaseworker, f)
			must(t, err)
		}
		o.later(20 * 24 * time.Hour)
		x, err := o.Statistics(ctx, o.reader, o.programme, instance.DepartementOf)
		must(t, err)
		if x.Waiting != 15 || x.Waited != 20 || x.Nights != households.Hidden {
			t.Errorf("waiting %d for %d days, %d nights", x.Waiting, x.Waited, x.Nights)
		}
		if len(x.Free.Rows) != 0 {
			t.Errorf("without a home there is free %+v", x.Free)
		}
		o.exec(`
			INSERT INTO housing_hosts (id, programme_id, language, file, places, score, state_since, came_at, changed_at, checked_at, identity_at, proposed_by, approved_by, approved_until, visit_until, most_places)
			VALUES (1, $1, 'fr', $2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 99, 99, 1)`, o.programme, []byte("x"))
		for _, state := range []string{"informed", "vetting", "proposed", "approved"} {
			o.exec(`UPDATE housing_hosts SET state = $1 WHERE id = 1`, state)
		}
		for i, home := range []struct {
			commune string
			beds    int
		}{{"69266", 20}, {"69001", 8}, {"38185", 34}, {"26362", 3}, {"07019", 2}} {
			o.exec(`
				INSERT INTO housing_listings (id, programme_id, uri, commune, from_night, until_night, category, bedrooms, places, adults, children, pets, smoking, created_at, updated_at, host_id)
				VALUES ($1, $2, $3, $4, 1, 99999, 'private-room', 1, $5, 1, 0, FALSE, 'no', 1, 1, 1)`, i+1, o.programme, "https://asso.example/h/"+home.commune, home.commune, home.beds)
			for _, state := range []string{"submitted", "vetted", "available"} {
				o.exec(`UPDATE housing_listings SET state = $1, vetted_at = 1 WHERE id = $2`, state, i+1)
			}
		}
		o.exec(`INSERT INTO housing_nights (listing_id, bed, night, hold) VALUES (2, 1, $1, 1)`, int64(o.tonight()))
		if x, err = o.Statistics(ctx, o.reader, o.programme, instance.DepartementOf); err != nil {
			t.Fatal(err)
		}
		for i, want := range map[string]int{"69": 25, "38": 35, "26": households.Hidden, "07": households.Hidden} {
			if at := slices.Index(x.Free.Rows, i); at < 0 || x.Free.Cells[at][0] != want && x.Free.Cells[at][0] != households.Hidden {
				t.Errorf("free in %s: %+v, want %d or nothing", i, x.Free, want)
			}
		}
		for _, small := range []string{"26", "07"} {
			if at := slices.Index(x.Free.Rows, small); x.Free.Cells[at][0] != households.Hidden {
				t.Errorf("free in %s is told as %d", small, x.Free.Cells[at][0])
			}
		}
		if at := slices.Index(x.Free.Rows, "38"); x.Free.Cells[at][0] != 35 && x.Free.Cells[slices.Index(x.Free.Rows, "69")][0] != 25 {
			t.Errorf("nothing is told: %+v", x.Free)
		}
		all := x.Free.Cells[len(x.Free.Rows)][0]
		o.exec(`UPDATE housing_listings SET category = 'entire-place' WHERE id = 2`)
		if x, err = o.Statistics(ctx, o.reader, o.programme, instance.DepartementOf); err != nil {
			t.Fatal(err)
		}
		if now := x.Free.Cells[len(x.Free.Rows)][0]; all != 65 || now != 60 {
			t.Errorf("free in all: %d, and %d once the eight beds of one home are one household’s", all, now)
		}
		for _, g := range append(x.BySize, x.ByLanguage...) {
			// Of two groups, hiding the small one alone would tell it.
			if g.Count != households.Hidden || g.Days != households.Hidden {
				t.Errorf("%s is told as %d", g.What, g.Count)
			}
		}
		if _, err := o.Statistics(ctx, o.stranger, o.programme, instance.DepartementOf); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger: %v", err)
		}
	})
}

func TestACaseFileIsErasedTwoYearsAfterItsEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id := o.vetted("w")
		must(t, o.Note(ctx, o.worker, id, households.EntryCall, "appel", time.Time{}, 0))
		must(t, o.Say(ctx, o.worker, id, households.EntryTeam, "bonjour", "fr", households.HeardHousehold))
		must(t, o.Step(ctx, o.worker, id, instance.CloseCase, "family"))
		entries := func() int64 { return o.one(`SELECT COUNT(*) FROM housing_case_entries WHERE case_id = $1`, id) }
		must(t, o.Sweep(ctx))
		if entries() != 2 {
			t.Fatalf("%d entries at once", entries())
		}
		o.later(200 * 24 * time.Hour)
		must(t, o.Sweep(ctx))
		if entries() != 1 {
			t.Errorf("%d entries after half a year, want the call", entries())
		}
		o.later(600 * 24 * time.Hour)
		must(t, o.Sweep(ctx))
		if _, _, err := o.Read(ctx, o.worker, id, "file"); !errors.Is(err, instance.ErrGone) || entries() != 0 {
			t.Errorf("after two years: %v, %d entries", err, entries())
		}
	})
}

// TestH3_NoFileAsksWhereSomebodyIsFrom walks the names of everything that is kept
// of a household.
func TestH3_NoFileAsksWhereSomebodyIsFrom(t *testing.T) {
	t.Parallel()
	f := households.File{
		Household: instance.Household{
			Members:   []instance.Guest{{Age: instance.Grown, Sex: instance.Female, Partner: 1, Parents: []int{1}}},
			Languages: []string{"fr"}, StepFree: true, Pets: true, Smokes: true, Transport: true, NoGo: instance.NoGos, Area: []string{"22"},
		},
		Names: []string{"a"}, Reach: "a", Referrer: "a", Needs: "a", Plan: "a", Notes: "a",
	}
	b, err := json.Marshal(f)
	must(t, err)
	for _, word := range []string{"national", "citizen", "relig", "faith", "ethnic", "origin", "race", "rent\"", "price", "status"} {
		if strings.Contains(strings.ToLower(string(b)), word) {
			t.Errorf("a file holds %q: %s", word, b)
		}
	}
	if n := strings.Count(string(b), `":`); n < 16 {
		t.Errorf("only %d names", n)
	}
}
