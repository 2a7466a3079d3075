package housing_test

import (
	"errors"
	"testing"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
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
