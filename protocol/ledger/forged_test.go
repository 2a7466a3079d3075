package ledger_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"palier/protocol/ledger"
)

// lived returns the true ledger of a home to which something random happened, in
// which at least one bed is somebody's.
func lived(t *testing.T, r *rapid.T) *world {
	t.Helper()
	w := newWorld(t, rapid.IntRange(1, 3).Draw(r, "places"))
	w.placed()
	december := night(t, "2026-12-01")
	take := func(entries []ledger.Entry, err error) {
		if err == nil {
			w.entries = append(w.entries, entries...)
			return
		}
		if w.keeper.Book, err = ledger.Verify(w.entries, ledger.Evidence{}); err != nil { // what is refused is not written
			r.Fatal(err)
		}
	}
	for range rapid.IntRange(0, 12).Draw(r, "deeds") {
		w.now = w.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(r, "hours")) * time.Hour)
		who := []*association{w.isere, w.gard, w.owner}[rapid.IntRange(0, 2).Draw(r, "who")]
		hear := func(what ledger.Saying) {
			entries, _, err := w.keeper.Hear(who.say(t, w.keeper.Book, w.now, what), w.now)
			take(entries, err)
		}
		hold := 2
		if holds := w.keeper.Book.Holds(); len(holds) > 0 {
			hold = holds[rapid.IntRange(0, len(holds)-1).Draw(r, "hold")].Number
		}
		h, _ := w.keeper.Book.Hold(hold)
		switch rapid.SampledFrom([]string{"ask", "ask", "agree", "withdraw", "place", "leave", "drop", "tidy"}).Draw(r, "deed") {
		case "ask":
			from := december + ledger.Night(rapid.IntRange(0, 60).Draw(r, "from"))
			hear(ledger.Ask{Places: 1, Wait: rapid.Bool().Draw(r, "wait"), Stay: ledger.Stay{From: from, Until: from + ledger.Night(rapid.IntRange(1, 20).Draw(r, "nights"))}})
		case "agree":
			if len(h.Beds) > 0 {
				hear(ledger.Agree{Hold: hold, Beds: h.Beds, Stay: h.Stay})
			}
		case "withdraw":
			hear(ledger.Withdraw{Hold: hold})
		case "place":
			take(w.keeper.Place(hold, w.now))
		case "leave":
			if h.Stay.Nights() > 0 {
				hear(ledger.Leave{Hold: hold, Leaving: h.Stay.From + 1, Why: ledger.Earlier})
			}
		case "drop":
			take(w.keeper.Drop(hold, ledger.Unfit, w.now))
		case "tidy":
			take(w.keeper.Tidy(w.now))
		}
	}
	return w
}

// resigned is an entry that was changed and signed again, and all after it chained
// and signed anew, as a keeper that lies would.
func (w *world) resigned(r *rapid.T, i int, key ed25519.PrivateKey, change func(*ledger.Entry)) []ledger.Entry {
	list := slices.Clone(w.entries)
	change(&list[i])
	for at := i; at < len(list); at++ {
		by := w.owner.key
		if at == i {
			by = key
		} else {
			list[at].Previous = list[at-1].Hash()
		}
		e, err := ledger.Sign(list[at], by)
		if err != nil {
			r.Fatal(err)
		}
		list[at] = e
	}
	return list
}

// A true ledger is accepted, whatever happened; of one that is forged in any way the
// first entry that is bad is named, though its keeper signs the lie and all after it.
func TestEveryForgedLedgerIsNamedAtItsFirstBadEntry(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := lived(t, r)
		truth, err := ledger.Verify(w.entries, ledger.Evidence{Now: w.now, Receipts: w.entries})
		if err != nil || len(truth.Holds()) == 0 {
			r.Fatalf("a true ledger of %d entries: %v", len(w.entries), err)
		}
		n := len(w.entries)
		i := rapid.IntRange(1, n-1).Draw(r, "entry") // from 0 on: never the first
		named := func(what string, list []ledger.Entry, ev ledger.Evidence, want int, meaning ...error) {
			_, err := ledger.Verify(list, ev)
			fault, ok := errors.AsType[*ledger.Fault](err)
			if !ok || fault.Number != want {
				r.Fatalf("%s: %v, want entry %d of %d to be bad", what, err, want, len(list))
			}
			if len(meaning) > 0 && !slices.ContainsFunc(meaning, func(m error) bool { return errors.Is(err, m) }) {
				r.Fatalf("%s: bad because %v, want %v", what, err, meaning)
			}
		}
		none := ledger.Evidence{}
		if i < n-1 {
			named("left out", slices.Delete(slices.Clone(w.entries), i, i+1), none, i+1, ledger.ErrChain)
			swapped := slices.Clone(w.entries)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			named("swapped", swapped, none, i+1, ledger.ErrChain)
		}
		named("doubled", slices.Insert(slices.Clone(w.entries), i, w.entries[i]), none, i+2, ledger.ErrChain)
		named("cut off", w.entries[:i], ledger.Evidence{Receipts: w.entries[i:]}, i+1, ledger.ErrTruncated)
		named("signed by another", w.resigned(r, i, w.gard.key, func(*ledger.Entry) {}), none, i+1, ledger.ErrSignature)
		named("on another entry", w.resigned(r, i, w.owner.key, func(e *ledger.Entry) { e.Previous[rapid.IntRange(0, 31).Draw(r, "at")] ^= 1 }), none, i+1, ledger.ErrChain)
		back := w.entries[i-1].At.Add(-time.Duration(rapid.IntRange(1, 1e6).Draw(r, "back")) * time.Millisecond)
		named("earlier than the one before", w.resigned(r, i, w.owner.key, func(e *ledger.Entry) { e.At = back }), none, i+1, ledger.ErrClock)
		named("numbered otherwise", w.resigned(r, i, w.owner.key, func(e *ledger.Entry) { e.Number += rapid.IntRange(1, 9).Draw(r, "by") }), none, i+1, ledger.ErrChain)
		named("from the future", w.entries, ledger.Evidence{Now: w.entries[i].At.Add(-ledger.Skew - time.Millisecond)}, first(w.entries, w.entries[i].At.Add(-time.Millisecond)), ledger.ErrClock)
		w.changed(r, i)
		w.twice(r, named)
	})
}

