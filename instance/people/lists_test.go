package people_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestListsOfPeopleArePagedBothWays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina := v.Person("amina")
		var others []instance.Actor
		for i := range 7 {
			others = append(others, open(t, v, v.Person(fmt.Sprintf("p%d", i)), true))
		}
		for i, o := range others {
			follow(t, v, amina.ID, o.ID)
			follow(t, v, o.ID, amina.ID)
			must(t, v.People.MuteWith(t.Context(), amina.ID, o.ID, people.MuteOptions{For: time.Hour}))
			must(t, v.People.BlockDomain(t.Context(), amina.ID, fmt.Sprintf("d%d.example", i)))
		}
		me := amina.Actor
		lists := map[string]func(instance.Page) ([]people.Line, error){
			"mutes":    func(p instance.Page) ([]people.Line, error) { return v.People.Mutes(t.Context(), me.ID, p) },
			"requests": func(p instance.Page) ([]people.Line, error) { return v.People.Requesters(t.Context(), me.ID, p) },
			"followed": func(p instance.Page) ([]people.Line, error) {
				return v.People.FollowedShown(t.Context(), v.Viewer(amina), me, p)
			},
			"domains": func(p instance.Page) (list []people.Line, err error) {
				domains, err := v.People.BlockedDomains(t.Context(), me.ID, p)
				for _, d := range domains {
					list = append(list, people.Line{ID: d.ID, Actor: instance.Actor{Username: "p" + d.Domain[1:2]}})
				}
				return list, err
			},
		}
		for name, list := range lists {
			walk(t, name, list)
		}
		for _, o := range others {
			must(t, v.People.Grant(t.Context(), me.ID, o.ID))
		}
		walk(t, "followers", func(p instance.Page) ([]people.Line, error) {
			return v.People.FollowersShown(t.Context(), v.Viewer(amina), me, p)
		})
		for _, o := range others {
			must(t, v.People.Block(t.Context(), me.ID, o.ID))
		}
		walk(t, "blocks", func(p instance.Page) ([]people.Line, error) { return v.People.Blocks(t.Context(), me.ID, p) })
	})
}

// walk goes through a list of p0 to p6 by pages of three, down by max_id, up by
// min_id, and from the top by since_id, and wants each once and in order.
func walk(t *testing.T, name string, list func(instance.Page) ([]people.Line, error)) {
	t.Helper()
	page := func(p instance.Page) (names []string, lines []people.Line) {
		t.Helper()
		lines, err := list(p)
		must(t, err)
		for _, l := range lines {
			names = append(names, l.Actor.Username)
		}
		return names, lines
	}
	want := []string{"p6", "p5", "p4", "p3", "p2", "p1", "p0"}
	var down, up []string
	var last []people.Line
	for names, lines := page(instance.Page{Limit: 3}); len(lines) > 0; names, lines = page(instance.Page{Limit: 3, Before: lines[len(lines)-1].ID}) {
		down, last = append(down, names...), lines
	}
	oldest := last[len(last)-1].ID
	up = []string{"p0"}
	for names, lines := page(instance.Page{Limit: 3, After: oldest}); len(lines) > 0; names, lines = page(instance.Page{Limit: 3, After: lines[0].ID}) {
		up = append(names, up...)
	}
	since, _ := page(instance.Page{Limit: 3, Since: oldest})
	_, all := page(instance.Page{})
	window, _ := page(instance.Page{Since: oldest, Before: all[3].ID})
	for what, got := range map[string][2][]string{
		"down": {down, want}, "up": {up, want}, "since": {since, want[:3]}, "window": {window, want[4:6]},
	} {
		if diff := cmp.Diff(got[1], got[0]); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", name, what, diff)
		}
	}
}

