package purchases_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/purchases"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const day = 24 * time.Hour

// open lets somebody buy something in kilograms with the neighbours, within two
// days.
func open(v *apptest.Village, who instance.Account, place instance.Neighbourhood, lot, least, most, threshold int) instance.PostID {
	v.T.Helper()
	p, err := v.Purchases.Open(v.T.Context(), v.Viewer(who), instance.Draft{
		Title: "Pommes de terre", Text: "Du bio", Audience: instance.ToNeighbourhood, Group: place.ID,
		Proposal: &instance.Proposal{
			Unit: "kilogram", Quantity: instance.Whole(most), Step: instance.Whole(lot), Minimum: instance.Whole(least),
			Threshold: instance.Whole(threshold), Ends: v.Clock.Now().Add(2 * day),
		},
	}, instance.Purchase{Template: "free", Supplier: "Ferme du Val", Price: "1,20 € le kilo"})
	if err != nil {
		v.T.Fatal(err)
	}
	return p.ID
}

func plan(wanted, most int) instance.OrderPlan {
	return instance.OrderPlan{Wanted: instance.Whole(wanted), Most: instance.Whole(most)}
}

// sheet is a purchase as somebody sees it.
func sheet(v *apptest.Village, who instance.Account, id instance.PostID) *purchases.Sheet {
	v.T.Helper()
	s, err := v.Purchases.ByID(v.T.Context(), v.Viewer(who), id)
	if err != nil {
		v.T.Fatal(err)
	}
	return s
}

// told are the notices of somebody, the newest first.
func told(v *apptest.Village, who instance.Account) []string {
	v.T.Helper()
	list, err := v.Notifications.List(v.T.Context(), v.Viewer(who), notifications.Query{Limit: 20})
	if err != nil {
		v.T.Fatal(err)
	}
	var kinds []string
	for _, n := range list {
		kinds = append(kinds, string(n.Kind))
	}
	return kinds
}

