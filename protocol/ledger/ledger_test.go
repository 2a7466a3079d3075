package ledger_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowebpki/jcs"

	"palier/protocol/ledger"
)

func TestABedIsPlacedAndBothHaveSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	hold := w.placed()
	if hold.Standing != ledger.Living || hold.By != w.isere.group || !slices.Equal(hold.Beds, []int{1}) {
		t.Errorf("got %+v", hold)
	}
	b, err := ledger.Verify(w.entries, ledger.Evidence{Now: w.now, Receipts: w.entries})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Taker(ledger.BedNight{Bed: 1, Night: night(t, "2026-12-24")}); got != hold.Number {
		t.Errorf("the bed is taken by %d on Christmas, want %d", got, hold.Number)
	}
	var signers []string
	for _, e := range w.entries {
		if s, ok := e.Statement(); ok {
			signers = append(signers, s.By)
		}
	}
	if want := []string{w.isere.group, w.isere.group}; !slices.Equal(signers, want) {
		t.Errorf("statements by %v, want %v", signers, want)
	}
}

func TestASecondHoldIsToldUntilWhen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.placed()
	ask := ledger.Ask{Places: 1, Stay: stay(t, "2026-12-20", "2027-01-10")}
	entries, refusal := w.hear(w.gard.say(t, w.keeper.Book, w.now, ask))
	if len(entries) != 0 || refusal == nil || refusal.Why != ledger.Taken {
		t.Fatalf("got %d entries and %v, want a refusal for what is taken", len(entries), refusal)
	}
	if want := night(t, "2027-01-01").Date(); !refusal.Free.Equal(want) {
		t.Errorf("free from %s, want %s", refusal.Free, want)
	}
	ask.Stay = stay(t, "2027-01-01", "2027-01-10")
	if entries, refusal = w.hear(w.gard.say(t, w.keeper.Book, w.now, ask)); refusal != nil || len(entries) != 2 {
		t.Errorf("the day one leaves another can come: got %d entries, %v", len(entries), refusal)
	}
}

func TestTheQueueIsServedInItsOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	december := stay(t, "2026-12-01", "2027-01-01")
	first, _ := w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: december}))
	second, _ := w.hear(w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: december, Wait: true}))
	w.now = w.now.Add(time.Minute)
	third, _ := w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: december, Wait: true}))
	if queue := w.keeper.Book.Queue(); len(queue) != 2 || queue[0].Number != second[0].Number || queue[1].Number != third[0].Number {
		t.Fatalf("got queue %+v", queue)
	}
	w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Withdraw{Hold: first[0].Number}))
	if got := w.standing(second[0].Number); got != ledger.Held {
		t.Errorf("the first who waited is %s, want held", got)
	}
	if got := w.standing(third[0].Number); got != ledger.Waiting {
		t.Errorf("the second who waited is %s, want waiting", got)
	}
	if _, err := ledger.Verify(w.entries, ledger.Evidence{}); err != nil {
		t.Error(err)
	}
}

func TestALeaseThatEndsFreesTheBed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	december := stay(t, "2026-12-02", "2027-01-01")
	entries, _ := w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: december}))
	hold, _ := w.keeper.Book.Hold(entries[0].Number)
	if want := noon.Add(ledger.MaxLease); !hold.Lease.Equal(want) || !w.keeper.Book.Due().Equal(want) {
		t.Fatalf("lease until %s, due %s, want %s", hold.Lease, w.keeper.Book.Due(), want)
	}
	w.now = hold.Lease
	late := ledger.Agree{Hold: hold.Number, Beds: hold.Beds, Stay: hold.Stay}
	if _, refusal := w.hear(w.isere.say(t, w.keeper.Book, w.now, late)); refusal == nil || refusal.Why != ledger.LeaseOver {
		t.Errorf("agreeing when the lease is over: got %v", refusal)
	}
	if got := w.standing(hold.Number); got != ledger.HasLapsed {
		t.Errorf("the hold is %s", got)
	}
	if got := w.keeper.Book.Free(december); len(got) != 1 {
		t.Errorf("free beds %v", got)
	}
	if _, err := ledger.Verify(w.entries, ledger.Evidence{}); err != nil {
		t.Error(err)
	}
}

