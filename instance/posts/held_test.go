package posts_test

import (
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestModeratorsReadWhatTheyHaveToJudge(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, claire := v.Resident("amina", centre), v.Person("claire")
		first := v.Post(amina, centre, instance.ToNeighbourhood, "un")
		v.Clock.Advance(8 * 24 * time.Hour)
		week := v.Clock.Now()
		second := v.Post(amina, centre, instance.ToPublic, "deux")
		third := v.Post(amina, centre, instance.ToPublic, "trois")
		if err := v.Posts.Delete(ctx, amina.ID, third.ID); err != nil {
			t.Fatal(err)
		}

		if found, err := v.Posts.Load(ctx, v.Viewer(claire), []instance.PostID{first.ID}); err != nil || len(found) != 0 {
			t.Fatalf("claire reads it anyway: %+v, %v", found, err)
		}
		found, err := v.Posts.HeldAll(ctx, claire.ID, []instance.PostID{second.ID, 4711, first.ID, third.ID})
		if err != nil || len(found) != 3 {
			t.Fatalf("for a moderator: %d, %v, want 3", len(found), err)
		}
		if found[0].ID != second.ID || found[1].Source != "un" || found[1].Author.ID != amina.ID || found[1].Group.ID != centre.ID {
			t.Errorf("out of order or incomplete: %+v", found)
		}
		if !found[2].Gone() || found[2].Content != "" {
			t.Errorf("words of a deleted post: %+v", found[2])
		}
		if n, err := v.Posts.CountSince(ctx, week); err != nil || n != 1 {
			t.Errorf("posts since: %d, %v, want 1", n, err)
		}
	})
}
