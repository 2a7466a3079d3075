package live_test

import (
	"slices"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/live"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestLiveShowsWhatPagesShow posts for every audience and holds what is told
// of it on the page of its thread against who may open that page.
func TestLiveShowsWhatPagesShow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := village(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		house, beside := v.Place("maison", "building", centre), v.Place("voisine", "building", centre)
		amina := v.Resident("amina", house)
		people := map[string]instance.Account{
			"author": amina, "house": v.Resident("bo", house), "beside": v.Resident("cem", beside), "centre": v.Resident("dora", centre),
			"follower": v.Person("emil"), "named": v.Person("fatou"), "moderator": v.Person("gwen"), "blocked": v.Resident("hugo", house), "stranger": v.Person("ines"),
		}
		if _, err := v.People.Follow(ctx, people["follower"].ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.People.Grant(ctx, amina.ID, people["follower"].ID); err != nil {
			t.Fatal(err)
		}
		moderate(t, v, house, people["moderator"])
		if err := v.People.Block(ctx, amina.ID, people["blocked"].ID); err != nil {
			t.Fatal(err)
		}
		for _, audience := range []instance.Audience{
			instance.ToBuilding, instance.ToNeighbourhood, instance.ToAround, instance.ToPublic, instance.ToUnlisted, instance.ToFollowers, instance.ToMentioned,
		} {
			d := instance.Draft{Text: "Bonjour @fatou", Audience: audience, Language: "fr"}
			if audience.Local() {
				d.Group = house.ID
			}
			first, err := v.Posts.Publish(ctx, v.Viewer(amina), d)
			if err != nil {
				t.Fatal(err)
			}
			ears := map[string]ear{}
			for name, who := range people {
				ears[name] = listen(t, db, v.Live, who, live.Stream{Name: live.Thread, ID: instance.ID(first.ID)})
			}
			answer, err := v.Posts.Publish(ctx, v.Viewer(amina), instance.Draft{Text: "Et encore @fatou", ReplyTo: first.ID, Audience: audience, Language: "fr"})
			if err != nil {
				t.Fatal(err)
			}
			readers := 0
			for name, who := range people {
				shown, err := v.Posts.Load(ctx, v.Viewer(who), []instance.PostID{answer.ID})
				if err != nil {
					t.Fatal(err)
				}
				told := slices.ContainsFunc(ears[name].heard(), func(s string) bool { return s == "posted thread" || s == "posted thread, own" })
				if told != (len(shown) == 1) {
					t.Errorf("%s for %s: told is %v, shown is %v", audience, name, told, len(shown) == 1)
				}
				readers += len(shown)
				ears[name].Close()
			}
			if readers < 2 || readers == len(people) {
				t.Errorf("%s has %d readers of %d: the test sees nothing", audience, readers, len(people))
			}
		}
	})
}

func moderate(t *testing.T, v *apptest.Village, place instance.Neighbourhood, who instance.Account) {
	t.Helper()
	err := v.DB.InTx(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO moderators (group_id, actor_id, since) VALUES ($1, $2, 1)`, place.ID, who.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
