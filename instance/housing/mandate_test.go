package housing_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// TestH26_AMandateEndsOnItsDay has the leads told before it does, nothing held after,
// and who lives somewhere stay.
func TestH26_AMandateEndsOnItsDay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		rhone, isere := w.side(t, "rhone", db), w.side(t, "isere", storetest.Open(t, store.SQLite))
		ctx, day := t.Context(), 24*time.Hour
		admin, asso := instance.Account{Role: instance.Admin}, rhone.programme.Organisation
		l := rhone.offer(2)
		isere.sees(rhone)
		ask := func() instance.Hold {
			t.Helper()
			h, err := isere.housing.Ask(ctx, isere.lead, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 40}}, 0)
			must(t, err)
			return h
		}
		lives := ask()
		_, err := isere.housing.Agree(ctx, isere.lead, lives.ID)
		must(t, err)
		must(t, rhone.housing.Place(ctx, rhone.lead, l.ID, isere.hold(lives.ID).Number))

		end := rhone.now().Add(40 * day)
		if err := rhone.housing.MandateUntil(ctx, rhone.lead, asso, end); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a lead says until when: %v", err)
		}
		var invalid *instance.Invalid
		if err := rhone.housing.MandateUntil(ctx, admin, asso, rhone.now().Add(-time.Hour)); !errors.As(err, &invalid) || invalid.Field != "until" {
			t.Errorf("until yesterday: %v", err)
		}
		if err := rhone.housing.MandateUntil(ctx, admin, rhone.lead.ID, end); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("of who has none: %v", err)
		}
		must(t, rhone.housing.MandateUntil(ctx, admin, asso, end))
		sweeps := func(told ...instance.ActorID) {
			t.Helper()
			before := len(rhone.told("desk-waits"))
			must(t, rhone.housing.SweepNow(ctx))
			if got := rhone.told("desk-waits")[before:]; !slices.Equal(got, told) {
				t.Errorf("told are %v and not %v", got, told)
			}
		}
		sweeps()
		w.pass(15 * day)
		sweeps(rhone.lead.ID)
		sweeps()
		end = rhone.now().Add(5 * day)
		must(t, rhone.housing.MandateUntil(ctx, admin, asso, end))
		sweeps(rhone.lead.ID)
		if st, err := rhone.housing.Running(ctx, rhone.programme.Group.ID); err != nil || !st.Mandated || st.Until.IsZero() {
			t.Errorf("before its day: %+v, %v", st, err)
		}
		w.pass(5 * day)
		sweeps()
		if st, err := rhone.housing.Running(ctx, rhone.programme.Group.ID); err != nil || st.Mandated {
			t.Errorf("after its day: %+v, %v", st, err)
		}
		if h := ask(); h.State != instance.HoldRefused || h.Why != ledger.IsFrozen {
			t.Errorf("after it a bed is %s, %s", h.State, h.Why)
		}
		if h := isere.hold(lives.ID); h.State != instance.HoldPlaced {
			t.Errorf("who lives there is %s", h.State)
		}
		if h, err := isere.housing.Leave(ctx, isere.lead, lives.ID, l.Stay.From+25, "earlier"); err != nil || h.State != instance.HoldEnded {
			t.Errorf("who lives there leaves: %s, %v", h.State, err)
		}
		list, err := rhone.housing.Mandates(ctx, admin)
		if err != nil || len(list) != 1 || list[0].EndedAt.IsZero() || list[0].EndedAt.After(end) {
			t.Errorf("mandates are %+v, %v", list, err)
		}
		if err := rhone.housing.MandateUntil(ctx, admin, asso, rhone.now().Add(day)); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("of one that ended: %v", err)
		}
	})
}

// pass lets time pass on all servers.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}
