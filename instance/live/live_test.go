package live_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/live"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// village is one whose hub runs until its test ends.
func village(t *testing.T, db *store.DB) *apptest.Village {
	t.Helper()
	v := apptest.NewVillage(t, db)
	start(t, v.Live)
	return v
}

func start(t *testing.T, h *live.Hub) {
	t.Helper()
	h.Start(t.Context())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := h.Stop(ctx); err != nil {
			t.Errorf("stop the hub: %v", err)
		}
	})
}

// ear is a line that a test listens on.
type ear struct {
	t *testing.T
	*live.Line
	hub  *live.Hub
	db   *store.DB
	only []live.Name // what it listens to
}

func listen(t *testing.T, db *store.DB, hub *live.Hub, who instance.Account, streams ...live.Stream) ear {
	t.Helper()
	l, err := hub.Open(who.ID, live.Pass{}, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	e := ear{t, l, hub, db, nil}
	for _, s := range streams {
		if err := l.Join(s); err != nil {
			t.Fatal(err)
		}
		e.only = append(e.only, s.Name)
	}
	return e
}

var user = live.Stream{Name: live.User}

// heard returns what was told on the line until now, as kind, stream and post.
// It makes the hub say one thing more, and waits for that.
func (e ear) heard() []string {
	e.t.Helper()
	if err := e.Join(user); err != nil {
		e.t.Fatal(err)
	}
	ctx := e.t.Context()
	err := e.db.InTx(ctx, func(tx store.Tx) error { return e.hub.Refiltered(ctx, tx, e.Person) })
	if err != nil {
		e.t.Fatal(err)
	}
	late := time.After(20 * time.Second)
	var all []string
	for {
		select {
		case <-e.Rings():
		case <-e.Ended():
			e.t.Fatalf("the line ended: %v", e.Why())
		case <-late:
			e.t.Fatalf("only %q was told", all)
		}
		for _, told := range e.Take() {
			if told.Kind == live.Filters {
				return all
			}
			if !slices.Contains(e.only, told.Stream.Name) {
				continue
			}
			what := fmt.Sprintf("%s %s", told.Kind, told.Stream.Name)
			if told.Personal {
				what += ", own"
			}
			all = append(all, what)
		}
	}
}

func (e ear) hears(situation string, want ...string) {
	e.t.Helper()
	if diff := cmp.Diff(want, e.heard()); diff != "" {
		e.t.Errorf("%s (-want +got):\n%s", situation, diff)
	}
}

func TestAPostIsToldToThoseWhoHaveIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := village(t, db)
		centre, port := v.Place("centre", "neighbourhood"), v.Place("port", "neighbourhood")
		amina, bo, cem := v.Resident("amina", centre), v.Resident("bo", centre), v.Resident("cem", port)
		public := live.Stream{Name: live.Public}
		author, neighbour, stranger := listen(t, db, v.Live, amina, user), listen(t, db, v.Live, bo, user), listen(t, db, v.Live, cem, user, public)

		p := v.Post(amina, centre, instance.ToNeighbourhood, "Qui a une échelle ?")
		neighbour.hears("a neighbour of a post in the circle", "posted user")
		stranger.hears("a stranger of a post in the circle")
		author.hears("the author of their own post", "posted user, own")

		if _, err := v.Posts.Edit(t.Context(), amina.ID, p.ID, instance.Draft{Text: "Qui a une grande échelle ?", Language: "fr"}); err != nil {
			t.Fatal(err)
		}
		neighbour.hears("a neighbour of an edit", "edited user")
		stranger.hears("a stranger of an edit")
		if err := v.Posts.Withdraw(t.Context(), amina.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		neighbour.hears("a neighbour of a withdrawal", "deleted user")
		if err := v.Posts.Restore(t.Context(), amina.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		neighbour.hears("a neighbour of its end", "posted user")
		if err := v.Posts.Delete(t.Context(), amina.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		neighbour.hears("a neighbour of the end", "deleted user")
		stranger.hears("a stranger of the end")

		v.Post(amina, centre, instance.ToPublic, "Fête dimanche")
		stranger.hears("a stranger of a public post", "posted public")
		neighbour.hears("a neighbour who follows nobody")
	})
}

func TestARelayIsToldOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := village(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, bo, cem := v.Resident("amina", centre), v.Resident("bo", centre), v.Person("cem")
		for _, follow := range [][2]instance.ActorID{{bo.ID, centre.ID}, {bo.ID, amina.ID}, {cem.ID, centre.ID}} {
			if _, err := v.People.Follow(ctx, follow[0], follow[1]); err != nil {
				t.Fatal(err)
			}
		}
		if err := v.People.Grant(ctx, amina.ID, bo.ID); err != nil {
			t.Fatal(err)
		}
		both, group := listen(t, db, v.Live, bo, user), listen(t, db, v.Live, cem, user, live.Stream{Name: live.Place, ID: instance.ID(centre.ID)})
		both.heard() // that the request was granted
		p := v.Post(amina, centre, instance.ToPublic, "Fête dimanche")
		both.hears("who follows author and place", "posted user")
		told := group.heard()
		if len(told) != 2 || told[0] == told[1] {
			t.Errorf("who follows the place hears %q, want the relay on both streams", told)
		}
		if err := v.Posts.Boost(ctx, v.Viewer(cem), p.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.Posts.Unboost(ctx, v.Viewer(cem), p.ID); err != nil {
			t.Fatal(err)
		}
		both.hears("who does not follow who shares")
		group.hears("who shares, of taking it back", "unboosted user")
		if _, err := v.Posts.Edit(ctx, amina.ID, p.ID, instance.Draft{Text: "Fête samedi", Language: "fr"}); err != nil {
			t.Fatal(err)
		}
		group.hears("who follows the place, of an edit", "edited user")
	})
}

