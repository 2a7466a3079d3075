package weather_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/places"
	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/weather"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// item is one phenomenon of a department, in colours from 1 to 4.
func item(phenomenon string, color int, from, until time.Time) string {
	return fmt.Sprintf(`{"phenomenon_id":%q,"phenomenon_max_color_id":%d,"timelaps_items":[{"begin_time":%q,"end_time":%q,"color_id":%d}]}`,
		phenomenon, color, from.Format(time.RFC3339), until.Format(time.RFC3339), color)
}

// file is a file of warnings for one department, and for its coast and another.
func file(updated time.Time, department string, items ...string) string {
	return fmt.Sprintf(`{"product":{"warning_type":"vigilance","update_time":%q,"periods":[{"echeance":"J","timelaps":{"domain_ids":[
		{"domain_id":%q,"max_color_id":3,"phenomenon_items":[%s]},{"domain_id":%q,"phenomenon_items":[{"phenomenon_id":"9","phenomenon_max_color_id":4}]},{"domain_id":"FRA","phenomenon_items":[]}]}}]}}`,
		updated.Format(time.RFC3339), department, strings.Join(items, ","), department+"10")
}

func TestJ13_WarningsAreTakenFromAFileAndOlderOnesChangeNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v, ctx := apptest.NewVillage(t, db), t.Context()
		dinan, err := v.Places.Create(ctx, places.Plan{Username: "dinan", Title: "Dinan", Kind: "commune", Territory: "FR:COG:22050"})
		if err != nil {
			t.Fatal(err)
		}
		rennes, err := v.Places.Create(ctx, places.Plan{Username: "rennes", Title: "Rennes", Kind: "commune", Territory: "FR:COG:35238"})
		if err != nil {
			t.Fatal(err)
		}
		rue := v.Place("rue", "neighbourhood", dinan)
		bo := v.Resident("bo", rue)
		if err := v.Places.SetModerator(ctx, rue.ID, bo.ID, true); err != nil {
			t.Fatal(err)
		}
		var told []string
		s := weather.New(weather.Options{DB: db, Now: v.Clock.Now, Tell: func(_ context.Context, _ store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error {
			told = append(told, fmt.Sprintln(kind, from == dinan.ID, slices.Equal(whom, []instance.ActorID{bo.ID})))
			return nil
		}})
		now := v.Clock.Now()
		take := func(text string) *sheets.Report {
			t.Helper()
			report := sheets.NewReport("vigilance.json", nil)
			if err := s.Import(ctx, strings.NewReader(text), "Météo-France", report); err != nil {
				t.Fatal(err)
			}
			return report
		}
		at := func(place instance.ActorID) []string {
			t.Helper()
			list, err := s.At(ctx, place)
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, w := range list {
				said = append(said, w.Department+" "+w.Level.String()+" "+w.Phenomenon+" "+w.Source)
			}
			return said
		}
		heat := item("6", 3, now.Add(-time.Hour), now.Add(30*time.Hour))
		if r := take(file(now, "22", heat, item("1", 2, now, now.Add(time.Hour)), item("3", 1, now, now.Add(time.Hour)), item("77", 4, now, now.Add(time.Hour)))); r.Good != 2 {
			t.Errorf("taken: %+v", r)
		}
		if got := at(rue.ID); !slices.Equal(got, []string{"22 orange heat Météo-France"}) {
			t.Errorf("in a street of the commune: %q", got)
		}
		if got := at(rennes.ID); got != nil {
			t.Errorf("in another department: %q", got)
		}
		take(file(now.Add(time.Minute), "22", heat)) // the same again is no news
		if !slices.Equal(told, []string{"weather-warning true true\n"}) {
			t.Errorf("told: %q", told)
		}
		take(file(now.Add(2*time.Minute), "22", item("6", 4, now, now.Add(30*time.Hour))))
		take(file(now, "22")) // older
		if got := at(dinan.ID); !slices.Equal(got, []string{"22 red heat Météo-France"}) || len(told) != 2 {
			t.Errorf("once it is worse: %q, told %q", got, told)
		}
		v.Clock.Advance(31 * time.Hour)
		if got := at(dinan.ID); got != nil {
			t.Errorf("once it is over: %q", got)
		}
		now = v.Clock.Now()
		report := sheets.NewReport("vigilance.csv", nil)
		table, err := sheets.Open(strings.NewReader("domain_id;echeance;phenomenon_id;phenomenon;color_id;color;begin_time;end_time;product_datetime\n"+
			"22;J;1;Vent;4;Rouge;"+now.Format(time.RFC3339)+";"+now.Add(time.Hour).Format(time.RFC3339)+";"+now.Format(time.RFC3339)+"\nFRA;J;1;Vent;4;Rouge;;;\n"), report)
		if err != nil || !weather.Reads(table) {
			t.Fatalf("a table: %v", err)
		}
		if err := s.ImportSheet(ctx, table, "Préfecture", report); err != nil {
			t.Fatal(err)
		}
		if got := at(rue.ID); !slices.Equal(got, []string{"22 red wind Préfecture"}) || report.Bad != 1 {
			t.Errorf("from a table: %q, %+v", got, report)
		}
	})
}

func TestFilesOfWarningsThatCannotBe(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)
	for name, text := range map[string]string{
		"no JSON": "<html>", "nothing": "{}", "no time": `{"product":{"periods":[{"timelaps":{"domain_ids":[{"domain_id":"22","phenomenon_items":[]}]}}]}}`,
		"no department": file(now, "99"), "too large": `{"product":"` + strings.Repeat("a", weather.MaxFile) + `"}`,
	} {
		if b, err := weather.Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s: %+v", name, b)
		}
	}
	// A span without an end, or that ends before it begins, is left out.
	b, err := weather.Read(strings.NewReader(file(now, "2A", item("6", 3, now, now), `{"phenomenon_id":6,"phenomenon_max_color_id":"3"}`)))
	if err != nil || len(b.Warnings) != 0 || !slices.Equal(b.Departments, []string{"2A"}) {
		t.Errorf("spans that cannot be: %+v, %v", b, err)
	}
}

func FuzzRead(f *testing.F) {
	now := time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)
	f.Add(file(now, "22", item("6", 3, now, now.Add(time.Hour))))
	f.Add(`{"product":{"update_time":"x","periods":[{}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		b, err := weather.Read(io.LimitReader(strings.NewReader(text), weather.MaxFile))
		if err != nil {
			return
		}
		for _, w := range b.Warnings {
			if !slices.Contains(b.Departments, w.Department) || !slices.Contains(instance.Phenomena, w.Phenomenon) || !w.Ends.After(w.Starts) || w.Level < instance.WarningYellow || w.Level > instance.WarningRed {
				t.Errorf("taken: %+v", w)
			}
		}
	})
}
