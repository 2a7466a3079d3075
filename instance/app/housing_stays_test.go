package app_test

import (
	"errors"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/households"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// TestH20_WhoStaysOnAsksTheKeeperElsewhere has a household live in a partner's home,
// whose next nights are somebody else's, and then free.
func TestH20_WhoStaysOnAsksTheKeeperElsewhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := twoBureaus(t, engine)
		ctx := t.Context()
		l := rhone.offer(1)
		apptest.Settle(t, rhone.Server, isere.Server)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		placed := func(h instance.Hold) {
			t.Helper()
			for _, by := range []instance.Account{isere.worker, isere.lead} {
				_, err := isere.Households.Sign(ctx, by, h.ID)
				must(err)
			}
			must(rhone.Housing.Place(ctx, rhone.worker, l.ID, h.Number))
			apptest.Settle(t, rhone.Server, isere.Server)
			if got := isere.hold(h.ID); got.State != instance.HoldPlaced {
				t.Fatalf("it is %s", got.State)
			}
		}
		stay := ledger.Stay{From: tonight(), Until: tonight() + 30}
		needs := ready(t, isere)
		h, err := isere.Housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: stay}, needs)
		must(err)
		placed(h)
		until := stay.Until + 20
		next := ledger.Stay{From: stay.Until, Until: until}

		// Past the household and the host nobody asks for them.
		_, err = isere.Housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: next}, needs)
		if !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("asked for without a yes: %v", err)
		}
		for _, who := range []households.Party{households.PartyGuest, households.PartyHost} {
			must(isere.Households.Renew(ctx, isere.worker, h.ID, who, until))
		}
		other, err := rhone.Housing.Ask(ctx, rhone.worker, rhone.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: stay.Until + 5, Until: stay.Until + 9}}, ready(t, rhone))
		must(err)
		refused, err := isere.Households.Extend(ctx, isere.worker, h.ID)
		must(err)
		if refused.State != instance.HoldRefused || refused.Why != ledger.Taken || refused.Free.IsZero() {
			t.Errorf("promised to others: %+v", refused)
		}
		if got := isere.hold(h.ID); got.Stay != stay {
			t.Errorf("the stay is %s", got.Stay)
		}
		_, err = rhone.Housing.Withdraw(ctx, rhone.worker, other.ID)
		must(err)
		more, err := isere.Households.Extend(ctx, isere.worker, h.ID)
		must(err)
		if more.State != instance.HoldHeld || more.Stay != next {
			t.Fatalf("granted: %+v", more)
		}
		// What is on its way to be placed is nobody else's.
		late, err := rhone.Housing.Ask(ctx, rhone.worker, rhone.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: next}, ready(t, rhone))
		if err != nil || late.State != instance.HoldRefused {
			t.Errorf("another asks for the same nights: %+v, %v", late, err)
		}
		placed(more)
		book := verified(t, rhone, l.ID)
		nights := 0
		for _, x := range book.Holds() {
			if x.Standing == ledger.Living {
				nights += x.Stay.Nights()
			}
		}
		if nights != 50 {
			t.Errorf("%d nights are lived in the ledger", nights)
		}
	})
}
