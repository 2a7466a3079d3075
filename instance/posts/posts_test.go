package posts_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestWhoReadsAPost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		dinan := v.Place("dinan", "commune")
		centre, port := v.Place("centre", "neighbourhood", dinan), v.Place("port", "neighbourhood", dinan)
		tilleuls := v.Place("tilleuls", "building", centre)
		author := v.Resident("amina", tilleuls)
		floor, street := v.Resident("bo", tilleuls), v.Resident("cem", centre)
		beside, elsewhere := v.Resident("dora", port), v.Person("emil")

		for _, test := range []struct {
			audience instance.Audience
			place    instance.Neighbourhood
			readers  []bool // floor, street, beside, elsewhere, anyone
		}{
			{instance.ToBuilding, tilleuls, []bool{true, false, false, false, false}},
			{instance.ToNeighbourhood, tilleuls, []bool{true, false, false, false, false}},
			{instance.ToNeighbourhood, centre, []bool{true, true, false, false, false}},
			{instance.ToAround, centre, []bool{true, true, true, false, false}},
			{instance.ToPublic, centre, []bool{true, true, true, true, true}},
		} {
			p := v.Post(author, test.place, test.audience, string(test.audience)+" in "+test.place.Username)
			var got []bool
			for _, who := range []instance.Viewer{v.Viewer(floor), v.Viewer(street), v.Viewer(beside), v.Viewer(elsewhere), instance.Anyone} {
				_, err := v.Posts.ByID(t.Context(), who, p.ID)
				if err != nil && !errors.Is(err, instance.ErrNotFound) {
					t.Fatal(err)
				}
				got = append(got, err == nil)
			}
			if diff := cmp.Diff(test.readers, got); diff != "" {
				t.Errorf("%s: who reads it (-want +got):\n%s", p.Source, diff)
			}
			if test.audience.Local() {
				n, err := v.Places.CountReaders(t.Context(), test.place.ID, test.audience)
				want := 1 // the author
				for _, reads := range test.readers {
					if reads {
						want++
					}
				}
				if err != nil || n != want {
					t.Errorf("%s: composer says %d readers (%v), want %d", p.Source, n, err, want)
				}
			}
		}
		want := []string{"public in centre", "around in centre", "neighbourhood in centre"}
		if diff := cmp.Diff(want, v.Shown(centre, v.Viewer(street))); diff != "" {
			t.Errorf("centre shows to somebody of the street (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"public in centre"}, v.Shown(centre, instance.Anyone)); diff != "" {
			t.Errorf("centre shows to anyone (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"around in centre"}, v.Home(beside)); diff != "" {
			t.Errorf("feed of somebody beside (-want +got):\n%s", diff)
		}
	})
}

func TestOnlyResidentsPostInAPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		stranger, declared := v.Person("emil"), v.Person("fanny")
		if err := v.Places.Join(t.Context(), centre.ID, declared.ID); err != nil {
			t.Fatal(err)
		}
		for _, who := range []instance.Account{stranger, declared} {
			_, err := v.Posts.Publish(t.Context(), v.Viewer(who), instance.Draft{Text: "coucou", Audience: instance.ToPublic, Group: centre.ID})
			if !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("%s posts: got %v, want %v", who.Username, err, instance.ErrForbidden)
			}
		}
		if got := v.Shown(centre, instance.Anyone); len(got) != 0 {
			t.Errorf("centre shows %q", got)
		}
		resident := v.Resident("gael", centre)
		_, err := v.Posts.Publish(t.Context(), v.Viewer(resident), instance.Draft{Text: "coucou", Audience: instance.ToBuilding, Group: centre.ID})
		var invalid *instance.Invalid
		if !errors.As(err, &invalid) || invalid.Field != "audience" {
			t.Errorf("building post in a neighbourhood: got %v", err)
		}
	})
}

func TestAReplyNeverReachesFurther(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		p := v.Post(amina, centre, instance.ToNeighbourhood, "Qui a une échelle ?")
		r, err := v.Posts.Publish(t.Context(), v.Viewer(bo), instance.Draft{Text: "Moi !", ReplyTo: p.ID, Audience: instance.ToPublic})
		if err != nil {
			t.Fatal(err)
		}
		if r.Audience != instance.ToNeighbourhood || r.Thread != p.ID {
			t.Errorf("reply is for %s in thread %s, want %s in %s", r.Audience, r.Thread, instance.ToNeighbourhood, p.ID)
		}
		_, err = v.Posts.Publish(t.Context(), v.Viewer(v.Person("emil")), instance.Draft{Text: "Moi aussi", ReplyTo: p.ID})
		if !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("stranger answers: got %v, want %v", err, instance.ErrNotFound)
		}
		thread, err := v.Posts.Thread(t.Context(), v.Viewer(amina), r.ID, 0)
		if err != nil || len(thread) != 2 || thread[0].Replies != 1 {
			t.Fatalf("thread: got %d posts, %v", len(thread), err)
		}
		notices, err := v.Notifications.List(t.Context(), v.Viewer(amina), notifications.Query{Limit: 10})
		if err != nil || len(notices) != 1 || notices[0].Kind != "reply" || notices[0].Post == nil {
			t.Errorf("notices of who was answered: got %+v, %v", notices, err)
		}
	})
}