// A keeper grants nothing to one who was expelled meanwhile, however they wait;
// the next in the queue is served, and where somebody of theirs lives they stay.
func TestWhoIsExpelledHasNothingGranted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	lives := w.placed()
	january := stay(t, "2027-01-02", "2027-01-10")
	held, _ := w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: january}))
	waits, _ := w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: january, Wait: true}))
	next, _ := w.hear(w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: january, Wait: true}))
	w.keeper.Expelled = func(h ledger.Hold) bool { return h.By == w.isere.group }
	w.must(w.keeper.Tidy(w.now))
	for what, c := range map[string]struct {
		hold int
		want ledger.Standing
	}{
		"who lives there": {lives.Number, ledger.Living}, "what was held": {held[0].Number, ledger.WasDropped},
		"what waited": {waits[0].Number, ledger.WasDropped}, "the next": {next[0].Number, ledger.Held},
	} {
		if got := w.standing(c.hold); got != c.want {
			t.Errorf("%s is %s, want %s", what, got, c.want)
		}
	}
	h, _ := w.keeper.Book.Hold(held[0].Number)
	if _, refusal := w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Agree{Hold: h.Number, Beds: h.Beds, Stay: h.Stay})); refusal == nil || refusal.Why != ledger.WasFreed {
		t.Errorf("agreeing to what was dropped: got %v", refusal)
	}
	if _, err := ledger.Verify(w.entries, ledger.Evidence{}); err != nil {
		t.Error(err)
	}
}

func TestAnAgreementOfOneWhoIsExpelledIsNotPlaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	december := stay(t, "2026-12-01", "2027-01-01")
	entries, _ := w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: december}))
	hold, _ := w.keeper.Book.Hold(entries[0].Number)
	w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Agree{Hold: hold.Number, Beds: hold.Beds, Stay: hold.Stay}))
	w.keeper.Expelled = func(ledger.Hold) bool { return true }
	if _, err := w.keeper.Place(hold.Number, w.now); !errors.Is(err, ledger.ErrForbidden) {
		t.Errorf("placed: got %v", err)
	}
	if got := w.standing(hold.Number); got != ledger.WasDropped {
		t.Errorf("the hold is %s", got)
	}
}

func TestAKeeperTakesBackWhatItGranted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	lives := w.placed()
	january := stay(t, "2027-01-02", "2027-01-10")
	held, _ := w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: january}))
	w.must(w.keeper.Drop(held[0].Number, ledger.Unfit, w.now))
	if got := w.keeper.Book.Free(january); w.standing(held[0].Number) != ledger.WasDropped || len(got) != 1 {
		t.Errorf("the hold is %s, free are %v", w.standing(held[0].Number), got)
	}
	for what, hold := range map[string]int{"twice": held[0].Number, "of one who lives there": lives.Number, "that is none": 99} {
		if _, err := w.keeper.Drop(hold, ledger.Unfit, w.now); !errors.Is(err, ledger.ErrForbidden) {
			t.Errorf("a hold %s: got %v", what, err)
		}
	}
	if _, err := w.keeper.Drop(held[0].Number, "gossip", w.now); !errors.Is(err, ledger.ErrMalformed) {
		t.Errorf("for a cause that is none: got %v", err)
	}
	if _, err := ledger.Verify(w.entries, ledger.Evidence{}); err != nil {
		t.Error(err)
	}
}

func TestWhatIsSaidTwiceIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	s := w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: stay(t, "2026-12-01", "2026-12-05")})
	first, _ := w.hear(s)
	w.now = w.now.Add(48 * time.Hour) // however late the second comes
	again, refusal := w.hear(s)
	if len(first) != 2 || len(again) != 0 || refusal != nil {
		t.Errorf("first %d entries, then %d and %v", len(first), len(again), refusal)
	}
	other, err := ledger.Speak(w.isere.key, ledger.Statement{ID: s.ID, Ledger: s.Ledger, By: s.By, At: w.now, Saying: ledger.Withdraw{Hold: first[0].Number}})
	if err != nil {
		t.Fatal(err)
	}
	if _, refusal := w.hear(other); refusal == nil || refusal.Why != ledger.Again {
		t.Errorf("another statement with its id: got %v", refusal)
	}
}

func TestStatementsThatAreRefused(t *testing.T) {
	t.Parallel()
	december := stay(t, "2026-12-01", "2027-01-01")
	for name, c := range map[string]struct {
		say  func(*world, ledger.Hold) ledger.Statement
		want ledger.Why
	}{
		"before the home is offered": {func(w *world, _ ledger.Hold) ledger.Statement {
			return w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: stay(t, "2026-11-29", "2026-12-02")})
		}, ledger.BadDates},
		"more beds than there are": {func(w *world, _ ledger.Hold) ledger.Statement {
			return w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 3, Stay: december})
		}, ledger.TooMany},
		"said yesterday": {func(w *world, _ ledger.Hold) ledger.Statement {
			return w.gard.say(t, w.keeper.Book, w.now.Add(-25*time.Hour), ledger.Ask{Places: 1, Stay: december})
		}, ledger.BadClock},
		"said tomorrow": {func(w *world, _ ledger.Hold) ledger.Statement {
			return w.gard.say(t, w.keeper.Book, w.now.Add(time.Hour), ledger.Ask{Places: 1, Stay: december})
		}, ledger.BadClock},
		"other nights than were granted": {func(w *world, h ledger.Hold) ledger.Statement {
			return w.isere.say(t, w.keeper.Book, w.now, ledger.Agree{Hold: h.Number, Beds: h.Beds, Stay: stay(t, "2026-12-01", "2027-01-15")})
		}, ledger.Different},
		"other beds than were granted": {func(w *world, h ledger.Hold) ledger.Statement {
			return w.isere.say(t, w.keeper.Book, w.now, ledger.Agree{Hold: h.Number, Beds: []int{2}, Stay: h.Stay})
		}, ledger.Different},
		"the hold of another": {func(w *world, h ledger.Hold) ledger.Statement {
			return w.gard.say(t, w.keeper.Book, w.now, ledger.Agree{Hold: h.Number, Beds: h.Beds, Stay: h.Stay})
		}, ledger.NoHold},
		"a hold that is none": {func(w *world, h ledger.Hold) ledger.Statement {
			return w.isere.say(t, w.keeper.Book, w.now, ledger.Withdraw{Hold: 1})
		}, ledger.NoHold},
		"leaving before anybody came": {func(w *world, h ledger.Hold) ledger.Statement {
			return w.isere.say(t, w.keeper.Book, w.now, ledger.Leave{Hold: h.Number, Leaving: h.Stay.From, Why: ledger.Earlier})
		}, ledger.NoHold},
		"about another home": {func(w *world, h ledger.Hold) ledger.Statement {
			s := w.isere.say(t, w.keeper.Book, w.now, ledger.Withdraw{Hold: h.Number})
			s.Ledger = "https://rhone.example/h/2"
			return s
		}, ledger.Elsewhere},
		"with another's signature": {func(w *world, h ledger.Hold) ledger.Statement {
			s := w.gard.say(t, w.keeper.Book, w.now, ledger.Withdraw{Hold: h.Number})
			s.By = w.isere.group
			return s
		}, ledger.BadSeal},
		"who has seen an entry that is not there": {func(w *world, h ledger.Hold) ledger.Statement {
			more := *w
			more.entries = slices.Clone(w.entries)
			s, err := ledger.Speak(w.isere.key, ledger.Statement{
				ID: "AAAAAAAAAAAAAAAAAAAAAA", Ledger: home, By: w.isere.group, Seen: ledger.Mark{Number: 9, Hash: ledger.Hash{1}}, At: w.now, Saying: ledger.Withdraw{Hold: h.Number},
			})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}, ledger.Unlike},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 2)
			entries, _ := w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: december}))
			hold, _ := w.keeper.Book.Hold(entries[0].Number)
			before := w.keeper.Book.Newest()
			if _, refusal := w.hear(c.say(w, hold)); refusal == nil || refusal.Why != c.want {
				t.Errorf("got %v, want %s", refusal, c.want)
			}
			if w.keeper.Book.Newest() != before {
				t.Error("a refused statement wrote something")
			}
		})
	}
}

