package countries_test

import (
	"slices"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/writing"
)

func TestH18_RulesOfCountriesAreFiles(t *testing.T) {
	t.Parallel()
	codes, err := countries.Codes()
	if err != nil || !slices.Equal(codes, []string{"DE", "FR"}) {
		t.Fatalf("got %v, %v", codes, err)
	}
	fr, err := countries.Of("FR")
	if err != nil {
		t.Fatal(err)
	}
	if !fr.Record.Lawful || fr.Record.Document != "bulletin n° 3" || fr.Adult != 18 || fr.Minors.Number != "119" || fr.Minors.MayPlace {
		t.Errorf("France: %+v", fr)
	}
	for _, l := range []string{"fr", "en", "uk", "ar"} {
		if a, got := fr.Text(l); got != l || a.Title == "" || len(a.Clauses) != 10 {
			t.Errorf("France has no agreement in %s: %q, %d clauses", l, got, len(a.Clauses))
		}
	}
	de, err := countries.Of("DE")
	if err != nil {
		t.Fatal(err)
	}
	for l, law := range map[string]string{"fr": "allemand", "en": "German", "uk": "Німеччини", "ar": "الألماني", "de": "BGB"} {
		if a, got := de.Text(l); got != l || !strings.Contains(strings.Join(a.Clauses, " "), law) {
			t.Errorf("Germany says in %s: %+v", got, a)
		}
	}
	// What agreements say asks for nothing in return.
	for _, n := range fr.Numbers {
		if !slices.Contains(instance.EmergencyKinds, n.What) {
			t.Errorf("number %+v", n)
		}
	}
}

func TestWhereNoRulesAreKnownTheStrictestHold(t *testing.T) {
	t.Parallel()
	p, err := countries.Of("XX")
	if err != nil || p.Record.Lawful || p.Minors.MayPlace || p.Adult < 18 || len(p.Numbers) == 0 || p.Numbers[0].Number != "112" {
		t.Errorf("got %+v, %v", p, err)
	}
	if a, l := p.Text("uk"); l != "uk" || len(a.Clauses) == 0 {
		t.Errorf("no agreement: %s", l)
	}
}

// TestNumbersAgreeWithThoseOfTheInstance holds the packs against the page of help.
func TestNumbersAgreeWithThoseOfTheInstance(t *testing.T) {
	t.Parallel()
	for _, country := range []string{"FR", "DE"} {
		p, err := countries.Of(country)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range instance.EmergencyNumbers(country) {
			if !slices.Contains(p.Numbers, countries.Number{Number: n.Number, What: n.What, Text: n.Text}) {
				t.Errorf("%s: %+v is missing", country, n)
			}
		}
	}
	if found := writing.Traces("Le lit est gratuit."); len(found) != 0 {
		t.Errorf("a plain sentence tells %+v", found)
	}
}
