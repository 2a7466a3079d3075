package groups_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/vocab"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// collects lets one group of ours relay what another shares.
func collects(t *testing.T, v *apptest.Village, group, source instance.Neighbourhood, moderated bool, perDay int) {
	t.Helper()
	if _, err := v.People.Follow(t.Context(), group.ID, source.ID); err != nil {
		t.Fatal(err)
	}
	if err := v.People.Grant(t.Context(), source.ID, group.ID); err != nil {
		t.Fatal(err)
	}
	if err := v.Groups.SetRule(t.Context(), group.ID, source.ID, moderated, vocab.ReachNeighbourhood, perDay); err != nil {
		t.Fatal(err)
	}
}

func publish(t *testing.T, v *apptest.Village, by instance.Account, in instance.Neighbourhood, text string, reach instance.Reach) *instance.Post {
	t.Helper()
	p, err := v.Posts.Publish(t.Context(), v.Viewer(by), instance.Draft{Text: text, Audience: instance.ToPublic, Reach: reach, Group: in.ID})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRelayFollowsReachAndEndsOnRings(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		dinan := v.Place("dinan", "commune")
		agglo := v.Place("agglo", "wider")
		centre := v.Place("centre", "neighbourhood", dinan)
		amina := v.Resident("amina", centre)
		collects(t, v, dinan, centre, false, 50)
		collects(t, v, agglo, dinan, false, 50)
		collects(t, v, centre, agglo, false, 50) // a ring

		publish(t, v, amina, centre, "ici", vocab.ReachNeighbourhood)
		publish(t, v, amina, centre, "commune", vocab.ReachCommune)
		p := publish(t, v, amina, centre, "loin", vocab.ReachIntercommunal)

		for _, test := range []struct {
			place instance.Neighbourhood
			want  []string
		}{
			{centre, []string{"loin", "commune", "ici"}},
			{dinan, []string{"loin", "commune"}},
			{agglo, []string{"loin"}},
		} {
			if diff := cmp.Diff(test.want, v.Shown(test.place, instance.Anyone)); diff != "" {
				t.Errorf("%s shows (-want +got):\n%s", test.place.Username, diff)
			}
		}
		got, err := posts.ByURI(t.Context(), db.Read(), p.URI)
		if err != nil || got.Boosts != 3 {
			t.Errorf("shared %d times, want once a group: 3 (%v)", got.Boosts, err)
		}
		var via string
		err = db.Read().QueryRow(t.Context(), `SELECT via FROM boosts WHERE actor_id = $1`, agglo.ID).Scan(&via)
		if want := `["` + centre.URI + `","` + dinan.URI + `"]`; err != nil || via != want {
			t.Errorf("came through %s (%v), want %s", via, err, want)
		}
	})
}

func TestAModeratedSourceWaits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		dinan := v.Place("dinan", "commune")
		centre := v.Place("centre", "neighbourhood", dinan)
		amina, moderator := v.Resident("amina", centre), v.Person("mo")
		collects(t, v, dinan, centre, true, 50)
		kept, dropped := publish(t, v, amina, centre, "bon", 0), publish(t, v, amina, centre, "mauvais", 0)

		if got := v.Shown(dinan, instance.Anyone); len(got) != 0 {
			t.Fatalf("relayed before anyone read it: %q", got)
		}
		waiting, err := v.Groups.Waiting(t.Context(), dinan.ID, 0, 10)
		if err != nil || len(waiting) != 2 || waiting[0].Post != kept.ID || waiting[0].Source.ID != centre.ID {
			t.Fatalf("waiting: %+v, %v", waiting, err)
		}
		if err := v.Groups.Release(t.Context(), moderator, waiting[0].ID); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("released by a passer-by: %v", err)
		}
		if err := v.Places.SetModerator(t.Context(), dinan.ID, moderator.ID, true); err != nil {
			t.Fatal(err)
		}
		if err := v.Groups.Release(t.Context(), moderator, waiting[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := v.Groups.Dismiss(t.Context(), moderator, waiting[1].ID, "hors sujet"); err != nil {
			t.Fatal(err)
		}
		if err := v.Groups.Release(t.Context(), moderator, waiting[1].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("released after it was dismissed: %v", err)
		}
		if diff := cmp.Diff([]string{"bon"}, v.Shown(dinan, instance.Anyone)); diff != "" {
			t.Errorf("commune shows (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"mauvais", "bon"}, v.Shown(centre, instance.Anyone)); diff != "" {
			t.Errorf("%s stays where it was posted (-want +got):\n%s", dropped.Source, diff)
		}
	})
}

