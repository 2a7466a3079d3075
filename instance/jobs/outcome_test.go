package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/jobs/jobstest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestSnoozedJobComesBackAndLosesNoAttempt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := working(db)
		attempts := make(chan int, 10)
		var tries atomic.Int32
		jobs.Handle(q, func(ctx context.Context, _ greet) error {
			n, last := jobs.Attempt(ctx)
			if last != 2 {
				t.Errorf("last attempt is %d, want 2", last)
			}
			attempts <- n
			if tries.Add(1) <= 3 {
				return jobs.Snooze(0)
			}
			return nil
		}, jobs.HandleOptions{MaxAttempts: 2})
		jobstest.Start(t, q)
		jobstest.Enqueue(t, db, q, greet{"ada"})
		for range 4 {
			if n := wait(t, attempts); n != 1 {
				t.Errorf("attempt %d, want 1", n)
			}
		}
		jobstest.Drain(t, q)
	})
}

func TestCancelledByItsHandler(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := working(db)
		var tries atomic.Int32
		jobs.Handle(q, func(context.Context, greet) error {
			tries.Add(1)
			return jobs.Cancel(errors.New("moved away"))
		}, jobs.HandleOptions{})
		jobstest.Start(t, q)
		jobstest.Enqueue(t, db, q, greet{"ada"})
		jobstest.Drain(t, q)
		if n := tries.Load(); n != 1 {
			t.Errorf("tried %d times, want once", n)
		}
		wantCounts(t, q, jobs.Count{Kind: "greet", State: "cancelled", Jobs: 1})
	})
}

func TestCancelledWhileItRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := working(db)
		entered := make(chan struct{})
		jobs.Handle(q, func(ctx context.Context, _ greet) error {
			close(entered)
			<-ctx.Done()
			return ctx.Err()
		}, jobs.HandleOptions{})
		jobstest.Start(t, q)
		jobstest.Enqueue(t, db, q, greet{"ada"})
		wait(t, entered)
		if err := q.Cancel(t.Context(), onlyJob(t, db)); err != nil {
			t.Fatal(err)
		}
		jobstest.Drain(t, q)
		wantCounts(t, q, jobs.Count{Kind: "greet", State: "cancelled", Jobs: 1})
		if err := q.Cancel(t.Context(), 12345); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("cancel a job that is not there: %v", err)
		}
	})
}

func TestFailedJobIsSeenAndRetried(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := working(db)
		var healed atomic.Bool
		var tries atomic.Int32
		jobs.Handle(q, func(context.Context, greet) error {
			tries.Add(1)
			if healed.Load() {
				return nil
			}
			if tries.Load() == 2 {
				panic("no such door")
			}
			return errors.New("nobody at home")
		}, jobs.HandleOptions{MaxAttempts: 2, Backoff: func(attempt int) time.Duration {
			if attempt != 1 {
				t.Errorf("backoff after attempt %d, want 1", attempt)
			}
			return 0
		}})
		jobstest.Start(t, q)
		jobstest.Enqueue(t, db, q, greet{"ada"})
		jobstest.Drain(t, q)
		failed, err := q.Failed(t.Context(), jobs.Page{})
		if err != nil || len(failed) != 1 {
			t.Fatalf("got %v, %v, want one failed job", failed, err)
		}
		job := failed[0]
		if job.Kind != "greet" || string(job.Args) != `{"name":"ada"}` && string(job.Args) != `{"name": "ada"}` ||
			job.Attempt != 2 || job.EndedAt.IsZero() || len(job.Failures) != 2 ||
			job.Failures[0].Error != "nobody at home" || job.Failures[1].Error != "no such door" {
			t.Errorf("failed job is %+v", job)
		}
		if older, err := q.Failed(t.Context(), jobs.Page{Before: job.ID}); err != nil || len(older) != 0 {
			t.Errorf("before the only one: %v, %v", older, err)
		}
		wantCounts(t, q, jobs.Count{Kind: "greet", State: "discarded", Jobs: 1})

		healed.Store(true)
		if err := q.Retry(t.Context(), job.ID); err != nil {
			t.Fatal(err)
		}
		jobstest.Drain(t, q)
		if failed, err := q.Failed(t.Context(), jobs.Page{}); err != nil || len(failed) != 0 {
			t.Errorf("after the retry: %v, %v", failed, err)
		}
		if err := q.Retry(t.Context(), 12345); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("retry a job that is not there: %v", err)
		}
	})
}
