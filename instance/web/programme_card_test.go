package web

import (
	"image"
	"testing"

	"palier/instance/web/view"
	"palier/instance/web/words"
)

// TestH15_CountersAreSaidInOneLine has what is counted said as on the page of programmes.
func TestH15_CountersAreSaidInOneLine(t *testing.T) {
	t.Parallel()
	languages, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	french := languages.Match("fr", "")
	if got := countersText(french, nil); got != "" {
		t.Errorf("nothing is counted: %q", got)
	}
	got := countersText(french, []view.ProgrammeCount{{What: "homes", Count: 12}, {What: "free", Count: 20}})
	if want := french.Say("programme.counter.homes", "Count", 12) + " · " + french.Say("programme.counter.free", "Count", 20); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestH15_ACardHoldsAnyName draws cards for names that do not fit, or that we have no
// letters for: the code stays whole, and nothing is written over it.
func TestH15_ACardHoldsAnyName(t *testing.T) {
	t.Parallel()
	const link = "https://dinan.example/programmes/117693953802240001"
	plain, err := programmeCard("", "", link)
	if err != nil {
		t.Fatal(err)
	}
	code := image.Rect(cardWidth-cardEdge-cardCode, cardHeight-cardEdge-cardCode, cardWidth-cardEdge, cardHeight-cardEdge)
	for _, name := range []string{
		"Toit", "Un toit en Rance pour celles et ceux qui n’en ont pas cet hiver ni le suivant", "سقف للجميع", "Anticonstitutionnellementanticonstitutionnellementanticonstitutionnellement",
	} {
		card, err := programmeCard(name, name, link)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		written := false
		for x := range cardWidth {
			for y := range cardHeight {
				same := card.At(x, y) == plain.At(x, y)
				written = written || !same
				if !same && image.Pt(x, y).In(code) {
					t.Fatalf("%q is written over the code at %d, %d", name, x, y)
				}
			}
		}
		if written != (name != "سقف للجميع") {
			t.Errorf("%q is written: %t", name, written)
		}
	}
}
