package clubs_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/clubs"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/timelines"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func found(v *apptest.Village, by instance.Account, place instance.Neighbourhood, name string, entry instance.Entry) instance.Club {
	v.T.Helper()
	c, err := v.Clubs.Found(v.T.Context(), by.ID, clubs.Plan{Username: name, Title: name, Topic: "games", Entry: entry, Place: place.ID})
	if err != nil {
		v.T.Fatal(err)
	}
	return c
}

// asPlace is a club as what one posts in.
func asPlace(c instance.Club) instance.Neighbourhood { return instance.Neighbourhood{Actor: c.Actor} }

func TestWhatStaysInAClubIsForItsMembers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan := v.Place("dinan", "commune")
		port := v.Place("port", "neighbourhood", dinan)
		amina, bo, cem := v.Resident("amina", port), v.Resident("bo", port), v.Resident("cem", dinan)
		c := found(v, amina, port, "echecs", instance.EntryOpen)
		if part, err := v.Clubs.Enter(ctx, c.ID, bo.ID); err != nil || part != instance.Member {
			t.Fatalf("a neighbour enters: %q, %v", part, err)
		}
		if part, err := v.Clubs.Enter(ctx, c.ID, cem.ID); err != nil || part != instance.Asked {
			t.Fatalf("who lives elsewhere asks: %q, %v", part, err)
		}
		inside := v.Post(amina, asPlace(c), instance.ToNeighbourhood, "la clé est sous le pot")
		if inside.Audience.Leaves() {
			t.Error("what stays inside may leave the server")
		}
		v.Post(bo, asPlace(c), instance.ToPublic, "tournoi samedi")
		if got := v.Shown(asPlace(c), v.Viewer(bo)); !slices.Equal(got, []string{"tournoi samedi", "la clé est sous le pot"}) {
			t.Errorf("a member reads %q", got)
		}
		for who, viewer := range map[string]instance.Viewer{"a neighbour who only asked": v.Viewer(cem), "nobody in particular": instance.Anyone} {
			if got := v.Shown(asPlace(c), viewer); !slices.Equal(got, []string{"tournoi samedi"}) {
				t.Errorf("%s reads %q", who, got)
			}
			if _, err := v.Posts.ByID(ctx, viewer, inside.ID); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s gets the inside: %v", who, err)
			}
		}
		if got := v.Home(bo); !slices.Contains(got, "la clé est sous le pot") {
			t.Errorf("home of a member: %q", got)
		}
		if got := v.Home(cem); slices.Contains(got, "la clé est sous le pot") {
			t.Errorf("home of who only asked: %q", got)
		}
		if got := v.Shown(port, v.Viewer(amina)); len(got) != 0 {
			t.Errorf("the place shows %q", got)
		}
		_, err := v.Posts.Publish(ctx, v.Viewer(cem), instance.Draft{Text: "moi", Audience: instance.ToPublic, Group: c.ID})
		if !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who is no member posts: %v", err)
		}
		_, err = v.Posts.Publish(ctx, v.Viewer(bo), instance.Draft{Text: "moi", Audience: instance.ToAround, Group: c.ID})
		if !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a club has surroundings: %v", err)
		}
		if err := v.Clubs.Quit(ctx, c.ID, bo.ID); err != nil {
			t.Fatal(err)
		}
		if got := v.Home(bo); slices.Contains(got, "la clé est sous le pot") {
			t.Errorf("home of who left: %q", got)
		}
		if _, err := v.Posts.ByID(ctx, v.Viewer(bo), inside.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who left still reads: %v", err)
		}
	})
}

func TestAClubLetsInWhomItsModeratorAccepts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		port := v.Place("port", "neighbourhood")
		amina, bo, cem := v.Resident("amina", port), v.Resident("bo", port), v.Resident("cem", port)
		c := found(v, amina, port, "echecs", instance.EntryApproval)
		for _, a := range []instance.Account{bo, cem} {
			if part, err := v.Clubs.Enter(ctx, c.ID, a.ID); err != nil || part != instance.Asked {
				t.Fatalf("%s: %q, %v", a.Username, part, err)
			}
		}
		if err := v.Clubs.Settle(ctx, bo, c.ID, bo.ID, clubs.Accept); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("bo accepts bo: %v", err)
		}
		if err := v.Clubs.Settle(ctx, amina, c.ID, bo.ID, clubs.Promote); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who only asked looks after it: %v", err)
		}
		if err := v.Clubs.Settle(ctx, amina, c.ID, bo.ID, clubs.Accept); err != nil {
			t.Fatal(err)
		}
		if err := v.Clubs.Settle(ctx, amina, c.ID, cem.ID, clubs.Remove); err != nil {
			t.Fatal(err)
		}
		asking, err := v.Clubs.Members(ctx, c.ID, 0, instance.Asked, 10)
		if err != nil || len(asking) != 0 {
			t.Errorf("still asking: %+v, %v", asking, err)
		}
		if err := v.Clubs.Quit(ctx, c.ID, amina.ID); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("the only moderator leaves: %v", err)
		}
		if err := v.Clubs.Settle(ctx, amina, c.ID, bo.ID, clubs.Promote); err != nil {
			t.Fatal(err)
		}
		if err := v.Clubs.Quit(ctx, c.ID, amina.ID); err != nil {
			t.Errorf("one of two moderators leaves: %v", err)
		}
		members, err := v.Clubs.Members(ctx, c.ID, 0, instance.Member, 10)
		if err != nil || len(members) != 1 || members[0].Person.ID != bo.ID || !members[0].Moderates {
			t.Errorf("members: %+v, %v", members, err)
		}
		if viewer := v.Viewer(amina); slices.Contains(viewer.Tends, c.ID) || slices.Contains(viewer.Inner, c.ID) {
			t.Errorf("who left reads on: %+v", viewer)
		}
	})
}

