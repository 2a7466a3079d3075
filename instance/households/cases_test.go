package households_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

func TestJ18_ACaseGoesFromTheFirstTalkToTheTimeAfter(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, hold := o.living("w", "g<1")
		if got := o.stage(id); got != instance.CaseActive {
			t.Fatalf("the case is %s", got)
		}
		calendar, err := o.FollowUps(ctx, o.worker, id)
		must(t, err)
		var kinds []households.FollowUpKind
		for _, f := range calendar {
			kinds = append(kinds, f.Kind)
		}
		if len(kinds) < 8 || kinds[0] != households.FollowArrival || !slices.Contains(kinds, households.FollowAlone) || kinds[len(kinds)-1] != households.FollowAfter {
			t.Errorf("they are asked %q", kinds)
		}
		must(t, o.Step(ctx, o.worker, id, instance.EndStay, ""))
		if err := o.Step(ctx, o.worker, id, instance.CloseCase, "own-home"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("closed without a talk: %v", err)
		}
		must(t, o.Note(ctx, o.worker, id, households.EntryClosing, "tout va bien", time.Time{}, 0))
		_, err = o.Homes.Leave(ctx, o.worker, hold, 0, "")
		must(t, err)
		if err := o.Step(ctx, o.worker, id, instance.CloseCase, ""); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("closed without a reason: %v", err)
		}
		must(t, o.Step(ctx, o.worker, id, instance.CloseCase, "own-home"))
		if got := o.stage(id); got != instance.CaseClosed {
			t.Errorf("the case is %s", got)
		}
	})
}

