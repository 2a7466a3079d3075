package jobs

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"palier/instance/store"
)

// Option is something special about one job.
type Option func(*river.InsertOpts)

// At has the job wait until t. A time that has passed is now.
func At(t time.Time) Option { return func(o *river.InsertOpts) { o.ScheduledAt = t } }

// InQueue puts the job into the queue of that name.
func InQueue(name string) Option { return func(o *river.InsertOpts) { o.Queue = name } }

// MaxAttempts has the job tried at most n times.
func MaxAttempts(n int) Option { return func(o *river.InsertOpts) { o.MaxAttempts = n } }

// Enqueue adds a job in tx: it is there if and only if tx is committed, and
// starts right after that.
func (q *Queue) Enqueue(ctx context.Context, tx store.Tx, a Args, options ...Option) error {
	_, err := q.enqueue(ctx, tx, a, options...)
	return err
}

// EnqueueAll adds several jobs in tx, at the cost of little more than one.
func (q *Queue) EnqueueAll(ctx context.Context, tx store.Tx, all []Args, options ...Option) error {
	if q.err != nil {
		return q.err
	}
	params := make([]river.InsertManyParams, len(all))
	for i, a := range all {
		o, err := q.insertOptions(a, options)
		if err != nil {
			return err
		}
		params[i] = river.InsertManyParams{Args: a, InsertOpts: o}
	}
	if len(params) == 0 {
		return nil
	}
	results, err := q.client.insertMany(q.lasting(ctx), tx, params)
	if err != nil {
		return fmt.Errorf("enqueue %d jobs: %w", len(all), err)
	}
	queues := make(map[string]bool)
	for _, r := range results {
		if r.Job.State == rivertype.JobStateAvailable && !queues[r.Job.Queue] {
			queues[r.Job.Queue] = true
			q.ringAfter(tx, r.Job.Queue)
		}
	}
	return nil
}

func (q *Queue) enqueue(ctx context.Context, tx store.Tx, a Args, options ...Option) (*rivertype.JobInsertResult, error) {
	if q.err != nil {
		return nil, q.err
	}
	o, err := q.insertOptions(a, options)
	if err != nil {
		return nil, err
	}
	r, err := q.client.insert(q.lasting(ctx), tx, a, o)
	if err != nil {
		return nil, fmt.Errorf("enqueue %s: %w", a.Kind(), err)
	}
	if r.Job.State == rivertype.JobStateAvailable && !r.UniqueSkippedAsDuplicate {
		q.ringAfter(tx, r.Job.Queue)
	}
	return r, nil
}

func (q *Queue) insertOptions(a Args, options []Option) (*river.InsertOpts, error) {
	kind := q.kinds[a.Kind()]
	o := &river.InsertOpts{Queue: cmp.Or(kind.Queue, DefaultQueue), MaxAttempts: kind.MaxAttempts}
	for _, option := range options {
		option(o)
	}
	if !o.ScheduledAt.IsZero() && !o.ScheduledAt.After(q.now()) {
		o.ScheduledAt = time.Time{}
	}
	if q.o.Work && o.Queue != DefaultQueue && q.o.Queues[o.Queue] == 0 {
		return nil, fmt.Errorf("enqueue %s: nobody works queue %q", a.Kind(), o.Queue)
	}
	return o, nil
}

// lasting returns the context for River's statements. On SQLite they are not
// interrupted: an interrupted INSERT undoes the whole transaction, which
// [store.DB.Joined] shares with others.
func (q *Queue) lasting(ctx context.Context) context.Context {
	if q.db.Engine() == store.SQLite {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (q *Queue) ringAfter(tx store.Tx, queue string) {
	store.AfterCommit(tx, func() { q.bell.ringInsert(queue) })
}
