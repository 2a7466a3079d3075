package housing_test

import (
	"errors"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// rounds is how many times a hundred histories are tried: once each time, as many
// as PALIER_HOUSING_HISTORIES says when somebody wants to be sure.
func rounds(t *testing.T) int {
	t.Helper()
	const each = 100 // of rapid, unless -rapid.checks says otherwise
	s := os.Getenv("PALIER_HOUSING_HISTORIES")
	if s == "" {
		return 1
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return (n + each - 1) / each
}

// TestNoBedIsEverPromisedTwice tells random histories of one home that two other
// associations and its own ask for, while messages are lost, doubled and said
// again days later, servers are killed between any two steps, clocks are off and
// partners lie. After each step the whole ledger is verified from outside, the
// beds in the database are those of the ledger, and whatever anybody was ever
// told stands in it.
func TestNoBedIsEverPromisedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rhone := w.side(t, "rhone", storetest.Open(t, store.SQLite))
	isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
	gard := w.side(t, "gard", storetest.Open(t, store.SQLite))
	isere.sees(rhone)
	gard.sees(rhone)
	for i := range rounds(t) {
		ok := t.Run(strconv.Itoa(i), func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) { tell(r, w, rhone, isere, gard) })
		})
		if !ok {
			return
		}
	}
}

// history is one home and what was asked of it.
type history struct {
	r      *rapid.T
	w      *world
	keeper *side
	all    []*side
	home   instance.Listing
	holds  map[*side][]instance.ID
	// gone is how long the ledger was when somebody was expelled.
	gone map[*side]int
	// told is the newest entry that anybody was ever told.
	told []ledger.Mark
}

func tell(r *rapid.T, w *world, keeper *side, partners ...*side) {
	for _, s := range append(partners, keeper) {
		s.skew = 0
	}
	w.loseSaying, w.loseAnswer, w.twice, w.cut, w.heard = false, false, false, false, nil
	h := &history{r: r, w: w, keeper: keeper, all: append([]*side{keeper}, partners...), holds: map[*side][]instance.ID{}, gone: map[*side]int{}}
	for _, s := range partners {
		h.back(s)
	}
	h.home = keeper.offer(rapid.IntRange(1, 2).Draw(r, "places"))
	r.Repeat(map[string]func(*rapid.T){
		"ask": h.ask, "agree": h.agree, "withdraw": h.withdraw, "leave": h.leave, "place": h.place, "end": h.end, "wait": h.wait,
		"fault": h.fault, "say again": h.sayAgain, "replay": h.replay, "lie": h.lie, "kill": h.kill, "skew": h.skew, "sweep": h.sweep, "drop": h.drop, "expel": h.expel, "stay on": h.stayOn, "": h.check,
	})
}

// fine fails for errors that no fault explains.
func (h *history) fine(err error) {
	for _, expected := range []error{instance.ErrUnreachable, instance.ErrConflict, instance.ErrForbidden, instance.ErrInvalid, instance.ErrNotFound} {
		if errors.Is(err, expected) {
			return
		}
	}
	if err != nil {
		h.r.Fatal(err)
	}
}

func (h *history) someone() *side { return h.all[rapid.IntRange(0, len(h.all)-1).Draw(h.r, "who")] }

// something is a hold that somebody has; it skips if there is none.
func (h *history) something() (*side, instance.Hold) {
	s := h.someone()
	if len(h.holds[s]) == 0 {
		h.r.Skip("nothing was asked")
	}
	return s, s.hold(rapid.SampledFrom(h.holds[s]).Draw(h.r, "hold"))
}

func (h *history) ask(r *rapid.T) {
	s := h.someone()
	from := h.home.Stay.From + ledger.Night(rapid.IntRange(0, 6).Draw(r, "from"))
	ask := ledger.Ask{
		Places: rapid.IntRange(1, 2).Draw(r, "beds"), Wait: rapid.Bool().Draw(r, "wait"),
		Stay: ledger.Stay{From: from, Until: from + ledger.Night(rapid.IntRange(1, 5).Draw(r, "nights"))},
	}
	hold, err := s.housing.Ask(s.tb.Context(), s.worker, s.programme.Group.ID, h.home.URI, ask, 0)
	h.fine(err)
	if err == nil {
		h.holds[s] = append(h.holds[s], hold.ID)
	}
}