// first is the number of the first entry that was made after a time.
func first(entries []ledger.Entry, at time.Time) int {
	return slices.IndexFunc(entries, func(e ledger.Entry) bool { return e.At.After(at) }) + 1
}

// changed changes one byte of the page on which an entry travels.
func (w *world) changed(r *rapid.T, i int) {
	text, err := ledger.EncodePage(w.entries)
	if err != nil {
		r.Fatal(err)
	}
	entry := encode(w.tb, w.entries[i])
	at := bytes.Index(text, entry) + rapid.IntRange(0, len(entry)-1).Draw(r, "byte")
	text[at] ^= byte(rapid.IntRange(1, 127).Draw(r, "with"))
	list, err := ledger.DecodePage(text)
	if err == nil {
		_, err = ledger.Verify(list, ledger.Evidence{})
	}
	if err == nil {
		r.Fatalf("a byte of entry %d was changed, and it holds", i+1)
	}
	if fault, ok := errors.AsType[*ledger.Fault](err); ok && fault.Number != i+1 {
		r.Fatalf("a byte of entry %d was changed: %v", i+1, err)
	}
}

// twice grants a bed that is somebody's to somebody else.
func (w *world) twice(r *rapid.T, named func(string, []ledger.Entry, ledger.Evidence, int, ...error)) {
	var taken []ledger.Hold
	for _, h := range w.keeper.Book.Holds() {
		if h.Standing.Takes() && len(h.Beds) > 0 {
			taken = append(taken, h)
		}
	}
	if len(taken) == 0 {
		return
	}
	h := rapid.SampledFrom(taken).Draw(r, "taken")
	night, last := h.Stay.Until-1-ledger.Night(rapid.IntRange(0, h.Stay.Nights()-1).Draw(r, "night")), w.entries[len(w.entries)-1].At
	if night <= ledger.NightOf(last) {
		return // nobody asks for a night that is over
	}
	s := w.gard.say(w.tb, w.keeper.Book, last, ledger.Ask{Places: 1, Stay: ledger.Stay{From: night, Until: night + 1}})
	kept := slices.Clone(w.entries)
	asked := w.follow(ledger.Asked{Statement: s})
	granted := w.follow(ledger.Granted{Hold: asked.Number, Beds: h.Beds[:1], Lease: asked.At.Add(time.Hour)})
	named("a bed twice", w.entries, ledger.Evidence{}, granted.Number)
	w.entries = kept
}

// TestEveryForgedVisitIsRefused holds what is signed of a visit to the same.
func TestEveryForgedVisitIsRefused(t *testing.T) {
	t.Parallel()
	key, other := newAssociation("rhone").key, newAssociation("gard").key
	seal, err := ledger.SealOf(key)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		at := noon.AddDate(0, 0, rapid.IntRange(-300, 300).Draw(r, "day"))
		lasts := rapid.IntRange(1, 365).Draw(r, "lasts")
		v := ledger.Visited{Home: home, By: "https://rhone.example/g/toit", At: at, Until: at.AddDate(0, 0, lasts)}
		read := func(by ed25519.PrivateKey, change func([]byte)) (ledger.Visited, error) {
			signed, err := ledger.SignVisited(by, v)
			if err != nil {
				r.Fatal(err)
			}
			text, err := signed.Encode()
			if err != nil {
				r.Fatal(err)
			}
			change(text)
			return ledger.DecodeVisited(text)
		}
		same := func([]byte) {}
		now := at.AddDate(0, 0, rapid.IntRange(0, lasts-1).Draw(r, "now"))
		truth, err := read(key, same)
		if err == nil {
			err = truth.Verify(seal, now)
		}
		if err != nil {
			r.Fatalf("a true one: %v", err)
		}
		if err := truth.Verify(seal, at.AddDate(0, 0, lasts+1)); !errors.Is(err, ledger.ErrClock) {
			r.Fatalf("when it is over: %v", err)
		}
		if err := truth.Verify(seal, at.AddDate(0, 0, -2)); !errors.Is(err, ledger.ErrClock) {
			r.Fatalf("before it was: %v", err)
		}
		forged, err := read(other, same)
		if err == nil {
			err = forged.Verify(seal, now)
		}
		if !errors.Is(err, ledger.ErrSignature) {
			r.Fatalf("signed by another: %v", err)
		}
		forged, err = read(key, func(text []byte) {
			text[rapid.IntRange(0, len(text)-1).Draw(r, "byte")] ^= byte(rapid.IntRange(1, 127).Draw(r, "with"))
		})
		if err == nil {
			err = forged.Verify(seal, now)
		}
		if err == nil {
			r.Fatal("a byte was changed, and it holds")
		}
	})
}
