package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/jobs"
	"palier/instance/jobs/jobstest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestR12_QueueOutlivesConnections ends every connection while the queue is at
// work, as a restart of the server does.
func TestR12_QueueOutlivesConnections(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.Postgres)
	db, other := storetest.OpenURL(t, url), storetest.OpenURL(t, url)
	q, h := working(db), newHeard()
	jobs.Handle(q, h.work, jobs.HandleOptions{})
	jobstest.Start(t, q)
	var want []string
	for round := range 3 {
		for i := range 5 {
			name := fmt.Sprint(round, i)
			enqueueAgain(t, db, q, greet{name})
			want = append(want, name)
		}
		_, err := other.Pool().Exec(t.Context(), `
			SELECT pg_terminate_backend(pid)
			  FROM pg_stat_activity
			 WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := make(map[string]bool)
	for len(seen) < len(want) {
		name := wait(t, h.each)
		if seen[name] {
			t.Errorf("%s was worked twice", name)
		}
		seen[name] = true
	}
	if diff := cmp.Diff(want, h.sorted()); diff != "" {
		t.Error(diff)
	}
}

// enqueueAgain tries until the database is back, as a caller that was told 503
// does.
func enqueueAgain(t *testing.T, db *store.DB, q *jobs.Queue, g greet) {
	t.Helper()
	for range 20 {
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			return q.Enqueue(t.Context(), tx, g)
		})
		if err == nil {
			return
		}
		if !errors.Is(err, store.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	t.Fatal("the database does not come back")
}

// A kind that this program does not know is not lost: it fails visibly.
func TestUnknownKind(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		newer := jobs.New(db, jobs.Options{})
		jobs.Handle(newer, func(context.Context, greet) error { return nil }, jobs.HandleOptions{MaxAttempts: 1})
		jobstest.Enqueue(t, db, newer, greet{"ada"})
		q := working(db)
		jobs.Handle(q, func(context.Context, note) error { return nil }, jobs.HandleOptions{})
		jobstest.Start(t, q)
		jobstest.Drain(t, q)
		failed, err := q.Failed(t.Context(), jobs.Page{})
		if err != nil || len(failed) != 1 || failed[0].Kind != "greet" {
			t.Errorf("got %+v, %v, want the job as failed", failed, err)
		}
	})
}