func TestWhoLeavesEarlierFreesTheNightsAfter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	hold := w.placed()
	w.now = w.now.Add(24 * time.Hour)
	leaving := night(t, "2026-12-15")
	w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Leave{Hold: hold.Number, Leaving: leaving, Why: ledger.Earlier}))
	b := w.keeper.Book
	if b.Taker(ledger.BedNight{Bed: 1, Night: leaving - 1}) != hold.Number || b.Taker(ledger.BedNight{Bed: 1, Night: leaving}) != 0 {
		t.Error("the nights from the leaving on should be free, and those before not")
	}
	ask := ledger.Ask{Places: 1, Stay: stay(t, "2026-12-14", "2026-12-20")}
	if _, refusal := w.hear(w.gard.say(t, b, w.now, ask)); refusal == nil || refusal.Why != ledger.Taken || !refusal.Free.Equal(leaving.Date()) {
		t.Errorf("who comes before they left is told %+v, want until when", refusal)
	}
	if _, err := w.keeper.End(hold.Number, leaving, ledger.Finished, w.now); !errors.Is(err, ledger.ErrForbidden) {
		t.Errorf("ending twice: got %v", err)
	}
	last, err := w.keeper.Close(w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.entries = append(w.entries, last)
	if _, err := ledger.Verify(w.entries, ledger.Evidence{}); err != nil {
		t.Error(err)
	}
}

func TestOneWhoLivesThereKeepsALedgerOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.placed()
	if _, err := w.keeper.Close(w.now); !errors.Is(err, ledger.ErrForbidden) {
		t.Errorf("got %v", err)
	}
}

func TestAClockThatWentBackPromisesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.now = noon.Add(-time.Hour)
	s := w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: stay(t, "2026-12-01", "2026-12-05")})
	if _, _, err := w.keeper.Hear(s, w.now); !errors.Is(err, ledger.ErrClock) {
		t.Errorf("got %v", err)
	}
}

