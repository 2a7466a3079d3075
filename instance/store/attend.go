package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
)

// attendanceLock is the advisory lock of PostgreSQL that working processes
// share.
const attendanceLock = migrationLock + 1

// Attend notes that this process works on the database, until leave is called
// or the process dies, however it dies. first tells that no other process was
// at work: whatever the database says is under way was left behind by one that
// died. On PostgreSQL a process whose connection is lost counts as gone.
func (db *DB) Attend(ctx context.Context) (first bool, leave func() error, err error) {
	if db.engine == Postgres {
		first, leave, err = db.attendPostgres(ctx)
	} else {
		first, leave, err = attendSQLite(ctx, db.path+"-worker")
	}
	if err != nil {
		return false, nil, fmt.Errorf("attend to database: %w", meaning(err))
	}
	return first, leave, nil
}

// attendPostgres holds a shared lock on a connection of its own. Whoever can
// have the lock for itself, for a moment before that, is the first. It waits a
// second for it: that long the server may take to see that a process died.
func (db *DB) attendPostgres(ctx context.Context) (bool, func() error, error) {
	config := db.pool.Config().ConnConfig
	config.RuntimeParams["lock_timeout"] = "1s"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return false, nil, err
	}
	_, err = conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, attendanceLock)
	first := err == nil
	if timedOut(err) {
		_, err = conn.Exec(ctx, `SET lock_timeout = 0`)
	}
	if err == nil {
		_, err = conn.Exec(ctx, `SELECT pg_advisory_lock_shared($1)`, attendanceLock)
	}
	if err == nil && first {
		_, err = conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, attendanceLock)
	}
	if err != nil {
		return false, nil, errors.Join(err, conn.Close(ctx))
	}
	return first, func() error {
		closing, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		return conn.Close(closing)
	}, nil
}

// attendSQLite does the same with the locks SQLite has for an empty file of
// its own beside the database.
func attendSQLite(ctx context.Context, path string) (bool, func() error, error) {
	first, err := alone(ctx, path)
	if err != nil {
		return false, nil, err
	}
	pool, err := sql.Open("sqlite", lockURL(path, "deferred", 10*time.Second))
	if err != nil {
		return false, nil, err
	}
	tx, err := pool.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return false, nil, errors.Join(err, pool.Close())
	}
	var tables int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master`).Scan(&tables); err != nil {
		return false, nil, errors.Join(err, tx.Rollback(), pool.Close())
	}
	return first, func() error { return errors.Join(tx.Rollback(), pool.Close()) }, nil
}

// alone tells whether nobody else has the file at path locked.
func alone(ctx context.Context, path string) (bool, error) {
	pool, err := sql.Open("sqlite", lockURL(path, "exclusive", 0))
	if err != nil {
		return false, err
	}
	tx, err := pool.BeginTx(ctx, nil)
	if isBusy(err) {
		return false, pool.Close()
	}
	if err != nil {
		return false, errors.Join(err, pool.Close())
	}
	return true, errors.Join(tx.Rollback(), pool.Close())
}

func lockURL(path, mode string, wait time.Duration) string {
	q := url.Values{"_txlock": {mode}, "_timeout": {fmt.Sprint(wait.Milliseconds())}}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}
