package app_test

import (
	"testing"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// bring moves what waits for a later time to now, as if the time had passed.
func bring(t *testing.T, s *apptest.Server, kind string) {
	t.Helper()
	past := store.Millis(time.Now().Add(-time.Second))
	err := s.DB.InTx(t.Context(), func(tx store.Tx) error {
		for _, sql := range []string{`UPDATE scheduled_posts SET at = $1`, `UPDATE polls SET ends_at = $1`} {
			if _, err := tx.Exec(t.Context(), sql, past); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), `UPDATE river_job SET state = 'available', scheduled_at = created_at WHERE kind = $1`, kind)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What one process was told to publish later outlives it: another publishes it,
// once, and tells when its poll has ended.
func TestWhatIsToComeOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		url := storetest.URL(t, engine)
		before := apptest.OpenOn(t, url, func(c *config.Config) { c.Roles = []string{"web"} })
		amina := before.Resident("amina")
		draft := instance.Draft{
			Text: "Plus tard", Audience: instance.ToPublic,
			Poll: &instance.PollDraft{Options: []string{"a", "b"}, Lasts: instance.MinPollTime},
		}
		if _, err := before.Posts.Schedule(t.Context(), before.Viewer(amina), draft, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		bring(t, before, posts.PublishScheduled{}.Kind())

		after := apptest.OpenOn(t, url, func(c *config.Config) { c.URL, c.Lane = before.URL, 1 })
		apptest.Settle(t, after)
		want(t, "home after its time has come", home(t, after, amina), "Plus tard")
		if list, err := after.Posts.Scheduled(t.Context(), amina.ID); err != nil || len(list) != 0 {
			t.Errorf("still waits: %v, %v", list, err)
		}
		if n := polled(t, after, amina); n != 0 {
			t.Errorf("its poll has ended %d times already", n)
		}
		bring(t, after, posts.EndOfPoll{}.Kind())
		// Something else has to wake the queue, which looks for itself only now and
		// then.
		if err := after.DB.InTx(t.Context(), func(tx store.Tx) error { return after.Jobs.Enqueue(t.Context(), tx, posts.PublishScheduled{ID: 7}) }); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, after)
		if n := polled(t, after, amina); n != 1 {
			t.Errorf("the end of its poll was told %d times", n)
		}
		want(t, "home at last", home(t, after, amina), "Plus tard")
	})
}

// A picture of what is to come waits with it, however long that is, and no
// longer.
func TestThePicturesOfWhatIsToComeAreKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		amina := s.Resident("amina")
		m, err := s.Posts.AddPicture(t.Context(), amina.ID, instance.Picture{Type: "image/png", File: "aa/f.png", Thumb: "aa/t.png"}, 1)
		if err != nil {
			t.Fatal(err)
		}
		draft := instance.Draft{Text: "Plus tard", Audience: instance.ToPublic, Pictures: []instance.ID{m.ID}}
		k, err := s.Posts.Schedule(t.Context(), s.Viewer(amina), draft, time.Now().Add(72*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		sweep := func() (left int) {
			t.Helper()
			err := s.DB.InTx(t.Context(), func(tx store.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE media SET created_at = $1`, store.Millis(time.Now().Add(-48*time.Hour)))
				if err != nil {
					return err
				}
				return s.Jobs.Enqueue(t.Context(), tx, app.Sweep{})
			})
			if err != nil {
				t.Fatal(err)
			}
			apptest.Settle(t, s)
			if err := s.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM media`).Scan(&left); err != nil {
				t.Fatal(err)
			}
			return left
		}
		if left := sweep(); left != 1 {
			t.Errorf("%d pictures are left while it waits", left)
		}
		if err := s.Posts.Unschedule(t.Context(), amina.ID, k.ID); err != nil {
			t.Fatal(err)
		}
		if left := sweep(); left != 0 {
			t.Errorf("%d pictures are left after it was let go", left)
		}
	})
}
