// Package jobs does later what need not be done now: River behind a small
// door.
//
// A job is enqueued in the transaction of what it belongs to, so that it is
// there if and only if that is. It is worked at least once: a job whose program
// dies is worked again, so what it does must bear being done twice, or must be
// written in one transaction with [Done]. A job that fails is tried again
// later, and after its last attempt stays where an administrator sees it
// ([Queue.Failed]).
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"palier/instance/store"
)

// Args are what a job is told to do. They are kept as JSON, from one version
// of the program to the next.
type Args interface {
	// Kind names the kind of job. It is the same for every value of a type.
	Kind() string
}

// DefaultQueue is the queue of jobs that name no other.
const DefaultQueue = river.QueueDefault

// Options are how one process takes part in the queue.
type Options struct {
	// Logger is told what goes wrong. Nil is silence.
	Logger *slog.Logger
	// Work is whether this process works jobs, rather than only enqueueing them.
	Work bool
	// MaxWorkers is how many jobs of the default queue run at once. Zero is 10.
	MaxWorkers int
	// Queues are further queues and how many of their jobs run at once, so that
	// slow jobs of one kind keep no others waiting.
	Queues map[string]int
	// Drain is how long [Queue.Stop] lets running jobs go on before it
	// interrupts them. Zero is fifteen seconds.
	Drain time.Duration
	// Now is the time for everything in the queue. Nil is the database's own,
	// which is what several machines agree on.
	Now func() time.Time
	// Worked hears of each attempt how it ended: "done", "again" if it failed and is
	// tried again, "failed" if it is not. Nil is nobody.
	Worked func(kind, ending string)
}

// Queue is the job queue of a database as one process sees it. It is safe for
// use by several goroutines.
type Queue struct {
	db      *store.DB
	o       Options
	log     *slog.Logger
	now     func() time.Time
	workers *river.Workers
	client  client
	err     error // why there is no client
	bell    *bell
	kinds   map[string]HandleOptions
	every   map[string]periodic
	ended   *endings

	mu      sync.Mutex
	leave   func() error
	started bool
}

// New returns the queue of db. Handlers are added with [Handle] before
// [Queue.Start].
func New(db *store.DB, o Options) *Queue {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxWorkers <= 0 {
		o.MaxWorkers = 10
	}
	if o.Drain <= 0 {
		o.Drain = 15 * time.Second
	}
	q := &Queue{
		db:      db,
		o:       o,
		log:     o.Logger,
		now:     o.Now,
		workers: river.NewWorkers(),
		bell:    &bell{},
		kinds:   make(map[string]HandleOptions),
		every:   make(map[string]periodic),
		ended:   newEndings(),
	}
	if q.now == nil {
		q.now = time.Now //nolint:forbidigo // what River itself reads when it is given no clock
	}
	if o.Work {
		Handle(q, q.tick, HandleOptions{MaxAttempts: forever, Backoff: func(attempt int) time.Duration {
			return min(time.Duration(attempt)*time.Second, time.Minute)
		}})
	}
	q.client, q.err = newClient(q)
	return q
}

// How River is set up. A job starts as soon as it is committed, since its queue
// is rung for (see [bell]); the poll finds what another process of SQLite
// enqueued, and what fell due within seconds. Finished jobs are kept for an
// hour, so that their table stays small; failed ones for a month.
const (
	fetchCooldown   = 10 * time.Millisecond
	notifyCooldown  = time.Millisecond
	pollInterval    = time.Second
	defaultTimeout  = time.Minute
	defaultAttempts = 10
	keepCompleted   = time.Hour
	keepCancelled   = 24 * time.Hour
	keepFailed      = 30 * 24 * time.Hour
)

func (q *Queue) config() *river.Config {
	c := &river.Config{
		Logger:                      slog.New(warnings{q.log.Handler()}),
		ErrorHandler:                (*failures)(q),
		FetchCooldown:               notifyCooldown,
		FetchPollInterval:           pollInterval,
		JobTimeout:                  defaultTimeout,
		RescueStuckJobsAfter:        2 * defaultTimeout,
		MaxAttempts:                 defaultAttempts,
		SoftStopTimeout:             q.o.Drain,
		CompletedJobRetentionPeriod: keepCompleted,
		CancelledJobRetentionPeriod: keepCancelled,
		DiscardedJobRetentionPeriod: keepFailed,
		Hooks:                       []rivertype.Hook{&uniqueness{}},
	}
	if q.o.Now != nil {
		// River rescues and cleans up by the machine's clock: jobs of a clock
		// that is behind it must not look old.
		behind := max(time.Since(q.o.Now()), 0) //nolint:forbidigo // the machine's clock is what is meant
		c.Test.Time = clock(q.o.Now)
		c.RescueStuckJobsAfter += behind
		c.CompletedJobRetentionPeriod += behind
		c.CancelledJobRetentionPeriod += behind
		c.DiscardedJobRetentionPeriod += behind
	}
	if q.o.Work {
		c.Workers = q.workers
		c.Queues = map[string]river.QueueConfig{DefaultQueue: {MaxWorkers: q.o.MaxWorkers, FetchCooldown: fetchCooldown}}
		for name, n := range q.o.Queues {
			c.Queues[name] = river.QueueConfig{MaxWorkers: n, FetchCooldown: fetchCooldown}
		}
	}
	return c
}

// Start begins to work jobs, if this process works any. Jobs that were left
// running by a process that died are given back first, when no other process is
// at work. Only [Queue.Stop] ends it, not the end of ctx.
func (q *Queue) Start(ctx context.Context) error {
	if q.err != nil || !q.o.Work {
		return q.err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.started {
		return errors.New("job queue is started already")
	}
	first, leave, err := q.db.Attend(ctx)
	if err != nil {
		return fmt.Errorf("start job queue: %w", err)
	}
	if err := q.start(context.WithoutCancel(ctx), first); err != nil {
		return errors.Join(fmt.Errorf("start job queue: %w", err), leave())
	}
	q.started, q.leave = true, leave
	return nil
}

func (q *Queue) start(ctx context.Context, first bool) error {
	if first {
		if err := q.giveBack(ctx); err != nil {
			return err
		}
	}
	if err := q.planAll(ctx); err != nil {
		return err
	}
	return q.client.Start(ctx)
}

// giveBack makes jobs that nobody runs any more available. One that has used
// up its attempts may be what killed its program: River's own rescue ends it.
func (q *Queue) giveBack(ctx context.Context) error {
	return q.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE river_job
			   SET state = 'available'
			 WHERE state = 'running' AND attempt < max_attempts`)
		if err != nil {
			return fmt.Errorf("give back unfinished jobs: %w", err)
		}
		if n > 0 {
			q.log.InfoContext(ctx, "jobs were left unfinished and start again", "jobs", n)
		}
		return nil
	})
}

// Stop starts no more jobs and waits for those that run. After the time set in
// [Options] their contexts end, and what they leave unfinished is given back
// without counting as an attempt. It returns ctx's error if jobs still run when
// ctx ends; they are given back by the next [Queue.Start].
func (q *Queue) Stop(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.started {
		return nil
	}
	if err := q.client.Stop(ctx); err != nil {
		return fmt.Errorf("stop job queue: %w", err)
	}
	q.started = false
	if err := q.leave(); err != nil {
		return fmt.Errorf("stop job queue: %w", err)
	}
	return nil
}

// clock is River's view of a clock that can be set.
type clock func() time.Time

func (c clock) Now() time.Time { return c() }

func (c clock) NowOrNil() *time.Time {
	now := c().UTC()
	return &now
}
