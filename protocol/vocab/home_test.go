package vocab_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/as2"
	"palier/protocol/vocab"
	"palier/specs"
	"palier/specs/conformity"
)

// room is a home with everything that can be told of one.
func room() vocab.Home {
	return vocab.Home{
		ID: "https://asso.example/h/1", Group: "https://asso.example/g/toit", Status: vocab.HomeAvailable, Published: at, Updated: at,
		Starts: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Ends: time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC),
		Area:     vocab.HomeArea{Name: "Villeurbanne", Territory: "FR:COG:69266", Middle: as2.Point{Latitude: 45.77, Longitude: 4.89}, RadiusKM: 3},
		Category: vocab.PrivateRoom, Bedrooms: 1, Places: 3, Free: 3, Adults: 2, Children: 1, Smoking: vocab.SmokingOutside,
		Languages: []string{"fr", "uk"}, Features: []vocab.HomeFeature{"internet", "host-has-pets"},
	}
}

func encodedHome(t *testing.T, h vocab.Home) []byte {
	t.Helper()
	b, err := vocab.EncodeHome(h)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readHome(raw []byte) (vocab.Home, error) {
	o, err := as2.Parse(raw)
	if err != nil {
		return vocab.Home{}, err
	}
	return vocab.ReadHome(o)
}

func TestAHomeIsReadAsItWasTold(t *testing.T) {
	t.Parallel()
	want := room()
	b := encodedHome(t, want)
	if err := conformity.Validate("housing", b); err != nil {
		t.Error(err)
	}
	got, err := readHome(b)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, want to have got:\n%s", err, diff)
	}
	golden, err := specs.Vectors.ReadFile("vectors/housing/room.json")
	if err != nil {
		t.Fatal(err)
	}
	if got, err = readHome(golden); err != nil || got.Area.RadiusKM != 3 || got.Places != 1 {
		t.Errorf("the vector reads as %+v, %v", got, err)
	}
}

func TestH04_APointIsNeverExact(t *testing.T) {
	t.Parallel()
	h := room()
	h.Area.Middle = as2.Point{Latitude: 45.771234, Longitude: 4.886789}
	b := encodedHome(t, h)
	if s := string(b); strings.Contains(s, "45.7712") || strings.Contains(s, "4.8867") {
		t.Errorf("too exact: %s", s)
	}
	exact := strings.Replace(string(b), "45.77", "45.7712", 1)
	if _, err := readHome([]byte(exact)); !errors.Is(err, vocab.ErrHome) {
		t.Errorf("a point of a hundred metres was taken: %v", err)
	}
}

func TestHomesThatAreNotTold(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*vocab.Home){
		"a radius of a kilometre": func(h *vocab.Home) { h.Area.RadiusKM = 1 },
		"a group elsewhere":       func(h *vocab.Home) { h.Group = "https://other.example/g/toit" },
		"no place":                func(h *vocab.Home) { h.Area.Middle = as2.Point{} },
		"a status of its own":     func(h *vocab.Home) { h.Status = "draft" },
		"a shared room":           func(h *vocab.Home) { h.Category = "shared-room" },
		"a word of its own":       func(h *vocab.Home) { h.Features = append(h.Features, "rue de la Paix") },
		"no beds":                 func(h *vocab.Home) { h.Places = 0 },
		"dates the wrong way":     func(h *vocab.Home) { h.Ends = h.Starts },
	} {
		h := room()
		change(&h)
		if b, err := vocab.EncodeHome(h); !errors.Is(err, vocab.ErrHome) {
			t.Errorf("%s: got %s, %v", name, b, err)
		}
	}
}

func TestHomesThatAreNotTaken(t *testing.T) {
	t.Parallel()
	b := string(encodedHome(t, room()))
	for name, with := range map[string]string{
		"an address":        `"location":{"address":"1 rue","type"`,
		"a street, deep":    `"location":{"x":[{"streetAddress":"1"}],"type"`,
		"a telephone":       `"telephone":"1","location":{"type"`,
		"a proof":           `"proof":{},"location":{"type"`,
		"the public":        `"cc":["https://www.w3.org/ns/activitystreams#Public"],"location":{"type"`,
		"the public, short": `"audience":"as:Public","location":{"type"`,
	} {
		doc := strings.Replace(b, `"location":{"type"`, with, 1)
		if doc == b {
			t.Fatal("nothing was changed")
		}
		if h, err := readHome([]byte(doc)); !errors.Is(err, vocab.ErrHome) {
			t.Errorf("with %s: got %+v, %v", name, h, err)
		}
	}
}

// TestH3_NothingAsksWhereSomebodyIsFrom holds that no document about a home has
// a name for nationality, religion, ethnicity or money.
func TestH3_NothingAsksWhereSomebodyIsFrom(t *testing.T) {
	t.Parallel()
	b := strings.ToLower(string(encodedHome(t, room())))
	for _, word := range []string{"national", "relig", "ethnic", "origin", "race", "price", "rent", "currency", "payment", "citizen"} {
		if strings.Contains(b, word) {
			t.Errorf("a home tells of %s", word)
		}
	}
}

// FuzzReadHome holds that no bytes make the reader fall over, and that what is
// taken can be told again.
func FuzzReadHome(f *testing.F) {
	b, err := vocab.EncodeHome(room())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := readHome(b)
		if err != nil {
			return
		}
		if _, err := vocab.EncodeHome(h); err != nil {
			t.Errorf("taken and not told: %v", err)
		}
	})
}
