package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

// callers is how many goroutines write at once in the benchmarks.
const callers = 32

func eachEngine(b *testing.B, bench func(b *testing.B, db *store.DB)) {
	b.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			db := storetest.Open(b, engine)
			createNotes(b, db)
			bench(b, db)
		})
	}
}

func createNotes(t testing.TB, db *store.DB) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), `
			CREATE TABLE notes (
				id   BIGINT PRIMARY KEY,
				kind TEXT NOT NULL,
				text TEXT NOT NULL UNIQUE
			)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var lastNote atomic.Int64

// addTwo writes two small rows, as an activity and its notification do.
func addTwo(ctx context.Context) func(store.Tx) error {
	return func(tx store.Tx) error {
		for range 2 {
			id := lastNote.Add(1)
			_, err := tx.Exec(ctx, `
				INSERT INTO notes (id, kind, text)
				VALUES ($1, $2, $3)`, id, "note", fmt.Sprintf("bring a ladder %d", id))
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// concurrently shares b.N calls among the callers.
func concurrently(b *testing.B, call func() error) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := call(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

func BenchmarkInTx(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		ctx := context.Background()
		concurrently(b, func() error { return db.InTx(ctx, addTwo(ctx)) })
	})
}

func BenchmarkJoined(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		ctx := context.Background()
		concurrently(b, func() error { return db.Joined(ctx, addTwo(ctx)) })
	})
}

// BenchmarkPage reads what a page reads: twenty short queries, one after another.
func BenchmarkPage(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for range 100 {
			if err := db.InTx(ctx, addTwo(ctx)); err != nil {
				b.Fatal(err)
			}
		}
		last := lastNote.Load()
		b.ReportAllocs()
		for b.Loop() {
			for i := range int64(20) {
				var id int64
				var text string
				err := db.Read().QueryRow(ctx, `
					SELECT n.id, n.text
					  FROM notes n LEFT JOIN notes later ON later.id = n.id + 1
					 WHERE n.id = $1 AND n.kind = $2
					 ORDER BY later.id DESC
					 LIMIT 1`, last-i, "note").Scan(&id, &text)
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
