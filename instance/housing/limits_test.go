package housing_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// TestAHoldIsHeldAgainstWhatTheHostWasApprovedFor asks for too many, for too long and
// for too late, at once, in a row and from the queue.
func TestAHoldIsHeldAgainstWhatTheHostWasApprovedFor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		l := rhone.offer(4)
		first := l.Stay.From
		limit := func(set string, args ...any) { rhone.exec(`UPDATE housing_hosts SET `+set, args...) }
		ask := func(s *side, places int, from, until ledger.Night, wait bool) instance.Hold {
			t.Helper()
			h, err := s.housing.Ask(ctx, s.worker, s.programme.Group.ID, l.URI, ledger.Ask{Places: places, Stay: ledger.Stay{From: from, Until: until}, Wait: wait}, 0)
			must(t, err)
			return h
		}
		refused := func(h instance.Hold, why ledger.Why) {
			t.Helper()
			if h.State != instance.HoldRefused || h.Why != why {
				t.Errorf("got %s, %q, want refused for %q", h.State, h.Why, why)
			}
		}
		limit(`most_places = 2, most_nights = 10, approved_until = $1`, store.Millis((first + 40).Date()))
		for _, s := range []*side{rhone, isere} {
			refused(ask(s, 3, first, first+5, false), ledger.TooMany)
			refused(ask(s, 1, first, first+11, false), ledger.BadLength)
			refused(ask(s, 1, first+35, first+41, false), ledger.BadDates)
		}
		if h := ask(isere, 1, first, first+6, false); h.State != instance.HoldHeld {
			t.Fatalf("within all of them: %+v", h)
		}
		// With who is there already they would be three, or stay for too long.
		refused(ask(rhone, 2, first+3, first+8, false), ledger.TooMany)
		refused(ask(isere, 1, first+6, first+12, false), ledger.BadLength)
		if h := ask(rhone, 1, first+6, first+12, false); h.State != instance.HoldHeld {
			t.Errorf("another association’s nights count with ours: %+v", h)
		}
		// What waits is not granted either once it would be past what is allowed.
		limit(`most_places = 4`)
		rest := ask(rhone, 3, first, first+5, false)
		waits := ask(isere, 3, first, first+5, true)
		if rest.State != instance.HoldHeld || waits.State != instance.HoldWaiting {
			t.Fatalf("got %s and %s", rest.State, waits.State)
		}
		limit(`most_nights = 4`)
		_, err := rhone.housing.Withdraw(ctx, rhone.worker, rest.ID)
		must(t, err)
		must(t, isere.housing.LookNow(ctx, housing.Look{Programme: isere.programme.Group.ID, Home: l.URI}))
		if h := isere.hold(waits.ID); h.State != instance.HoldDropped {
			t.Errorf("what waited is %s", h.State)
		}
		if _, err := ledger.Verify(rhone.entries(l.ID), ledger.Evidence{}); err != nil {
			t.Errorf("its ledger: %v", err)
		}
		limits, err := rhone.housing.Limits(ctx, rhone.worker, rhone.programme.Group.ID)
		if err != nil || limits[l.ID].Nights != 4 || limits[l.ID].Places != 4 || limits[l.ID].Until != first+40 {
			t.Errorf("limits: %+v, %v", limits, err)
		}
		// A home for more than its host takes is not vetted.
		host := rhone.approved()
		rhone.exec(`UPDATE housing_hosts SET most_places = 1 WHERE id = $1`, host)
		big, err := rhone.housing.Draft(ctx, rhone.worker, rhone.programme.Group.ID, facts(first, 2))
		must(t, err)
		must(t, rhone.housing.Assign(ctx, rhone.worker, big.ID, host))
		must(t, rhone.housing.Step(ctx, rhone.worker, big.ID, instance.SubmitListing, ""))
		err = rhone.housing.Step(ctx, rhone.lead, big.ID, instance.VetListing, "")
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != "host-limit" || !errors.Is(err, instance.ErrConflict) {
			t.Errorf("vetted: %v", err)
		}
	})
}

// TestAnEntireHomeIsOneHouseholds asks for the beds that are left in an entire home in
// which somebody lives, at once and from the queue.
func TestAnEntireHomeIsOneHouseholds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		w := newWorld()
		rhone, isere := w.side(t, "rhone", db), w.side(t, "isere", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		l := rhone.offer(3)
		rhone.exec(`UPDATE housing_listings SET category = 'entire-place' WHERE id = $1`, l.ID)
		first := l.Stay.From
		ask := func(s *side, places int, from, until ledger.Night, wait bool) instance.Hold {
			t.Helper()
			h, err := s.housing.Ask(ctx, s.lead, s.programme.Group.ID, l.URI, ledger.Ask{Places: places, Stay: ledger.Stay{From: from, Until: until}, Wait: wait}, 0)
			must(t, err)
			return h
		}
		one := ask(isere, 1, first, first+10, false)
		if one.State != instance.HoldHeld {
			t.Fatalf("the first: %+v", one)
		}
		for who, s := range map[string]*side{"the same association": isere, "another": rhone} {
			for _, wait := range []bool{false, true} {
				if h := ask(s, 1, first+5, first+12, wait); h.State != instance.HoldRefused || h.Why != ledger.Taken {
					t.Errorf("beside them, by %s: %s, %q", who, h.State, h.Why)
				}
			}
		}
		if h := ask(rhone, 1, first+10, first+12, false); h.State != instance.HoldHeld {
			t.Errorf("after them: %+v", h)
		}
		all := ask(rhone, 3, first, first+8, true)
		if all.State != instance.HoldWaiting {
			t.Fatalf("for all of it, once they are gone: %+v", all)
		}
		_, err := isere.housing.Withdraw(ctx, isere.lead, one.ID)
		must(t, err)
		must(t, rhone.housing.SweepNow(ctx))
		if h := rhone.hold(all.ID); h.State != instance.HoldHeld {
			t.Errorf("once they are gone: %+v", h)
		}
	})
}