// TestAForgedLedgerIsNamedAtItsFirstBadEntry lets the keeper lie: it signs what
// it forged again, and the chain behind it too.
func TestAForgedLedgerIsNamedAtItsFirstBadEntry(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		forge func(*world) []ledger.Entry
		at    int
		want  error
	}{
		"a signature of nobody": {func(w *world) []ledger.Entry {
			w.entries[2] = forge(t, w.entries[2], `"beds":[1]`, `"beds":[2]`, nil)
			return w.entries
		}, 3, ledger.ErrSignature},
		"a bed granted to two": {func(w *world) []ledger.Entry {
			s := w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: stay(t, "2026-12-24", "2026-12-26")})
			asked := w.follow(ledger.Asked{Statement: s})
			w.follow(ledger.Granted{Hold: asked.Number, Beds: []int{1}, Lease: asked.At.Add(time.Hour)})
			return w.entries
		}, 7, ledger.ErrTaken},
		"a lease of a month": {func(w *world) []ledger.Entry {
			s := w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: stay(t, "2027-02-01", "2027-02-05")})
			asked := w.follow(ledger.Asked{Statement: s})
			w.follow(ledger.Granted{Hold: asked.Number, Beds: []int{1}, Lease: asked.At.Add(30 * 24 * time.Hour)})
			return w.entries
		}, 7, ledger.ErrClock},
		"an entry left out": {func(w *world) []ledger.Entry {
			return slices.Delete(w.entries, 1, 2)
		}, 2, ledger.ErrChain},
		"two entries changed about": {func(w *world) []ledger.Entry {
			w.entries[1], w.entries[2] = w.entries[2], w.entries[1]
			return w.entries
		}, 2, ledger.ErrChain},
		"a placement nobody agreed to": {func(w *world) []ledger.Entry {
			s := w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: stay(t, "2027-02-01", "2027-02-05")})
			asked := w.follow(ledger.Asked{Statement: s})
			w.follow(ledger.Granted{Hold: asked.Number, Beds: []int{1}, Lease: asked.At.Add(time.Hour)})
			w.follow(ledger.Placed{Hold: asked.Number})
			return w.entries
		}, 8, ledger.ErrForbidden},
		"the signature of another on what one said": {func(w *world) []ledger.Entry {
			s := w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: stay(t, "2027-02-01", "2027-02-05")})
			s.By = w.isere.group
			w.follow(ledger.Asked{Statement: s})
			return w.entries
		}, 6, ledger.ErrSignature},
		"a queue that was jumped": {func(w *world) []ledger.Entry {
			february := stay(t, "2027-02-01", "2027-02-05")
			w.follow(ledger.Asked{Statement: w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: february, Wait: true})})
			second := w.follow(ledger.Asked{Statement: w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: february, Wait: true})})
			w.follow(ledger.Granted{Hold: second.Number, Beds: []int{1}, Lease: second.At.Add(time.Hour)})
			return w.entries
		}, 8, ledger.ErrForbidden},
		"a lapse before its time": {func(w *world) []ledger.Entry {
			s := w.gard.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: stay(t, "2027-02-01", "2027-02-05")})
			asked := w.follow(ledger.Asked{Statement: s})
			w.follow(ledger.Lapsed{Hold: asked.Number})
			return w.entries
		}, 7, ledger.ErrClock},
		"one who lives there put out": {func(w *world) []ledger.Entry {
			w.follow(ledger.Dropped{Hold: 2, Why: ledger.Expelled})
			return w.entries
		}, 6, ledger.ErrForbidden},
		"nothing at all": {func(*world) []ledger.Entry { return nil }, 1, ledger.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1)
			w.placed()
			_, err := ledger.Verify(c.forge(w), ledger.Evidence{})
			fault, ok := errors.AsType[*ledger.Fault](err)
			if !ok || fault.Number != c.at || !errors.Is(err, c.want) {
				t.Errorf("got %v, want entry %d to be bad because %q", err, c.at, c.want)
			}
		})
	}
}

// follow adds an entry whatever its own book thinks of it, as a keeper that
// lies would.
func (w *world) follow(d ledger.Deed) ledger.Entry {
	w.tb.Helper()
	last := w.entries[len(w.entries)-1]
	e, err := ledger.Sign(ledger.Entry{Ledger: home, Number: last.Number + 1, Previous: last.Hash(), At: last.At, Deed: d}, w.owner.key)
	if err != nil {
		w.tb.Fatal(err)
	}
	w.entries = append(w.entries, e)
	return e
}