// TestC13_BlockedAndSuspendedHearNothing.
func TestC13_BlockedAndSuspendedHearNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := village(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, bo, cem := v.Resident("amina", centre), v.Resident("bo", centre), v.Resident("cem", centre)
		every := []live.Stream{user, {Name: live.Public}, {Name: live.PublicLocal}, {Name: live.Tag, Tag: "fête"}, {Name: live.Place, ID: instance.ID(centre.ID)}}
		blocker, muter := listen(t, db, v.Live, bo, every...), listen(t, db, v.Live, cem, every...)
		if err := v.People.Block(ctx, bo.ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.People.Mute(ctx, cem.ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		v.Post(amina, centre, instance.ToNeighbourhood, "Entre nous #fête")
		v.Post(amina, centre, instance.ToPublic, "À tous #fête")
		blocker.hears("who blocks the author")
		muter.hears("who mutes the author")
		p := v.Post(cem, centre, instance.ToPublic, "Pas de fête")
		if len(blocker.heard()) == 0 {
			t.Error("somebody else's post was not told at all")
		}
		admin := instance.Account{Actor: instance.Actor{ID: bo.ID}, Role: instance.Admin}
		if err := v.Moderation.SetSuspended(ctx, admin, cem.ID, true, "menaces"); err != nil {
			t.Fatal(err)
		}
		err := db.InTx(ctx, func(tx store.Tx) error {
			return v.Live.Tell(ctx, tx, live.Event{Kind: live.Posted, Post: p.ID, Actor: cem.ID})
		})
		if err != nil {
			t.Fatal(err)
		}
		blocker.hears("a post of somebody suspended meanwhile")
	})
}

func TestDirectPostsAreToldToThoseTheyName(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := village(t, db)
		amina, bo, cem := v.Person("amina"), v.Person("bo"), v.Person("cem")
		direct := live.Stream{Name: live.Direct}
		named, other := listen(t, db, v.Live, bo, user, direct), listen(t, db, v.Live, cem, user, direct)
		p, err := v.Posts.Publish(t.Context(), v.Viewer(amina), instance.Draft{Text: "@bo pour toi", Audience: instance.ToMentioned, Language: "fr"})
		if err != nil {
			t.Fatal(err)
		}
		told := named.heard()
		slices.Sort(told)
		if diff := cmp.Diff([]string{"notified user, own", "posted direct, own", "posted user"}, told); diff != "" {
			t.Errorf("one who is named hears (-want +got):\n%s", diff)
		}
		other.hears("one who is not named")
		if err := v.Posts.Delete(t.Context(), amina.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		named.hears("one who was named, of the end", "deleted user")
		other.hears("one who was not named, of the end")
	})
}

func TestNoticesAreToldToTheirOwner(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := village(t, db)
		amina, bo := v.Person("amina"), v.Person("bo")
		both := listen(t, db, v.Live, amina, user, live.Stream{Name: live.Notifications})
		other := listen(t, db, v.Live, bo, user)
		for range 2 { // the second time nothing is written
			if _, err := v.People.Follow(t.Context(), bo.ID, amina.ID); err != nil {
				t.Fatal(err)
			}
		}
		both.hears("who is followed", "notified user, own", "notified user:notification, own")
		other.hears("who follows")
	})
}

