package store_test

import (
	"testing"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestAStateChangesWithEveryCommitOfAnybody(t *testing.T) {
	t.Parallel()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			url := storetest.URL(t, engine)
			one, other := open(t, url), open(t, url)
			write(t, one, `CREATE TABLE notes (id BIGINT PRIMARY KEY)`)
			states := map[string]bool{}
			state := func() string {
				t.Helper()
				s, err := one.State(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			for i, db := range []*store.DB{one, other, one, other} {
				before := state()
				if states[before] {
					t.Errorf("state %q came back", before)
				}
				states[before] = true
				var n int
				if err := one.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM notes`).Scan(&n); err != nil {
					t.Fatal(err)
				}
				// A cluster counts what is written to its other databases too.
				if again := state(); again != before && engine == store.SQLite {
					t.Errorf("reading changed state %q to %q", before, again)
				}
				write(t, db, `INSERT INTO notes (id) VALUES ($1)`, i)
				if after := state(); after == before {
					t.Errorf("write %d left state %q", i, after)
				}
			}
		})
	}
}

func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func write(t *testing.T, db *store.DB, sql string, args ...any) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkState(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			db, err := store.Open(b.Context(), storetest.URL(b, engine), store.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if _, err := db.State(b.Context()); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
