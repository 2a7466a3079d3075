package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// State names what the database holds at this moment: two equal states have
// nothing committed between them, by whichever process, so that what was read
// after the first can be said again at the second. It costs far less than
// reading. On PostgreSQL a state may also change when nothing was written.
//
// An answer may be kept under the state that was asked for before it was read,
// never under a later one.
func (db *DB) State(ctx context.Context) (string, error) {
	state, err := db.back.state(ctx)
	if err != nil {
		return "", fmt.Errorf("state of the database: %w", meaning(err))
	}
	return state, nil
}

// watcher is a connection of SQLite that only looks whether others committed.
// Its numbers mean nothing to any other connection.
type watcher struct {
	pool *sql.DB

	mu   sync.Mutex
	conn *sql.Conn
	turn int // how many connections there have been
}

func (w *watcher) state(ctx context.Context) (string, error) {
	// Interrupting it would cost the connection, and it is over before that.
	ctx = context.WithoutCancel(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn == nil {
		conn, err := w.pool.Conn(ctx)
		if err != nil {
			return "", err
		}
		w.conn = conn
		w.turn++
	}
	var version int64
	if err := w.conn.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version); err != nil {
		err = errors.Join(err, w.conn.Close())
		w.conn = nil
		return "", err
	}
	return strconv.Itoa(w.turn) + "." + strconv.FormatInt(version, 10), nil
}

func (w *watcher) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	if w.conn != nil {
		err = w.conn.Close()
		w.conn = nil
	}
	return errors.Join(err, w.pool.Close())
}

func (b *sqliteBackend) state(ctx context.Context) (string, error) { return b.watcher.state(ctx) }

// state is the snapshot a statement sees now: which transactions are over, and
// which are under way (PostgreSQL, "pg_snapshot components").
func (b *postgresBackend) state(ctx context.Context) (string, error) {
	var snapshot string
	err := b.read().QueryRow(ctx, `SELECT pg_current_snapshot()::text`).Scan(&snapshot)
	return snapshot, err
}