func TestTwoProcessesOnOneDatabase(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.Postgres)
	here, there := storetest.OpenURL(t, url), storetest.OpenURL(t, url)
	v, w := village(t, here), village(t, there)
	centre := v.Place("centre", "neighbourhood")
	amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
	far := listen(t, there, w.Live, bo, user)
	v.Post(amina, centre, instance.ToNeighbourhood, "Qui a une échelle ?")
	// The other process's own event comes after it on the one channel.
	far.db, far.hub = here, v.Live
	far.hears("a neighbour at another process", "posted user")
}

func TestALostConnectionTellsToLook(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.Postgres)
	db, other := storetest.OpenURL(t, url), storetest.OpenURL(t, url)
	v := village(t, db)
	e := listen(t, db, v.Live, v.Person("amina"), user)
	_, err := other.Pool().Exec(t.Context(), `
		SELECT pg_terminate_backend(pid)
		  FROM pg_stat_activity
		 WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-e.Rings():
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was told for 20 seconds")
	}
	if told := e.Take(); len(told) == 0 || told[0].Kind != live.Look {
		t.Errorf("got %+v, want to be told to look", told)
	}
}

func TestE10_SlowReadersAreCutOff(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.SQLite)
	v := village(t, db)
	e := listen(t, db, v.Live, v.Person("amina"), user)
	ctx := t.Context()
	for i := 0; e.Why() == nil && i < 5000; i++ {
		if err := db.InTx(ctx, func(tx store.Tx) error { return v.Live.Refiltered(ctx, tx, e.Person) }); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-e.Ended():
	case <-time.After(20 * time.Second):
		t.Fatal("the line goes on")
	}
	if err := e.Why(); !errors.Is(err, live.ErrSlow) {
		t.Errorf("ended by %v, want %v", err, live.ErrSlow)
	}
	if waiting := e.Take(); len(waiting) > 0 {
		t.Errorf("%d things wait on a line that ended", len(waiting))
	}
}

func TestLinesAreBounded(t *testing.T) {
	t.Parallel()
	h := live.New(live.Options{Limits: live.Limits{PerPerson: 2, PerAddress: 3}})
	var lines []*live.Line
	open := func(person instance.ActorID, address string, want error) {
		t.Helper()
		l, err := h.Open(person, live.Pass{}, address)
		if !errors.Is(err, want) {
			t.Fatalf("open: got %v, want %v", err, want)
		}
		if err == nil {
			lines = append(lines, l)
		}
	}
	open(1, "192.0.2.1", nil)
	open(1, "", nil)
	open(1, "", instance.ErrTooMany)
	open(2, "192.0.2.1", nil)
	open(3, "192.0.2.1", nil)
	open(4, "192.0.2.1", instance.ErrTooMany)
	lines[0].Close()
	lines[0].Close() // counts once
	open(4, "192.0.2.1", nil)
	open(5, "192.0.2.1", instance.ErrTooMany)
	for i := range 70 {
		err := lines[1].Join(live.Stream{Name: live.Tag, Tag: fmt.Sprint(i)})
		if full := i >= 64; errors.Is(err, instance.ErrInvalid) != full {
			t.Errorf("stream %d: got %v", i, err)
		}
	}
	for _, l := range lines {
		l.Close()
	}
	if n := h.Lines(); n != 0 {
		t.Errorf("%d lines are open", n)
	}
	if err := h.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	open(1, "", live.ErrStopping)
}

// TestG06_WhoMayNotListenIsCutOff.
func TestG06_WhoMayNotListenIsCutOff(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := village(t, db)
		amina, bo := v.Person("amina"), v.Person("bo")
		disabled, other := listen(t, db, v.Live, amina, user), listen(t, db, v.Live, bo, user)
		if err := v.People.SetDisabled(t.Context(), amina.ID, true); err != nil {
			t.Fatal(err)
		}
		select {
		case <-disabled.Ended():
		case <-time.After(5 * time.Second):
			t.Fatal("the line of a closed account goes on after five seconds")
		}
		if err := disabled.Why(); !errors.Is(err, live.ErrRevoked) {
			t.Errorf("ended by %v, want %v", err, live.ErrRevoked)
		}
		other.hears("somebody else")
	})
}
