package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

func next(t *testing.T, notices <-chan store.Notice) store.Notice {
	t.Helper()
	select {
	case n, ok := <-notices:
		if !ok {
			t.Fatal("the channel was closed")
		}
		return n
	case <-time.After(20 * time.Second):
		t.Fatal("nothing happened for 20 seconds")
	}
	panic("unreachable")
}

func notify(ctx context.Context, db *store.DB, channel string, payloads ...string) error {
	return db.InTx(ctx, func(tx store.Tx) error {
		for _, p := range payloads {
			if err := db.Notify(ctx, tx, channel, p); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestNoticesComeAfterTheCommit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		notices, stop := db.Listen(ctx, "people")
		defer stop()
		elsewhere, stopElsewhere := db.Listen(ctx, "places")
		defer stopElsewhere()
		err := db.InTx(ctx, func(tx store.Tx) error {
			if err := db.Notify(ctx, tx, "people", "undone"); err != nil {
				return err
			}
			return errUndone
		})
		if !errors.Is(err, errUndone) {
			t.Fatal(err)
		}
		err = db.InTx(ctx, func(tx store.Tx) error {
			if err := db.Notify(ctx, tx, "people", "first\nline"); err != nil {
				return err
			}
			err := store.Savepoint(ctx, tx, func(tx store.Tx) error {
				if err := db.Notify(ctx, tx, "people", "undone too"); err != nil {
					return err
				}
				return errUndone
			})
			if !errors.Is(err, errUndone) {
				return err
			}
			if len(notices) > 0 {
				t.Error("a notice came before the commit")
			}
			return db.Notify(ctx, tx, "people", "second")
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"first\nline", "second"} {
			if got := next(t, notices); got != (store.Notice{Payload: want}) {
				t.Errorf("got %+v, want %q", got, want)
			}
		}
		if len(elsewhere) > 0 {
			t.Errorf("another channel got %+v", <-elsewhere)
		}
	})
}

func TestNoticesReachOtherProcesses(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.Postgres)
	here, there := storetest.OpenURL(t, url), storetest.OpenURL(t, url)
	notices, stop := there.Listen(t.Context(), "people")
	defer stop()
	if err := notify(t.Context(), here, "people", "hello"); err != nil {
		t.Fatal(err)
	}
	if got := next(t, notices); got.Payload != "hello" {
		t.Errorf("got %+v", got)
	}
}

func TestSlowListenerLosesTheOldest(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		slow, stopSlow := db.Listen(ctx, "people")
		defer stopSlow()
		quick, stopQuick := db.Listen(ctx, "people")
		defer stopQuick()
		const sent = 200
		for i := range sent {
			if err := notify(ctx, db, "people", fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
			if got := next(t, quick); got != (store.Notice{Payload: fmt.Sprint(i)}) {
				t.Errorf("the quick one got %+v, want %d", got, i)
			}
		}
		// One more tells that all before it were sent to the slow one too.
		if err := notify(ctx, db, "people", "end"); err != nil {
			t.Fatal(err)
		}
		next(t, quick)
		lagged, last := false, store.Notice{}
		for last.Payload != "end" {
			last = next(t, slow)
			lagged = lagged || last.Lagged
		}
		if !lagged {
			t.Error("the slow one was not told that it lost some")
		}
	})
}

func TestListenersEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, seed *store.DB) {
		db, err := store.Open(t.Context(), storetest.URL(t, seed.Engine()), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		one, stop := db.Listen(t.Context(), "people")
		two, stopTwo := db.Listen(t.Context(), "people")
		stop()
		stop() // twice is fine
		if _, ok := <-one; ok {
			t.Error("stopped, and still open")
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if _, ok := <-two; ok {
			t.Error("the database is closed, the channel is not")
		}
		stopTwo()
		three, stopThree := db.Listen(t.Context(), "people")
		defer stopThree()
		if _, ok := <-three; ok {
			t.Error("listening to a closed database")
		}
	})
}

func TestListenersAreToldOfALostConnection(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.Postgres)
	ctx := t.Context()
	notices, stop := db.Listen(ctx, "people")
	defer stop()
	_, err := db.Pool().Exec(ctx, `
		SELECT pg_terminate_backend(pid)
		  FROM pg_stat_activity
		 WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
	if err != nil {
		t.Fatal(err)
	}
	if got := next(t, notices); got != (store.Notice{Lagged: true}) {
		t.Errorf("got %+v, want a notice that some were missed", got)
	}
	if err := notify(ctx, db, "people", "back"); err != nil {
		t.Fatal(err)
	}
	if got := next(t, notices); got != (store.Notice{Payload: "back"}) {
		t.Errorf("got %+v", got)
	}
}

func TestNoticeTooLong(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := notify(t.Context(), db, "people", strings.Repeat("x", 8000)); err == nil {
			t.Error("8000 bytes were sent")
		}
		if err := notify(t.Context(), db, "peo\nple", "x"); err == nil {
			t.Error("a channel with a line break was taken")
		}
	})
}
