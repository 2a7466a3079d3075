package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance/jobs"
	"palier/instance/jobs/jobstest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestUniqueJobIsEnqueuedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q, h := working(db), newHeard()
		jobs.Handle(q, h.work, jobs.HandleOptions{})
		for _, name := range []string{"first", "second", "third"} {
			jobstest.Enqueue(t, db, q, greet{name}, jobs.Unique("door 4"))
		}
		jobstest.Enqueue(t, db, q, greet{"neighbour"}, jobs.Unique("door 5"))
		jobstest.Start(t, q)
		jobstest.Drain(t, q)
		if diff := cmp.Diff([]string{"first", "neighbour"}, h.sorted()); diff != "" {
			t.Error(diff)
		}
		jobstest.Enqueue(t, db, q, greet{"again"}, jobs.Unique("door 4"))
		jobstest.Drain(t, q)
		if diff := cmp.Diff([]string{"again", "first", "neighbour"}, h.sorted()); diff != "" {
			t.Error(diff)
		}
	})
}

// A job that has begun may not see what the next one is enqueued for.
func TestUniqueJobIsEnqueuedWhileAnotherRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q, h := working(db), newHeard()
		entered, leave := make(chan struct{}, 10), make(chan struct{})
		jobs.Handle(q, func(ctx context.Context, g greet) error {
			entered <- struct{}{}
			<-leave
			return h.work(ctx, g)
		}, jobs.HandleOptions{})
		jobstest.Start(t, q)
		jobstest.Enqueue(t, db, q, greet{"first"}, jobs.Unique("door 4"))
		wait(t, entered)
		jobstest.Enqueue(t, db, q, greet{"second"}, jobs.Unique("door 4"))
		wait(t, entered)
		close(leave)
		jobstest.Drain(t, q)
		if diff := cmp.Diff([]string{"first", "second"}, h.sorted()); diff != "" {
			t.Error(diff)
		}
	})
}

// One that failed and waits for its next attempt is enough; one that fails
// while an equal one waits leaves it to that.
func TestUniqueJobThatFails(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := working(db)
		entered, leave := make(chan string, 10), make(chan error)
		jobs.Handle(q, func(_ context.Context, g greet) error {
			entered <- g.Name
			return <-leave
		}, jobs.HandleOptions{Backoff: func(int) time.Duration { return time.Hour }})
		jobstest.Start(t, q)
		jobstest.Enqueue(t, db, q, greet{"first"}, jobs.Unique("door 4"))
		wait(t, entered)
		leave <- errors.New("nobody at home")
		jobstest.Drain(t, q)
		jobstest.Enqueue(t, db, q, greet{"second"}, jobs.Unique("door 4"))
		jobstest.Drain(t, q)
		wantCounts(t, q, jobs.Count{Kind: "greet", State: "retryable", Jobs: 1})

		if err := q.Retry(t.Context(), onlyJob(t, db)); err != nil {
			t.Fatal(err)
		}
		if name := wait(t, entered); name != "first" {
			t.Errorf("%s runs, want first", name)
		}
		jobstest.Enqueue(t, db, q, greet{"third"}, jobs.Unique("door 4"), jobs.At(time.Now().Add(time.Hour)))
		leave <- errors.New("still nobody")
		jobstest.Drain(t, q)
		wantCounts(t, q,
			jobs.Count{Kind: "greet", State: "cancelled", Jobs: 1},
			jobs.Count{Kind: "greet", State: "scheduled", Jobs: 1})
	})
}

func TestUniqueInOneBatch(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q, h := working(db), newHeard()
		jobs.Handle(q, h.work, jobs.HandleOptions{})
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			for range 3 {
				if err := q.Enqueue(t.Context(), tx, greet{"ada"}, jobs.Unique("x")); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		jobstest.Start(t, q)
		jobstest.Drain(t, q)
		if diff := cmp.Diff([]string{"ada"}, h.sorted()); diff != "" {
			t.Error(diff)
		}
	})
}
