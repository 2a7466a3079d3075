package posts_test

import (
	"errors"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestPinnedPostsComeFirst(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		first := v.Post(amina, centre, instance.ToPublic, "un")
		second := v.Post(amina, centre, instance.ToPublic, "deux")
		local := v.Post(amina, centre, instance.ToNeighbourhood, "entre nous")

		for _, p := range []*instance.Post{second, first, first} {
			if err := v.Posts.Pin(t.Context(), v.Viewer(amina), p.ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := v.Posts.Pin(t.Context(), v.Viewer(amina), local.ID); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("pin what stays here: got %v, want %v", err, instance.ErrForbidden)
		}
		if err := v.Posts.Pin(t.Context(), v.Viewer(bo), first.ID); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("pin somebody else's: got %v, want %v", err, instance.ErrForbidden)
		}
		pinned := func(viewer instance.Viewer, want ...string) {
			t.Helper()
			found, err := v.Posts.PinnedBy(t.Context(), viewer, amina.ID)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, p := range found {
				got = append(got, p.Source)
			}
			if len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
				t.Errorf("pinned: got %q, want %q", got, want)
			}
		}
		pinned(instance.Anyone, "un", "deux")

		close, err := v.Posts.Publish(t.Context(), v.Viewer(amina), instance.Draft{Text: "à qui me suit", Audience: instance.ToFollowers})
		if err != nil {
			t.Fatal(err)
		}
		v.Deeds()
		if err := v.Posts.Pin(t.Context(), v.Viewer(amina), close.ID); err != nil {
			t.Errorf("pin what is for followers: %v", err)
		}
		if told := v.Deeds(); len(told) != 0 {
			t.Errorf("everyone is told of what is for followers: %v", told[0].Kind)
		}
		pinned(instance.Anyone, "un", "deux")
		pinned(v.Viewer(amina), "à qui me suit", "un", "deux")
		for _, text := range []string{"quatre", "cinq"} {
			if err := v.Posts.Pin(t.Context(), v.Viewer(amina), v.Post(amina, centre, instance.ToPublic, text).ID); err != nil {
				t.Fatal(err)
			}
		}
		var invalid *instance.Invalid
		if err := v.Posts.Pin(t.Context(), v.Viewer(amina), v.Post(amina, centre, instance.ToPublic, "six").ID); !errors.As(err, &invalid) || invalid.Code != "too-many" {
			t.Errorf("pin a sixth: %v", err)
		}
		if err := v.Posts.Pin(t.Context(), v.Viewer(amina), first.ID); err != nil {
			t.Errorf("pin again what is pinned: %v", err)
		}
		for _, text := range []string{"cinq", "quatre"} {
			found, err := v.Posts.PinnedBy(t.Context(), instance.Anyone, amina.ID)
			if err != nil || found[0].Source != text {
				t.Fatalf("pinned: %+v, %v", found, err)
			}
			if err := v.Posts.Unpin(t.Context(), v.Viewer(amina), found[0].ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := v.Posts.Unpin(t.Context(), v.Viewer(amina), close.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.Posts.Unpin(t.Context(), v.Viewer(amina), first.ID); err != nil {
			t.Fatal(err)
		}
		pinned(instance.Anyone, "deux")
		if err := v.People.Block(t.Context(), amina.ID, bo.ID); err != nil {
			t.Fatal(err)
		}
		pinned(v.Viewer(bo))
		if err := v.Posts.Delete(t.Context(), amina.ID, second.ID); err != nil {
			t.Fatal(err)
		}
		pinned(instance.Anyone)
	})
}
