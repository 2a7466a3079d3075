package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// writerPragmas make every commit survive a power cut (synchronous FULL: the
// log is synced at each commit) and keep memory small. The log file is cut
// back to 64 MiB after a burst. Files are read, not mapped: a map would count
// as our memory and turn read errors into crashes.
var writerPragmas = []string{
	"journal_mode(WAL)",
	"synchronous(FULL)",
	"foreign_keys(1)",
	"temp_store(MEMORY)",
	"cache_size(-8000)",
	"mmap_size(0)",
	"journal_size_limit(67108864)",
}

var readerPragmas = []string{
	"query_only(1)",
	"temp_store(MEMORY)",
	"cache_size(-8000)",
	"mmap_size(0)",
}

// Statements kept ready by each connection. They cost a few kilobytes each.
const (
	writerStatements = 256
	readerStatements = 256
)

// sqliteBackend has one connection that writes, so that writers queue in
// memory and never meet SQLITE_BUSY, and a few that read beside it.
type sqliteBackend struct {
	writer, reader *sql.DB
	watcher        *watcher
	wait           time.Duration
}

func (db *DB) openSQLite(ctx context.Context, path string, o Options) error {
	if path == "" || strings.Contains(path, ":memory:") {
		return errors.New("SQLite needs a file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	writer, err := openSQLitePool(sqliteURL(path, "rwc", o.Wait, writerPragmas), writerStatements, 1)
	if err != nil {
		return err
	}
	reader, err := openSQLitePool(sqliteURL(path, "ro", o.Wait, readerPragmas), readerStatements, max(o.Connections, 0))
	if err != nil {
		return errors.Join(err, writer.Close())
	}
	watching, err := openSQLitePool(sqliteURL(path, "ro", o.Wait, readerPragmas), 1, 1)
	if err != nil {
		return errors.Join(err, reader.Close(), writer.Close())
	}
	// The writer comes first: it makes the file the readers need.
	if err := errors.Join(writer.PingContext(ctx), reader.PingContext(ctx)); err != nil {
		return errors.Join(err, watching.Close(), reader.Close(), writer.Close())
	}
	back := &sqliteBackend{writer: writer, reader: reader, watcher: &watcher{pool: watching}, wait: o.Wait}
	db.engine, db.back, db.writer, db.path, db.maxTries = SQLite, back, writer, path, 1
	db.live = newLive(nil, o.Logger)
	db.joined = newGroup(back)
	return nil
}

func sqliteURL(path, mode string, wait time.Duration, pragmas []string) string {
	q := url.Values{
		"mode":     {mode},
		"_txlock":  {"immediate"},
		"_dqs":     {"0"},
		"_timeout": {fmt.Sprint(wait.Milliseconds())},
		"_pragma":  pragmas,
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

func openSQLitePool(dsn string, statements, conns int) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	if conns == 0 {
		conns = 4
	}
	pool := sql.OpenDB(cachingConnector{Connector: c, size: statements})
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return pool, nil
}

func (b *sqliteBackend) close() error {
	// Readers first: the last connection to close folds the log into the file.
	return errors.Join(b.watcher.close(), b.reader.Close(), b.writer.Close())
}

func (b *sqliteBackend) read() Tx { return sqliteReader{b.reader} }

func (b *sqliteBackend) begin(ctx context.Context) (session, error) {
	turn, cancel := context.WithTimeoutCause(ctx, b.wait, errNoTurn)
	defer cancel()
	conn, err := b.writer.Conn(turn)
	if err != nil {
		if ctx.Err() == nil && turn.Err() != nil {
			return nil, errNoTurn
		}
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &sqliteSession{tx: tx, conn: conn}, nil
}

// errNoTurn: others kept the database busy for too long.
var errNoTurn = fmt.Errorf("%w: waited too long for a turn", ErrUnavailable)

// largeEnough is how many bytes a database has before it matters which way a
// question is answered.
const largeEnough = 16 << 20

// measure counts a thousand rows of each index at most: enough to know which one
// finds fewer, and no more than a moment's work. With all rows counted SQLite
// also learns which values are rare, and then thinks a question out anew each
// time another value stands in it.
func (b *sqliteBackend) measure(ctx context.Context) error {
	conn, err := b.writer.Conn(ctx)
	if err != nil {
		return err
	}
	var size int64
	err = conn.QueryRowContext(ctx, `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`).Scan(&size)
	if err == nil && size >= largeEnough {
		_, err = conn.ExecContext(ctx, `PRAGMA analysis_limit = 1000`)
		if err == nil {
			_, err = conn.ExecContext(ctx, `PRAGMA optimize = 0x10002`)
		}
	}
	return errors.Join(err, conn.Close())
}

type sqliteSession struct {
	tx   *sql.Tx
	conn *sql.Conn
}

func (s *sqliteSession) exec(ctx context.Context, query string, args []any) (int64, error) {
	r, err := s.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (s *sqliteSession) query(ctx context.Context, query string, args []any) (Rows, error) {
	rows, err := s.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return sqlRows{rows}, nil
}

func (s *sqliteSession) queryRow(ctx context.Context, query string, args []any) Row {
	return s.tx.QueryRowContext(ctx, query, args...)
}

func (s *sqliteSession) commit(context.Context) error {
	defer s.release()
	return s.tx.Commit()
}

// release gives the connection back. Close only tells whether that was done
// before.
func (s *sqliteSession) release() { _ = s.conn.Close() }

func (s *sqliteSession) rollback() error {
	defer s.release()
	err := s.tx.Rollback()
	if errors.Is(err, sql.ErrTxDone) || err != nil && strings.Contains(err.Error(), "no transaction is active") {
		return nil // its context ended, or the disk was full, and it is rolled back already
	}
	return err
}

func (s *sqliteSession) raw() any { return s.tx }

// sqliteReader runs single statements on connections that cannot write.
type sqliteReader struct{ pool *sql.DB }

func (r sqliteReader) Exec(context.Context, string, ...any) (int64, error) {
	return 0, ErrReadOnly
}

func (r sqliteReader) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	bound, err := bind(args)
	if err != nil {
		return nil, err
	}
	rows, err := r.pool.QueryContext(ctx, query, bound...)
	if err != nil {
		return nil, meaning(err)
	}
	return plainRows{sqlRows{rows}}, nil
}

func (r sqliteReader) QueryRow(ctx context.Context, query string, args ...any) Row {
	bound, err := bind(args)
	if err != nil {
		return failedRow{err}
	}
	return plainRow{r.pool.QueryRowContext(ctx, query, bound...)}
}
