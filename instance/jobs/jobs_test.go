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
