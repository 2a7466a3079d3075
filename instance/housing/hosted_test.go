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

// TestH26_AHomeIsOfferedForAnApprovedHostAlone tries it for nobody, for somebody who
// is not approved, and in the database itself.
func TestH26_AHomeIsOfferedForAnApprovedHostAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		s := newWorld().side(t, "rhone", db)
		l, err := s.housing.Draft(ctx, s.worker, s.programme.Group.ID, facts(ledger.NightOf(s.now())+1, 1))
		must(t, err)
		must(t, s.housing.Step(ctx, s.worker, l.ID, instance.SubmitListing, ""))
		refused := func(step instance.ListingStep) {
			t.Helper()
			err := s.housing.Step(ctx, s.lead, l.ID, step, "")
			if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Field != "host" || !errors.Is(err, instance.ErrConflict) {
				t.Errorf("%s: got %v", step.Name(), err)
			}
		}
		forced := func(state instance.ListingState) {
			t.Helper()
			err := db.InTx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE housing_listings SET state = $2, vetted_at = 1 WHERE id = $1`, l.ID, string(state))
				return err
			})
			if err == nil {
				t.Errorf("the database makes it %s", state)
			}
		}
		refused(instance.VetListing)
		forced(instance.ListingVetted)

		host := s.approved()
		must(t, s.housing.Assign(ctx, s.worker, l.ID, host))
		for what, spoil := range map[string]string{
			"paused": `state = 'paused'`, "the visit is over": `visit_until = 1`, "the approval is over": `approved_until = 1`,
		} {
			undo := errors.New("undo")
			err := db.InTx(ctx, func(tx store.Tx) error {
				if _, err := tx.Exec(ctx, `UPDATE housing_hosts SET `+spoil+` WHERE id = $1`, host); err != nil {
					return err
				}
				if err := store.Savepoint(ctx, tx, func(tx store.Tx) error {
					_, err := tx.Exec(ctx, `UPDATE housing_listings SET state = 'vetted', vetted_at = 1 WHERE id = $1`, l.ID)
					return err
				}); err == nil {
					t.Errorf("%s: the database vets it", what)
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Fatal(err)
			}
		}
		must(t, s.housing.Step(ctx, s.lead, l.ID, instance.VetListing, ""))
		s.exec(`UPDATE housing_hosts SET visit_until = 1 WHERE id = $1`, host)
		refused(instance.OfferListing)
		forced(instance.ListingAvailable)
		if err := s.housing.Assign(ctx, s.worker, l.ID, s.approved()); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("another host for a home that was vetted: %v", err)
		}
		stranger := instance.Account{Actor: instance.Actor{ID: 77}}
		if err := s.housing.Assign(ctx, stranger, l.ID, host); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("assigned by a stranger: %v", err)
		}
	})
}

// TestAHostWhoIsNotApprovedAnyMoreHasNobodyMoveIn ends a visit while a home is shown
// to a partner, and renews it.
func TestAHostWhoIsNotApprovedAnyMoreHasNobodyMoveIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		l := rhone.offer(2)
		ask := ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 5}}
		seen := func() int {
			t.Helper()
			homes, err := isere.housing.Homes(ctx, isere.worker, isere.programme.Group.ID, 10)
			must(t, err)
			return len(homes)
		}
		told := func() {
			t.Helper()
			host, err := rhone.housing.HostOf(ctx, rhone.worker, l.ID)
			must(t, err)
			must(t, db.InTx(ctx, func(tx store.Tx) error { return rhone.housing.HostChangedIn(ctx, tx, host) }))
			must(t, rhone.housing.ShareNow(ctx, housing.Share{Listing: l.ID}))
			w.deliver()
		}
		if seen() != 1 {
			t.Fatal("the partner does not see the home")
		}
		rhone.exec(`UPDATE housing_hosts SET state = 'paused'`)
		h, err := isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ask, 0)
		if err != nil || h.State != instance.HoldRefused || h.Why != ledger.IsFrozen {
			t.Errorf("asked while the host pauses: %+v, %v", h, err)
		}
		told()
		if seen() != 0 {
			t.Error("the partner sees a home whose host pauses")
		}
		rhone.exec(`UPDATE housing_hosts SET state = 'approved'`)
		told()
		if seen() != 1 {
			t.Error("the partner does not see the home again")
		}
		if h, err = isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ask, 0); err != nil || h.State != instance.HoldHeld {
			t.Fatalf("asked after: %+v, %v", h, err)
		}
		homes, err := rhone.housing.HomesOf(ctx, rhone.worker, rhone.hostOf(l.ID))
		if err != nil || len(homes) != 1 || homes[0].ID != l.ID {
			t.Errorf("homes of the host: %+v, %v", homes, err)
		}
		// Nobody moves in where the visit ended since it was held.
		if _, err := isere.housing.Agree(ctx, isere.worker, h.ID); err != nil {
			t.Fatal(err)
		}
		rhone.exec(`UPDATE housing_hosts SET visit_until = 1`)
		if err := rhone.housing.Place(ctx, rhone.worker, l.ID, h.Number); !errors.Is(err, instance.ErrForbidden) && !errors.Is(err, instance.ErrConflict) {
			t.Errorf("placed without a visit: %v", err)
		}
	})
}

// TestH22_AVisitIsShownToPartnersUntilItIsTakenBack asks for what was signed, and
// again once the host pauses.
func TestH22_AVisitIsShownToPartnersUntilItIsTakenBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		l := rhone.offer(1)
		rhone.exec(`INSERT INTO housing_host_visits (id, host_id, visitor_id, at, until, passed, file) VALUES (1, $1, 1, $2, $3, TRUE, $4)`,
			rhone.hostOf(l.ID), store.Millis(start), store.Millis(start.AddDate(1, 0, 0)), []byte("canari"))
		rhone.exec(`UPDATE housing_hosts SET visit_until = $1`, store.Millis(start.AddDate(1, 0, 0)))
		b, err := rhone.housing.Visited(ctx, isere.programme.Group.URI, l.URI)
		must(t, err)
		v, err := ledger.DecodeVisited(b)
		must(t, err)
		if err := v.Verify(rhone.programme.Seal, rhone.now()); err != nil || v.Home != l.URI || v.By != rhone.programme.Group.URI {
			t.Errorf("shown: %+v, %v", v, err)
		}
		if own, err := rhone.housing.VisitedFor(ctx, rhone.worker, l.ID); err != nil || string(own) != string(b) {
			t.Errorf("to the team: %s, %v", own, err)
		}
		if _, err := rhone.housing.Visited(ctx, "https://gard.example/g/toit", l.URI); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("to a stranger: %v", err)
		}
		seen, err := isere.housing.VisitElsewhere(ctx, isere.worker, isere.programme.Group.ID, l.URI)
		if err != nil || seen.Fault != nil || seen.Home != l.URI || seen.Under != rhone.programme.Seal {
			t.Errorf("seen from elsewhere: %+v, %v", seen, err)
		}
		isere.exec(`UPDATE housing_partners SET seal = $1`, string(isere.programme.Seal))
		if forged, err := isere.housing.VisitElsewhere(ctx, isere.worker, isere.programme.Group.ID, l.URI); err != nil || !errors.Is(forged.Fault, ledger.ErrSignature) {
			t.Errorf("under another seal: %v, %v", forged.Fault, err)
		}
		isere.exec(`UPDATE housing_partners SET seal = $1`, string(rhone.programme.Seal))
		if _, err := isere.housing.VisitElsewhere(ctx, instance.Account{}, isere.programme.Group.ID, l.URI); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger: %v", err)
		}
		w.cut = true
		if _, err := isere.housing.VisitElsewhere(ctx, isere.worker, isere.programme.Group.ID, l.URI); !errors.Is(err, instance.ErrUnreachable) {
			t.Errorf("without a network: %v", err)
		}
		w.cut = false
		rhone.exec(`UPDATE housing_hosts SET state = 'paused'`)
		if _, err := isere.housing.VisitElsewhere(ctx, isere.worker, isere.programme.Group.ID, l.URI); !errors.Is(err, instance.ErrGone) && !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("seen after it was taken back: %v", err)
		}
		if _, err := rhone.housing.Visited(ctx, isere.programme.Group.URI, l.URI); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("after it was taken back: %v", err)
		}
	})
}

func (s *side) hostOf(id instance.ListingID) instance.HostID {
	s.tb.Helper()
	host, err := s.housing.HostOf(s.tb.Context(), s.worker, id)
	must(s.tb, err)
	return host
}
