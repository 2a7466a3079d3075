package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresBackend has one pool that writes and one that cannot.
type postgresBackend struct {
	pool   *pgxpool.Pool
	reader *pgxpool.Pool
	wait   time.Duration
}

func (db *DB) openPostgres(ctx context.Context, url string, o Options) error {
	conns := int32(o.Connections)
	if conns <= 0 {
		conns = 16
	}
	// Jobs, migrations and readers each hold connections beside the writers.
	writers := max(4, conns/2)
	readers := max(2, conns-writers)
	pool, err := openPostgresPool(ctx, url, writers, nil)
	if err != nil {
		return err
	}
	if o.ReadURL != "" {
		url = o.ReadURL
	}
	reader, err := openPostgresPool(ctx, url, readers, readerParams)
	if err != nil {
		pool.Close()
		return err
	}
	back := &postgresBackend{pool: pool, reader: reader, wait: o.Wait}
	if err := errors.Join(pool.Ping(ctx), reader.Ping(ctx)); err != nil {
		return errors.Join(err, back.close())
	}
	db.engine, db.back, db.pool, db.maxTries = Postgres, back, pool, 8
	db.live = newLive(pool.Config().ConnConfig, o.Logger)
	return nil
}

// readerParams keep what PostgreSQL thought out for a question: thinking anew of
// what somebody may read, for each number that stands in it, costs more than
// reading. SQLite has no other way.
var readerParams = map[string]string{
	"default_transaction_read_only": "on",
	"plan_cache_mode":               "force_generic_plan",
}

func openPostgresPool(ctx context.Context, url string, conns int32, params map[string]string) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	c.MaxConns = conns
	c.MinConns = 0
	c.ConnConfig.ConnectTimeout = 5 * time.Second
	c.ConnConfig.RuntimeParams["application_name"] = "palier"
	// A transaction whose program hangs must not hold its locks for ever.
	c.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "60s"
	// Our questions are short: compiling one costs more than it can save.
	c.ConnConfig.RuntimeParams["jit"] = "off"
	for name, value := range params {
		c.ConnConfig.RuntimeParams[name] = value
	}
	return pgxpool.NewWithConfig(ctx, c)
}

func (b *postgresBackend) close() error {
	b.reader.Close()
	b.pool.Close()
	return nil
}

// measure does nothing: PostgreSQL counts by itself what its tables hold.
func (b *postgresBackend) measure(context.Context) error { return nil }

func (b *postgresBackend) read() Tx { return postgresReader{b.reader, b.wait} }

// begin takes a connection and begins on it. A connection that broke while it
// was idle shows only now; nothing was asked of it yet, so the next is tried.
func (b *postgresBackend) begin(ctx context.Context) (session, error) {
	var err error
	for range 3 {
		var conn *pgxpool.Conn
		if conn, err = acquire(ctx, b.pool, b.wait); err != nil {
			return nil, err
		}
		var tx pgx.Tx
		if tx, err = conn.Begin(ctx); err == nil {
			return &postgresSession{tx: tx, conn: conn}, nil
		}
		broken := conn.Conn().IsClosed()
		conn.Release()
		if !broken || ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

func acquire(ctx context.Context, pool *pgxpool.Pool, wait time.Duration) (*pgxpool.Conn, error) {
	turn, cancel := context.WithTimeoutCause(ctx, wait, errNoTurn)
	defer cancel()
	conn, err := pool.Acquire(turn)
	if err != nil && ctx.Err() == nil && turn.Err() != nil {
		return nil, errNoTurn
	}
	return conn, err
}

type postgresSession struct {
	tx   pgx.Tx
	conn *pgxpool.Conn
}

func (s *postgresSession) exec(ctx context.Context, query string, args []any) (int64, error) {
	tag, err := s.tx.Exec(ctx, query, args...)
	return tag.RowsAffected(), err
}

func (s *postgresSession) query(ctx context.Context, query string, args []any) (Rows, error) {
	rows, err := s.tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgxRows{rows}, nil
}

func (s *postgresSession) queryRow(ctx context.Context, query string, args []any) Row {
	return s.tx.QueryRow(ctx, query, args...)
}

func (s *postgresSession) commit(ctx context.Context) error {
	defer s.conn.Release()
	return s.tx.Commit(ctx)
}

func (s *postgresSession) rollback() error {
	defer s.conn.Release()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := s.tx.Rollback(ctx)
	if errors.Is(err, pgx.ErrTxClosed) || s.conn.Conn().IsClosed() {
		return nil // the server rolled back what its lost connection had begun
	}
	return err
}

func (s *postgresSession) raw() any { return s.tx }

// pgxRows fits [pgx.Rows].
type pgxRows struct{ pgx.Rows }

func (r pgxRows) Close() error {
	r.Rows.Close()
	return r.Rows.Err()
}

// postgresReader runs single statements on connections that cannot write.
type postgresReader struct {
	pool *pgxpool.Pool
	wait time.Duration
}

func (r postgresReader) Exec(context.Context, string, ...any) (int64, error) {
	return 0, ErrReadOnly
}

func (r postgresReader) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	bound, err := bind(args)
	if err != nil {
		return nil, err
	}
	conn, err := acquire(ctx, r.pool, r.wait)
	if err != nil {
		return nil, meaning(err)
	}
	rows, err := conn.Query(ctx, query, bound...)
	if err != nil {
		conn.Release()
		return nil, meaning(err)
	}
	return plainRows{&pooledRows{pgxRows{rows}, conn}}, nil
}

func (r postgresReader) QueryRow(ctx context.Context, query string, args ...any) Row {
	bound, err := bind(args)
	if err != nil {
		return failedRow{err}
	}
	conn, err := acquire(ctx, r.pool, r.wait)
	if err != nil {
		return failedRow{meaning(err)}
	}
	return plainRow{pooledRow{conn.QueryRow(ctx, query, bound...), conn}}
}

// pooledRows give their connection back once they are read or closed.
type pooledRows struct {
	pgxRows
	conn *pgxpool.Conn
}

func (r *pooledRows) Next() bool {
	if r.pgxRows.Next() {
		return true
	}
	r.release()
	return false
}

func (r *pooledRows) Close() error {
	defer r.release()
	return r.pgxRows.Close()
}

func (r *pooledRows) release() {
	if r.conn != nil {
		r.conn.Release()
		r.conn = nil
	}
}

type pooledRow struct {
	row  pgx.Row
	conn *pgxpool.Conn
}

func (r pooledRow) Scan(dest ...any) error {
	defer r.conn.Release()
	return r.row.Scan(dest...)
}
