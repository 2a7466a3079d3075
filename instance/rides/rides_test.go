package rides_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/rides"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// offer lets somebody offer seats from Dinan to Rennes, the first time at a time.
func offer(v *apptest.Village, who instance.Account, place instance.Neighbourhood, at time.Time, days instance.Weekdays, seats int) instance.PostID {
	v.T.Helper()
	ctx := v.T.Context()
	from, err := v.Rides.Stop(ctx, "from", "Gare", "Dinan")
	if err != nil {
		v.T.Fatal(err)
	}
	to, err := v.Rides.Stop(ctx, "to", "", "Rennes")
	if err != nil {
		v.T.Fatal(err)
	}
	p, err := v.Rides.Offer(ctx, v.Viewer(who), instance.Draft{Title: "Dinan – Rennes", Audience: instance.ToNeighbourhood, Group: place.ID},
		instance.Ride{Mode: "car", From: from, To: to, At: at, Days: days}, seats)
	if err != nil {
		v.T.Fatal(err)
	}
	return p.ID
}

func going(v *apptest.Village, who instance.Account, id instance.PostID) *rides.Going {
	v.T.Helper()
	g, err := v.Rides.ByID(v.T.Context(), v.Viewer(who), id)
	if err != nil {
		v.T.Fatal(err)
	}
	return g
}

func told(v *apptest.Village, who instance.Account) []string {
	v.T.Helper()
	list, err := v.Notifications.List(v.T.Context(), v.Viewer(who), notifications.Query{Limit: 20})
	if err != nil {
		v.T.Fatal(err)
	}
	var kinds []string
	for _, n := range list {
		kinds = append(kinds, n.From.Username+" "+string(n.Kind))
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

// monday is a Monday to come, at a time of the day.
func monday(hour, minute int) time.Time { return time.Date(2026, 11, 30, hour, minute, 0, 0, time.UTC) }

func TestJ6_NeighboursGoTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx, rue := t.Context(), v.Place("rue", "neighbourhood")
		amina, bo, cem, dora, away := v.Resident("amina", rue), v.Resident("bo", rue), v.Resident("cem", rue), v.Resident("dora", rue), v.Person("away")
		for field, stop := range map[string][2]string{"house": {"12 rue Haute", "Dinan"}, "no-commune": {"", "Ys"}, "several": {"", "partout"}, "missing": {"", ""}} {
			at := "from"
			if field == "house" {
				at = "from-place"
			}
			if _, err := v.Rides.Stop(ctx, "from", stop[0], stop[1]); !invalid(err, at, field) {
				t.Errorf("%s: got %v", field, err)
			}
		}
		id := offer(v, amina, rue, monday(7, 40), 0b00101, 1)
		g := going(v, bo, id)
		if q := g.Post.Proposal; q.Repeats != "FREQ=WEEKLY;BYDAY=MO,WE" || q.From.Name != "Gare, Dinan" || q.To.Name != "Rennes" || g.Seats != nil || !g.Next.Equal(monday(7, 40)) {
			t.Errorf("offered: %+v from %+v, next %s", q.Repeats, q.From, g.Next)
		}
		must(t, v.Rides.Ask(ctx, v.Viewer(bo), id))
		must(t, v.Rides.Ask(ctx, v.Viewer(bo), id))
		must(t, v.Rides.Ask(ctx, v.Viewer(cem), id))
		if err := v.Rides.Ask(ctx, v.Viewer(amina), id); !invalid(err, "seat", "own") {
			t.Errorf("one's own: got %v", err)
		}
		if err := v.Rides.Ask(ctx, v.Viewer(away), id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody from away: got %v", err)
		}
		seats := going(v, amina, id).Seats
		if len(seats) != 2 || going(v, cem, id).Seats != nil {
			t.Fatalf("the driver sees %+v", seats)
		}
		if err := v.Rides.Accept(ctx, cem.ID, id, seats[1].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else accepts: got %v", err)
		}
		must(t, v.Rides.Accept(ctx, amina.ID, id, seats[0].ID))
		must(t, v.Rides.Accept(ctx, amina.ID, id, seats[0].ID)) // once is enough
		if err := v.Rides.Accept(ctx, amina.ID, id, seats[1].ID); !invalid(err, "seat", "full") {
			t.Errorf("one too many: got %v", err)
		}
		if err := v.Rides.Ask(ctx, v.Viewer(dora), id); !invalid(err, "seat", "full") {
			t.Errorf("a full car: got %v", err)
		}
		must(t, v.Rides.Decline(ctx, amina.ID, id, seats[1].ID))
		must(t, v.Rides.Leave(ctx, bo.ID, id))
		must(t, v.Rides.Leave(ctx, cem.ID, id)) // declined stays declined
		if g := going(v, cem, id); g.Mine == nil || g.Mine.State != instance.SeatDeclined || g.Post.Proposal.Available != instance.One {
			t.Errorf("declined: %+v, %s left", g.Mine, g.Post.Proposal.Available)
		}
		must(t, v.Rides.Ask(ctx, v.Viewer(dora), id))
		must(t, v.Rides.Accept(ctx, amina.ID, id, going(v, dora, id).Mine.ID))
		must(t, v.Rides.Cancel(ctx, amina.ID, id))
		if diff := cmp.Diff([]string{"dora ride-asked", "bo ride-left", "cem ride-asked", "bo ride-asked"}, told(v, amina)); diff != "" {
			t.Errorf("the driver is told (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"amina ride-cancelled", "amina ride-agreed"}, told(v, dora)); diff != "" {
			t.Errorf("who comes is told (-want +got):\n%s", diff)
		}
		if got := told(v, cem); len(got) != 0 {
			t.Errorf("who is declined is told %q", got)
		}
	})
}

