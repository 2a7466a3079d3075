package posts_test

import (
	"errors"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestOneBeginsSoManyPostsADayInAPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		port, centre := v.Place("port", "neighbourhood"), v.Place("centre", "neighbourhood")
		amina, warden := v.Resident("amina", port), v.Resident("warden", port)
		v.Verify(amina, centre)
		if err := v.Places.SetModerator(ctx, port.ID, warden.ID, true); err != nil {
			t.Fatal(err)
		}
		if err := v.Rules.Set(ctx, instance.Rules{PostsADay: 2}); err != nil {
			t.Fatal(err)
		}
		say := func(who instance.Account, in instance.ActorID, reply instance.PostID) error {
			d := instance.Draft{Text: "bonjour", Audience: instance.ToNeighbourhood, Group: in, ReplyTo: reply}
			_, err := v.Posts.Publish(ctx, v.Viewer(who), d)
			return err
		}
		first := v.Post(amina, port, instance.ToPublic, "un")
		if err := say(amina, port.ID, 0); err != nil {
			t.Fatal(err)
		}
		err := say(amina, port.ID, 0)
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != "day-full" || invalid.Limit != 2 {
			t.Errorf("the third of a day: %v", err)
		}
		if err := say(amina, 0, first.ID); err != nil {
			t.Errorf("an answer: %v", err)
		}
		if err := say(amina, centre.ID, 0); err != nil {
			t.Errorf("in another place: %v", err)
		}
		for i := range 3 {
			if err := say(warden, port.ID, 0); err != nil {
				t.Errorf("post %d of a moderator: %v", i+1, err)
			}
		}
		v.Clock.Advance(25 * time.Hour)
		if err := say(amina, port.ID, 0); err != nil {
			t.Errorf("a day later: %v", err)
		}

		// A clock that was ahead and was put right: ids stay where they are.
		v.Clock.Advance(10 * 24 * time.Hour)
		v.Post(amina, centre, instance.ToPublic, "d’avance")
		v.Clock.Advance(-8 * 24 * time.Hour)
		for range 2 {
			if err := say(amina, port.ID, 0); err != nil {
				t.Fatalf("after the clock was put right: %v", err)
			}
		}
		v.Clock.Advance(25 * time.Hour)
		if err := say(amina, port.ID, 0); err != nil {
			t.Errorf("a day after that: %v", err)
		}
	})
}