func TestOneFoundsThreeClubsAtHome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		port, other := v.Place("port", "neighbourhood"), v.Place("other", "neighbourhood")
		amina, yann := v.Resident("amina", port), v.Person("yann")
		plan := clubs.Plan{Username: "a", Title: "A", Topic: "sport", Entry: instance.EntryOpen, Place: port.ID}
		if _, err := v.Clubs.Found(ctx, yann.ID, plan); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("nobody's neighbour founds: %v", err)
		}
		elsewhere := plan
		elsewhere.Place = other.ID
		if _, err := v.Clubs.Found(ctx, amina.ID, elsewhere); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("founded elsewhere: %v", err)
		}
		for i, name := range []string{"a", "b", "c", "d"} {
			plan.Username = name
			_, err := v.Clubs.Found(ctx, amina.ID, plan)
			invalid, _ := errors.AsType[*instance.Invalid](err)
			if i < clubs.MaxFounded && err != nil || i == clubs.MaxFounded && (invalid == nil || invalid.Code != "too-many" || invalid.Limit != 3) {
				t.Errorf("club %d: %v", i+1, err)
			}
		}
		for field, bad := range map[string]clubs.Plan{
			"title": {Username: "x", Topic: "sport", Entry: "open"}, "topic": {Username: "x", Title: "X", Entry: "open"}, "entry": {Username: "x", Title: "X", Topic: "sport"},
		} {
			_, err := v.Clubs.Found(ctx, amina.ID, bad)
			if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Field != field {
				t.Errorf("bad %s: %v", field, err)
			}
		}
		list, err := v.Clubs.In(ctx, port.ID, 0, 10)
		if err != nil || len(list) != 3 || list[0].Members != 1 {
			t.Errorf("clubs of the place: %+v, %v", list, err)
		}
	})
}

func TestACalendarShowsWhatOneMayRead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		port := v.Place("port", "neighbourhood")
		amina := v.Resident("amina", port)
		c := found(v, amina, port, "echecs", instance.EntryOpen)
		plan := func(title string, in time.Duration, audience instance.Audience) {
			t.Helper()
			starts := apptest.Start.Add(in)
			_, err := v.Posts.Publish(t.Context(), v.Viewer(amina), instance.Draft{
				Title: title, Text: title, Audience: audience, Group: c.ID, Kind: instance.KindEvent,
				Event: &instance.Event{Starts: starts, Ends: starts.Add(time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, JoinMode: "free"},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		plan("tournoi", 72*time.Hour, instance.ToPublic)
		plan("réunion", 48*time.Hour, instance.ToNeighbourhood)
		plan("passé", -48*time.Hour, instance.ToPublic)
		titles := func(viewer instance.Viewer) (list []string) {
			t.Helper()
			posts, err := v.Clubs.Calendar(t.Context(), viewer, c.ID, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range posts {
				list = append(list, p.Title)
			}
			return list
		}
		if got := titles(v.Viewer(amina)); !slices.Equal(got, []string{"réunion", "tournoi"}) {
			t.Errorf("for a member: %q", got)
		}
		if got := titles(instance.Anyone); !slices.Equal(got, []string{"tournoi"}) {
			t.Errorf("for anyone: %q", got)
		}
	})
}

func TestAClubRelaysWhatItsMembersSayInPublic(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		port := v.Place("port", "neighbourhood")
		amina, dora := v.Resident("amina", port), v.Resident("dora", port)
		c := found(v, amina, port, "echecs", instance.EntryOpen)
		if _, err := v.People.Follow(t.Context(), dora.ID, c.ID); err != nil {
			t.Fatal(err)
		}
		v.Post(amina, asPlace(c), instance.ToPublic, "tournoi")
		v.Post(amina, asPlace(c), instance.ToNeighbourhood, "entre nous")
		if got := v.Home(dora); !slices.Equal(got, []string{"tournoi"}) {
			t.Errorf("home of a follower: %q", got)
		}
		entries, _, err := v.Timelines.Public(t.Context(), v.Viewer(dora), timelines.Narrow{}, timelines.Page{})
		if err != nil || len(entries) != 1 {
			t.Errorf("public: %d, %v", len(entries), err)
		}
	})
}
