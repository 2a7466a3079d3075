package store_test

import (
	"testing"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

// A large database of SQLite knows after being measured what its tables hold, and
// nothing that makes it think questions out anew; a small one is left as it is.
func TestALargeDatabaseIsMeasured(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.SQLite)
	ctx := t.Context()
	tables := func(name string) (n int) {
		t.Helper()
		if err := db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM sqlite_schema WHERE name = $1`, name).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := db.Measure(ctx); err != nil || tables("sqlite_stat1") != 0 {
		t.Fatalf("a small database: %d tables of counts, %v", tables("sqlite_stat1"), err)
	}
	err := db.InTx(ctx, func(tx store.Tx) error {
		for _, sql := range []string{
			`CREATE TABLE sacks (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, filling BLOB NOT NULL)`,
			`CREATE INDEX sacks_kind ON sacks (kind)`,
			`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
			 INSERT INTO sacks (kind, filling) SELECT CASE WHEN i = 1 THEN 'rare' ELSE 'often' END, zeroblob(500000) FROM n`,
		} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Measure(ctx); err != nil {
		t.Fatal(err)
	}
	var stat string
	if err := db.Read().QueryRow(ctx, `SELECT stat FROM sqlite_stat1 WHERE idx = 'sacks_kind'`).Scan(&stat); err != nil || stat == "" {
		t.Errorf("it knows %q of an index, %v", stat, err)
	}
	if tables("sqlite_stat4") != 0 {
		var n int
		if err := db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM sqlite_stat4`).Scan(&n); err != nil || n != 0 {
			t.Errorf("it knows %d values, %v", n, err)
		}
	}
}

// What PostgreSQL thought out for a question that only reads is kept, and it
// compiles none.
func TestReadersOfPostgreSQLKeepWhatWasThoughtOut(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.Postgres)
	for name, want := range map[string]string{"plan_cache_mode": "force_generic_plan", "jit": "off"} {
		var got string
		if err := db.Read().QueryRow(t.Context(), `SELECT current_setting($1)`, name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q, %v", name, got, want, err)
		}
	}
}
