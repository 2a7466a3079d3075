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
)

const (
	wasAt = "12 bis rue de la Lainerie, 69100 Villeurbanne"
	isAt  = "4 quai Perrache, 69002 Lyon"
)

// moves has the host of a home write another address.
func (s *side) moves(id instance.ListingID, before, after string) {
	s.tb.Helper()
	host := s.hostOf(id)
	must(s.tb, s.db.InTx(s.tb.Context(), func(tx store.Tx) error { return s.housing.AddressIn(s.tb.Context(), tx, host, before, after) }))
	must(s.tb, s.housing.ShareNow(s.tb.Context(), housing.Share{Listing: id}))
	s.w.deliver()
}

func (s *side) told(kind string) (whom []instance.ActorID) {
	for _, n := range s.notices {
		if n.kind == kind {
			whom = append(whom, n.whom...)
		}
	}
	return whom
}

// TestAnotherAddressClosesAHome moves a home in every state it can be in.
func TestAnotherAddressClosesAHome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		seen := func() int {
			t.Helper()
			homes, err := isere.housing.Homes(ctx, isere.worker, isere.programme.Group.ID, 10)
			must(t, err)
			return len(homes)
		}
		closed := func(id instance.ListingID) {
			t.Helper()
			l, err := rhone.housing.Listing(ctx, rhone.worker, id)
			must(t, err)
			if l.State != instance.ListingClosed || l.Reason != instance.ReasonMoved || l.MovedAt.IsZero() {
				t.Errorf("got %s, %q", l.State, l.Reason)
			}
		}
		draft, err := rhone.housing.Draft(ctx, rhone.worker, rhone.programme.Group.ID, facts(ledger.NightOf(rhone.now())+1, 1))
		must(t, err)
		must(t, rhone.housing.Assign(ctx, rhone.worker, draft.ID, rhone.approved()))
		rhone.moves(draft.ID, wasAt, isAt)
		closed(draft.ID)

		vetted := rhone.vetted(wasAt, nil)
		rhone.moves(vetted.ID, wasAt, isAt)
		closed(vetted.ID)
		if err := rhone.housing.Step(ctx, rhone.lead, vetted.ID, instance.OfferListing, ""); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("offered again: %v", err)
		}

		l := rhone.offer(3)
		stay := ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 5}
		// Another way of writing the same door closes nothing.
		rhone.moves(l.ID, wasAt, "12bis R. de la lainerie, 69100 VILLEURBANNE")
		if got := rhone.state(l.ID); got != instance.ListingAvailable || seen() != 1 {
			t.Fatalf("a correction makes it %s", got)
		}
		own, err := rhone.housing.Ask(ctx, rhone.worker, rhone.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: stay}, 0)
		must(t, err)
		theirs, err := isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 2, Stay: stay}, 0)
		must(t, err)
		waits, err := isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 3, Stay: stay, Wait: true}, 0)
		must(t, err)
		rhone.moves(l.ID, wasAt, isAt)
		closed(l.ID)
		if seen() != 0 {
			t.Error("the partner still sees it")
		}
		if h := rhone.hold(own.ID); h.State != instance.HoldDropped {
			t.Errorf("our hold is %s", h.State)
		}
		must(t, isere.housing.LookNow(ctx, housing.Look{Programme: isere.programme.Group.ID, Home: l.URI}))
		for _, id := range []instance.ID{theirs.ID, waits.ID} {
			if h := isere.hold(id); h.State != instance.HoldDropped {
				t.Errorf("the partner’s hold is %s", h.State)
			}
		}
		if got := rhone.told(housing.NoticeDropped); !slices.Equal(got, []instance.ActorID{rhone.worker.ID}) {
			t.Errorf("told here: %v", got)
		}
		if got := isere.told(housing.NoticeDropped); !slices.Equal(got, []instance.ActorID{isere.worker.ID, isere.worker.ID}) {
			t.Errorf("told there: %v", got)
		}
		book, err := ledger.Verify(rhone.entries(l.ID), ledger.Evidence{})
		if err != nil || !book.Closed() {
			t.Errorf("its ledger is not closed: %v", err)
		}
		if _, err := rhone.housing.Home(ctx, isere.programme.Group.URI, l.URI); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("its card is told: %v", err)
		}
		if _, err := rhone.housing.Ledger(ctx, "https://gard.example/g/toit", l.URI, 0); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger reads its ledger: %v", err)
		}
		// Neither the deed nor the database brings it back.
		for _, set := range []string{`state = 'available'`, `moved_at = NULL`} {
			err := db.InTx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE housing_listings SET `+set+` WHERE id = $1`, l.ID)
				return err
			})
			if err == nil {
				t.Errorf("the database sets %s", set)
			}
		}
	})
}

// TestWhoLivesInAHomeWhoseHostMovedStays moves it while somebody lives there and
// others wait; it closes when they leave.
func TestWhoLivesInAHomeWhoseHostMovedStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		l := rhone.offer(2)
		stay := ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 5}
		lives, err := isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: stay}, 0)
		must(t, err)
		_, err = isere.housing.Agree(ctx, isere.worker, lives.ID)
		must(t, err)
		must(t, rhone.housing.Place(ctx, rhone.worker, l.ID, lives.Number))
		held, err := rhone.housing.Ask(ctx, rhone.worker, rhone.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: stay}, 0)
		must(t, err)
		rhone.moves(l.ID, wasAt, isAt)
		if got := rhone.state(l.ID); got != instance.ListingPlaced {
			t.Fatalf("it is %s", got)
		}
		if h := rhone.hold(held.ID); h.State != instance.HoldDropped {
			t.Errorf("what was held is %s", h.State)
		}
		if got := rhone.told(housing.NoticeMoved); !slices.Equal(got, []instance.ActorID{rhone.lead.ID}) {
			t.Errorf("told: %v", got)
		}
		for _, s := range []*side{rhone, isere} {
			h, err := s.housing.Ask(ctx, s.worker, s.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: stay}, 0)
			if err == nil && (h.State != instance.HoldRefused || h.Why != ledger.IsFrozen) || err != nil && !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("%s asks for more: %+v, %v", s.host, h, err)
			}
		}
		// Who lives there leaves as they would have, and then it closes.
		gone, err := isere.housing.Leave(ctx, isere.worker, lives.ID, stay.From+3, ledger.Earlier)
		if err != nil || gone.State != instance.HoldEnded {
			t.Fatalf("left: %+v, %v", gone, err)
		}
		must(t, rhone.housing.SweepNow(ctx))
		if got := rhone.state(l.ID); got != instance.ListingClosed {
			t.Errorf("after they left it is %s", got)
		}
		w.at = w.at.Add(24 * time.Hour)
		must(t, rhone.housing.SweepNow(ctx))
	})
}

// TestS12_PartnersAreToldOfAFrozenHomeByOneCode freezes a home in which a partner's
// people live and others are expected, and lifts it.
func TestS12_PartnersAreToldOfAFrozenHomeByOneCode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		l := rhone.offer(2)
		stay := ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 5}
		ask := ledger.Ask{Places: 1, Stay: stay}
		lives, err := isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ask, 0)
		must(t, err)
		_, err = isere.housing.Agree(ctx, isere.worker, lives.ID)
		must(t, err)
		must(t, rhone.housing.Place(ctx, rhone.worker, l.ID, lives.Number))
		must(t, isere.housing.LookNow(ctx, housing.Look{Programme: isere.programme.Group.ID, Home: l.URI}))
		held, err := isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ask, 0)
		must(t, err)
		told := func(sql string) {
			t.Helper()
			must(t, db.InTx(ctx, func(tx store.Tx) error {
				if _, err := tx.Exec(ctx, sql); err != nil {
					return err
				}
				return rhone.housing.FrozenIn(ctx, tx, rhone.programme.Group.ID, l.URI)
			}))
			must(t, rhone.housing.ShareNow(ctx, housing.Share{Listing: l.ID}))
			w.deliver()
			must(t, isere.housing.LookNow(ctx, housing.Look{Programme: isere.programme.Group.ID, Home: l.URI}))
		}
		seen := func() int {
			t.Helper()
			homes, err := isere.housing.Homes(ctx, isere.worker, isere.programme.Group.ID, 10)
			must(t, err)
			return len(homes)
		}
		before := len(rhone.entries(l.ID))
		told(`INSERT INTO housing_frozen_homes (id, programme_id, home, at) SELECT 1, programme_id, uri, 1 FROM housing_listings`)
		if seen() != 0 {
			t.Error("the partner sees a frozen home")
		}
		if _, err := rhone.housing.Home(ctx, isere.programme.Group.URI, l.URI); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("its card: %v", err)
		}
		if h := isere.hold(held.ID); h.State != instance.HoldDropped {
			t.Errorf("what was held is %s", h.State)
		}
		if h := isere.hold(lives.ID); h.State != instance.HoldPlaced {
			t.Errorf("who lives there is %s", h.State)
		}
		added := rhone.entries(l.ID)[before:]
		if len(added) != 1 || added[0].Deed != (ledger.Dropped{Hold: held.Number, Why: ledger.Unfit}) {
			t.Errorf("in the ledger: %+v", added)
		}
		for kind, want := range map[string]int{housing.NoticeDropped: 1, housing.NoticeTaken: 1} {
			if got := isere.told(kind); len(got) != want || got[0] != isere.worker.ID {
				t.Errorf("%s: told %v", kind, got)
			}
		}
		told(`UPDATE housing_frozen_homes SET lifted_at = 2`)
		if seen() != 1 {
			t.Error("once it is lifted the partner does not see it")
		}
		if h, err := isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ask, 0); err != nil || h.State != instance.HoldHeld {
			t.Errorf("asked for then: %+v, %v", h, err)
		}
	})
}
