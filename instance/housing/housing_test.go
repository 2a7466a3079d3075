package housing_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/france"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/as2"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

var everyState = []instance.ListingState{
	instance.ListingDraft, instance.ListingSubmitted, instance.ListingVetted, instance.ListingAvailable, instance.ListingHeld,
	instance.ListingPlaced, instance.ListingEnding, instance.ListingClosed,
}

// TestAHomeTakesNoStepThatIsNone tries every step of people from every state, and
// every change of state in the database itself.
func TestAHomeTakesNoStepThatIsNone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		s := newWorld().side(t, "rhone", db)
		l, err := s.housing.Draft(ctx, s.worker, s.programme.Group.ID, facts(ledger.NightOf(s.now())+1, 1))
		must(t, err)
		for _, step := range instance.ListingSteps {
			if slices.Contains(step.From(), instance.ListingDraft) {
				continue
			}
			if err := s.housing.Step(ctx, s.lead, l.ID, step, "parce que"); !errors.Is(err, instance.ErrConflict) {
				t.Errorf("%s from a draft: got %v", step.Name(), err)
			}
		}
		if err := s.housing.Step(ctx, s.lead, l.ID, instance.CloseListing, " "); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("closed without a reason: got %v", err)
		}
		must(t, s.housing.Assign(ctx, s.worker, l.ID, s.approved()))
		must(t, s.housing.Step(ctx, s.worker, l.ID, instance.SubmitListing, ""))
		if err := s.housing.Step(ctx, s.worker, l.ID, instance.VetListing, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("vetted by who wrote it down: got %v", err)
		}
		for _, from := range everyState {
			for _, to := range everyState {
				want := s.one(`SELECT COUNT(*) FROM housing_steps WHERE before = $1 AND after = $2`, string(from), string(to)) == 1
				if from == to {
					continue
				}
				if got := s.mayStep(l.ID, from, to); got != want {
					t.Errorf("the database takes a home from %s to %s: %t", from, to, got)
				}
			}
		}
	})
}

