package jobs_test

import (
	"context"
	"testing"

	"palier/instance/jobs"
	"palier/instance/jobs/jobstest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func eachEngine(b *testing.B, bench func(b *testing.B, db *store.DB)) {
	b.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) { bench(b, storetest.Open(b, engine)) })
	}
}

// BenchmarkLatency is how long it takes from before enqueueing a job until its
// handler runs, one job at a time.
func BenchmarkLatency(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		q := working(db)
		begun := make(chan struct{})
		jobs.Handle(q, func(context.Context, greet) error {
			begun <- struct{}{}
			return nil
		}, jobs.HandleOptions{})
		jobstest.Start(b, q)
		for b.Loop() {
			jobstest.Enqueue(b, db, q, greet{"ada"})
			<-begun
		}
	})
}

// BenchmarkWork is what one of many jobs costs from its enqueueing to its end.
func BenchmarkWork(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		q := jobs.New(db, jobs.Options{Work: true, MaxWorkers: 50})
		jobs.Handle(q, func(context.Context, greet) error { return nil }, jobs.HandleOptions{})
		jobstest.Start(b, q)
		b.ResetTimer()
		for left := b.N; left > 0; left -= 100 {
			all := make([]jobs.Args, min(left, 100))
			for i := range all {
				all[i] = greet{"ada"}
			}
			err := db.InTx(b.Context(), func(tx store.Tx) error { return q.EnqueueAll(b.Context(), tx, all) })
			if err != nil {
				b.Fatal(err)
			}
		}
		jobstest.Drain(b, q)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	})
}

// BenchmarkEnqueue is what adding one job costs within a transaction.
func BenchmarkEnqueue(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		q := jobs.New(db, jobs.Options{})
		err := db.InTx(b.Context(), func(tx store.Tx) error {
			b.ReportAllocs()
			for b.Loop() {
				if err := q.Enqueue(b.Context(), tx, greet{"ada"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	})
}