func invalid(err error, field, code string) bool {
	i, ok := errors.AsType[*instance.Invalid](err)
	return ok && i.Field == field && i.Code == code
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestJ5_NeighboursBuyTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx, rue := t.Context(), v.Place("rue", "neighbourhood")
		amina, bo, cem, dora, away := v.Resident("amina", rue), v.Resident("bo", rue), v.Resident("cem", rue), v.Resident("dora", rue), v.Person("away")
		id := open(v, amina, rue, 25, 2, 100, 50)
		take := func(who instance.Account, p instance.OrderPlan) error {
			return v.Purchases.Take(ctx, v.Viewer(who), id, p)
		}

		for _, c := range []struct {
			name        string
			who         instance.Account
			plan        instance.OrderPlan
			field, code string
		}{
			{"nothing", bo, plan(0, 0), "wanted", "missing"},
			{"less than the least", bo, plan(1, 5), "wanted", "too-little"},
			{"more than all", bo, plan(101, 101), "wanted", "too-much"},
			{"a most below it", bo, plan(10, 9), "at-most", "less-than-wanted"},
		} {
			if err := take(c.who, c.plan); !invalid(err, c.field, c.code) {
				t.Errorf("%s: got %v", c.name, err)
			}
		}
		if err := take(away, plan(5, 5)); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody from away: got %v", err)
		}
		must(t, take(bo, plan(60, 60)))
		must(t, take(bo, plan(20, 0))) // one order each: this replaces it
		must(t, take(cem, plan(10, 30)))
		must(t, take(dora, plan(10, 10)))
		if err := take(amina, plan(70, 70)); !invalid(err, "wanted", "none-left") {
			t.Errorf("more than is left: got %v", err)
		}
		seen := sheet(v, cem, id)
		if q := seen.Post.Proposal; q.Ordered() != instance.Whole(40) || q.NextLot() != instance.Whole(50) || seen.People != 3 || len(seen.Orders) != 3 || seen.Mine.Wanted != instance.Whole(10) {
			t.Errorf("before the deadline: %s of %s, %d people, own order %+v", q.Ordered(), q.NextLot(), seen.People, seen.Mine)
		}
		if out := sheet(v, v.Resident("eve", rue), id); out.Orders != nil || out.People != 3 {
			t.Errorf("who does not take part sees %d orders of %d", len(out.Orders), out.People)
		}

		if ends, err := v.Purchases.Close(ctx, id); err != nil || !ends.Equal(seen.Post.Proposal.Ends) {
			t.Errorf("closing too early: %s, %v", ends, err)
		}
		if err := v.Purchases.Extend(ctx, bo.ID, id, v.Clock.Now().Add(5*day)); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else puts it off: got %v", err)
		}
		if err := v.Purchases.Extend(ctx, amina.ID, id, v.Clock.Now().Add(day)); !invalid(err, "deadline", "not-later") {
			t.Errorf("put off to earlier: got %v", err)
		}
		must(t, v.Purchases.Extend(ctx, amina.ID, id, v.Clock.Now().Add(3*day)))
		v.Clock.Advance(2*day + time.Hour)
		if ends, err := v.Purchases.Close(ctx, id); err != nil || ends.IsZero() {
			t.Errorf("closed at the old deadline: %v", err)
		}
		v.Clock.Advance(day)
		if err := take(cem, plan(12, 12)); !invalid(err, "order", "closed") {
			t.Errorf("after the deadline: got %v", err)
		}
		for range 2 {
			_, err := v.Purchases.Close(ctx, id)
			must(t, err)
		}
		closed := sheet(v, amina, id)
		var parts []string
		for _, o := range closed.Orders {
			parts = append(parts, o.Actor.Username+" "+o.Allotted.String())
		}
		if diff := cmp.Diff([]string{"bo 20", "cem 20", "dora 10"}, parts); diff != "" || closed.Post.Proposal.Status != instance.ProposalAgreed {
			t.Errorf("%s, allotted (-want +got):\n%s", closed.Post.Proposal.Status, diff)
		}
		for who, want := range map[string][]string{"amina": {"purchase-agreed"}, "bo": {"purchase-agreed", "purchase-extended"}} {
			if diff := cmp.Diff(want, told(v, map[string]instance.Account{"amina": amina, "bo": bo}[who])); diff != "" {
				t.Errorf("%s is told (-want +got):\n%s", who, diff)
			}
		}

		slot := instance.PickUp{Starts: v.Clock.Now().Add(day), Ends: v.Clock.Now().Add(day + time.Hour), Place: "Salle des fêtes", Capacity: 1}
		must(t, v.Purchases.AddPickUp(ctx, amina.ID, id, slot))
		slot.Starts, slot.Ends, slot.Capacity = slot.Starts.Add(time.Hour), slot.Ends.Add(time.Hour), 5
		must(t, v.Purchases.AddPickUp(ctx, amina.ID, id, slot))
		slots := sheet(v, bo, id).Slots
		must(t, v.Purchases.Choose(ctx, v.Viewer(bo), id, slots[0].ID))
		if err := v.Purchases.Choose(ctx, v.Viewer(cem), id, slots[0].ID); !invalid(err, "slot", "full") {
			t.Errorf("a full pick-up: got %v", err)
		}
		must(t, v.Purchases.Choose(ctx, v.Viewer(bo), id, slots[1].ID))
		must(t, v.Purchases.Choose(ctx, v.Viewer(cem), id, slots[0].ID))
		if err := v.Purchases.Choose(ctx, v.Viewer(amina), id, slots[1].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who gets nothing chooses: got %v", err)
		}
		if err := v.Purchases.DropPickUp(ctx, amina.ID, id, slots[0].ID); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("a pick-up somebody chose is dropped: got %v", err)
		}
		if got := told(v, cem); len(got) != 3 || got[0] != "purchase-pick-up" {
			t.Errorf("two pick-ups are told as %q", got)
		}
		for _, o := range closed.Orders {
			must(t, v.Purchases.Collected(ctx, amina.ID, id, o.ID, true))
			must(t, v.Purchases.Settled(ctx, amina.ID, id, o.ID, true))
		}
		must(t, v.Purchases.Settled(ctx, amina.ID, id, closed.Orders[0].ID, false))
		if err := v.Purchases.Collected(ctx, bo.ID, id, closed.Orders[0].ID, false); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else ticks: got %v", err)
		}
		must(t, v.Purchases.Finish(ctx, amina.ID, id))
		done := sheet(v, amina, id)
		if o := done.Orders[0]; done.Post.Proposal.Status != instance.ProposalDone || o.Collected.IsZero() || !o.Settled.IsZero() || o.Slot != slots[1].ID {
			t.Errorf("in the end: %s, %+v", done.Post.Proposal.Status, o)
		}
	})
}