// stayOn asks for the nights after those in which somebody lives there, as a renewal
// does: they may be promised to others by then.
func (h *history) stayOn(r *rapid.T) {
	s, hold := h.something()
	more := ledger.Ask{Places: hold.Places, Stay: ledger.Stay{From: hold.Stay.Until, Until: hold.Stay.Until + ledger.Night(rapid.IntRange(1, 6).Draw(r, "more nights"))}}
	next, err := s.housing.Ask(s.tb.Context(), s.worker, s.programme.Group.ID, h.home.URI, more, 0)
	h.fine(err)
	if err != nil {
		return
	}
	h.holds[s] = append(h.holds[s], next.ID)
	if next.State == instance.HoldRefused && next.Why == ledger.Taken && next.Free.IsZero() {
		r.Fatalf("the nights are taken, and nobody says until when: %+v", next)
	}
	if before := s.hold(hold.ID); before.Stay != hold.Stay {
		r.Fatalf("a stay of %s is one of %s before anybody granted it", hold.Stay, before.Stay)
	}
}

func (h *history) agree(*rapid.T) {
	s, hold := h.something()
	_, err := s.housing.Agree(s.tb.Context(), s.worker, hold.ID)
	h.fine(err)
}

func (h *history) withdraw(*rapid.T) {
	s, hold := h.something()
	_, err := s.housing.Withdraw(s.tb.Context(), s.worker, hold.ID)
	h.fine(err)
}

func (h *history) leave(r *rapid.T) {
	s, hold := h.something()
	leaving := hold.Stay.From + ledger.Night(rapid.IntRange(0, 6).Draw(r, "leaving"))
	_, err := s.housing.Leave(s.tb.Context(), s.worker, hold.ID, leaving, ledger.Earlier)
	h.fine(err)
}

func (h *history) place(*rapid.T) {
	_, hold := h.something()
	h.fine(h.keeper.housing.Place(h.keeper.tb.Context(), h.keeper.lead, h.home.ID, hold.Number))
}

func (h *history) end(r *rapid.T) {
	_, hold := h.something()
	leaving := hold.Stay.From + ledger.Night(rapid.IntRange(0, 6).Draw(r, "leaving"))
	h.fine(h.keeper.housing.End(h.keeper.tb.Context(), h.keeper.lead, h.home.ID, hold.Number, leaving, ledger.Finished))
}

func (h *history) drop(*rapid.T) {
	_, hold := h.something()
	h.fine(h.keeper.housing.Drop(h.keeper.tb.Context(), h.keeper.lead, h.home.ID, hold.Number))
}

// expel ends that a partner sees the home, or lets it see it again.
func (h *history) expel(r *rapid.T) {
	s := h.all[rapid.IntRange(1, len(h.all)-1).Draw(r, "partner")]
	if rapid.Bool().Draw(r, "again") {
		h.back(s)
		return
	}
	err := h.keeper.housing.Expel(h.keeper.tb.Context(), h.keeper.lead, h.keeper.programme.Group.ID, h.keeper.knows(s).ID)
	h.fine(err)
	h.w.deliver()
	if err == nil {
		h.gone[s] = len(h.keeper.entries(h.home.ID))
	}
}

// back has a partner that may have been expelled see the homes of the keeper.
func (h *history) back(s *side) {
	h.fine(h.keeper.housing.Accredit(s.tb.Context(), h.keeper.lead, h.keeper.programme.Group.ID, h.keeper.knows(s).ID, s.programme.Seal))
	h.w.deliver()
	delete(h.gone, s)
}

func (h *history) wait(r *rapid.T) {
	h.w.mu.Lock()
	defer h.w.mu.Unlock()
	h.w.at = h.w.at.Add(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 24 * time.Hour, ledger.MaxLease}).Draw(r, "time"))
}

// fault decides what happens to the next thing that is said.
func (h *history) fault(r *rapid.T) {
	h.w.loseSaying, h.w.loseAnswer, h.w.twice = rapid.Bool().Draw(r, "lost"), rapid.Bool().Draw(r, "unanswered"), rapid.Bool().Draw(r, "twice")
	h.w.cut = rapid.IntRange(0, 4).Draw(r, "cut") == 0
}

