package store_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

func addNote(ctx context.Context, tx store.Tx, id int64, text string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO notes (id, kind, text)
		VALUES ($1, 'note', $2)`, id, text)
	return err
}

var errUndone = errors.New("undone")

func TestTransactionEndings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		end  func() error
		want int
	}{
		{"it succeeds", func() error { return nil }, 1},
		{"it returns an error", func() error { return errUndone }, 0},
		{"it panics", func() error { panic("no") }, 0},
		{"its goroutine ends", func() error { runtime.Goexit(); return nil }, 0},
	}
	ways := map[string]func(*store.DB, context.Context, func(store.Tx) error) error{
		"InTx": (*store.DB).InTx, "Joined": (*store.DB).Joined,
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		for way, run := range ways {
			for i, test := range tests {
				before := count(t, db)
				var err error
				var thrown any
				var wg sync.WaitGroup
				wg.Go(func() {
					defer func() { thrown = recover() }()
					err = run(db, t.Context(), func(tx store.Tx) error {
						if err := addNote(t.Context(), tx, int64(i), test.name+way); err != nil {
							return err
						}
						return test.end()
					})
				})
				wg.Wait()
				if got := count(t, db) - before; got != test.want {
					t.Errorf("%s, %s: %d rows, want %d", way, test.name, got, test.want)
				}
				if (test.name == "it panics") != (thrown == any("no")) {
					t.Errorf("%s, %s: thrown %v", way, test.name, thrown)
				}
				if test.name == "it returns an error" && err != errUndone { //nolint:errorlint // it comes back as it is
					t.Errorf("%s: got %v, want the very error", way, err)
				}
			}
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				_, err := tx.Exec(t.Context(), `DELETE FROM notes`)
				return err
			})
			if err != nil {
				t.Fatalf("after %s: %v", way, err)
			}
		}
	})
}

func TestContextEndsBeforeCommit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx, cancel := context.WithCancel(t.Context())
		err := db.InTx(ctx, func(tx store.Tx) error {
			if err := addNote(ctx, tx, 1, "late"); err != nil {
				return err
			}
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
		if n := count(t, db); n != 0 {
			t.Errorf("%d rows remain", n)
		}
	})
}

func TestFailedStatementEndsTransaction(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*store.DB, context.Context, func(store.Tx) error) error{
		"InTx": (*store.DB).InTx, "Joined": (*store.DB).Joined,
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx := t.Context()
		for way, run := range ways {
			err := run(db, ctx, func(tx store.Tx) error {
				if err := addNote(ctx, tx, 1, "a"); err != nil {
					return err
				}
				if err := addNote(ctx, tx, 1, "b"); !store.IsUnique(err) {
					t.Errorf("%s: got %v, want a unique violation", way, err)
				}
				if err := addNote(ctx, tx, 2, "c"); !errors.Is(err, store.ErrAborted) {
					t.Errorf("%s: next statement: got %v, want %v", way, err, store.ErrAborted)
				}
				return nil // it forgets
			})
			if !errors.Is(err, store.ErrAborted) || !store.IsUnique(err) {
				t.Errorf("%s: got %v, want %v because of a unique violation", way, err, store.ErrAborted)
			}
			if n := count(t, db); n != 0 {
				t.Errorf("%s: %d rows remain", way, n)
			}
		}
	})
}

func TestMissingRowDoesNotEndTransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx := t.Context()
		err := db.InTx(ctx, func(tx store.Tx) error {
			var text string
			err := tx.QueryRow(ctx, `SELECT text FROM notes WHERE id = $1`, 7).Scan(&text)
			if !errors.Is(err, store.ErrNoRows) {
				t.Errorf("got %v, want %v", err, store.ErrNoRows)
			}
			var number int
			if err := tx.QueryRow(ctx, `SELECT 'seven'`).Scan(&number); err == nil {
				t.Error("a word was read as a number")
			}
			return addNote(ctx, tx, 7, "seven")
		})
		if err != nil {
			t.Error(err)
		}
		var text string
		if err := db.Read().QueryRow(ctx, `SELECT text FROM notes WHERE id = 8`).Scan(&text); !errors.Is(err, store.ErrNoRows) {
			t.Errorf("Read: got %v, want %v", err, store.ErrNoRows)
		}
	})
}

func TestSavepointUndoesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx := t.Context()
		var ran []string
		note := func(tx store.Tx, id int64, text string) error {
			store.AfterCommit(tx, func() { ran = append(ran, text) })
			return addNote(ctx, tx, id, text)
		}
		err := db.InTx(ctx, func(tx store.Tx) error {
			if err := note(tx, 1, "outer"); err != nil {
				return err
			}
			err := store.Savepoint(ctx, tx, func(tx store.Tx) error {
				if err := note(tx, 2, "undone"); err != nil {
					return err
				}
				err := store.Savepoint(ctx, tx, func(tx store.Tx) error { return note(tx, 1, "taken") })
				if !store.IsUnique(err) {
					t.Errorf("inner: got %v, want a unique violation", err)
				}
				if err := note(tx, 3, "undone too"); err != nil {
					return err
				}
				return errUndone
			})
			if err != errUndone { //nolint:errorlint // it comes back as it is
				t.Errorf("got %v, want the very error", err)
			}
			err = store.Savepoint(ctx, tx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, `SELEKT`)
				if err == nil {
					t.Error("nonsense was understood")
				}
				return nil // it forgets
			})
			if err == nil {
				t.Error("a savepoint with a failed statement was kept")
			}
			return store.Savepoint(ctx, tx, func(tx store.Tx) error { return note(tx, 4, "inner") })
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, db); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
		if len(ran) != 2 || ran[0] != "outer" || ran[1] != "inner" {
			t.Errorf("after the commit ran %q", ran)
		}
		if err := store.Savepoint(ctx, db.Read(), func(store.Tx) error { return nil }); err == nil {
			t.Error("savepoint outside a transaction")
		}
	})
}

func TestAfterCommitRunsOnlyAfterCommit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ran := 0
		for _, end := range []error{nil, errUndone} {
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				store.AfterCommit(tx, func() { ran++ })
				if ran != 0 && end == nil {
					t.Error("ran before the commit")
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Error(err)
			}
		}
		if ran != 1 {
			t.Errorf("ran %d times, want once", ran)
		}
	})
}

// Two transactions that wait for each other: PostgreSQL ends one of them, which
// is run again.
func TestLoserOfADeadlockRunsAgain(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.Postgres)
	createNotes(t, db)
	ctx := t.Context()
	err := db.InTx(ctx, func(tx store.Tx) error {
		return errors.Join(addNote(ctx, tx, 1, "one"), addNote(ctx, tx, 2, "two"))
	})
	if err != nil {
		t.Fatal(err)
	}
	var tries atomic.Int32
	var both sync.WaitGroup
	both.Add(2)
	var wg sync.WaitGroup
	for _, order := range [][2]int64{{1, 2}, {2, 1}} {
		wg.Go(func() {
			first := true
			err := db.InTx(ctx, func(tx store.Tx) error {
				tries.Add(1)
				for i, id := range order {
					if _, err := tx.Exec(ctx, `UPDATE notes SET kind = kind || 'x' WHERE id = $1`, id); err != nil {
						return err
					}
					if i == 0 && first {
						first = false
						both.Done()
						both.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := tries.Load(); n < 3 { // they may meet again
		t.Errorf("%d runs, want 3 or more", n)
	}
	var kind string
	if err := db.Read().QueryRow(ctx, `SELECT kind FROM notes WHERE id = 1`).Scan(&kind); err != nil || kind != "notexx" {
		t.Errorf("got %q, %v, want both updates", kind, err)
	}
}