func TestAPurchaseWithTooFewIsCancelled(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina, bo, cem := v.Resident("amina", rue), v.Resident("bo", rue), v.Resident("cem", rue)
		below, taken, dropped := open(v, amina, rue, 10, 0, 100, 50), open(v, amina, rue, 10, 0, 100, 0), open(v, amina, rue, 10, 0, 100, 0)
		for _, id := range []instance.PostID{below, taken, dropped} {
			must(t, v.Purchases.Take(t.Context(), v.Viewer(bo), id, plan(20, 20)))
		}
		must(t, v.Purchases.Take(t.Context(), v.Viewer(cem), dropped, plan(20, 20)))
		must(t, v.Purchases.Drop(t.Context(), v.Viewer(cem), dropped))
		must(t, v.Purchases.Drop(t.Context(), v.Viewer(cem), dropped))
		if q := sheet(v, amina, dropped).Post.Proposal; q.Ordered() != instance.Whole(20) {
			t.Errorf("after an order was taken back: %s", q.Ordered())
		}
		must(t, v.Purchases.Cancel(t.Context(), amina.ID, taken))
		must(t, v.Posts.Delete(t.Context(), amina.ID, dropped))
		v.Clock.Advance(3 * day)
		for _, id := range []instance.PostID{below, taken, dropped} {
			_, err := v.Purchases.Close(t.Context(), id)
			must(t, err)
		}
		for _, id := range []instance.PostID{below, taken} {
			if q := sheet(v, bo, id).Post.Proposal; q.Status != instance.ProposalClosed {
				t.Errorf("status is %s", q.Status)
			}
		}
		if diff := cmp.Diff([]string{"purchase-cancelled", "purchase-cancelled"}, told(v, bo)); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestWhoLeavesGivesBackWhatIsNotBoughtYet(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina, bo, cem := v.Resident("amina", rue), v.Resident("bo", rue), v.Resident("cem", rue)
		bought, still := open(v, amina, rue, 10, 0, 100, 0), open(v, amina, rue, 10, 0, 100, 0)
		for _, id := range []instance.PostID{bought, still} {
			must(t, v.Purchases.Take(t.Context(), v.Viewer(bo), id, plan(20, 20)))
			must(t, v.Purchases.Take(t.Context(), v.Viewer(cem), id, plan(5, 10)))
		}
		must(t, v.Purchases.CloseNow(t.Context(), amina.ID, bought))
		must(t, db.InTx(t.Context(), func(tx store.Tx) error {
			return v.Purchases.Hear(t.Context(), tx, instance.Deed{Kind: instance.Left, Actor: bo.Actor})
		}))
		if s := sheet(v, amina, still); s.Post.Proposal.Ordered() != instance.Whole(5) || s.People != 1 {
			t.Errorf("what is open: %s ordered by %d", s.Post.Proposal.Ordered(), s.People)
		}
		if s := sheet(v, amina, bought); s.Post.Proposal.Ordered() != instance.Whole(30) || s.People != 2 {
			t.Errorf("what is bought: %s ordered by %d", s.Post.Proposal.Ordered(), s.People)
		}
	})
}

// However many order, change their minds, take back and close at once: the sum
// is that of the orders and never more than there is, everyone has one order,
// and what is closed moves no more.
func TestOrdersAtOnceNeverExceedWhatThereIs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina := v.Resident("amina", rue)
		var people []instance.Viewer
		for i := range 4 {
			people = append(people, v.Viewer(v.Resident(fmt.Sprintf("n%d", i), rue)))
		}
		rapid.Check(t, func(r *rapid.T) {
			id := open(v, amina, rue, 7, 0, 40, 0)
			closes := rapid.Bool().Draw(r, "closes")
			var wg sync.WaitGroup
			try := func(do func() error) {
				wg.Go(func() {
					if err := do(); err != nil && !errors.Is(err, instance.ErrInvalid) {
						t.Error(err)
					}
				})
			}
			for range rapid.IntRange(2, 8).Draw(r, "deeds") {
				who := rapid.SampledFrom(people).Draw(r, "who")
				wanted := rapid.IntRange(0, 30).Draw(r, "wanted")
				extra := rapid.IntRange(0, 10).Draw(r, "extra")
				if wanted == 0 {
					try(func() error { return v.Purchases.Drop(t.Context(), who, id) })
					continue
				}
				try(func() error { return v.Purchases.Take(t.Context(), who, id, plan(wanted, wanted+extra)) })
			}
			if closes {
				try(func() error { return v.Purchases.CloseNow(t.Context(), amina.ID, id) })
			}
			wg.Wait()
			s := sheet(v, amina, id)
			q := s.Post.Proposal
			var wanted, allotted instance.Amount
			seen := map[instance.ActorID]bool{}
			for _, o := range s.Orders {
				if seen[o.Actor.ID] {
					r.Fatalf("%s has two orders", o.Actor.Username)
				}
				seen[o.Actor.ID] = true
				wanted, allotted = wanted+o.Wanted, allotted+o.Allotted
			}
			switch {
			case wanted > q.Quantity, q.Status == instance.ProposalOpen && (closes || q.Ordered() != wanted),
				q.Status == instance.ProposalAgreed && (q.Ordered() != allotted || allotted%q.Step != 0):
				r.Fatalf("%s: %s of %s ordered, orders are %s, allotted %s", q.Status, q.Ordered(), q.Quantity, wanted, allotted)
			}
		})
	})
}