// sayAgain is what the job does about something that nobody answered.
func (h *history) sayAgain(*rapid.T) {
	s := h.someone()
	rows, err := s.db.Read().Query(s.tb.Context(), `SELECT id FROM housing_statements WHERE outcome = 'open'`)
	h.fine(err)
	var open []string
	for rows.Next() {
		var id string
		h.fine(rows.Scan(&id))
		open = append(open, id)
	}
	h.fine(errors.Join(rows.Err(), rows.Close()))
	for _, id := range open {
		h.fine(s.housing.SayAgainNow(s.tb.Context(), id))
	}
}

// replay says once more what was said at any time before, by whoever it was.
func (h *history) replay(r *rapid.T) {
	if len(h.w.heard) == 0 {
		r.Skip("nothing was said")
	}
	x := rapid.SampledFrom(h.w.heard).Draw(r, "statement")
	before := len(h.keeper.entries(h.home.ID))
	a, err := h.keeper.housing.Hear(h.keeper.tb.Context(), x[0], x[1], []byte(x[2]))
	h.fine(err)
	for _, e := range h.keeper.entries(h.home.ID)[before:] {
		if s, ok := e.Statement(); ok && a.Refusal == nil {
			if text, _ := s.Encode(); string(text) == x[2] && countOf(h.keeper.entries(h.home.ID), x[2]) > 1 {
				r.Fatalf("a statement was heard twice: %s", x[2])
			}
		}
	}
}

func countOf(entries []ledger.Entry, statement string) (n int) {
	for _, e := range entries {
		if s, ok := e.Statement(); ok {
			if text, _ := s.Encode(); string(text) == statement {
				n++
			}
		}
	}
	return n
}

// lie changes what somebody said before, and says that.
func (h *history) lie(r *rapid.T) {
	if len(h.w.heard) == 0 {
		r.Skip("nothing was said")
	}
	x := rapid.SampledFrom(h.w.heard).Draw(r, "statement")
	b := []byte(x[2])
	i := rapid.IntRange(0, len(b)-1).Draw(r, "at")
	b[i] ^= byte(rapid.IntRange(1, 127).Draw(r, "with"))
	before := h.keeper.entries(h.home.ID)
	a, err := h.keeper.housing.Hear(h.keeper.tb.Context(), h.someone().programme.Group.URI, x[1], b)
	h.fine(err)
	if err == nil && a.Refusal == nil {
		r.Fatalf("a lie was taken: %s", b)
	}
	for _, e := range h.keeper.entries(h.home.ID)[len(before):] {
		if _, ok := e.Deed.(ledger.Asked); ok {
			r.Fatalf("a lie led to %+v", e)
		}
	}
}

// kill has a server begin again with nothing but its database.
func (h *history) kill(*rapid.T) { h.someone().restart() }

func (h *history) skew(r *rapid.T) {
	s := h.all[rapid.IntRange(1, len(h.all)-1).Draw(r, "whose clock")]
	s.skew = time.Duration(rapid.IntRange(-90, 15).Draw(r, "minutes")) * time.Minute
}

func (h *history) sweep(*rapid.T) {
	for _, s := range h.all {
		h.fine(s.housing.SweepNow(s.tb.Context()))
	}
	h.fine(h.keeper.housing.ShareNow(h.keeper.tb.Context(), housing.Share{Listing: h.home.ID}))
	h.w.deliver()
	for _, s := range h.all[1:] {
		h.fine(s.housing.LookNow(s.tb.Context(), housing.Look{Programme: s.programme.Group.ID, Home: h.home.URI}))
	}
}

// check is what holds after every step.
func (h *history) check(r *rapid.T) {
	entries := h.keeper.entries(h.home.ID)
	book, err := ledger.Verify(entries, ledger.Evidence{})
	if err != nil {
		r.Fatalf("the ledger does not hold: %v", err)
	}
	h.checkBeds(r, book)
	for _, mark := range h.told {
		if err := book.Shows(mark); err != nil {
			r.Fatalf("what somebody was told is lost: %v", err)
		}
	}
	for _, s := range h.all {
		h.checkBelief(r, s, book)
	}
	h.checkGone(r, entries, book)
	if want := instance.StepsByLedger(h.keeper.state(h.home.ID), book, ledger.NightOf(h.keeper.now())); len(want) > 1 {
		r.Fatalf("the home is %s, %d steps behind its ledger", h.keeper.state(h.home.ID), len(want))
	}
}

