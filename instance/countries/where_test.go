package countries_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"palier/instance/countries"
	"palier/protocol/ledger"
)

// areas are places on many clocks, as they stand in homes of ours and of partners.
func areas() []string {
	return []string{
		"69266", "69", "FR", "2A004", "97105", "971", "97209", "97302", "97411", "974", "97502", "97608", "98613", "98735", "98818", "988", "DE", "DE:AGS:11000000",
		"PT", "UA", "UA:KATOTTG:80000000", "GB", "GE", "XX", "",
	}
}

// TestH14_TonightIsTheDateWhereTheHomeIs holds the one function against the calendar
// of each place, at any instant, and most often around a change of clocks.
func TestH14_TonightIsTheDateWhereTheHomeIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		area := rapid.SampledFrom(areas()).Draw(rt, "area")
		zone := countries.ZoneOf(area)
		now := time.Unix(rapid.Int64Range(1_767_225_600, 2_082_758_400).Draw(rt, "at"), 0).UTC() // 2026 to 2035
		if _, change := now.In(zone).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(rt, "at a change of clocks") {
			now = change.Add(time.Duration(rapid.IntRange(-26*60, 26*60).Draw(rt, "minutes")) * time.Minute)
		}
		night := countries.Tonight(now, area)
		if got, want := night.String(), now.In(zone).Format(time.DateOnly); got != want {
			rt.Fatalf("tonight in %q at %s is %s, want %s", area, now, got, want)
		}
		// Whatever the date in UTC, it is one day from it at most: so ledgers admit it.
		if far := night - ledger.NightOf(now.UTC()); far < -1 || far > 1 {
			rt.Fatalf("tonight in %q at %s is %d days away", area, now, far)
		}
		// The night that goes on is tonight or the one before, and never one to come.
		if going := countries.Going(now, area); going != night && (going != night-1 || now.In(zone).Hour() > 7) {
			rt.Fatalf("at %s in %q the night of %s goes on", now.In(zone), area, going)
		}
		all := countries.NightsAt(now)
		if night < all.First || night > all.Last {
			rt.Fatalf("tonight in %q is %s, all are from %s to %s", area, night, all.First, all.Last)
		}
		// Nights of a stay are counted in dates: a day of 23 or 25 hours is one.
		next := countries.Tonight(now.In(zone).AddDate(0, 0, 1), area)
		if next != night+1 {
			rt.Fatalf("the night after %s in %q is %s", night, area, next)
		}
	})
}

func TestH14_WhereAHomeIs(t *testing.T) {
	t.Parallel()
	for area, want := range map[string]string{
		"69266": "FR Europe/Paris", "97411": "FR Indian/Reunion", "972": "FR America/Martinique", "98818": "FR Pacific/Noumea", "2B033": "FR Europe/Paris",
		"DE:AGS:11000000": "DE Europe/Berlin", "DE": "DE Europe/Berlin", "FR:COG:69266": "FR Europe/Paris", "UA": "UA Europe/Kyiv", "XX": "XX UTC", "": "FR Europe/Paris",
	} {
		if got := fmt.Sprintf("%s %s", countries.CountryOf(area), countries.ZoneOf(area)); got != want {
			t.Errorf("%q is in %s, want %s", area, got, want)
		}
	}
	home, ok := countries.Told("DE:AGS:11000000")
	if !ok || home.Name != "Berlin (DE)" || home.RadiusKM < 2 || home.Territory != "DE:AGS:11000000" {
		t.Errorf("Berlin is told as %+v, %t", home, ok)
	}
	for _, unknown := range []string{"DE:AGS:1", "DE:NUTS:11000000", "DE", "69266", "FR:COG:69266", ""} {
		if home, ok := countries.Told(unknown); ok {
			t.Errorf("%q is told as %+v", unknown, home)
		}
	}
	de, err := countries.Of("DE")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range de.Areas { // coarse for each reader, for ever
		if a.Radius < 5 || fmt.Sprintf("%.2f", a.Latitude) != fmt.Sprintf("%.2f", float64(int(a.Latitude*100+0.5))/100) {
			t.Errorf("%s is told too exactly: %+v", a.Name, a)
		}
		if code, ok := de.AreaNamed(" " + a.Name); !ok || code != "DE:AGS:"+a.Code {
			t.Errorf("%s is %q", a.Name, code)
		}
	}
	// Where no rules are known nobody is asked to come from elsewhere.
	if p, err := countries.Of("PT"); err != nil || len(p.Across) != 0 || len(de.Across) != len(countries.Needs) {
		t.Errorf("across the border: %+v, %v", p.Across, err)
	}
}
