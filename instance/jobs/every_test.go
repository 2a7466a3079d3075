package jobs_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance/jobs"
	"palier/instance/jobs/jobstest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// settable is a clock that stands still until it is moved.
type settable struct {
	mu  sync.Mutex
	now time.Time
}

func newSettable() *settable {
	return &settable{now: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)}
}

func (s *settable) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *settable) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func TestJobWaitsForItsTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock, h := newSettable(), newHeard()
		q := jobs.New(db, jobs.Options{Work: true, Now: clock.Now})
		jobs.Handle(q, h.work, jobs.HandleOptions{})
		jobstest.Start(t, q)
		jobstest.Enqueue(t, db, q, greet{"tomorrow"}, jobs.At(clock.Now().Add(24*time.Hour)))
		jobstest.Enqueue(t, db, q, greet{"yesterday"}, jobs.At(clock.Now().Add(-24*time.Hour)))
		jobstest.Drain(t, q)
		if diff := cmp.Diff([]string{"yesterday"}, h.sorted()); diff != "" {
			t.Error(diff)
		}
		clock.advance(24*time.Hour + time.Second)
		jobstest.Drain(t, q)
		if diff := cmp.Diff([]string{"tomorrow", "yesterday"}, h.sorted()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPeriodicJob(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := newSettable()
		run := func(every time.Duration, during func(q *jobs.Queue, h *heard)) {
			t.Helper()
			q, h := jobs.New(db, jobs.Options{Work: true, Now: clock.Now}), newHeard()
			jobs.Handle(q, h.work, jobs.HandleOptions{})
			q.Every("greeting", every, greet{"good morning"})
			if err := q.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			jobstest.Drain(t, q)
			during(q, h)
			if err := q.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		want := func(h *heard, n int, when string) {
			t.Helper()
			if got := len(h.sorted()); got != n {
				t.Errorf("%s: it ran %d times, want %d", when, got, n)
			}
		}
		day := 24 * time.Hour
		run(day, func(q *jobs.Queue, h *heard) {
			want(h, 1, "at the first start")
			clock.advance(day - time.Hour)
			jobstest.Drain(t, q)
			want(h, 1, "an hour before the next time")
		})
		run(day, func(q *jobs.Queue, h *heard) {
			want(h, 0, "after a restart, before the next time")
			clock.advance(2 * time.Hour)
			jobstest.Drain(t, q)
			want(h, 1, "on the second day, an hour late")
			clock.advance(day - time.Hour)
			jobstest.Drain(t, q)
			want(h, 2, "on the third day, in time again")
		})
		clock.advance(10 * day)
		run(day, func(_ *jobs.Queue, h *heard) { want(h, 1, "after ten days without a program") })
		run(time.Hour, func(_ *jobs.Queue, h *heard) { want(h, 1, "once its period is shorter") })
	})
}

// Of two processes that both plan it, one runs it.
func TestPeriodicJobRunsOnceForAll(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.Postgres)
	clock, h := newSettable(), newHeard()
	var queues []*jobs.Queue
	for range 3 {
		q := jobs.New(storetest.OpenURL(t, url), jobs.Options{Work: true, Now: clock.Now})
		jobs.Handle(q, h.work, jobs.HandleOptions{})
		q.Every("greeting", time.Hour, greet{"good morning"})
		jobstest.Start(t, q)
		queues = append(queues, q)
	}
	for round := 1; round <= 3; round++ {
		for _, q := range queues {
			jobstest.Drain(t, q)
		}
		if got := len(h.sorted()); got != round {
			t.Errorf("it ran %d times, want %d", got, round)
		}
		clock.advance(time.Hour)
	}
}

// A periodic job that the program no longer knows goes away.
func TestPeriodicJobIsForgotten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock, h := newSettable(), newHeard()
		before := jobs.New(db, jobs.Options{Work: true, Now: clock.Now})
		jobs.Handle(before, h.work, jobs.HandleOptions{})
		before.Every("old", time.Hour, greet{"old"})
		if err := before.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		jobstest.Drain(t, before)
		if err := before.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		after := jobs.New(db, jobs.Options{Work: true, Now: clock.Now})
		jobs.Handle(after, h.work, jobs.HandleOptions{})
		jobstest.Start(t, after)
		clock.advance(2 * time.Hour)
		jobstest.Drain(t, after)
		if diff := cmp.Diff([]string{"old"}, h.sorted()); diff != "" {
			t.Error(diff)
		}
		wantCounts(t, after,
			jobs.Count{Kind: "every", State: "cancelled", Jobs: 1},
			jobs.Count{Kind: "greet", State: "completed", Jobs: 1})
	})
}
