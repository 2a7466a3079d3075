package machine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"palier/cmd/palier-bench/loopback"
)

// rowBytes is about what an activity in an inbox takes.
const rowBytes = 1500

// SQLite returns how many transactions of one row SQLite commits in a second to
// a new file in dir, one after another, each safe from a power cut (WAL,
// synchronous FULL).
func SQLite(ctx context.Context, dir string, d time.Duration) (float64, error) {
	dsn := (&url.URL{Scheme: "file", Path: filepath.Join(dir, "limits.db"), RawQuery: url.Values{
		"_txlock": {"immediate"}, "_pragma": {"journal_mode(WAL)", "synchronous(FULL)"},
	}.Encode()}).String()
	return transactions(ctx, "sqlite", dsn, "CREATE TABLE palier_bench (id INTEGER PRIMARY KEY, body TEXT NOT NULL)", d)
}

// PostgreSQL is [SQLite] for the database at a postgres:// address on this
// machine, with the settings it has. The table it makes there is temporary in
// effect: it is dropped in the end.
func PostgreSQL(ctx context.Context, address string, d time.Duration) (float64, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return 0, fmt.Errorf("address of PostgreSQL: %w", err)
	}
	if !strings.HasPrefix(c.Host, "/") { // a socket in the file system is here
		if err := loopback.CheckHost(ctx, c.Host); err != nil {
			return 0, err
		}
	}
	return transactions(ctx, "pgx", address, "CREATE TABLE palier_bench (id BIGINT PRIMARY KEY, body TEXT NOT NULL)", d)
}

func transactions(ctx context.Context, driver, dsn, table string, d time.Duration) (rate float64, err error) {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", driver, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, table); err != nil {
		return 0, fmt.Errorf("make a table in %s: %w", driver, err)
	}
	defer func() {
		_, dropErr := db.ExecContext(context.WithoutCancel(ctx), "DROP TABLE palier_bench")
		err = errors.Join(err, dropErr)
	}()
	body := strings.Repeat("a", rowBytes)
	start := time.Now()
	n := 0
	for ; n == 0 || time.Since(start) < d; n++ {
		if err := insert(ctx, db, n, body); err != nil {
			return 0, fmt.Errorf("commit to %s: %w", driver, err)
		}
	}
	return float64(n) / time.Since(start).Seconds(), nil
}

func insert(ctx context.Context, db *sql.DB, id int, body string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO palier_bench (id, body) VALUES ($1, $2)", id, body); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
