package posts_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestWhatWasWithdrawnIsOutOfSightAndComesBackWhole(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		first := v.Post(amina, centre, instance.ToPublic, "Qui a #vu mon chat ?")
		p := v.Reply(bo, first, "Moi, @amina")
		if err := v.Posts.Like(ctx, v.Viewer(amina), p.ID); err != nil {
			t.Fatal(err)
		}
		before, err := v.Posts.ByID(ctx, v.Viewer(bo), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		v.Deeds()

		if err := v.Posts.Withdraw(ctx, amina.ID, p.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("withdrawn by somebody else: %v", err)
		}
		if err := v.Posts.Withdraw(ctx, bo.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		if d := v.Deeds(); len(d) != 1 || d[0].Kind != instance.Withdrawn {
			t.Errorf("told already: %+v", d)
		}
		for _, reader := range []instance.Viewer{instance.Anyone, v.Viewer(amina), v.Viewer(bo)} {
			gone, err := v.Posts.ByID(ctx, reader, p.ID)
			if err != nil || !gone.Gone() || gone.Content+gone.Source != "" || len(gone.Mentions) != 0 {
				t.Errorf("what %s reads: %+v, %v", reader.ID, gone, err)
			}
		}
		if parent, err := v.Posts.ByID(ctx, instance.Anyone, first.ID); err != nil || parent.Replies != 0 {
			t.Errorf("what was answered counts %d replies, %v", parent.Replies, err)
		}
		if _, err := v.Posts.Edit(ctx, bo.ID, p.ID, instance.Draft{Text: "Autre"}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("edited while withdrawn: %v", err)
		}

		v.Clock.Advance(posts.Regret - time.Minute)
		if err := v.Posts.SettleWithdrawn(ctx); err != nil {
			t.Fatal(err)
		}
		if err := v.Posts.Restore(ctx, amina.ID, p.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("restored by somebody else: %v", err)
		}
		for range 2 {
			if err := v.Posts.Restore(ctx, bo.ID, p.ID); err != nil {
				t.Fatal(err)
			}
		}
		after, err := v.Posts.ByID(ctx, v.Viewer(bo), p.ID)
		if diff := cmp.Diff(before, after, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(instance.Actor{}, "LastPostedAt")); err != nil || diff != "" {
			t.Errorf("put back, %v (-was +is):\n%s", err, diff)
		}
		if d := v.Deeds(); len(d) != 1 || d[0].Kind != instance.Restored {
			t.Errorf("told of what came back: %+v", d)
		}
	})
}

func TestWhatWasWithdrawnIsDeletedInTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		first := v.Post(amina, centre, instance.ToPublic, "Bonjour")
		late, atOnce := v.Reply(bo, first, "Un, @amina"), v.Reply(bo, first, "Deux")
		moderated := v.Reply(bo, first, "Trois")
		v.Deeds()
		for _, p := range []*instance.Post{late, atOnce, moderated} {
			if err := v.Posts.Withdraw(ctx, bo.ID, p.ID); err != nil {
				t.Fatal(err)
			}
		}
		v.Deeds()
		told := func() (ids []instance.PostID) {
			for _, d := range v.Deeds() {
				if d.Kind != instance.Deleted || d.Post.Author.ID != bo.ID {
					t.Errorf("told that %s %s", d.Actor.Username, d.Kind)
				}
				if d.Post.ID == late.ID && !slices.ContainsFunc(d.Post.Mentions, func(a instance.Actor) bool { return a.ID == amina.ID }) {
					t.Error("the end does not reach whom the post named")
				}
				ids = append(ids, d.Post.ID)
			}
			return ids
		}
		// Its author wants it gone at once; a moderator deletes another, which
		// does not come back either.
		if err := v.Posts.Delete(ctx, bo.ID, atOnce.ID); err != nil {
			t.Fatal(err)
		}
		err := db.InTx(ctx, func(tx store.Tx) error {
			p, err := posts.ByIDIn(ctx, tx, moderated.ID)
			if err != nil {
				return err
			}
			return v.Posts.DeleteIn(ctx, tx, p, instance.Origin{})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := told(); !slices.Equal(got, []instance.PostID{atOnce.ID, moderated.ID}) {
			t.Errorf("told of %v", got)
		}
		v.Clock.Advance(posts.Regret)
		if err := v.Posts.Restore(ctx, bo.ID, late.ID); !errors.Is(err, instance.ErrGone) {
			t.Errorf("restored too late: %v", err)
		}
		for range 2 {
			if err := v.Posts.SettleWithdrawn(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if got := told(); !slices.Equal(got, []instance.PostID{late.ID}) {
			t.Errorf("told of %v, want the one that was left, once", got)
		}
		for _, p := range []*instance.Post{late, atOnce, moderated} {
			if err := v.Posts.Restore(ctx, bo.ID, p.ID); !errors.Is(err, instance.ErrGone) {
				t.Errorf("restored for good: %v", err)
			}
			if err := v.Posts.Delete(ctx, bo.ID, p.ID); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("deleted twice: %v", err)
			}
		}
		var words, left int
		err = db.Read().QueryRow(ctx, `
			SELECT (SELECT COUNT(*) FROM posts WHERE author_id = $1 AND source <> ''), (SELECT COUNT(*) FROM withdrawals)`, bo.ID).Scan(&words, &left)
		if err != nil || words != 0 || left != 0 {
			t.Errorf("%d posts keep their words, %d withdrawals are left, %v", words, left, err)
		}
		if a, err := v.People.Account(ctx, bo.ID); err != nil || a.PostsCount != 0 {
			t.Errorf("bo has %d posts, %v", a.PostsCount, err)
		}
		if parent, err := v.Posts.ByID(ctx, instance.Anyone, first.ID); err != nil || parent.Replies != 0 {
			t.Errorf("%d replies, %v", parent.Replies, err)
		}
	})
}
