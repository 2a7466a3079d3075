package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestR13_DiskFull gives SQLite no more pages than it has.
func TestR13_DiskFull(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(*store.DB, context.Context, func(store.Tx) error) error{
		"InTx": (*store.DB).InTx, "Joined": (*store.DB).Joined,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.Open(t, store.SQLite)
			createNotes(t, db)
			ctx := t.Context()
			if _, err := db.Writer().ExecContext(ctx, `PRAGMA max_page_count = 1`); err != nil { // never less than there are
				t.Fatal(err)
			}
			big := strings.Repeat("bring a ladder ", 10_000)
			err := write(db, ctx, func(tx store.Tx) error { return addNote(ctx, tx, 1, big) })
			if !errors.Is(err, store.ErrDiskFull) {
				t.Errorf("got %v, want %v", err, store.ErrDiskFull)
			}
			if n := count(t, db); n != 0 {
				t.Errorf("%d rows were half-written", n)
			}
			if _, err := db.Writer().ExecContext(ctx, `PRAGMA max_page_count = 1000000`); err != nil {
				t.Fatal(err)
			}
			if err := write(db, ctx, func(tx store.Tx) error { return addNote(ctx, tx, 1, big) }); err != nil {
				t.Errorf("once there is room again: %v", err)
			}
		})
	}
}

// TestR12_ConnectionLoss ends every connection of the database, as a restart of
// the server does.
func TestR12_ConnectionLoss(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.Postgres)
	db, other := storetest.OpenURL(t, url), storetest.OpenURL(t, url)
	createNotes(t, db)
	ctx := t.Context()
	cut := func() {
		_, err := other.Pool().Exec(ctx, `
			SELECT pg_terminate_backend(pid)
			  FROM pg_stat_activity
			 WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		if err != nil {
			t.Fatal(err)
		}
	}
	err := db.InTx(ctx, func(tx store.Tx) error {
		if err := addNote(ctx, tx, 1, "lost"); err != nil {
			return err
		}
		cut()
		return addNote(ctx, tx, 2, "never")
	})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want %v", err, store.ErrUnavailable)
	}
	if err := db.InTx(ctx, func(tx store.Tx) error { return addNote(ctx, tx, 3, "back") }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	cut() // while its connections are idle
	if err := db.InTx(ctx, func(tx store.Tx) error { return addNote(ctx, tx, 4, "still") }); err != nil {
		t.Errorf("after idle connections were cut: %v", err)
	}
	var n int
	err = db.Read().QueryRow(ctx, `SELECT count(*) FROM notes`).Scan(&n)
	if err != nil && !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want nothing or %v", err, store.ErrUnavailable)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

func TestConnectionLostAtCommit(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.Postgres)
	createNotes(t, db)
	ctx := t.Context()
	err := db.InTx(ctx, func(tx store.Tx) error {
		if err := addNote(ctx, tx, 1, "lost"); err != nil {
			return err
		}
		var pid int
		if err := tx.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
			return err
		}
		_, err := db.Pool().Exec(ctx, `SELECT pg_terminate_backend($1)`, pid)
		return err
	})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want %v", err, store.ErrUnavailable)
	}
}
