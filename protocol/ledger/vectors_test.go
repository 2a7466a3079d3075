package ledger_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"palier/protocol/ledger"
	"palier/specs"
)

// broken is a ledger that does not hold: which entry is the first bad one, and
// why.
type broken struct {
	Why      string          `json:"why"`
	Entry    int             `json:"entry"`
	Document json.RawMessage `json:"document"`
}

// golden is the ledger of a home in which somebody was placed, and left early.
func golden(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, 2)
	hold := w.placed()
	w.hear(w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 2, Stay: stay(t, "2026-12-24", "2027-01-02"), Wait: true}))
	w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Leave{Hold: hold.Number, Leaving: night(t, "2026-12-20"), Why: ledger.Earlier}))
	return w
}

func page(t *testing.T, entries []ledger.Entry) []byte {
	t.Helper()
	b, err := ledger.EncodePage(entries)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTheGoldenLedgerIsWrittenAsItStands holds the form of ledgers to bytes that
// other servers read too. PALIER_WRITE_VECTORS writes them anew.
func TestTheGoldenLedgerIsWrittenAsItStands(t *testing.T) {
	t.Parallel()
	w := golden(t)
	if os.Getenv("PALIER_WRITE_VECTORS") != "" {
		writeVectors(t, w)
	}
	want, err := specs.Vectors.ReadFile("vectors/ledger/placed.json")
	if err != nil {
		t.Fatal(err)
	}
	if got := page(t, w.entries); string(got) != strings.TrimSpace(string(want)) {
		t.Errorf("got %s, want %s", got, want)
	}
	entries, err := ledger.DecodePage([]byte(strings.TrimSpace(string(want))))
	if err != nil {
		t.Fatal(err)
	}
	b, err := ledger.Verify(entries, ledger.Evidence{})
	if err != nil || len(b.Holds()) != 2 {
		t.Errorf("got %+v, %v", b, err)
	}
}

func TestBrokenLedgersAreNamedAtTheirFirstBadEntry(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(specs.Vectors, "vectors/ledger/broken/*.json")
	if err != nil || len(names) < 4 {
		t.Fatalf("%d broken ledgers, %v", len(names), err)
	}
	for _, name := range names {
		raw, err := specs.Vectors.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var v broken
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		entries, err := ledger.DecodePage(v.Document)
		if err == nil {
			_, err = ledger.Verify(entries, ledger.Evidence{})
		}
		if fault, ok := errors.AsType[*ledger.Fault](err); !ok || fault.Number != v.Entry {
			t.Errorf("%s: got %v, want entry %d to be bad: %s", name, err, v.Entry, v.Why)
		}
	}
}

func writeVectors(t *testing.T, w *world) {
	t.Helper()
	dir := filepath.Join("..", "..", "specs", "vectors", "ledger")
	if err := os.MkdirAll(filepath.Join(dir, "broken"), 0o755); err != nil {
		t.Fatal(err)
	}
	save := func(name string, b []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save("placed.json", page(t, w.entries))
	text := string(page(t, w.entries))
	lie := func(old, with string) json.RawMessage {
		changed := strings.Replace(text, old, with, 1)
		if changed == text {
			t.Fatalf("there is no %s", old)
		}
		return json.RawMessage(changed)
	}
	twice := golden(t)
	s := twice.isere.say(t, twice.keeper.Book, twice.now, ledger.Ask{Places: 1, Stay: stay(t, "2026-12-26", "2026-12-27")})
	asked := twice.follow(ledger.Asked{Statement: s})
	twice.follow(ledger.Granted{Hold: asked.Number, Beds: []int{1}, Lease: asked.At.Add(ledger.MaxLease)})
	for name, v := range map[string]broken{
		"bed-changed":  {"another bed than was signed", 3, lie(`"beds":[1],"hold":2,"kind":"granted"`, `"beds":[2],"hold":2,"kind":"granted"`)},
		"bed-twice":    {"a bed that is somebody's is granted again, by a keeper that signs it", asked.Number + 1, page(t, twice.entries)},
		"entry-gone":   {"an entry was taken out", 2, page(t, append(w.entries[:1:1], w.entries[2:]...))},
		"address":      {"an entry holds a name that no entry has", 1, lie(`{"at"`, `{"address":"1 rue","at"`)},
		"other-nights": {"agreed to other nights than were granted", 4, lie(`"saying":{"beds":[1],"hold":2,"kind":"agree","stay":{"from":"2026-12-01","until":"2027-01-01"}}`, `"saying":{"beds":[1],"hold":2,"kind":"agree","stay":{"from":"2026-12-01","until":"2027-02-01"}}`)},
	} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		save(filepath.Join("broken", name+".json"), b)
	}
}
