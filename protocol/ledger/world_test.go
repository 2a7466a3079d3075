package ledger_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"testing"
	"time"

	"palier/protocol/ledger"
)

const home = "https://rhone.example/h/115468"

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// association is one that signs.
type association struct {
	group string
	key   ed25519.PrivateKey
	said  int
}

func newAssociation(name string) *association {
	seed := sha256.Sum256([]byte(name))
	return &association{group: "https://" + name + ".example/g/toit", key: ed25519.NewKeyFromSeed(seed[:])}
}

func (a *association) say(tb testing.TB, b *ledger.Book, at time.Time, what ledger.Saying) ledger.Statement {
	tb.Helper()
	a.said++
	id := sha256.Sum256([]byte(a.group + strconv.Itoa(a.said)))
	s, err := ledger.Speak(a.key, ledger.Statement{
		ID: base64.RawURLEncoding.EncodeToString(id[:16]), Ledger: home, By: a.group, Seen: b.Newest(), At: at, Saying: what,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func night(tb testing.TB, s string) ledger.Night {
	tb.Helper()
	n, err := ledger.ParseNight(s)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func stay(tb testing.TB, from, until string) ledger.Stay {
	tb.Helper()
	return ledger.Stay{From: night(tb, from), Until: night(tb, until)}
}

// world is one home, who keeps its ledger, and two that ask.
type world struct {
	tb          testing.TB
	keeper      ledger.Keeper
	owner       *association
	isere, gard *association
	entries     []ledger.Entry
	now         time.Time
}

func newWorld(tb testing.TB, places int) *world {
	tb.Helper()
	w := &world{tb: tb, owner: newAssociation("rhone"), isere: newAssociation("isere"), gard: newAssociation("gard"), now: noon}
	w.keeper = ledger.Keeper{Book: &ledger.Book{}, Key: w.owner.key}
	e, err := w.keeper.Open(home, w.now, ledger.Opened{Owner: w.owner.group, Places: places, Stay: stay(tb, "2026-12-01", "2027-04-01")})
	if err != nil {
		tb.Fatal(err)
	}
	w.entries = append(w.entries, e)
	return w
}

// hear has the keeper hear something, and keeps what it writes.
func (w *world) hear(s ledger.Statement) ([]ledger.Entry, *ledger.Refusal) {
	w.tb.Helper()
	entries, refusal, err := w.keeper.Hear(s, w.now)
	if err != nil {
		w.tb.Fatal(err)
	}
	w.entries = append(w.entries, entries...)
	return entries, refusal
}

func (w *world) must(entries []ledger.Entry, err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
	w.entries = append(w.entries, entries...)
}

// placed has Isère place somebody in December.
func (w *world) placed() ledger.Hold {
	w.tb.Helper()
	december := stay(w.tb, "2026-12-01", "2027-01-01")
	entries, refusal := w.hear(w.isere.say(w.tb, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: december}))
	if refusal != nil || len(entries) != 2 {
		w.tb.Fatalf("asked and granted are %d entries, refusal %v", len(entries), refusal)
	}
	hold, _ := w.keeper.Book.Hold(entries[0].Number)
	w.now = w.now.Add(time.Hour)
	if _, refusal = w.hear(w.isere.say(w.tb, w.keeper.Book, w.now, ledger.Agree{Hold: hold.Number, Beds: hold.Beds, Stay: hold.Stay})); refusal != nil {
		w.tb.Fatalf("agreeing is refused: %v", refusal)
	}
	w.must(w.keeper.Place(hold.Number, w.now))
	hold, _ = w.keeper.Book.Hold(hold.Number)
	return hold
}

func (w *world) standing(n int) ledger.Standing {
	w.tb.Helper()
	h, ok := w.keeper.Book.Hold(n)
	if !ok {
		w.tb.Fatalf("there is no hold %d", n)
	}
	return h.Standing
}

func encode(tb testing.TB, e ledger.Entry) []byte {
	tb.Helper()
	b, err := e.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// forge replaces a part of an entry's bytes and signs them again as its keeper
// would, if key is not nil.
func forge(tb testing.TB, e ledger.Entry, old, with string, key ed25519.PrivateKey) ledger.Entry {
	tb.Helper()
	was := encode(tb, e)
	text := bytes.Replace(was, []byte(old), []byte(with), 1)
	if bytes.Equal(text, was) {
		tb.Fatalf("%s holds no %s", was, old)
	}
	forged, err := ledger.DecodeEntry(text)
	if err != nil {
		tb.Fatal(err)
	}
	if key != nil {
		if forged, err = ledger.Sign(forged, key); err != nil {
			tb.Fatal(err)
		}
	}
	return forged
}