func TestEditKeepsWhatWasSaidAndDeleteForgetsIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		p := v.Post(amina, centre, instance.ToPublic, "Coupure d'eau lundi #eau @bo")
		if _, err := v.Posts.Edit(t.Context(), bo.ID, p.ID, instance.Draft{Text: "Rien du tout"}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else edits: got %v", err)
		}
		if _, err := v.Posts.Edit(t.Context(), amina.ID, p.ID, instance.Draft{Text: "Coupure d'eau mardi #travaux"}); err != nil {
			t.Fatal(err)
		}
		got, err := v.Posts.ByID(t.Context(), instance.Anyone, p.ID)
		if err != nil || got.Source != "Coupure d'eau mardi #travaux" || got.EditedAt.IsZero() {
			t.Fatalf("edited: got %+v, %v", got, err)
		}
		if diff := cmp.Diff([]string{"travaux"}, got.Tags); diff != "" || len(got.Mentions) != 0 {
			t.Errorf("names after the edit: %v %v", got.Tags, got.Mentions)
		}
		edits, err := v.Posts.Edits(t.Context(), instance.Anyone, p.ID)
		if err != nil || len(edits) != 1 || !edits[0].At.Equal(p.PublishedAt.Truncate(time.Millisecond)) {
			t.Errorf("history: got %+v, %v", edits, err)
		}
		reply := v.Reply(bo, got, "Merci")
		if err := v.Posts.Delete(t.Context(), amina.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		got, err = v.Posts.ByID(t.Context(), instance.Anyone, p.ID)
		if err != nil || !got.Gone() || got.Content != "" {
			t.Errorf("deleted: got %+v, %v", got, err)
		}
		if _, err := v.Posts.ByID(t.Context(), instance.Anyone, reply.ID); err != nil {
			t.Errorf("its reply: %v", err)
		}
		if got := v.Shown(centre, instance.Anyone); len(got) != 0 {
			t.Errorf("centre still shows %q", got)
		}
		if err := v.Posts.Delete(t.Context(), amina.ID, p.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("deleted twice: got %v", err)
		}
	})
}

func TestReactions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		open, local := v.Post(amina, centre, instance.ToPublic, "ouvert"), v.Post(amina, centre, instance.ToNeighbourhood, "entre nous")
		for range 2 {
			if err := v.Posts.Like(t.Context(), v.Viewer(bo), open.ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := v.Posts.Boost(t.Context(), v.Viewer(bo), local.ID); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("local post shared: got %v", err)
		}
		if err := v.Posts.Boost(t.Context(), v.Viewer(bo), open.ID); err != nil {
			t.Fatal(err)
		}
		got, err := v.Posts.ByID(t.Context(), v.Viewer(bo), open.ID)
		if err != nil || got.Likes != 1 || got.Boosts != 2 || !got.Liked || !got.Boosted {
			t.Errorf("after like and share: got %+v, %v", got, err)
		}
		if err := v.Posts.Unlike(t.Context(), v.Viewer(bo), open.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.Posts.Unboost(t.Context(), v.Viewer(bo), open.ID); err != nil {
			t.Fatal(err)
		}
		got, err = v.Posts.ByID(t.Context(), v.Viewer(bo), open.ID)
		if err != nil || got.Likes != 0 || got.Boosts != 1 || got.Liked || got.Boosted {
			t.Errorf("after taking back: got %+v, %v", got, err)
		}
	})
}

func TestRepliesThatComeBeforeWhatTheyAnswer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina := v.Person("amina")
		receive := func(name, answers string) {
			t.Helper()
			p := &instance.Post{
				URI: "https://loin.example/o/" + name, Author: amina.Actor, Kind: "post", Content: name, Audience: instance.ToPublic,
				PublishedAt: apptest.Start.Truncate(time.Second),
			}
			if answers != "" {
				p.ReplyToURI = "https://loin.example/o/" + answers
			}
			if err := db.InTx(t.Context(), func(tx store.Tx) error { return v.Posts.ReceiveIn(t.Context(), tx, p, "{}") }); err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range [][2]string{{"3", "2"}, {"4", "3"}, {"2", "1"}, {"1", ""}, {"2", "1"}} {
			receive(p[0], p[1])
		}
		first, err := posts.ByURI(t.Context(), db.Read(), "https://loin.example/o/1")
		if err != nil || first.Replies != 1 {
			t.Fatalf("first post: %+v, %v", first, err)
		}
		thread, err := v.Posts.Thread(t.Context(), instance.Anyone, first.ID, 0)
		if err != nil || len(thread) != 4 {
			t.Errorf("thread holds %d posts, want 4 (%v)", len(thread), err)
		}
	})
}
