package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/jobs/jobstest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// greet is a job that says who it is.
type greet struct {
	Name string `json:"name"`
}

func (greet) Kind() string { return "greet" }

// heard collects what handlers did.
type heard struct {
	mu    sync.Mutex
	names []string
	each  chan string
}

func newHeard() *heard { return &heard{each: make(chan string, 10_000)} }

func (h *heard) work(_ context.Context, g greet) error {
	h.mu.Lock()
	h.names = append(h.names, g.Name)
	h.mu.Unlock()
	h.each <- g.Name
	return nil
}

func (h *heard) sorted() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(slices.Values(h.names))
}

// wait returns the next thing that is sent on c.
func wait[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("nothing happened for 20 seconds")
		panic("unreachable")
	}
}

func working(db *store.DB) *jobs.Queue { return jobs.New(db, jobs.Options{Work: true}) }

func TestJobIsWorkedAfterItsTransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q, h := working(db), newHeard()
		jobs.Handle(q, h.work, jobs.HandleOptions{})
		jobstest.Start(t, q)
		jobstest.Enqueue(t, db, q, greet{"ada"})
		jobstest.Drain(t, q)
		if diff := cmp.Diff([]string{"ada"}, h.sorted()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRolledBackJobIsNeverWorked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q, h := working(db), newHeard()
		jobs.Handle(q, h.work, jobs.HandleOptions{})
		jobstest.Start(t, q)
		ctx := t.Context()
		undone := errors.New("undone")
		err := db.InTx(ctx, func(tx store.Tx) error {
			if err := q.Enqueue(ctx, tx, greet{"ghost"}); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatalf("got %v, want %v", err, undone)
		}
		err = db.InTx(ctx, func(tx store.Tx) error {
			err := store.Savepoint(ctx, tx, func(tx store.Tx) error {
				if err := q.Enqueue(ctx, tx, greet{"ghost"}); err != nil {
					return err
				}
				return undone
			})
			if !errors.Is(err, undone) {
				return err
			}
			return q.Enqueue(ctx, tx, greet{"bo"})
		})
		if err != nil {
			t.Fatal(err)
		}
		jobstest.Drain(t, q)
		if diff := cmp.Diff([]string{"bo"}, h.sorted()); diff != "" {
			t.Error(diff)
		}
		counts, err := q.Counts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		total := int64(0)
		for _, c := range counts {
			total += c.Jobs
		}
		if total != 1 {
			t.Errorf("got %v, want one job in all", counts)
		}
	})
}

func TestEnqueueingInJoinedTransactions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q, h := working(db), newHeard()
		jobs.Handle(q, h.work, jobs.HandleOptions{})
		jobstest.Start(t, q)
		var wg sync.WaitGroup
		var want []string
		for i := range 40 {
			name := fmt.Sprintf("n%02d", i)
			if i%4 != 0 {
				want = append(want, name)
			}
			wg.Go(func() {
				err := db.Joined(t.Context(), func(tx store.Tx) error {
					if err := q.Enqueue(t.Context(), tx, greet{name}); err != nil {
						return err
					}
					if i%4 == 0 {
						return errors.New("undone")
					}
					return nil
				})
				if (err != nil) != (i%4 == 0) {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		wg.Wait()
		jobstest.Drain(t, q)
		if diff := cmp.Diff(want, h.sorted()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestManyJobsAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q, h := working(db), newHeard()
		jobs.Handle(q, h.work, jobs.HandleOptions{})
		jobstest.Start(t, q)
		var all []jobs.Args
		var want []string
		for i := range 200 {
			name := fmt.Sprintf("n%03d", i)
			all, want = append(all, greet{name}), append(want, name)
		}
		err := db.InTx(t.Context(), func(tx store.Tx) error { return q.EnqueueAll(t.Context(), tx, all) })
		if err != nil {
			t.Fatal(err)
		}
		jobstest.Drain(t, q)
		if diff := cmp.Diff(want, h.sorted()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNoMoreWorkersThanAllowed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const workers = 3
		q := jobs.New(db, jobs.Options{Work: true, MaxWorkers: workers})
		var now, most atomic.Int32
		entered, leave := make(chan struct{}, 10), make(chan struct{})
		jobs.Handle(q, func(ctx context.Context, _ greet) error {
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			entered <- struct{}{}
			select {
			case <-leave:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}, jobs.HandleOptions{})
		jobstest.Start(t, q)
		for i := range 8 {
			jobstest.Enqueue(t, db, q, greet{fmt.Sprint(i)})
		}
		for range workers {
			wait(t, entered)
		}
		close(leave)
		jobstest.Drain(t, q)
		if got := most.Load(); got != workers {
			t.Errorf("%d jobs ran at once, want %d", got, workers)
		}
	})
}

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

func TestInsertOnlyProcessLeavesWorkToOthers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		web := jobs.New(db, jobs.Options{})
		jobs.Handle(web, func(context.Context, greet) error { panic("not here") }, jobs.HandleOptions{MaxAttempts: 7})
		if err := web.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		jobstest.Enqueue(t, db, web, greet{"ada"})
		if err := web.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, web, jobs.Count{Kind: "greet", State: "available", Jobs: 1})

		worker := working(db)
		last := make(chan int, 1)
		jobs.Handle(worker, func(ctx context.Context, _ greet) error {
			_, n := jobs.Attempt(ctx)
			last <- n
			return nil
		}, jobs.HandleOptions{})
		jobstest.Start(t, worker)
		if n := wait(t, last); n != 7 {
			t.Errorf("%d attempts, want the 7 the enqueuer knows of", n)
		}
	})
}

func TestEnqueueOutsideTransactionIsRefused(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q, h := working(db), newHeard()
		jobs.Handle(q, h.work, jobs.HandleOptions{})
		if err := q.Enqueue(t.Context(), db.Read(), greet{"ada"}); err == nil {
			t.Error("enqueued without a transaction")
		}
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			return q.Enqueue(t.Context(), tx, greet{"ada"}, jobs.InQueue("nowhere"))
		})
		if err == nil {
			t.Error("enqueued where nobody works")
		}
	})
}

func onlyJob(t *testing.T, db *store.DB) int64 {
	t.Helper()
	var id int64
	if err := db.Read().QueryRow(t.Context(), `SELECT id FROM river_job`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func wantCounts(t *testing.T, q *jobs.Queue, want ...jobs.Count) {
	t.Helper()
	got, err := q.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
