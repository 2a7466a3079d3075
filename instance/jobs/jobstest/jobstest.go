// Package jobstest lets tests wait for jobs instead of sleeping.
package jobstest

import (
	"context"
	"testing"
	"time"

	"palier/instance/jobs"
	"palier/instance/store"
)

// patience is how long a test waits for jobs before it fails.
const patience = 30 * time.Second

// Start starts q and stops it when t ends.
func Start(t testing.TB, q *jobs.Queue) {
	t.Helper()
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

// Drain returns once no job is running or due. Jobs that wait for a later time,
// by the queue's clock, stay. It fails t, and tells which jobs there are, if
// that takes too long.
func Drain(t testing.TB, q *jobs.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := q.Idle(ctx); err != nil {
		counts, countErr := q.Counts(t.Context())
		t.Fatalf("jobs do not come to rest: %v; there are %v (%v)", err, counts, countErr)
	}
}

// Enqueue enqueues a job in a transaction of its own.
func Enqueue(t testing.TB, db *store.DB, q *jobs.Queue, a jobs.Args, options ...jobs.Option) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx store.Tx) error {
		return q.Enqueue(t.Context(), tx, a, options...)
	})
	if err != nil {
		t.Fatal(err)
	}
}
