package posts_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestADraftIsPostedWhenItsTimeHasCome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina := v.Resident("amina", rue)
		m, err := v.Posts.AddPicture(t.Context(), amina.ID, instance.Picture{Type: "image/png", File: "f", Thumb: "t"}, 1)
		if err != nil {
			t.Fatal(err)
		}
		at := v.Clock.Now().Add(time.Hour)
		d := instance.Draft{
			Text: "Demain", Audience: instance.ToNeighbourhood, Group: rue.ID, Once: "press", Pictures: []instance.ID{m.ID}, Descriptions: []string{"Une cour"},
		}
		k, err := v.Posts.Schedule(t.Context(), v.Viewer(amina), d, at)
		if err != nil {
			t.Fatal(err)
		}
		again, err := v.Posts.Schedule(t.Context(), v.Viewer(amina), d, at)
		if err != nil || again.ID != k.ID {
			t.Errorf("the same press is %+v, %v, want %s", again, err, k.ID)
		}
		if len(k.Pictures) != 1 || k.Pictures[0].Description != "Une cour" || k.Draft.Text != "Demain" || !k.At.Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("what waits is %+v", k)
		}
		if free, err := v.Posts.Uploaded(t.Context(), amina.ID, d.Pictures); err != nil || len(free) != 0 {
			t.Errorf("its picture is still free: %v, %v", free, err)
		}
		if left, err := v.Posts.PublishDue(t.Context(), k.ID); err != nil || left < 50*time.Minute {
			t.Errorf("too early: got %v, %v", left, err)
		}
		if diff := cmp.Diff([]string(nil), v.Shown(rue, v.Viewer(amina))); diff != "" {
			t.Errorf("shown too early (-want +got):\n%s", diff)
		}
		v.Clock.Advance(time.Hour)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if left, err := v.Posts.PublishDue(t.Context(), k.ID); err != nil || left > 0 {
					t.Errorf("got %v, %v", left, err)
				}
			})
		}
		wg.Wait()
		if diff := cmp.Diff([]string{"Demain"}, v.Shown(rue, v.Viewer(amina))); diff != "" {
			t.Errorf("shown (-want +got):\n%s", diff)
		}
		p, err := v.Posts.Sent(t.Context(), amina.ID, "press")
		if err != nil || p == nil || len(p.Pictures) != 1 || p.Pictures[0].Description != "Une cour" {
			t.Errorf("it became %+v, %v", p, err)
		}
		if list, err := v.Posts.Scheduled(t.Context(), amina.ID); err != nil || len(list) != 0 {
			t.Errorf("still waits: %v, %v", list, err)
		}
	})
}

func TestWhatWaitsIsMovedAndLetGo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo := v.Person("amina"), v.Person("bo")
		schedule := func(at time.Duration) (*instance.Scheduled, error) {
			return v.Posts.Schedule(t.Context(), v.Viewer(amina), instance.Draft{Text: "x", Audience: instance.ToPublic}, v.Clock.Now().Add(at))
		}
		if _, err := schedule(4 * time.Minute); !invalid("scheduled_at", "too-soon")(err) {
			t.Errorf("in four minutes: got %v", err)
		}
		k, err := schedule(time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		notFound := func(name string, err error) {
			t.Helper()
			if !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		_, err = v.Posts.ScheduledByID(t.Context(), bo.ID, k.ID)
		notFound("somebody else's", err)
		_, err = v.Posts.Reschedule(t.Context(), bo.ID, k.ID, v.Clock.Now().Add(time.Hour))
		notFound("move somebody else's", err)
		notFound("let somebody else's go", v.Posts.Unschedule(t.Context(), bo.ID, k.ID))
		if _, err := v.Posts.Reschedule(t.Context(), amina.ID, k.ID, v.Clock.Now()); !invalid("scheduled_at", "too-soon")(err) {
			t.Errorf("move to now: got %v", err)
		}
		moved, err := v.Posts.Reschedule(t.Context(), amina.ID, k.ID, k.At.Add(time.Hour))
		if err != nil || !moved.At.Equal(k.At.Add(time.Hour)) {
			t.Fatalf("moved to %+v, %v", moved, err)
		}
		v.Clock.Advance(time.Hour)
		if left, err := v.Posts.PublishDue(t.Context(), k.ID); err != nil || left < 50*time.Minute {
			t.Errorf("at the time before: got %v, %v", left, err)
		}
		if err := v.Posts.Unschedule(t.Context(), amina.ID, k.ID); err != nil {
			t.Fatal(err)
		}
		v.Clock.Advance(2 * time.Hour)
		if left, err := v.Posts.PublishDue(t.Context(), k.ID); err != nil || left > 0 || len(v.Home(amina)) != 0 {
			t.Errorf("after it was let go: got %v, %v", left, err)
		}
	})
}

func TestOnlySoManyWait(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina := v.Person("amina")
		day := apptest.Start.Truncate(24*time.Hour).AddDate(0, 0, 1)
		schedule := func(at time.Time) error {
			_, err := v.Posts.Schedule(t.Context(), v.Viewer(amina), instance.Draft{Text: "x", Audience: instance.ToPublic}, at)
			return err
		}
		for d := range instance.MaxScheduled / instance.MaxScheduledPerDay {
			for i := range instance.MaxScheduledPerDay {
				if err := schedule(day.AddDate(0, 0, d).Add(time.Duration(i) * time.Minute)); err != nil {
					t.Fatal(err)
				}
			}
			if d == 0 {
				if err := schedule(day.Add(23 * time.Hour)); !invalid("scheduled_at", "too-many-that-day")(err) {
					t.Errorf("one more that day: got %v", err)
				}
			}
		}
		if err := schedule(day.AddDate(0, 0, 100)); !invalid("scheduled_at", "too-many")(err) {
			t.Errorf("one more at all: got %v", err)
		}
	})
}

// What may not be posted any more when its time has come stays with its author.
func TestWhatWaitsIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina, bo := v.Resident("amina", rue), v.Resident("bo", rue)
		p := v.Post(bo, rue, instance.ToNeighbourhood, "Une question")
		at := v.Clock.Now().Add(time.Hour)
		if _, err := v.Posts.Schedule(t.Context(), v.Viewer(v.Person("away")), instance.Draft{Text: "x", Group: rue.ID, Audience: instance.ToPublic}, at); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("where one may not post: got %v", err)
		}
		if _, err := v.Posts.Schedule(t.Context(), v.Viewer(amina), instance.Draft{Text: " "}, at); !invalid("text", "missing")(err) {
			t.Errorf("nothing: got %v", err)
		}
		if _, err := v.Posts.Schedule(t.Context(), v.Viewer(amina), instance.Draft{Text: "x", Pictures: []instance.ID{7}, Audience: instance.ToPublic}, at); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a picture that is none: got %v", err)
		}
		k, err := v.Posts.Schedule(t.Context(), v.Viewer(amina), instance.Draft{Text: "Une réponse", ReplyTo: p.ID}, at)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Posts.Delete(t.Context(), bo.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		v.Clock.Advance(time.Hour)
		for range 2 {
			if _, err := v.Posts.PublishDue(t.Context(), k.ID); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := v.Posts.ScheduledByID(t.Context(), amina.ID, k.ID)
		if err != nil || kept.Refused != "not-found" {
			t.Errorf("what was refused is %+v, %v", kept, err)
		}
		moved, err := v.Posts.Reschedule(t.Context(), amina.ID, k.ID, v.Clock.Now().Add(time.Hour))
		if err != nil || moved.Refused != "" {
			t.Errorf("moved it is %+v, %v", moved, err)
		}
	})
}
