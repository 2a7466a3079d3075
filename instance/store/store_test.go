package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(crashingURL); url != "" {
		writeUntilKilled(url)
		return
	}
	storetest.RaceOnBoth()
	storetest.Main(m, func() error { return goleak.Find() })
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, url string
		want      error
	}{
		{"unknown kind of database", "mysql://localhost/palier", nil},
		{"no file", "sqlite:", nil},
		{"database in memory", "sqlite::memory:", nil},
		{"folder that is not there", "sqlite:" + filepath.Join(t.TempDir(), "no", "palier.db"), store.ErrUnavailable},
		{"server that is not there", "postgres://postgres@/palier?host=" + t.TempDir(), store.ErrUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db, err := store.Open(t.Context(), test.url, store.Options{})
			if err == nil {
				t.Error("opened", db.Close())
			} else if test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestPathWithOddCharacters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "base de données? 100%#1.db")
	db := storetest.OpenURL(t, "sqlite:"+path)
	createNotes(t, db)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.SQLite)
	createNotes(t, db)
	for pragma, want := range map[string]string{
		"journal_mode": "wal",
		"synchronous":  "2", // FULL: a commit survives a power cut
		"foreign_keys": "1",
		"mmap_size":    "0",
	} {
		var got string
		if err := db.Writer().QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %q", pragma, got, err, want)
		}
	}
}

func TestReadRefusesToWrite(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx := t.Context()
		if _, err := db.Read().Exec(ctx, `DELETE FROM notes`); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("Exec: got %v, want %v", err, store.ErrReadOnly)
		}
		var id int64
		err := db.Read().QueryRow(ctx, `
			INSERT INTO notes (id, kind, text)
			VALUES (1, 'note', 'sly')
			RETURNING id`).Scan(&id)
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("QueryRow: got %v, want %v", err, store.ErrReadOnly)
		}
	})
}

func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx := t.Context()
		err := db.InTx(ctx, func(tx store.Tx) error {
			if err := addTwo(ctx)(tx); err != nil {
				return err
			}
			if n := count(t, db); n != 0 {
				t.Errorf("%d rows are seen before the commit", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, db); n != 2 {
			t.Errorf("%d rows are seen after the commit, want 2", n)
		}
	})
}

func TestWaitingTooLongForATurn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, seed *store.DB) {
		url := storetest.URL(t, seed.Engine())
		db, err := store.Open(t.Context(), url, store.Options{Wait: 20 * time.Millisecond, Connections: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}()
		if err := nest(t.Context(), db, 8); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("got %v, want %v", err, store.ErrUnavailable)
		}
		if err := db.InTx(t.Context(), func(store.Tx) error { return nil }); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// nest does what nobody should: begin a transaction within another.
func nest(ctx context.Context, db *store.DB, depth int) error {
	return db.InTx(ctx, func(store.Tx) error {
		if depth == 0 {
			return nil
		}
		return nest(ctx, db, depth-1)
	})
}

func TestPing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// count returns how many notes a reader sees.
func count(t testing.TB, db *store.DB) int {
	t.Helper()
	var n int
	if err := db.Read().QueryRow(t.Context(), `SELECT count(*) FROM notes`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