// TestAnEntireHomeHasNoBedsBesideAHousehold has one of three beds of an entire home held
// by a partner, and looks at what is told and found of the other two: by who keeps it, by
// who is told, by everyone.
func TestAnEntireHomeHasNoBedsBesideAHousehold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		w := newWorld()
		rhone, isere := w.side(t, "rhone", db), w.side(t, "isere", storetest.Open(t, db.Engine()))
		isere.sees(rhone)
		f := facts(ledger.NightOf(w.at), 3)
		f.Category = vocab.EntirePlace
		l := rhone.lends(f)
		rooms := facts(ledger.NightOf(w.at), 20)
		rhone.lends(rooms) // so that there are enough to be counted
		rhone.exec(`INSERT INTO housing_nights (listing_id, bed, night, hold) SELECT id, 1, $2, 1 FROM housing_listings WHERE id <> $1`, l.ID, int64(f.Stay.From))
		for range 10 {
			rhone.lends(facts(ledger.NightOf(w.at), 1))
		}
		w.deliver()
		whole := ledger.Stay{From: f.Stay.From, Until: f.Stay.From + 60}
		free := func(s *side, stay ledger.Stay) int {
			t.Helper()
			found, err := s.housing.Search(ctx, s.lead, s.programme.Group.ID, housing.Wish{Stay: stay, Category: vocab.EntirePlace}, 0, 5)
			must(t, err)
			if len(found) != 1 || found[0].URI != l.URI {
				t.Fatalf("%s finds %+v", s.host, found)
			}
			return found[0].Free
		}
		counted := func() int {
			t.Helper()
			w.mu.Lock()
			w.at = w.at.Add(time.Hour)
			w.mu.Unlock()
			c, err := rhone.housing.Counters(ctx)
			must(t, err)
			return c.Free
		}
		shows := func(when string, tonight, later, some, told, all int) {
			t.Helper()
			must(t, rhone.housing.ShareNow(ctx, housing.Share{Listing: l.ID}))
			w.deliver()
			got := []int{
				free(rhone, ledger.Stay{From: whole.From, Until: whole.From + 1}), free(rhone, ledger.Stay{From: whole.From + 40, Until: whole.From + 50}),
				free(rhone, ledger.Stay{}), free(isere, ledger.Stay{}), counted(),
			}
			if want := []int{tonight, later, some, told, all}; !slices.Equal(got, want) {
				t.Errorf("%s: free tonight, later, in some night, by the card and in all %v, want %v", when, got, want)
			}
			homes, err := isere.housing.Homes(ctx, isere.lead, isere.programme.Group.ID, 50)
			must(t, err)
			for _, h := range homes {
				if h.ID == l.URI && (h.Free != told || h.Places != 3) {
					t.Errorf("%s: the card tells of %d free of %d", when, h.Free, h.Places)
				}
			}
			found, err := rhone.housing.Search(ctx, rhone.lead, rhone.programme.Group.ID, housing.Wish{
				Stay: ledger.Stay{From: whole.From, Until: whole.From + 1}, Category: vocab.EntirePlace, Places: 1,
			}, 0, 5)
			if err != nil || (len(found) > 0) != (tonight > 0) {
				t.Errorf("%s: who looks for one bed tonight finds %+v, %v", when, found, err)
			}
		}
		shows("before", 3, 3, 3, 3, 32)
		ask := ledger.Ask{Places: 1, Stay: ledger.Stay{From: whole.From, Until: whole.From + 10}}
		h, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
		must(t, err)
		shows("ten nights held", 0, 3, 3, 3, 29)
		refused, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
		if err != nil || refused.Why != ledger.Taken || refused.Free.IsZero() {
			t.Errorf("beside them: %+v, %v, want refused until some time", refused, err)
		}
		_, err = isere.housing.Withdraw(ctx, isere.lead, h.ID)
		must(t, err)
		shows("given back", 3, 3, 3, 3, 32)
		ask.Stay = whole
		h, err = isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ask, 0)
		must(t, err)
		shows("every night held", 0, 0, 0, 0, 29)

		// Who says that they leave is there until then.
		_, err = isere.housing.Agree(ctx, isere.lead, h.ID)
		must(t, err)
		must(t, rhone.housing.Place(ctx, rhone.lead, l.ID, isere.hold(h.ID).Number))
		_, err = isere.housing.Leave(ctx, isere.lead, h.ID, whole.From+20, ledger.Earlier)
		must(t, err)
		shows("who leaves in twenty nights", 0, 3, 3, 3, 29)
		ask.Stay = ledger.Stay{From: whole.From + 5, Until: whole.From + 15}
		if h, err := rhone.housing.Ask(ctx, rhone.lead, rhone.programme.Group.ID, l.URI, ask, 0); err != nil || h.Why != ledger.Taken {
			t.Errorf("beside who leaves later: %+v, %v", h, err)
		}
	})
}