func TestAReceiptShowsWhatWasCutOffOrRewritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.placed()
	receipt := w.entries[len(w.entries)-1]
	_, err := ledger.Verify(w.entries[:3], ledger.Evidence{Receipts: []ledger.Entry{receipt}})
	if fault, ok := errors.AsType[*ledger.Fault](err); !ok || fault.Number != 4 || !errors.Is(err, ledger.ErrTruncated) {
		t.Errorf("a ledger that was cut off: got %v", err)
	}
	other := newWorld(t, 1)
	other.now = noon.Add(time.Minute)
	other.placed()
	other.entries[0] = w.entries[0]
	rewritten := []ledger.Entry{w.entries[0]}
	w2 := newWorld(t, 1)
	w2.entries = rewritten
	w2.now = noon.Add(2 * time.Hour)
	for range 4 {
		w2.isere.said += 10
		w2.follow(ledger.Asked{Statement: w2.isere.say(t, w2.keeper.Book, noon, ledger.Ask{Places: 1, Stay: stay(t, "2026-12-01", "2026-12-05"), Wait: true})})
	}
	_, err = ledger.Verify(w2.entries, ledger.Evidence{Receipts: []ledger.Entry{receipt}})
	if fault, ok := errors.AsType[*ledger.Fault](err); !ok || fault.Number != 5 || !errors.Is(err, ledger.ErrForked) {
		t.Errorf("a ledger that was rewritten: got %v", err)
	}
	forged := forge(t, receipt, `"hold":2`, `"hold":3`, w.gard.key)
	if _, err := ledger.Verify(w.entries, ledger.Evidence{Receipts: []ledger.Entry{forged}}); !errors.Is(err, ledger.ErrSignature) {
		t.Errorf("a receipt that the keeper did not sign: got %v", err)
	}
}

func TestDocumentsHaveOneForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.placed()
	for _, e := range w.entries {
		text := encode(t, e)
		canonical, err := jcs.Transform(text)
		if err != nil || !bytes.Equal(text, canonical) {
			t.Errorf("%s is not in canonical form (%v)", text, err)
		}
		for name, other := range map[string][]byte{
			"a space more":       bytes.Replace(text, []byte(`,"`), []byte(`, "`), 1),
			"a name more":        bytes.Replace(text, []byte(`{"at"`), []byte(`{"address":"1 rue","at"`), 1),
			"a name twice":       bytes.Replace(text, []byte(`{"at"`), []byte(`{"at":"2026-01-01T00:00:00.000Z","at"`), 1),
			"another case":       bytes.Replace(text, []byte(`"ledger"`), []byte(`"Ledger"`), 1),
			"something behind":   append(slices.Clone(text), '\n'),
			"a member of others": bytes.Replace(text, []byte(`{"kind"`), []byte(`{"hold":7,"kind"`), 1),
		} {
			if bytes.Equal(other, text) {
				continue
			}
			if got, err := ledger.DecodeEntry(other); !errors.Is(err, ledger.ErrMalformed) && !errors.Is(err, ledger.ErrChain) {
				t.Errorf("with %s: got %v, %v", name, got, err)
			}
		}
	}
}

// TestLedgersNameNobodyAndNoPlace walks every name that a ledger can hold.
func TestLedgersNameNobodyAndNoPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	hold := w.placed()
	w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Leave{Hold: hold.Number, Leaving: hold.Stay.Until, Why: ledger.Finished}))
	dropped, _ := w.hear(w.isere.say(t, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: stay(t, "2027-01-02", "2027-01-10")}))
	w.must(w.keeper.Drop(dropped[0].Number, ledger.Unfit, w.now))
	allowed := []string{
		"at", "beds", "by", "deed", "from", "hash", "hold", "id", "kind", "lease", "leaving", "ledger", "number", "owner", "places",
		"previous", "saying", "seal", "seen", "signature", "statement", "stay", "until", "wait", "why",
	}
	for _, e := range w.entries {
		for i, part := range strings.Split(string(encode(t, e)), `":`) {
			name := part[strings.LastIndexByte(part, '"')+1:]
			if i < strings.Count(string(encode(t, e)), `":`) && !slices.Contains(allowed, name) {
				t.Errorf("a ledger holds a %q", name)
			}
		}
	}
}

func TestASealIsAKeyOfEd25519(t *testing.T) {
	t.Parallel()
	a := newAssociation("rhone")
	seal, err := ledger.SealOf(a.key)
	if err != nil || !strings.HasPrefix(string(seal), "z6Mk") {
		t.Errorf("got %s, %v", seal, err)
	}
}
