package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestJoinedCallersFailAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx := t.Context()
		var wg sync.WaitGroup
		var ran atomic.Int32
		for i := range int64(60) {
			wg.Go(func() {
				defer func() {
					if thrown := recover(); (thrown != nil) != (i%5 == 3) {
						t.Errorf("caller %d: thrown %v", i, thrown)
					}
				}()
				err := db.Joined(ctx, func(tx store.Tx) error {
					store.AfterCommit(tx, func() { ran.Add(1) })
					if err := addNote(ctx, tx, i, fmt.Sprint(i)); err != nil {
						return err
					}
					switch i % 5 {
					case 1:
						return errUndone
					case 2:
						return addNote(ctx, tx, i, "taken")
					case 3:
						panic("no")
					}
					return nil
				})
				switch i % 5 {
				case 1:
					if err != errUndone { //nolint:errorlint // it comes back as it is
						t.Errorf("caller %d: got %v, want the very error", i, err)
					}
				case 2:
					if !store.IsUnique(err) {
						t.Errorf("caller %d: got %v, want a unique violation", i, err)
					}
				default:
					if err != nil {
						t.Errorf("caller %d: %v", i, err)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, db); n != 24 {
			t.Errorf("%d rows, want the 24 of those who succeeded", n)
		}
		if n := ran.Load(); n != 24 {
			t.Errorf("%d ran after the commit, want 24", n)
		}
	})
}

// Callers are held until all are queued behind the first, so they share.
func TestJoinedCallersShareTheirCommit(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.SQLite)
	createNotes(t, db)
	ctx := t.Context()
	err := db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			CREATE TABLE answers (
				id      BIGINT PRIMARY KEY,
				note_id BIGINT REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED
			)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 2)
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		failed <- db.Joined(ctx, func(tx store.Tx) error {
			close(holding)
			<-release
			return addNote(ctx, tx, 1, "innocent")
		})
	})
	<-holding
	queued := make(chan struct{})
	wg.Go(func() {
		close(queued)
		failed <- db.Joined(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO answers (id, note_id) VALUES (1, 404)`)
			return err
		})
	})
	<-queued
	close(release)
	wg.Wait()
	first, second := <-failed, <-failed
	shared := first != nil && second != nil
	alone := (first == nil) != (second == nil) // the second came too late to share
	if !shared && !alone {
		t.Fatalf("got %v and %v, want the commit to fail", first, second)
	}
	if n := count(t, db); (n == 0) != shared {
		t.Errorf("%d rows, though the callers got %v and %v", n, first, second)
	}
	for _, err := range []error{first, second} {
		if err != nil && !store.IsForeignKey(err) {
			t.Errorf("got %v, want a foreign key violation", err)
		}
	}
	if err := db.Joined(ctx, func(tx store.Tx) error { return addNote(ctx, tx, 9, "next") }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestJoinedCallerLeavesTheQueue(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.SQLite)
	createNotes(t, db)
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := db.Joined(t.Context(), func(store.Tx) error {
			close(holding)
			<-release
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holding
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Joined(ctx, func(store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	close(release)
	wg.Wait()
}

// A caller whose context ends in the middle takes nobody with it.
func TestJoinedCallerIsCancelledAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		var wg sync.WaitGroup
		for i := range int64(30) {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				err := db.Joined(ctx, func(tx store.Tx) error {
					if i%3 == 0 {
						cancel()
					}
					return addNote(ctx, tx, i, fmt.Sprint(i))
				})
				if want := i%3 == 0; errors.Is(err, context.Canceled) != want || (err != nil) != want {
					t.Errorf("caller %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if n := count(t, db); n != 20 {
			t.Errorf("%d rows, want 20", n)
		}
	})
}

func TestJoinedAndInTxTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx := t.Context()
		var wg sync.WaitGroup
		for i := range int64(100) {
			wg.Go(func() {
				write := db.Joined
				if i%4 == 0 {
					write = db.InTx
				}
				if err := write(ctx, func(tx store.Tx) error { return addNote(ctx, tx, i, fmt.Sprint(i)) }); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := count(t, db); n != 100 {
			t.Errorf("%d rows, want 100", n)
		}
	})
}

func TestCloseWaitsForJoined(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.SQLite)
	db, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	createNotes(t, db)
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := db.Joined(context.Background(), func(tx store.Tx) error {
			close(holding)
			<-release
			return addNote(context.Background(), tx, 1, "last")
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holding
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	close(release)
	wg.Wait()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := db.Joined(t.Context(), func(store.Tx) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after Close: got %v, want %v", err, store.ErrClosed)
	}
	if n := count(t, storetest.OpenURL(t, url)); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}
