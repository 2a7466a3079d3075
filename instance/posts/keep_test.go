package posts_test

import (
	"context"
	"errors"
	"fmt"
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

func TestWhatIsKeptIsPagedBothWays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		var said []*instance.Post
		for i := range 7 {
			said = append(said, v.Post(bo, centre, instance.ToNeighbourhood, fmt.Sprintf("n%d", i)))
		}
		gone := v.Post(bo, centre, instance.ToPublic, "bientôt parti")
		// Kept in another order than said: the list is in the order of keeping.
		for i := len(said) - 1; i >= 0; i-- {
			for _, do := range []func(context.Context, instance.Viewer, instance.PostID) error{v.Posts.Bookmark, v.Posts.Bookmark, v.Posts.Like} {
				if err := do(t.Context(), v.Viewer(amina), said[i].ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := v.Posts.Bookmark(t.Context(), v.Viewer(amina), gone.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.Posts.Delete(t.Context(), bo.ID, gone.ID); err != nil {
			t.Fatal(err)
		}
		for name, read := range map[string]func(context.Context, instance.Viewer, instance.Page) ([]posts.Kept, error){
			"bookmarks": v.Posts.Bookmarks, "likes": v.Posts.Likes,
		} {
			page := func(p instance.Page) (texts []string, list []posts.Kept) {
				t.Helper()
				list, err := read(t.Context(), v.Viewer(amina), p)
				if err != nil {
					t.Fatal(err)
				}
				for _, k := range list {
					texts = append(texts, k.Post.Source)
				}
				return texts, list
			}
			want := []string{"n0", "n1", "n2", "n3", "n4", "n5", "n6"}
			var down, up []string
			var oldest instance.ID
			for texts, list := page(instance.Page{Limit: 3}); len(list) > 0; texts, list = page(instance.Page{Limit: 3, Before: oldest}) {
				down, oldest = append(down, texts...), list[len(list)-1].ID
			}
			up = []string{"n6"}
			for texts, list := page(instance.Page{Limit: 3, After: oldest}); len(list) > 0; texts, list = page(instance.Page{Limit: 3, After: list[0].ID}) {
				up = append(texts, up...)
			}
			since, _ := page(instance.Page{Limit: 2, Since: oldest})
			for what, got := range map[string][2][]string{"down": {down, want}, "up": {up, want}, "since": {since, want[:2]}} {
				if diff := cmp.Diff(got[1], got[0]); diff != "" {
					t.Errorf("%s, %s (-want +got):\n%s", name, what, diff)
				}
			}
		}

		// What one may not read any more is not in the list, and not kept by others.
		if list, err := v.Posts.Bookmarks(t.Context(), v.Viewer(bo), instance.Page{}); err != nil || list != nil {
			t.Errorf("bookmarks of another: %d, %v", len(list), err)
		}
		p, err := v.Posts.ByID(t.Context(), v.Viewer(amina), said[0].ID)
		if err != nil || !p.Bookmarked || !p.Liked {
			t.Errorf("a post that is kept: %+v, %v", p, err)
		}
		if err := v.Posts.Unbookmark(t.Context(), v.Viewer(amina), said[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := v.People.Block(t.Context(), bo.ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		if list, err := v.Posts.Bookmarks(t.Context(), v.Viewer(amina), instance.Page{}); err != nil || list != nil {
			t.Errorf("bookmarks of who is blocked: %d, %v", len(list), err)
		}
		if err := v.Posts.Bookmark(t.Context(), v.Viewer(amina), said[0].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("keep what one may not read: got %v, want %v", err, instance.ErrNotFound)
		}
	})
}

func TestWhoReactedIsToldToWhoMayRead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, stranger := v.Resident("amina", centre), v.Person("stranger")
		near, open := v.Post(amina, centre, instance.ToNeighbourhood, "entre nous"), v.Post(amina, centre, instance.ToPublic, "pour tous")
		var others []instance.Account
		for i := range 5 {
			o := v.Resident(fmt.Sprintf("p%d", i), centre)
			others = append(others, o)
			for _, p := range []*instance.Post{near, open} {
				if err := v.Posts.Like(t.Context(), v.Viewer(o), p.ID); err != nil {
					t.Fatal(err)
				}
			}
			if err := v.Posts.Boost(t.Context(), v.Viewer(o), open.ID); err != nil {
				t.Fatal(err)
			}
		}
		names := func(list []posts.Reaction, err error) []string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			found := []string{}
			for _, r := range list {
				found = append(found, r.By.Username)
			}
			return found
		}
		v1, some := v.Viewer(amina), instance.Page{Limit: 2}
		first, err := v.Posts.LikedBy(t.Context(), v1, near.ID, some)
		if diff := cmp.Diff([]string{"p4", "p3"}, names(first, err)); diff != "" {
			t.Errorf("thanked (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"p2", "p1"}, names(v.Posts.LikedBy(t.Context(), v1, near.ID, instance.Page{Limit: 2, Before: first[1].ID}))); diff != "" {
			t.Errorf("thanked before (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"p4"}, names(v.Posts.LikedBy(t.Context(), v1, near.ID, instance.Page{After: first[1].ID}))); diff != "" {
			t.Errorf("thanked after (-want +got):\n%s", diff)
		}
		if err := v.People.Block(t.Context(), others[4].ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.People.Mute(t.Context(), amina.ID, others[3].ID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"p2", "p1", "p0"}, names(v.Posts.SharedBy(t.Context(), v1, open.ID, instance.Page{}))[:3]); diff != "" {
			t.Errorf("shared, without those apart (-want +got):\n%s", diff)
		}
		for who, viewer := range map[string]instance.Viewer{"a stranger": v.Viewer(stranger), "anyone": instance.Anyone} {
			if _, err := v.Posts.LikedBy(t.Context(), viewer, near.ID, some); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s, of what is not for them: got %v, want %v", who, err, instance.ErrNotFound)
			}
			if got := names(v.Posts.LikedBy(t.Context(), viewer, open.ID, instance.Page{})); len(got) != 5 {
				t.Errorf("%s: %q", who, got)
			}
		}
		if err := v.Posts.Delete(t.Context(), amina.ID, open.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Posts.LikedBy(t.Context(), v1, open.ID, some); !errors.Is(err, instance.ErrGone) {
			t.Errorf("of what is gone: got %v, want %v", err, instance.ErrGone)
		}
	})
}

func TestAMutedThreadIsQuiet(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		count := func() int {
			t.Helper()
			list, err := v.Notifications.List(t.Context(), v.Viewer(amina), notifications.Query{Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		p, other := v.Post(amina, centre, instance.ToPublic, "un fil"), v.Post(amina, centre, instance.ToPublic, "un autre")
		reply := v.Reply(bo, p, "@amina une réponse")
		before := count()
		// One mutes the thread by any of its posts.
		if err := v.Posts.MuteThread(t.Context(), v.Viewer(amina), reply.ID); err != nil {
			t.Fatal(err)
		}
		v.Reply(bo, p, "encore")
		if err := v.Posts.Like(t.Context(), v.Viewer(bo), p.ID); err != nil {
			t.Fatal(err)
		}
		if got := count(); got != before || before == 0 {
			t.Errorf("notices: %d before, %d after", before, got)
		}
		if found, err := v.Posts.Load(t.Context(), v.Viewer(amina), []instance.PostID{p.ID, other.ID}); err != nil || !found[0].ThreadMuted || found[1].ThreadMuted {
			t.Errorf("muted: %v", err)
		}
		v.Reply(bo, other, "ici on entend")
		if got := count(); got != before+1 {
			t.Errorf("notices of another thread: %d, want %d", got, before+1)
		}
		if err := v.Posts.UnmuteThread(t.Context(), v.Viewer(amina), p.ID); err != nil {
			t.Fatal(err)
		}
		v.Reply(bo, p, "à nouveau")
		if got := count(); got != before+2 {
			t.Errorf("notices once it is heard again: %d, want %d", got, before+2)
		}
	})
}

func TestPicturesOfADeletedPostCanBeUsedAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina := v.Resident("amina", centre)
		m, err := v.Posts.AddPicture(t.Context(), amina.ID, instance.Picture{Type: "image/jpeg", File: "aa/a.jpg", Thumb: "aa/b.jpg"}, 10)
		if err != nil {
			t.Fatal(err)
		}
		d := instance.Draft{Text: "avec image", Audience: instance.ToPublic, Pictures: []instance.ID{m.ID}}
		p, err := v.Posts.Publish(t.Context(), v.Viewer(amina), d)
		if err != nil {
			t.Fatal(err)
		}
		v.Clock.Advance(48 * time.Hour)
		if err := v.Posts.Delete(t.Context(), amina.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		var since int64
		if err := db.Read().QueryRow(t.Context(), `SELECT created_at FROM media WHERE id = $1 AND post_id IS NULL`, m.ID).Scan(&since); err != nil {
			t.Fatal(err)
		}
		if loose := store.Time(since); loose.Before(v.Clock.Now().Add(-time.Minute)) {
			t.Errorf("loose since %v: swept before it can be used again", loose)
		}
		again, err := v.Posts.Publish(t.Context(), v.Viewer(amina), d)
		if err != nil || len(again.Pictures) != 1 {
			t.Errorf("redrafted: %+v, %v", again, err)
		}
	})
}