func TestH26_NobodyIsAskedIntoAHomeWhomTwoHaveNotVetted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		o.homes = []households.Home{o.flat("1")}
		home := o.homes[0].URI
		c, err := o.Open(ctx, o.worker, o.programme, instance.ByReferrer, o.file("w"))
		must(t, err)
		ask := func() error {
			_, err := o.Homes.Ask(ctx, o.worker, o.programme, home, ledger.Ask{Places: 1, Stay: ledger.Stay{From: o.tonight(), Until: o.tonight() + 3}}, c.ID)
			return err
		}
		refused := func(situation string) {
			t.Helper()
			if err := ask(); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("%s: beds are asked: %v", situation, err)
			}
			if n := o.one(`SELECT COUNT(*) FROM housing_holds`); n != 0 {
				t.Errorf("%s: %d holds are left", situation, n)
			}
		}
		refused("intake")
		must(t, o.Step(ctx, o.worker, c.ID, instance.TakeCase, ""))
		refused("vetting")
		must(t, o.Step(ctx, o.worker, c.ID, instance.VetCase, ""))
		refused("one has vetted")
		if err := o.Step(ctx, o.worker, c.ID, instance.VetCase, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("one person vets twice: %v", err)
		}
		if err := o.Show(ctx, o.worker, c.ID, home); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a home is shown to who is not vetted: %v", err)
		}
		// What the deeds refuse, the database refuses by itself.
		err = db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE housing_cases SET stage = 'proposal' WHERE id = $1`, c.ID)
			return err
		})
		if err == nil {
			t.Error("the database takes a case that one has vetted for vetted")
		}
		must(t, o.Step(ctx, o.other, c.ID, instance.VetCase, ""))
		must(t, o.Freeze(ctx, o.worker, c.ID, true))
		refused("frozen")
		if err := o.Freeze(ctx, o.worker, c.ID, false); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a caseworker lifts it alone: %v", err)
		}
		must(t, o.Freeze(ctx, o.lead, c.ID, false))
		must(t, ask())
		_, err = o.Homes.Ask(ctx, o.worker, o.programme, home, ledger.Ask{Places: 1, Stay: ledger.Stay{From: o.tonight(), Until: o.tonight() + 3}}, 0)
		if !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("beds for nobody: %v", err)
		}
		_, err = o.Homes.Ask(ctx, o.worker, o.programme, "https://other.example/h/1", ledger.Ask{Places: 1, Stay: ledger.Stay{From: o.tonight(), Until: o.tonight() + 3}}, c.ID)
		if !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a partner is asked without their consent: %v", err)
		}
	})
}

func TestRule41_AChildAloneIsReferredAndNotPlaced(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		c, err := o.OpenSelf(ctx, o.family, o.programme, o.file("g", "b"))
		must(t, err)
		must(t, o.Step(ctx, o.worker, c.ID, instance.TakeCase, ""))
		for _, by := range []instance.Account{o.worker, o.other, o.lead} {
			err := o.Step(ctx, by, c.ID, instance.VetCase, "")
			if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != "minor-alone" {
				t.Errorf("%s vets a child alone: %v", by.Name, err)
			}
		}
		must(t, o.Step(ctx, o.worker, c.ID, instance.ReferCase, ""))
		if got := o.stage(c.ID); got != instance.CaseReferred {
			t.Errorf("the case is %s", got)
		}
		for _, step := range instance.CaseSteps {
			if err := o.Step(ctx, o.worker, c.ID, step, "other"); !errors.Is(err, instance.ErrConflict) {
				t.Errorf("%s after child protection: %v", step.Name(), err)
			}
		}
		adult, err := o.Open(ctx, o.worker, o.programme, instance.ByCaseworker, o.file("w"))
		must(t, err)
		if err := o.Step(ctx, o.worker, adult.ID, instance.ReferCase, ""); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("a woman is sent to child protection: %v", err)
		}
	})
}

// TestCasesTakeOnlyTheStepsThereAre takes any steps by anybody: what the room, the
// database and the table of steps say is the same, and no case without two people
// behind it leaves vetting.
func TestCasesTakeOnlyTheStepsThereAre(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		o.homes = []households.Home{o.flat("1")}
		rapid.Check(t, func(t *rapid.T) {
			c, err := o.Open(ctx, o.worker, o.programme, instance.ByReferrer, o.file("w"))
			if err != nil {
				t.Fatal(err)
			}
			at := instance.CaseIntake
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				step := rapid.SampledFrom(instance.CaseSteps).Draw(t, "step")
				by := rapid.SampledFrom([]instance.Account{o.worker, o.other, o.lead}).Draw(t, "by")
				err := o.Step(ctx, by, c.ID, step, "other")
				now, e := o.Case(ctx, o.worker, c.ID)
				if e != nil {
					t.Fatal(e)
				}
				switch {
				case err != nil && now.Stage != at:
					t.Fatalf("%s was refused (%v) and led from %s to %s", step.Name(), err, at, now.Stage)
				case now.Stage != at && (!slices.Contains(step.From(), at) || now.Stage != step.To()):
					t.Fatalf("%s led from %s to %s", step.Name(), at, now.Stage)
				case now.Ready() && !instance.SignedByTwo(now.Vetted):
					t.Fatalf("%s is ready without two", now.Stage)
				}
				at = now.Stage
				// Whatever the table does not name, the database refuses too.
				to := rapid.SampledFrom(instance.CaseStages).Draw(t, "stage")
				if to == at || slices.ContainsFunc(instance.CaseSteps, func(s instance.CaseStep) bool { return s.To() == to && slices.Contains(s.From(), at) }) {
					continue
				}
				if db.InTx(ctx, func(tx store.Tx) error {
					_, err := tx.Exec(ctx, `UPDATE housing_cases SET stage = $2 WHERE id = $1`, c.ID, string(to))
					return err
				}) == nil {
					t.Fatalf("the database takes a case from %s to %s", at, to)
				}
			}
		})
	})
}

func TestEveryReadingOfAFileIsNotedAndShownToTheLead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		c, err := o.Open(ctx, o.worker, o.programme, instance.ByReferrer, o.file("w"))
		must(t, err)
		_, f, err := o.Read(ctx, o.other, c.ID, "file")
		must(t, err)
		if f.Reach != secretPhone || f.Names[0] != secretName {
			t.Errorf("the file is %+v", f)
		}
		for _, who := range []instance.Account{o.visitor, o.reader, o.family, o.stranger, {}} {
			if _, _, err := o.Read(ctx, who, c.ID, "file"); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%q reads: %v", who.Name, err)
			}
			if _, err := o.Board(ctx, who, o.programme, instance.CaseIntake, false, households.Line{}, 10); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%q sees the board: %v", who.Name, err)
			}
		}
		list, err := o.Readings(ctx, o.lead, o.programme, c.ID, 0, 10)
		must(t, err)
		if len(list) != 1 || list[0].By.ID != o.other.ID || list[0].What != "file" {
			t.Errorf("the lead sees %+v", list)
		}
		if _, err := o.Readings(ctx, o.worker, o.programme, 0, 0, 10); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a caseworker sees who read: %v", err)
		}
	})
}

// TestNothingOfAHouseholdStandsInTheDatabase goes through everything that is kept
// of a case and looks for the words in every table.
func TestNothingOfAHouseholdStandsInTheDatabase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, _ := o.living("w", "g<1")
		must(t, o.Note(ctx, o.worker, id, households.EntryCall, "elle dit "+secretNeed, time.Time{}, 0))
		must(t, o.Note(ctx, o.worker, id, households.EntryTask, "rappeler "+secretPhone, o.now(), o.other.ID))
		must(t, o.Learn(ctx, o.worker, id, o.homes[0].URI, instance.Residents{Women: 1}))
		must(t, o.Choose(ctx, o.worker, id, o.homes[0].URI, households.RuleWomen, ""))
		must(t, o.Say(ctx, o.worker, id, households.EntryTeam, "bonjour "+secretName, "fr", households.HeardHousehold))
		_, err := o.Report(ctx, o.worker, o.programme, households.Report{Case: id, Home: o.homes[0].URI, Severity: 2, Text: secretName + " a peur"})
		must(t, err)
		list, err := o.FollowUps(ctx, o.worker, id)
		must(t, err)
		_, err = o.Asked(ctx, o.worker, list[0].ID, true, households.Note{Text: secretPlan})
		must(t, err)
		for _, table := range []string{
			"housing_cases", "housing_case_reads", "housing_case_consents", "housing_case_homes", "housing_case_holds", "housing_case_entries",
			"housing_case_followups", "housing_incidents", "housing_incident_entries", "housing_frozen_homes", "housing_holds",
		} {
			everything := dump(t, db, table)
			for _, canary := range []string{secretName, secretPhone, secretNeed, secretPlan, "female", `"adult"`, "women"} {
				if strings.Contains(everything, canary) {
					t.Errorf("%s holds %q", table, canary)
				}
			}
		}
		// Whoever has the database and not the keys reads nothing, and the rest works.
		files, err := filepath.Glob(filepath.Join(o.keys, "*.key"))
		must(t, err)
		for _, f := range files {
			must(t, os.Remove(f))
		}
		if _, _, err := o.Read(ctx, o.worker, id, "file"); !errors.Is(err, instance.ErrSealed) {
			t.Errorf("without the key: %v", err)
		}
		if lines, err := o.Board(ctx, o.worker, o.programme, instance.CaseActive, false, households.Line{}, 10); err != nil || len(lines) != 1 {
			t.Errorf("without the key the board is %+v, %v", lines, err)
		}
		if _, err := o.Open(ctx, o.worker, o.programme, instance.ByReferrer, o.file("w")); !errors.Is(err, instance.ErrSealed) {
			t.Errorf("a case is written that nobody could read: %v", err)
		}
	})
}

// dump is everything in a table, as text.
func dump(t *testing.T, db *store.DB, table string) string {
	t.Helper()
	var b bytes.Buffer
	columns := ""
	sql := `SELECT name FROM pragma_table_info('` + table + `')`
	if db.Engine() == store.Postgres {
		sql = `SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '` + table + `'`
	}
	rows, err := db.Read().Query(t.Context(), sql)
	must(t, err)
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		columns += name + " "
	}
	must(t, rows.Err())
	must(t, rows.Close())
	for _, column := range strings.Fields(columns) {
		as := `CAST(` + column + ` AS TEXT)`
		if column == "body" || column == "file" {
			as = `CAST(` + column + ` AS TEXT)`
			if db.Engine() == store.Postgres {
				as = `encode(` + column + `, 'escape')`
			}
		}
		rows, err := db.Read().Query(t.Context(), `SELECT COALESCE(`+as+`, '') FROM `+table)
		must(t, err)
		for rows.Next() {
			var text string
			must(t, rows.Scan(&text))
			b.WriteString(text)
			b.WriteByte('\n')
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
	if b.Len() == 0 && table != "housing_case_consents" && table != "housing_frozen_homes" {
		t.Fatalf("%s is empty", table)
	}
	return b.String()
}

func TestAFileThatChangesIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id := o.vetted("w")
		f := o.file("w")
		f.Needs = "autre chose"
		must(t, o.Write(ctx, o.worker, id, f))
		if got := o.stage(id); got != instance.CaseProposal {
			t.Errorf("another need: the case is %s", got)
		}
		must(t, o.Write(ctx, o.worker, id, o.file("w", "m")))
		c, err := o.Case(ctx, o.worker, id)
		must(t, err)
		if c.Stage != instance.CaseVetting || instance.SignedByTwo(c.Vetted) {
			t.Errorf("somebody more: %+v", c)
		}
		if diff := cmp.Diff([2]instance.Signature{}, c.Vetted); diff != "" {
			t.Errorf("who vetted before (-want +got):\n%s", diff)
		}
	})
}
