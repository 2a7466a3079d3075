package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What can be wrong with a database, whichever engine it is.
var (
	// ErrNoRows: a row was wanted and there is none.
	ErrNoRows = sql.ErrNoRows
	// ErrUnavailable: the database does not answer, or not in time. Whether a
	// transaction that ended with it was committed is not known.
	ErrUnavailable = errors.New("database is unavailable")
	// ErrDiskFull: the database's disk is full. Nothing was written.
	ErrDiskFull = errors.New("database disk is full")
	// ErrReadOnly: something was to be written through [DB.Read], or the
	// server takes no writes, as a standby does.
	ErrReadOnly = errors.New("database is read-only")
	// ErrText: a text holds a zero byte or is not UTF-8.
	ErrText = errors.New("text cannot be stored: it holds a zero byte or is not UTF-8")
	// ErrAborted: an earlier statement of the transaction failed.
	ErrAborted = errors.New("transaction is aborted by a statement that failed")
	// ErrClosed: the database was closed.
	ErrClosed = errors.New("database is closed")
	// ErrNewer: the database was migrated by a newer program than this one.
	ErrNewer = errors.New("database is newer than this program")
)

// IsUnique tells whether err comes from a row that is there already: a
// violated primary key or unique constraint.
func IsUnique(err error) bool {
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return true
	}
	return false
}

// IsForeignKey tells whether err comes from a reference to a row that is not there.
func IsForeignKey(err error) bool {
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) {
		return pg.Code == "23503"
	}
	return sqliteCode(err) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
}

// timedOut tells whether PostgreSQL gave up waiting for a lock.
func timedOut(err error) bool {
	pg := (*pgconn.PgError)(nil)
	return errors.As(err, &pg) && pg.Code == "55P03"
}

// isBusy tells whether SQLite gave up waiting for another process's lock.
func isBusy(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_BUSY }

func sqliteCode(err error) int {
	if lite := (*sqlite.Error)(nil); errors.As(err, &lite) {
		return lite.Code()
	}
	return 0
}

// meaning adds to err the sentinel that says what it means, if it has one.
func meaning(err error) error {
	if err == nil || errors.Is(err, ErrNoRows) {
		return err
	}
	for _, known := range []error{ErrUnavailable, ErrDiskFull, ErrReadOnly, ErrText, ErrAborted, ErrClosed} {
		if errors.Is(err, known) {
			return err
		}
	}
	if means := meaningOf(err); means != nil {
		return fmt.Errorf("%w: %w", means, err)
	}
	return err
}

func meaningOf(err error) error {
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) {
		return postgresMeaning(pg.Code)
	}
	if lite := (*sqlite.Error)(nil); errors.As(err, &lite) {
		return sqliteMeaning(lite.Code())
	}
	var (
		connecting *pgconn.ConnectError
		network    net.Error
	)
	switch {
	case errors.As(err, &connecting): // first, since its own deadline is no one else's
		return ErrUnavailable
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), pgconn.SafeToRetry(err):
		return ErrUnavailable
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return ErrAborted
	}
	return nil
}

// postgresMeaning reads an SQLSTATE (PostgreSQL manual, appendix A).
func postgresMeaning(code string) error {
	switch code {
	case "53100":
		return ErrDiskFull
	case "25006":
		return ErrReadOnly
	case "25P02":
		return ErrAborted
	case "22021":
		return ErrText
	case "53300", "57P01", "57P02", "57P03", "57P05", "25P03", "53200":
		return ErrUnavailable
	}
	if strings.HasPrefix(code, "08") {
		return ErrUnavailable
	}
	return nil
}

func sqliteMeaning(code int) error {
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return ErrDiskFull
	case sqlite3.SQLITE_READONLY:
		return ErrReadOnly
	case sqlite3.SQLITE_INTERRUPT:
		return context.Canceled
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR:
		return ErrUnavailable
	}
	return nil
}

// again tells whether a transaction that ended with err may succeed when it is
// run again as it was: it lost against another and left nothing behind.
func again(err error) bool {
	pg := (*pgconn.PgError)(nil)
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// fromDatabase tells whether err is a statement's failure, rather than a row
// that is not there or does not fit where it is scanned to.
func fromDatabase(err error) bool {
	if err == nil || errors.Is(err, ErrNoRows) {
		return false
	}
	pg := (*pgconn.PgError)(nil)
	return errors.As(err, &pg) || sqliteCode(err) != 0 || meaningOf(err) != nil ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
