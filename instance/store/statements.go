package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// longestKept is the length in bytes of the longest SQL text whose statement
// is kept: longer ones are lists that differ every time.
const longestKept = 8 << 10

// cachingConnector opens connections to SQLite that keep the statements they
// prepared. Without it each call parses its SQL anew, which costs more than
// most queries do.
type cachingConnector struct {
	driver.Connector
	size int // statements per connection
}

// sqliteConn is what a connection of the driver can do and database/sql uses.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

func (c cachingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks what a connection needs"), conn.Close())
	}
	caching := &cachingConn{sqliteConn: full}
	caching.kept, err = simplelru.NewLRU(c.size, func(_ string, s *statement) { caching.drop(s) })
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return caching, nil
}

// cachingConn is used by one goroutine at a time, as database/sql promises.
type cachingConn struct {
	sqliteConn
	kept *simplelru.LRU[string, *statement]
	lost error // why a statement that was dropped could not be closed
}

// statement is a prepared statement, busy while its rows are being read.
type statement struct {
	stmt    driver.Stmt
	execer  driver.StmtExecContext
	queryer driver.StmtQueryContext
	busy    bool
	dropped bool
}

func (c *cachingConn) take(ctx context.Context, query string) (*statement, error) {
	s, ok := c.kept.Get(query)
	if ok && !s.busy {
		s.busy = true
		return s, nil
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	execer, _ := prepared.(driver.StmtExecContext)
	queryer, _ := prepared.(driver.StmtQueryContext)
	if execer == nil || queryer == nil {
		return nil, errors.Join(errors.New("the SQLite driver lacks what a statement needs"), prepared.Close())
	}
	s = &statement{stmt: prepared, execer: execer, queryer: queryer, busy: true}
	if ok || len(query) > longestKept {
		s.dropped = true // the kept one is busy with the same text, or it is not worth keeping
	} else {
		c.kept.Add(query, s)
	}
	return s, nil
}

// give takes a statement back after use.
func (c *cachingConn) give(s *statement) error {
	s.busy = false
	if s.dropped {
		return s.stmt.Close()
	}
	return nil
}

// drop forgets a statement that was not used for long, once it is idle.
func (c *cachingConn) drop(s *statement) {
	s.dropped = true
	if !s.busy {
		c.lost = errors.Join(c.lost, s.stmt.Close())
	}
}

func (c *cachingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	r, err := s.execer.ExecContext(ctx, args)
	return r, errors.Join(err, c.give(s))
}

func (c *cachingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.queryer.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.give(s))
	}
	return &cachedRows{Rows: rows, conn: c, statement: s}, nil
}

func (c *cachingConn) Close() error {
	c.kept.Purge()
	return errors.Join(c.lost, c.sqliteConn.Close())
}

// cachedRows gives its statement back when it is closed.
type cachedRows struct {
	driver.Rows
	conn      *cachingConn
	statement *statement
}

func (r *cachedRows) Close() error {
	if r.statement == nil {
		return nil
	}
	s := r.statement
	r.statement = nil
	return errors.Join(r.Rows.Close(), r.conn.give(s))
}
