package jobs

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"palier/instance/store"
)

// client is what the queue asks of River, the same for both engines.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	Subscribe(kinds ...river.EventKind) (<-chan *river.Event, func())
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
	JobRetry(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobCancel(ctx context.Context, id int64) (*rivertype.JobRow, error)
	insert(ctx context.Context, tx store.Tx, a Args, o *river.InsertOpts) (*rivertype.JobInsertResult, error)
	insertMany(ctx context.Context, tx store.Tx, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
	complete(ctx context.Context, tx store.Tx, job *rivertype.JobRow) error
	release(ctx context.Context, now time.Time) error
}

func newClient(q *Queue) (client, error) {
	if q.db.Engine() == store.Postgres {
		return newEngineClient(postgresDriver{riverpgxv5.New(q.db.Pool()), q.bell}, q.config())
	}
	return newEngineClient(sqliteDriver{riversqlite.New(q.db.Writer()), q.bell}, q.config())
}

func newEngineClient[T any](driver riverdriver.Driver[T], c *river.Config) (client, error) {
	rc, err := river.NewClient(driver, c)
	if err != nil {
		return nil, err
	}
	return engineClient[T]{rc}, nil
}

// sqliteDriver hears the bell only, and writes no notifications: there is one
// working process, and its jobs ring.
type sqliteDriver struct {
	*riversqlite.Driver
	bell *bell
}

var _ riverdriver.Driver[*sql.Tx] = sqliteDriver{}

func (d sqliteDriver) SupportsListenNotify() bool { return false }

func (d sqliteDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{silence{}, d.bell}
}

// postgresDriver hears the bell beside what other processes notify.
type postgresDriver struct {
	*riverpgxv5.Driver
	bell *bell
}

var _ riverdriver.Driver[pgx.Tx] = postgresDriver{}

func (d postgresDriver) GetListener(p *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{d.Driver.GetListener(p), d.bell}
}

// engineClient is River's client for one engine, T being its transactions.
type engineClient[T any] struct{ *river.Client[T] }

// errNoTx: jobs are enqueued together with what they belong to, or not at all.
var errNoTx = errors.New("no transaction of this database")

func (c engineClient[T]) insert(ctx context.Context, tx store.Tx, a Args, o *river.InsertOpts) (*rivertype.JobInsertResult, error) {
	t, ok := store.Unwrap(tx).(T)
	if !ok {
		return nil, errNoTx
	}
	return c.InsertTx(ctx, t, a, o)
}

func (c engineClient[T]) insertMany(ctx context.Context, tx store.Tx, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error) {
	t, ok := store.Unwrap(tx).(T)
	if !ok {
		return nil, errNoTx
	}
	return c.InsertManyTx(ctx, t, params)
}

func (c engineClient[T]) complete(ctx context.Context, tx store.Tx, job *rivertype.JobRow) error {
	t, ok := store.Unwrap(tx).(T)
	if !ok {
		return errNoTx
	}
	_, err := river.JobCompleteTx[riverdriver.Driver[T]](ctx, t, &river.Job[anyArgs]{JobRow: job})
	return err
}

// release makes scheduled and retryable jobs that are due available, rather
// than leaving it to the next round of River's scheduler.
func (c engineClient[T]) release(ctx context.Context, now time.Time) error {
	now = now.UTC()
	_, err := c.Driver().GetExecutor().JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: 10_000, Now: &now})
	return err
}

// anyArgs are the arguments of a job of whatever kind, not read.
type anyArgs struct{}

func (anyArgs) Kind() string                { return "any" }
func (*anyArgs) UnmarshalJSON([]byte) error { return nil }
