package jobs_test

import (
	"context"
	"errors"
	"fmt"
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

// TestR22_StopLetsRunningJobsFinish stops in the middle of a job.
func TestR22_StopLetsRunningJobsFinish(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := working(db)
		entered, leave := make(chan struct{}), make(chan struct{})
		jobs.Handle(q, func(ctx context.Context, _ greet) error {
			close(entered)
			<-leave
			return ctx.Err()
		}, jobs.HandleOptions{})
		if err := q.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		jobstest.Enqueue(t, db, q, greet{"ada"})
		wait(t, entered)
		stopped := make(chan error, 1)
		go func() { stopped <- q.Stop(t.Context()) }()
		close(leave)
		if err := wait(t, stopped); err != nil {
			t.Error(err)
		}
		wantCounts(t, q, jobs.Count{Kind: "greet", State: "completed", Jobs: 1})
		if err := q.Stop(t.Context()); err != nil {
			t.Errorf("stopped twice: %v", err)
		}
	})
}

// TestR22_StopGivesUnfinishedJobsBack stops jobs that would take too long, one
// of which hides why it ends.
func TestR22_StopGivesUnfinishedJobsBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := jobs.New(db, jobs.Options{Work: true, Drain: 10 * time.Millisecond})
		entered := make(chan struct{}, 2)
		jobs.Handle(q, func(ctx context.Context, g greet) error {
			entered <- struct{}{}
			<-ctx.Done()
			if g.Name == "bo" {
				return errors.New("the line was cut")
			}
			return ctx.Err()
		}, jobs.HandleOptions{MaxAttempts: 1})
		if err := q.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		jobstest.Enqueue(t, db, q, greet{"ada"})
		jobstest.Enqueue(t, db, q, greet{"bo"})
		wait(t, entered)
		wait(t, entered)
		if err := q.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, q, jobs.Count{Kind: "greet", State: "available", Jobs: 2})

		next, h := working(db), newHeard()
		jobs.Handle(next, func(ctx context.Context, g greet) error {
			if n, _ := jobs.Attempt(ctx); n != 1 {
				t.Errorf("attempt %d, want 1: the interrupted one does not count", n)
			}
			return h.work(ctx, g)
		}, jobs.HandleOptions{})
		jobstest.Start(t, next)
		jobstest.Drain(t, next)
		if diff := cmp.Diff([]string{"ada", "bo"}, h.sorted()); diff != "" {
			t.Error(diff)
		}
	})
}

// A job that does not hear that it should stop is not waited for for ever.
func TestStopGivesUpOnDeafJobs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := jobs.New(db, jobs.Options{Work: true, Drain: time.Millisecond})
		entered, leave := make(chan struct{}), make(chan struct{})
		jobs.Handle(q, func(context.Context, greet) error {
			close(entered)
			<-leave
			return nil
		}, jobs.HandleOptions{})
		jobstest.Start(t, q)
		jobstest.Enqueue(t, db, q, greet{"ada"})
		wait(t, entered)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := q.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
		close(leave) // the Stop of the end finishes what this one began
	})
}

func TestAttemptThatTakesTooLong(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := working(db)
		jobs.Handle(q, func(ctx context.Context, _ greet) error {
			<-ctx.Done()
			return ctx.Err()
		}, jobs.HandleOptions{Timeout: 10 * time.Millisecond, MaxAttempts: 1})
		jobstest.Start(t, q)
		jobstest.Enqueue(t, db, q, greet{"ada"})
		jobstest.Drain(t, q)
		failed, err := q.Failed(t.Context(), jobs.Page{})
		if err != nil || len(failed) != 1 || failed[0].Failures[0].Error != context.DeadlineExceeded.Error() {
			t.Errorf("got %+v, %v, want a job that took too long", failed, err)
		}
	})
}

// TestTwoProcessesShareTheWork has each of many jobs worked once, by one or the
// other of two that know nothing of each other.
func TestTwoProcessesShareTheWork(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.Postgres)
	var mu sync.Mutex
	worked := make(map[string]int)
	var by [2]atomic.Int32
	var queues []*jobs.Queue
	var dbs []*store.DB
	for i := range 2 {
		db := storetest.OpenURL(t, url)
		q := working(db)
		jobs.Handle(q, func(_ context.Context, g greet) error {
			mu.Lock()
			defer mu.Unlock()
			worked[g.Name]++
			by[i].Add(1)
			return nil
		}, jobs.HandleOptions{})
		jobstest.Start(t, q)
		queues, dbs = append(queues, q), append(dbs, db)
	}
	const each = 150
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			for n := range each {
				jobstest.Enqueue(t, dbs[i], queues[i], greet{fmt.Sprint(i, n)})
			}
		})
	}
	wg.Wait()
	jobstest.Drain(t, queues[0])
	jobstest.Drain(t, queues[1])
	mu.Lock()
	defer mu.Unlock()
	if len(worked) != 2*each {
		t.Errorf("%d jobs were worked, want %d", len(worked), 2*each)
	}
	for name, n := range worked {
		if n != 1 {
			t.Errorf("%s was worked %d times", name, n)
		}
	}
	if by[0].Load() == 0 || by[1].Load() == 0 {
		t.Errorf("one of them did nothing: %d and %d", by[0].Load(), by[1].Load())
	}
}

// A job enqueued where nobody works wakes those who do, elsewhere.
func TestOtherProcessIsWoken(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.Postgres)
	db, web := storetest.OpenURL(t, url), storetest.OpenURL(t, url)
	q, h := working(db), newHeard()
	jobs.Handle(q, h.work, jobs.HandleOptions{})
	jobstest.Start(t, q)
	insertOnly := jobs.New(web, jobs.Options{})
	jobs.Handle(insertOnly, h.work, jobs.HandleOptions{})
	jobstest.Enqueue(t, web, insertOnly, greet{"ada"})
	if name := wait(t, h.each); name != "ada" {
		t.Errorf("heard %q", name)
	}
}