// checkGone: once somebody is expelled nothing is granted to them, and nobody of
// theirs is placed.
func (h *history) checkGone(r *rapid.T, entries []ledger.Entry, book *ledger.Book) {
	for s, since := range h.gone {
		for _, e := range entries[since:] {
			hold := 0
			switch d := e.Deed.(type) {
			case ledger.Granted:
				hold = d.Hold
			case ledger.Placed:
				hold = d.Hold
			}
			if of, ok := book.Hold(hold); ok && of.By == s.programme.Group.URI {
				r.Fatalf("entry %d gives %s something, which was expelled", e.Number, s.host)
			}
		}
	}
}

// checkBeds counts beds by itself: from who lives and holds, not from the book's
// own nights.
func (h *history) checkBeds(r *rapid.T, book *ledger.Book) {
	taken := map[ledger.BedNight]int{}
	for _, hold := range book.Holds() {
		if !hold.Standing.Takes() {
			continue
		}
		for _, bed := range hold.Beds {
			for n := hold.Stay.From; n < hold.Stay.Until; n++ {
				at := ledger.BedNight{Bed: bed, Night: n}
				if other := taken[at]; other != 0 {
					r.Fatalf("bed %d in the night of %s is that of holds %d and %d", bed, n, other, hold.Number)
				}
				taken[at] = hold.Number
			}
		}
	}
	for at, hold := range taken {
		if got := h.keeper.one(`SELECT COALESCE(MAX(hold), 0) FROM housing_nights WHERE listing_id = $1 AND bed = $2 AND night = $3`, h.home.ID, at.Bed, int64(at.Night)); int(got) != hold {
			r.Fatalf("bed %d in the night of %s is that of %d in the database, of %d in the ledger", at.Bed, at.Night, got, hold)
		}
	}
	// Nights that were lived stay in the database when somebody leaves.
	var lived int
	for _, hold := range book.Holds() {
		if hold.Standing == ledger.HasEnded {
			lived += len(hold.Beds) * hold.Stay.Nights()
		}
	}
	if got := h.keeper.one(`SELECT COUNT(*) FROM housing_nights WHERE listing_id = $1`, h.home.ID); int(got) != len(taken)+lived {
		r.Fatalf("%d nights in the database, %d in the ledger", got, len(taken)+lived)
	}
}

// checkBelief: nobody believes to hold or to have placed what the ledger never
// said, and what anybody has of the ledger stands in it.
func (h *history) checkBelief(r *rapid.T, s *side, book *ledger.Book) {
	for _, id := range h.holds[s] {
		hold := s.hold(id)
		if hold.Number == 0 {
			if hold.State == instance.HoldHeld || hold.State == instance.HoldAgreed || hold.State == instance.HoldPlaced {
				r.Fatalf("%s believes a hold that is in no ledger to be %s", s.host, hold.State)
			}
			continue
		}
		actual, ok := book.Hold(hold.Number)
		if !ok || actual.By != s.programme.Group.URI {
			r.Fatalf("%s believes hold %d to be its own", s.host, hold.Number)
		}
		if hold.State == instance.HoldPlaced && actual.Standing != ledger.Living && actual.Standing != ledger.HasEnded {
			r.Fatalf("%s believes hold %d to be placed, it is %s", s.host, hold.Number, actual.Standing)
		}
	}
	if s == h.keeper {
		h.told = append(h.told, book.Newest())
		return
	}
	n := s.one(`SELECT COALESCE(MAX(number), 0) FROM housing_copy_entries WHERE uri = $1`, h.home.URI)
	if n == 0 {
		return
	}
	var body string
	must(s.tb, s.db.Read().QueryRow(s.tb.Context(), `SELECT body FROM housing_copy_entries WHERE uri = $1 AND number = $2`, h.home.URI, n).Scan(&body))
	e, err := ledger.DecodeEntry([]byte(body))
	must(s.tb, err)
	h.told = append(h.told, e.Mark())
	if err := book.Shows(e.Mark()); err != nil {
		r.Fatalf("what %s was told is lost: %v", s.host, err)
	}
	if s.one(`SELECT COUNT(*) FROM housing_copies WHERE uri = $1 AND broken <> ''`, h.home.URI) != 0 {
		r.Fatalf("%s takes a true ledger for a lie", s.host)
	}
}
