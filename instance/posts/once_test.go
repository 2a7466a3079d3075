package posts_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestPressingTwicePostsOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		draft := instance.Draft{Text: "Bonjour", Audience: instance.ToNeighbourhood, Group: centre.ID, Once: "form-1"}

		const presses = 8
		ids := make([]instance.PostID, presses)
		viewer := v.Viewer(amina)
		var pressed sync.WaitGroup
		for i := range presses {
			pressed.Go(func() {
				p, err := v.Posts.Publish(t.Context(), viewer, draft)
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = p.ID
			})
		}
		pressed.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("pressed %d times: got posts %v", presses, ids)
			}
		}
		if got := v.Shown(centre, viewer); len(got) != 1 {
			t.Errorf("the place shows %q, want it once", got)
		}
		posted := 0
		for _, d := range v.Deeds() {
			if d.Kind == instance.Posted {
				posted++
			}
		}
		if posted != 1 {
			t.Errorf("told of %d times, want 1", posted)
		}

		// Another form, and the same form of another person, are posts of their own.
		for _, other := range []struct {
			by   instance.Account
			once string
		}{{amina, "form-2"}, {bo, "form-1"}, {amina, ""}, {amina, ""}} {
			d := draft
			d.Once = other.once
			p, err := v.Posts.Publish(t.Context(), v.Viewer(other.by), d)
			if err != nil || p.ID == ids[0] {
				t.Errorf("%s sends %q: got %+v, %v", other.by.Username, other.once, p, err)
			}
		}
		if got := v.Shown(centre, viewer); len(got) != 5 {
			t.Errorf("the place shows %d posts, want 5", len(got))
		}

		if p, err := v.Posts.Sent(t.Context(), amina.ID, "form-1"); err != nil || p == nil || p.ID != ids[0] {
			t.Errorf("what form-1 became: got %+v, %v", p, err)
		}
		if p, err := v.Posts.Sent(t.Context(), amina.ID, "form-3"); err != nil || p != nil {
			t.Errorf("what a form that was not sent became: got %+v, %v", p, err)
		}
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			return posts.SweepSent(t.Context(), tx, v.Clock.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
		if p, err := v.Posts.Sent(t.Context(), amina.ID, "form-1"); err != nil || p != nil {
			t.Errorf("after the sweep: got %+v, %v", p, err)
		}
		draft.Once = strings.Repeat("x", instance.MaxOnce+1)
		if _, err := v.Posts.Publish(t.Context(), viewer, draft); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("an endless name: got %v, want %v", err, instance.ErrInvalid)
		}
	})
}