// TestH12_WhoFollowsWhomIsShownByBothEnds: follower lists are hidden until
// somebody shows theirs, and then only with those who show theirs too.
func TestH12_WhoFollowsWhomIsShownByBothEnds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		shown, hidden, reader, rude := v.Person("shown"), v.Person("hidden"), v.Person("reader"), v.Person("rude")
		shows, hides := open(t, v, shown, true), open(t, v, hidden, false)
		open(t, v, reader, false)
		open(t, v, rude, true)
		lena := elsewhere(t, v, 77, "lena", "loin.example")
		for _, from := range []instance.ActorID{hidden.ID, reader.ID, rude.ID} {
			follow(t, v, from, shown.ID)
			follow(t, v, from, centre.ID)
		}
		for _, to := range []instance.ActorID{shown.ID, centre.ID} {
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				target := shows
				if to == centre.ID {
					target = centre.Actor
				}
				_, err := v.People.FollowIn(t.Context(), tx, lena, target, "https://loin.example/f/"+to.String(), true)
				return err
			})
			must(t, err)
		}
		follow(t, v, shown.ID, centre.ID)
		follow(t, v, shown.ID, hidden.ID)
		follow(t, v, hidden.ID, centre.ID)

		mod := v.Person("mod")
		must(t, v.Places.SetModerator(t.Context(), centre.ID, mod.ID, true))
		type list func(instance.Viewer, instance.Actor) []string
		names := func(lines []people.Line, err error) []string {
			t.Helper()
			must(t, err)
			found := []string{}
			for _, l := range lines {
				found = append(found, l.Actor.Username)
			}
			slices.Sort(found)
			return found
		}
		followers := list(func(viewer instance.Viewer, of instance.Actor) []string {
			return names(v.People.FollowersShown(t.Context(), viewer, of, instance.Page{}))
		})
		followed := list(func(viewer instance.Viewer, of instance.Actor) []string {
			return names(v.People.FollowedShown(t.Context(), viewer, of, instance.Page{}))
		})
		for _, c := range []struct {
			name   string
			list   list
			viewer instance.Viewer
			of     instance.Actor
			want   []string
		}{
			{"anyone, of who shows", followers, instance.Anyone, shows, []string{"lena", "rude"}},
			{"somebody, of who shows", followers, v.Viewer(reader), shows, []string{"lena", "reader", "rude"}},
			{"themself", followers, v.Viewer(shown), shows, []string{"hidden", "lena", "reader", "rude"}},
			{"anyone, of who hides", followers, instance.Anyone, hides, []string{}},
			{"somebody, of who hides", followers, v.Viewer(reader), hides, []string{}},
			{"who follows, of who hides", followers, v.Viewer(shown), hides, []string{"shown"}},
			{"anyone, of a place", followers, instance.Anyone, centre.Actor, []string{"rude", "shown"}},
			{"somebody, of a place", followers, v.Viewer(reader), centre.Actor, []string{"reader", "rude", "shown"}},
			{"who looks after a place", followers, v.Viewer(mod), centre.Actor, []string{"hidden", "lena", "reader", "rude", "shown"}},
			{"anyone, whom who shows follows", followed, instance.Anyone, shows, []string{"centre"}},
			{"anyone, whom who hides follows", followed, instance.Anyone, hides, []string{}},
			{"who is followed by who hides", followed, v.Viewer(shown), hides, []string{"shown"}},
		} {
			if diff := cmp.Diff(c.want, c.list(c.viewer, c.of)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}

		must(t, v.People.Block(t.Context(), reader.ID, rude.ID))
		must(t, v.People.Mute(t.Context(), reader.ID, lena.ID))
		if got := followers(v.Viewer(reader), shows); !cmp.Equal(got, []string{"reader"}) {
			t.Errorf("without whom the reader put apart: %q", got)
		}
		must(t, v.People.Block(t.Context(), shown.ID, reader.ID))
		if got := followers(v.Viewer(reader), shows); len(got) != 0 {
			t.Errorf("to who is blocked: %q", got)
		}
	})
}

func TestFamiliarFollowersShowThemselves(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo, cem, dan, eve := v.Person("amina"), v.Person("bo"), v.Person("cem"), v.Person("dan"), v.Person("eve")
		open(t, v, bo, true)
		open(t, v, cem, false)
		open(t, v, dan, true)
		open(t, v, eve, false)
		for _, friend := range []instance.ActorID{bo.ID, cem.ID} {
			follow(t, v, amina.ID, friend)
			follow(t, v, friend, dan.ID)
			follow(t, v, friend, eve.ID)
		}
		follow(t, v, eve.ID, dan.ID) // nobody Amina follows
		got, err := v.People.FamiliarFollowers(t.Context(), v.Viewer(amina), []instance.ActorID{eve.ID, dan.ID, dan.ID, 404})
		must(t, err)
		var said []string
		for _, f := range got {
			line := f.Of.String()
			for _, a := range f.Followers {
				line += " " + a.Username
			}
			said = append(said, line)
		}
		if diff := cmp.Diff([]string{eve.ID.String(), dan.ID.String() + " bo", "404"}, said); diff != "" {
			t.Errorf("familiar (-want +got):\n%s", diff)
		}
		must(t, v.People.Mute(t.Context(), amina.ID, bo.ID))
		if got, err := v.People.FamiliarFollowers(t.Context(), v.Viewer(amina), []instance.ActorID{dan.ID}); err != nil || len(got) != 1 || got[0].Followers != nil {
			t.Errorf("with who is muted: %+v, %v", got, err)
		}
		if got, err := v.People.FamiliarFollowers(t.Context(), v.Viewer(amina), nil); err != nil || got != nil {
			t.Errorf("of nobody: %+v, %v", got, err)
		}
	})
}

func TestSuggestionsAreNearAndWantToBeFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre, port := v.Place("centre", "neighbourhood"), v.Place("port", "neighbourhood")
		amina := v.Resident("amina", centre)
		near, shy, far, mod, rude := v.Resident("near", centre), v.Resident("shy", centre), v.Resident("far", port), v.Person("mod"), v.Resident("rude", centre)
		for _, a := range []instance.Account{amina, near, far, mod, rude} {
			open(t, v, a, false)
		}
		_ = shy // wants nobody to find them
		must(t, v.Places.SetModerator(t.Context(), centre.ID, mod.ID, true))
		must(t, v.People.Block(t.Context(), rude.ID, amina.ID))
		names := func(a instance.Account, limit int) []string {
			t.Helper()
			list, err := v.People.Suggestions(t.Context(), v.Viewer(a), limit)
			must(t, err)
			found := []string{}
			for _, a := range list {
				found = append(found, a.Username)
			}
			return found
		}
		if diff := cmp.Diff([]string{"centre", "port", "near", "mod"}, names(amina, 0)); diff != "" {
			t.Errorf("suggested (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"centre", "port"}, names(far, 2)); diff != "" {
			t.Errorf("suggested two (-want +got):\n%s", diff)
		}
		follow(t, v, amina.ID, centre.ID)
		must(t, v.People.DismissSuggestion(t.Context(), amina.ID, mod.ID))
		must(t, v.People.DismissSuggestion(t.Context(), amina.ID, mod.ID))
		if diff := cmp.Diff([]string{"port", "near"}, names(amina, 0)); diff != "" {
			t.Errorf("suggested after (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"centre", "port"}, names(far, 0)); diff != "" {
			t.Errorf("suggested to the only one there (-want +got):\n%s", diff)
		}
	})
}