func TestMostPerDayAndAge(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		dinan := v.Place("dinan", "commune")
		centre := v.Place("centre", "neighbourhood", dinan)
		amina := v.Resident("amina", centre)
		collects(t, v, dinan, centre, false, 2)
		for i := range 3 {
			publish(t, v, amina, centre, strconv.Itoa(i), 0)
		}
		if diff := cmp.Diff([]string{"1", "0"}, v.Shown(dinan, instance.Anyone)); diff != "" {
			t.Errorf("on one day (-want +got):\n%s", diff)
		}
		v.Clock.Advance(25 * time.Hour)
		publish(t, v, amina, centre, "demain", 0)
		if diff := cmp.Diff([]string{"demain", "1", "0"}, v.Shown(dinan, instance.Anyone)); diff != "" {
			t.Errorf("on the next (-want +got):\n%s", diff)
		}
		old := &instance.Post{
			URI: "https://loin.example/o/1", Author: amina.Actor, Group: &centre.Actor, Kind: "post", Content: "vieux",
			Audience: instance.ToPublic, PublishedAt: v.Clock.Now().Add(-73 * time.Hour),
		}
		if err := db.InTx(t.Context(), func(tx store.Tx) error { return v.Posts.ReceiveIn(t.Context(), tx, old, "{}") }); err != nil {
			t.Fatal(err)
		}
		if got := v.Shown(centre, instance.Anyone); len(got) != 4 {
			t.Errorf("old post relayed: %q", got)
		}
	})
}

func TestI03_NobodyFromElsewhereIsHeardUnread(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		moderator := v.Person("mo")
		if err := v.Places.SetModerator(t.Context(), centre.ID, moderator.ID, true); err != nil {
			t.Fatal(err)
		}
		far := instance.Actor{ID: 77, URI: "https://loin.example/u/1", Kind: instance.Person, Username: "zoe", Host: "loin.example", CreatedAt: apptest.Start, UpdatedAt: apptest.Start}
		receive := func(name string) {
			t.Helper()
			p := &instance.Post{
				URI: "https://loin.example/o/" + name, Author: far, Group: &centre.Actor, Kind: "post", Content: name, Source: name,
				Audience: instance.ToPublic, PublishedAt: v.Clock.Now(),
			}
			if err := db.InTx(t.Context(), func(tx store.Tx) error { return v.Posts.ReceiveIn(t.Context(), tx, p, "{}") }); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.InTx(t.Context(), func(tx store.Tx) error { return actors.Save(t.Context(), tx, far, "{}") }); err != nil {
			t.Fatal(err)
		}
		waits := func() []string {
			t.Helper()
			list, err := v.Groups.Waiting(t.Context(), centre.ID, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, w := range list {
				ids = append(ids, w.ID.String())
			}
			return ids
		}
		receive("inconnue")
		if got := waits(); len(got) != 0 {
			t.Errorf("somebody who does not follow fills the queue: %v", got)
		}
		if _, err := v.People.Follow(t.Context(), far.ID, centre.ID); err != nil {
			t.Fatal(err)
		}
		receive("premiere")
		list := waits()
		if len(list) != 1 {
			t.Fatalf("first post of a follower: waiting %v", list)
		}
		id, err := instance.ParseID(list[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Groups.Release(t.Context(), moderator, id); err != nil {
			t.Fatal(err)
		}
		receive("seconde")
		if diff := cmp.Diff([]string{"seconde", "premiere"}, v.Shown(centre, instance.Anyone)); diff != "" {
			t.Errorf("centre shows (-want +got):\n%s", diff)
		}
	})
}

func TestARemovedPostStaysOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		dinan := v.Place("dinan", "commune")
		centre := v.Place("centre", "neighbourhood", dinan)
		amina, moderator := v.Resident("amina", centre), v.Person("mo")
		collects(t, v, dinan, centre, false, 50)
		if err := v.Places.SetModerator(t.Context(), centre.ID, moderator.ID, true); err != nil {
			t.Fatal(err)
		}
		p := publish(t, v, amina, centre, "pub", 0)
		if err := v.Groups.Remove(t.Context(), moderator, dinan.ID, p.ID, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("moderator of another group removes: %v", err)
		}
		v.Deeds()
		if err := v.Groups.Remove(t.Context(), moderator, centre.ID, p.ID, "publicité"); err != nil {
			t.Fatal(err)
		}
		if got := v.Shown(centre, instance.Anyone); len(got) != 0 {
			t.Errorf("centre still shows %q", got)
		}
		got, err := v.Posts.ByID(t.Context(), instance.Anyone, p.ID)
		if err != nil || !got.Gone() || got.Content != "" {
			t.Errorf("its words: %+v, %v", got, err)
		}
		deeds := v.Deeds()
		if len(deeds) != 1 || deeds[0].Kind != instance.Unboosted || deeds[0].Actor.ID != centre.ID {
			t.Errorf("told: %+v", deeds)
		}
	})
}
