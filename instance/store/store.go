// Package store opens the database of one instance, SQLite or PostgreSQL, and
// lets the rest of the program write every query once.
//
// SQL is written by hand with $1 placeholders in the subset both engines take:
// ids and times are BIGINT (times as Unix milliseconds, see [Millis]), JSON is
// TEXT, bytes are BYTEA, lists are expanded with [Placeholders]. Arguments and
// destinations are what database/sql takes, whichever engine runs; [time.Time]
// is refused as an argument, since the engines order it differently.
//
// # Transactions
//
// [DB.InTx] is one write transaction. [DB.Joined] is the same for many callers
// at once: those that arrive together share the wait for the disk. [DB.Read]
// is for everything that only reads, and never waits for a writer. As on
// PostgreSQL, a statement that fails ends its transaction on SQLite too, unless
// it ran inside a [Savepoint].
//
// # What survives
//
// Once InTx or Joined returned nil, what was written survives a crash of the
// program and of the machine.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Tx runs SQL: inside a transaction, or one statement at a time for [DB.Read].
type Tx interface {
	// Exec runs a statement and returns how many rows it changed.
	Exec(ctx context.Context, sql string, args ...any) (rows int64, err error)
	// Query runs a statement that returns rows. The caller closes them before
	// the next statement of the same transaction.
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
	// QueryRow runs a statement of which one row is wanted. What went wrong
	// comes out of Scan, [ErrNoRows] if there was none.
	QueryRow(ctx context.Context, sql string, args ...any) Row
}

// Rows are the rows a query returned, from before the first.
type Rows interface {
	// Next steps to the next row and tells whether there is one.
	Next() bool
	// Scan copies the columns of the current row into dest.
	Scan(dest ...any) error
	// Err returns what ended the rows before their end.
	Err() error
	// Close ends the query. It may be called twice and returns what Err does.
	Close() error
}

// Row is one row.
type Row interface {
	// Scan copies the columns into dest. It returns [ErrNoRows] if there is no row.
	Scan(dest ...any) error
}

// Engine is the kind of a database.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options are what an administrator may choose about a database.
type Options struct {
	// Logger is told of lost and regained connections. Nil is silence.
	Logger *slog.Logger
	// Connections is the greatest number of connections to PostgreSQL, for
	// reading and writing together, or of readers of SQLite. Zero is 16 for
	// PostgreSQL and 4 for SQLite. Listening, and working jobs, take up to
	// three more on PostgreSQL.
	Connections int
	// ReadURL is where [DB.Read] reads on PostgreSQL, if not from the same
	// server: a replica, that may be a moment behind.
	ReadURL string
	// Wait is how long a caller waits for its turn at the database before it
	// is told [ErrUnavailable]. Zero is ten seconds.
	Wait time.Duration
	// Watch hears each statement of [DB.Read] before it runs. Nil is nobody.
	Watch func(sql string)
	// Asked hears that a statement of [DB.Read] begins, "read", or a transaction,
	// "write", and what it returns, that it ended. Nil is nobody.
	Asked func(access string) (answered func())
}

// DB is an open database. It is safe for use by several goroutines.
type DB struct {
	engine   Engine
	back     backend
	writer   *sql.DB       // SQLite
	pool     *pgxpool.Pool // PostgreSQL
	joined   *group        // SQLite
	live     *live
	watch    func(sql string)
	asked    func(access string) (answered func())
	wait     time.Duration
	path     string // SQLite
	log      *slog.Logger
	maxTries int
}

// backend is what an engine does for a DB.
type backend interface {
	begin(ctx context.Context) (session, error)
	read() Tx
	state(ctx context.Context) (string, error)
	measure(ctx context.Context) error
	close() error
}

// Open opens the database at url, "sqlite:PATH" or "postgres://…", and makes
// sure that it answers. It returns [ErrUnavailable] if it does not.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Wait <= 0 {
		o.Wait = 10 * time.Second
	}
	db := &DB{wait: o.Wait, log: o.Logger, watch: o.Watch, asked: o.Asked}
	var err error
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		err = db.openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), o)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		err = db.openPostgres(ctx, url, o)
	default:
		err = errors.New(`the address begins with neither "sqlite:" nor "postgres://"`)
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", meaning(err))
	}
	return db, nil
}

// Engine returns the kind of the database.
func (db *DB) Engine() Engine { return db.engine }

// Close waits for the transactions of [DB.Joined] that are under way, ends all
// listening, and closes every connection. No method may be called after it.
func (db *DB) Close() error {
	db.live.close()
	if db.joined != nil {
		db.joined.close()
	}
	return db.back.close()
}

// Read returns a Tx for reading: each of its statements sees what was
// committed when it began. Writing through it fails with [ErrReadOnly].
func (db *DB) Read() Tx {
	tx := db.back.read()
	if db.asked != nil {
		tx = measured{tx, db.asked}
	}
	if db.watch != nil {
		tx = watched{tx, db.watch}
	}
	return tx
}

// watched tells of each statement before it runs it.
type watched struct {
	Tx
	watch func(sql string)
}

func (w watched) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	w.watch(sql)
	return w.Tx.Exec(ctx, sql, args...)
}

func (w watched) Query(ctx context.Context, sql string, args ...any) (Rows, error) {
	w.watch(sql)
	return w.Tx.Query(ctx, sql, args...)
}

func (w watched) QueryRow(ctx context.Context, sql string, args ...any) Row {
	w.watch(sql)
	return w.Tx.QueryRow(ctx, sql, args...)
}

// Writer returns the one writing connection of SQLite, nil on PostgreSQL. It
// is for libraries that bring their own SQL.
func (db *DB) Writer() *sql.DB { return db.writer }

// Pool returns the connections to PostgreSQL, nil on SQLite. It is for
// libraries that bring their own SQL.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Measure has the database count what its tables hold now, which it needs to
// know to answer quickly. It is for every now and then, and waits for its turn
// among those who write. A small database is left as it is.
func (db *DB) Measure(ctx context.Context) error {
	if err := db.back.measure(ctx); err != nil {
		return fmt.Errorf("measure database: %w", meaning(err))
	}
	return nil
}

// Ping tells whether the database answers: nil, or [ErrUnavailable].
func (db *DB) Ping(ctx context.Context) error {
	var one int
	if err := db.Read().QueryRow(ctx, `SELECT 1`).Scan(&one); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}