// mayStep tells whether the database lets a home that stands in one state come
// into another.
func (s *side) mayStep(id instance.ListingID, from, to instance.ListingState) bool {
	s.tb.Helper()
	ctx, may := s.tb.Context(), false
	undo := errors.New("undo")
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		// A way from where it is to where it should be, step by step.
		for _, state := range way(from) {
			if _, err := tx.Exec(ctx, `UPDATE housing_listings SET state = $2, vetted_at = 1 WHERE id = $1`, id, string(state)); err != nil {
				return err
			}
		}
		may = store.Savepoint(ctx, tx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE housing_listings SET state = $2, vetted_at = 1 WHERE id = $1`, id, string(to))
			return err
		}) == nil
		return undo
	})
	if !errors.Is(err, undo) {
		s.tb.Fatal(err)
	}
	return may
}

// way leads from submitted to a state.
func way(to instance.ListingState) []instance.ListingState {
	switch to {
	case instance.ListingDraft, instance.ListingClosed:
		return []instance.ListingState{to}
	case instance.ListingSubmitted:
		return nil
	}
	at := slices.Index(everyState, to)
	return everyState[2 : at+1]
}

func TestWhatStandsInALedgerStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		s := newWorld().side(t, "rhone", db)
		l := s.offer(1)
		for name, sql := range map[string]string{
			"changed":           `UPDATE housing_entries SET body = '' WHERE listing_id = $1`,
			"removed":           `DELETE FROM housing_entries WHERE listing_id = $1`,
			"a gap":             `INSERT INTO housing_entries (listing_id, number, hash, previous, body) VALUES ($1, 3, 'x', 'y', '')`,
			"a fork":            `INSERT INTO housing_entries (listing_id, number, hash, previous, body) SELECT listing_id, 1, 'x', previous, '' FROM housing_entries WHERE listing_id = $1`,
			"a link to nothing": `INSERT INTO housing_entries (listing_id, number, hash, previous, body) VALUES ($1, 2, 'x', 'y', '')`,
		} {
			err := db.InTx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, sql, l.ID)
				return err
			})
			if err == nil {
				t.Errorf("%s: the database took it", name)
			}
		}
		if _, err := ledger.Verify(s.entries(l.ID), ledger.Evidence{}); err != nil {
			t.Error(err)
		}
	})
}

// TestWhoIsNotAgreedToHearsNothing is the way of a partner from asking to being
// expelled, as the keeper's server answers it.
func TestWhoIsNotAgreedToHearsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rhone := w.side(t, "rhone", storetest.Open(t, store.SQLite))
	isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
	ctx := t.Context()
	l := rhone.offer(1)
	asked := isere.programme.Group.URI
	may := func() bool {
		t.Helper()
		_, err := rhone.housing.Home(ctx, asked, l.URI)
		_, err2 := rhone.housing.Ledger(ctx, asked, l.URI, 0)
		if (err == nil) != (err2 == nil) || err != nil && !errors.Is(err, instance.ErrNotFound) {
			t.Fatalf("home %v, ledger %v", err, err2)
		}
		return err == nil
	}
	if may() {
		t.Error("a stranger sees the home")
	}
	isere.sees(rhone)
	if !may() {
		t.Error("a partner does not see the home")
	}
	homes, err := isere.housing.Homes(ctx, isere.lead, isere.programme.Group.ID, 10)
	if err != nil || len(homes) != 1 {
		t.Fatalf("got homes %+v, %v", homes, err)
	}

	near := rhone.knows(isere)
	must(t, rhone.housing.Expel(ctx, rhone.lead, rhone.programme.Group.ID, near.ID))
	must(t, rhone.housing.ShareAllNow(ctx, housing.ShareAll{Programme: rhone.programme.Group.ID, Partner: near.ID, Back: true}))
	w.deliver()
	if may() {
		t.Error("who was expelled sees the home")
	}
	if homes, err = isere.housing.Homes(ctx, isere.lead, isere.programme.Group.ID, 10); err != nil || len(homes) != 0 {
		t.Errorf("who was expelled still has %+v, %v", homes, err)
	}
	_, err = isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 2}}, 0)
	if !errors.Is(err, instance.ErrNotFound) {
		t.Errorf("who was expelled asks: got %v", err)
	}
}

// A partner that is expelled while it waits and holds has nothing granted any
// more, on either side, and the bed goes to the next that waits.
func TestAnExpelledPartnerHasNothingGranted(t *testing.T) {
	t.Parallel()
	t.Run("told in order", func(t *testing.T) { expels(t, false) })
	t.Run("told of the home first", func(t *testing.T) { expels(t, true) })
}

// expels expels a partner. Two words go out, over different ways: that it sees nothing
// any more, and that the home is taken back. Turned has the second come first.
func expels(t *testing.T, turned bool) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
		gard := w.side(t, "gard", storetest.Open(t, store.SQLite))
		ctx := t.Context()
		l := rhone.offer(2)
		isere.sees(rhone)
		gard.sees(rhone)
		ask := ledger.Ask{Places: 1, Wait: true, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 2}}
		asks := func(s *side, places int, want instance.HoldState) instance.Hold {
			t.Helper()
			ask.Places = places
			h, err := s.housing.Ask(ctx, s.lead, s.programme.Group.ID, l.URI, ask, 0)
			if err != nil || h.State != want {
				t.Fatalf("%s asks for %d: got %+v, %v", s.host, places, h, err)
			}
			return h
		}
		held, waits := asks(isere, 1, instance.HoldHeld), asks(isere, 2, instance.HoldWaiting)
		next := asks(gard, 2, instance.HoldWaiting)
		if got := rhone.one(`SELECT COUNT(*) FROM housing_leases`); got != 3 {
			t.Errorf("%d leases, want 3", got)
		}
		near := rhone.knows(isere)
		must(t, rhone.housing.Expel(ctx, rhone.lead, rhone.programme.Group.ID, near.ID))
		must(t, rhone.housing.ShareAllNow(ctx, housing.ShareAll{Programme: rhone.programme.Group.ID, Partner: near.ID, Back: true}))
		if turned {
			slices.Reverse(rhone.words)
		}
		w.deliver()
		must(t, rhone.housing.SweepNow(ctx))
		w.deliver()
		must(t, gard.housing.LookNow(ctx, housing.Look{Programme: gard.programme.Group.ID, Home: l.URI}))
		if got := gard.hold(next.ID); got.State != instance.HoldHeld {
			t.Errorf("the next is %s, want held", got.State)
		}
		for _, id := range []instance.ID{held.ID, waits.ID} {
			if got := isere.hold(id); got.State != instance.HoldDropped {
				t.Errorf("what the expelled one had is %s to itself, want dropped", got.State)
			}
		}
		book, err := ledger.Verify(rhone.entries(l.ID), ledger.Evidence{})
		must(t, err)
		for _, h := range book.Holds() {
			if h.By == isere.programme.Group.URI && h.Standing != ledger.WasDropped {
				t.Errorf("hold %d of the expelled one is %s", h.Number, h.Standing)
			}
		}
		if got := rhone.one(`SELECT COUNT(*) FROM housing_leases`); got != 1 {
			t.Errorf("%d leases, want that of the next", got)
		}
	})
}

// What the keeper takes back is free at once, and who held it hears of it.
func TestAHoldIsTakenBackByItsKeeper(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
		ctx := t.Context()
		l := rhone.offer(1)
		isere.sees(rhone)
		h, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 2}}, 0)
		must(t, err)
		stranger := isere.lead
		if err := rhone.housing.Drop(ctx, stranger, l.ID, h.Number); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger takes it back: got %v", err)
		}
		must(t, rhone.housing.Drop(ctx, rhone.worker, l.ID, h.Number))
		if err := rhone.housing.Drop(ctx, rhone.worker, l.ID, h.Number); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("taken back twice: got %v", err)
		}
		if got := rhone.state(l.ID); got != instance.ListingAvailable {
			t.Errorf("the home is %s", got)
		}
		must(t, isere.housing.LookNow(ctx, housing.Look{Programme: isere.programme.Group.ID, Home: l.URI}))
		if got := isere.hold(h.ID); got.State != instance.HoldDropped {
			t.Errorf("the hold is %s", got.State)
		}
		must(t, rhone.housing.Step(ctx, rhone.lead, l.ID, instance.CloseListing, "no longer lent"))
	})
}

// One association does not keep every home from the others.
func TestOneAssociationHoldsSoMuchAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rhone := w.side(t, "rhone", storetest.Open(t, store.SQLite))
	isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
	ctx := t.Context()
	l := rhone.offer(40)
	isere.sees(rhone)
	ask := ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 2}}
	var last instance.Hold
	for i := range housing.MostLeases {
		var err error
		if last, err = isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0); err != nil || last.State != instance.HoldHeld {
			t.Fatalf("ask %d: got %+v, %v", i+1, last, err)
		}
	}
	more, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
	if err != nil || more.State != instance.HoldRefused || more.Why != ledger.TooBusy {
		t.Errorf("one more: got %+v, %v", more, err)
	}
	if _, err := isere.housing.Withdraw(ctx, isere.lead, last.ID); err != nil {
		t.Fatal(err)
	}
	if again, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0); err != nil || again.State != instance.HoldHeld {
		t.Errorf("once one is given back: got %+v, %v", again, err)
	}
}

func TestAPartnerWithANewSealIsAskedAboutAgain(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rhone := w.side(t, "rhone", storetest.Open(t, store.SQLite))
	isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
	ctx := t.Context()
	l := rhone.offer(1)
	isere.sees(rhone)
	other := w.side(t, "gard", storetest.Open(t, store.SQLite))
	keys, err := isere.vault.Keys(ctx, isere.db.Read(), isere.programme.Group.ID)
	must(t, err)
	sealed, err := keys.Seal("seal-key", instance.ID(isere.programme.Group.ID), other.key().Seed())
	must(t, err)
	isere.exec(`UPDATE housing_programmes SET seal = $1, seal_key = $2`, string(other.programme.Seal), sealed)
	isere.programme.Seal = other.programme.Seal
	h, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 2}}, 0)
	if err != nil || h.State != instance.HoldRefused || h.Why != ledger.BadSeal {
		t.Errorf("under a seal nobody agreed to: got %+v, %v", h, err)
	}
	near := rhone.knows(isere)
	must(t, rhone.housing.MeetNow(ctx, housing.Meet{Programme: rhone.programme.Group.ID, Partner: near.ID}))
	partners, err := rhone.housing.Partners(ctx, rhone.lead, rhone.programme.Group.ID)
	if err != nil || partners[0].SeesOurs != instance.PartnerAsked || partners[0].Seal != other.programme.Seal {
		t.Errorf("got %+v, %v", partners, err)
	}
}

// TestAKeeperThatShowsTwoLedgersIsNotAskedAgain has a keeper lose its last
// entries, as after a backup, and go on otherwise.
func TestAKeeperThatShowsTwoLedgersIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rhone := w.side(t, "rhone", storetest.Open(t, store.SQLite))
	isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
	ctx := t.Context()
	l := rhone.offer(2)
	isere.sees(rhone)
	ask := ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 2}}
	h, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
	if err != nil || h.State != instance.HoldHeld {
		t.Fatalf("got %+v, %v", h, err)
	}
	// The keeper's server is put back to the state before that.
	rhone.exec(`DROP TRIGGER housing_entry_gone`)
	rhone.exec(`DELETE FROM housing_entries WHERE listing_id = $1 AND number > 1`, l.ID)
	rhone.exec(`DELETE FROM housing_nights WHERE listing_id = $1`, l.ID)
	rhone.restart()
	refused, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
	if err != nil || refused.State != instance.HoldRefused || refused.Why != ledger.Unlike {
		t.Fatalf("a keeper that lost entries: got %+v, %v", refused, err)
	}
	// It goes on by itself, and grants the bed to somebody else.
	if _, err := rhone.heard(l, rhone.asks(l, ask)); err != nil {
		t.Fatal(err)
	}
	if _, err := rhone.heard(l, rhone.asks(l, ask)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err = isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
		if !errors.Is(err, instance.ErrConflict) {
			t.Fatalf("a keeper that shows another ledger: got %v", err)
		}
	}
}

func TestAFrozenProgrammeHoldsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rhone := w.side(t, "rhone", storetest.Open(t, store.SQLite))
	isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
	ctx := t.Context()
	l := rhone.offer(2)
	isere.sees(rhone)
	ask := ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 2}}
	h, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
	must(t, err)
	ask.Places, ask.Wait = 2, true
	waits, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
	if err != nil || waits.State != instance.HoldWaiting {
		t.Fatalf("got %+v, %v", waits, err)
	}
	must(t, rhone.housing.Freeze(ctx, rhone.worker, rhone.programme.Group.ID))
	again, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
	if err != nil || again.State != instance.HoldRefused || again.Why != ledger.IsFrozen {
		t.Errorf("asked of a frozen programme: got %+v, %v", again, err)
	}
	if got, err := isere.housing.Agree(ctx, isere.lead, h.ID); err != nil || got.State != instance.HoldHeld || got.Why != ledger.IsFrozen {
		t.Errorf("agreed with a frozen programme: got %+v, %v", got, err)
	}
	if got, err := isere.housing.Withdraw(ctx, isere.lead, h.ID); err != nil || got.State != instance.HoldWithdrawn {
		t.Errorf("withdrawn: got %+v, %v", got, err)
	}
	if err := rhone.housing.Thaw(ctx, rhone.worker, rhone.programme.Group.ID); !errors.Is(err, instance.ErrForbidden) {
		t.Errorf("thawed by a caseworker: got %v", err)
	}
	must(t, rhone.housing.Thaw(ctx, rhone.lead, rhone.programme.Group.ID))
	look := housing.Look{Programme: isere.programme.Group.ID, Home: l.URI}
	if must(t, isere.housing.LookNow(ctx, look)); isere.hold(waits.ID).State != instance.HoldWaiting {
		t.Errorf("who waited was served by a frozen programme: %s", isere.hold(waits.ID).State)
	}
	must(t, rhone.housing.SweepNow(ctx))
	if must(t, isere.housing.LookNow(ctx, look)); isere.hold(waits.ID).State != instance.HoldHeld {
		t.Errorf("once it goes on who waited is %s", isere.hold(waits.ID).State)
	}
}

func TestWithoutANetworkNothingIsHeld(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rhone := w.side(t, "rhone", storetest.Open(t, store.SQLite))
	isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
	ctx := t.Context()
	l := rhone.offer(1)
	isere.sees(rhone)
	ask := ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 2}}
	w.cut = true
	if _, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0); !errors.Is(err, instance.ErrUnreachable) {
		t.Errorf("got %v", err)
	}
	if got := isere.one(`SELECT COUNT(*) FROM housing_holds`); got != 0 {
		t.Errorf("%d holds that nobody was asked for", got)
	}
	w.cut, w.loseAnswer = false, true // the grant is written, and its answer lost
	h, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
	if err != nil || h.State != instance.HoldUnanswered {
		t.Fatalf("got %+v, %v", h, err)
	}
	var said string
	must(t, isere.db.Read().QueryRow(ctx, `SELECT id FROM housing_statements`).Scan(&said))
	must(t, isere.housing.SayAgainNow(ctx, said))
	if h = isere.hold(h.ID); h.State != instance.HoldHeld {
		t.Errorf("said again it is %s", h.State)
	}
	if got := len(rhone.entries(l.ID)); got != 3 {
		t.Errorf("%d entries, want three: what is said twice is one", got)
	}
}

func TestH04_AreasDependOnTheCommuneAlone(t *testing.T) {
	t.Parallel()
	all, err := france.Communes()
	must(t, err)
	small := 0
	for i, c := range all {
		if i%97 != 0 { // a few hundred of them
			continue
		}
		a, ok := housing.AreaTold(all, c.Code)
		if !ok {
			continue // a commune of which nobody knows where it is
		}
		if a.RadiusKM < vocab.MinRadiusKM || a.Middle != (as2.Point{Latitude: math.Round(a.Middle.Latitude*100) / 100, Longitude: math.Round(a.Middle.Longitude*100) / 100}) {
			t.Errorf("%s is told in %+v", c.Name, a)
		}
		if c.Population >= 2000 {
			continue
		}
		small++
		if strings.HasPrefix(string(a.Territory), "FR:COG:") || strings.Contains(a.Name, c.Name) {
			t.Errorf("%s with %d people is told as %+v", c.Name, c.Population, a)
		}
	}
	if small < 100 {
		t.Errorf("only %d small communes were tried", small)
	}
}

// TestH3_NoTableAsksWhereSomebodyIsFrom walks the columns of every table of
// homes.
func TestH3_NoTableAsksWhereSomebodyIsFrom(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.SQLite)
	rows, err := db.Read().Query(t.Context(), `
		SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name LIKE 'housing%'`)
	must(t, err)
	defer rows.Close()
	n := 0
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		n++
		for _, word := range []string{"national", "citizen", "relig", "ethnic", "origin", "race", "price", "rent", "cost", "address", "street"} {
			if strings.Contains(name, word) {
				t.Errorf("there is a column %s", name)
			}
		}
	}
	must(t, rows.Err())
	if n < 50 {
		t.Errorf("only %d columns", n)
	}
}

// TestH24_NobodyIsAskedIntoAFrozenHome freezes one home: neither its association
// nor another holds anything there, and other homes go on.
func TestH24_NobodyIsAskedIntoAFrozenHome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		rhone, isere := w.side(t, "rhone", db), w.side(t, "isere", storetest.Open(t, db.Engine()))
		isere.sees(rhone)
		ctx := t.Context()
		l, other := rhone.offer(1), rhone.offer(1)
		rhone.exec(`INSERT INTO housing_frozen_homes (id, programme_id, home, at) VALUES (1, $1, $2, 1)`, rhone.programme.Group.ID, l.URI)
		ask := ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 2}}
		if _, err := rhone.housing.Ask(ctx, rhone.lead, rhone.programme.Group.ID, l.URI, ask, 0); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("its own association: %v", err)
		}
		h, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
		if err != nil || h.State != instance.HoldRefused || h.Why != ledger.IsFrozen {
			t.Errorf("another: %+v, %v", h, err)
		}
		if h, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, other.URI, ask, 0); err != nil || h.State != instance.HoldHeld {
			t.Errorf("another home: %+v, %v", h, err)
		}
		rhone.exec(`UPDATE housing_frozen_homes SET lifted_at = 2`)
		if h, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0); err != nil || h.State != instance.HoldHeld {
			t.Errorf("once it is lifted: %+v, %v", h, err)
		}
	})
}

func TestListsOfAProgrammeGoOnBeforeAnID(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := newWorld().side(t, "rhone", db), t.Context()
		first, second := s.offer(1), s.offer(1)
		list, err := s.housing.Listings(ctx, s.lead, s.programme.Group.ID, second.ID, 10)
		must(t, err)
		if len(list) != 1 || list[0].ID != first.ID {
			t.Errorf("before the second: %+v", list)
		}
		all, err := s.housing.Log(ctx, s.lead, s.programme.Group.ID, 0, 10)
		must(t, err)
		rest, err := s.housing.Log(ctx, s.lead, s.programme.Group.ID, all[0].ID, 10)
		must(t, err)
		if len(rest) != len(all)-1 || rest[0].ID != all[1].ID {
			t.Errorf("before the newest line: %+v, want all of %+v but that", rest, all)
		}
	})
}