func TestP13_WaysAreMatchedByCommuneTimeAndDay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx, rue, port := t.Context(), v.Place("rue", "neighbourhood"), v.Place("port", "neighbourhood")
		amina, bo, far := v.Resident("amina", rue), v.Resident("bo", rue), v.Resident("far", port)
		weekly := offer(v, amina, rue, monday(7, 40), 0b11111, 3)
		once := offer(v, amina, rue, monday(8, 0), 0, 3)
		offer(v, amina, rue, monday(8, 11), 0b11111, 3)   // too late
		offer(v, amina, rue, monday(7, 40), 0b1100000, 3) // at the weekend
		full := offer(v, amina, rue, monday(7, 45), 0b1, 1)
		must(t, v.Rides.Ask(ctx, v.Viewer(bo), full))
		must(t, v.Rides.Accept(ctx, amina.ID, full, going(v, bo, full).Mine.ID))
		offer(v, bo, rue, monday(7, 40), 0b1, 3) // one's own
		found := func(who instance.Account) []instance.PostID {
			list, err := v.Rides.Matches(ctx, v.Viewer(who), rides.Way{From: "22050", To: "35238", Minute: 7*60 + 40, Days: 0b1})
			must(t, err)
			var ids []instance.PostID
			for _, p := range list {
				ids = append(ids, p.ID)
			}
			return ids
		}
		if diff := cmp.Diff([]instance.PostID{weekly, once}, found(bo)); diff != "" {
			t.Errorf("found (-want +got):\n%s", diff)
		}
		if got := found(far); len(got) != 0 {
			t.Errorf("who may not read them finds %v", got)
		}
		v.Clock.Advance(8 * 24 * time.Hour)
		if diff := cmp.Diff([]instance.PostID{weekly}, found(bo)); diff != "" {
			t.Errorf("a week later (-want +got):\n%s", diff)
		}
	})
}

func TestJ6_ATripIsSharedUntilSixHoursAfterIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx, rue := t.Context(), v.Place("rue", "neighbourhood")
		amina, bo := v.Resident("amina", rue), v.Resident("bo", rue)
		id := offer(v, amina, rue, monday(7, 40), 0, 2)
		must(t, v.Rides.Ask(ctx, v.Viewer(bo), id))
		if _, err := v.Rides.Share(ctx, v.Viewer(bo), id, monday(7, 40), monday(8, 40)); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who only asked: got %v", err)
		}
		must(t, v.Rides.Accept(ctx, amina.ID, id, going(v, bo, id).Mine.ID))
		if _, err := v.Rides.Share(ctx, v.Viewer(bo), id, monday(7, 40), monday(7, 30)); !invalid(err, "arrives", "before-start") {
			t.Errorf("there before leaving: got %v", err)
		}
		word, err := v.Rides.Share(ctx, v.Viewer(bo), id, monday(7, 40), monday(8, 40))
		must(t, err)
		trip, err := v.Rides.Trip(ctx, word)
		if err != nil || trip.Who.ID != bo.ID || trip.Driver.ID != amina.ID || trip.From != "Gare, Dinan" || !trip.Arrives.Equal(monday(8, 40)) {
			t.Errorf("the trip is %+v, %v", trip, err)
		}
		if _, err := v.Rides.Trip(ctx, word+"x"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("another word: got %v", err)
		}
		v.Clock.Advance(monday(14, 39).Sub(v.Clock.Now()))
		if _, err := v.Rides.Trip(ctx, word); err != nil {
			t.Errorf("just before its end: %v", err)
		}
		v.Clock.Advance(2 * time.Minute)
		if _, err := v.Rides.Trip(ctx, word); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("after its end: got %v", err)
		}
	})
}

func TestSeatsAcceptedAtOnceAreNotMoreThanThereAre(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina := v.Resident("amina", rue)
		id := offer(v, amina, rue, monday(7, 40), 0, 2)
		for i := range 5 {
			must(t, v.Rides.Ask(t.Context(), v.Viewer(v.Resident(fmt.Sprintf("n%d", i), rue)), id))
		}
		var wg sync.WaitGroup
		for _, seat := range going(v, amina, id).Seats {
			wg.Go(func() {
				if err := v.Rides.Accept(t.Context(), amina.ID, id, seat.ID); err != nil && !invalid(err, "seat", "full") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		agreed := 0
		g := going(v, amina, id)
		for _, seat := range g.Seats {
			if seat.State == instance.SeatAgreed {
				agreed++
			}
		}
		if agreed != 2 || g.Post.Proposal.Available != 0 {
			t.Errorf("%d come along, %s left", agreed, g.Post.Proposal.Available)
		}
	})
}
