package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"palier/instance/store"
)

// Idle returns once no job is running or due, in any process, or with ctx's
// error. It is for tests and for programs that do a piece of work and leave;
// the queue must be started.
func (q *Queue) Idle(ctx context.Context) error {
	q.mu.Lock()
	started := q.started
	q.mu.Unlock()
	if !started {
		return errors.New("wait for an idle job queue: it is not started")
	}
	events, unsubscribe := q.client.Subscribe(river.EventKindJobCancelled, river.EventKindJobCompleted,
		river.EventKindJobFailed, river.EventKindJobInterrupted, river.EventKindJobSnoozed)
	defer unsubscribe()
	// Jobs of other processes give no sign here.
	others := time.NewTicker(pollInterval / 4)
	defer others.Stop()
	for {
		changed := q.ended.watch()
		busy, err := q.busy(ctx)
		if err != nil || !busy {
			return err
		}
		select {
		case <-changed:
		case <-events:
		case <-others.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// busy tells whether any job runs or is due. A job whose handler has returned
// is done, though River may take a quarter of a second to write that down.
func (q *Queue) busy(ctx context.Context) (bool, error) {
	if err := q.client.release(ctx, q.now()); err != nil {
		return false, fmt.Errorf("release due jobs: %w", err)
	}
	rows, err := q.db.Read().Query(ctx, dueSQL(q.db.Engine()), store.Millis(q.now()))
	if err != nil {
		return false, fmt.Errorf("look for due jobs: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err tells the same
	busy := false
	for rows.Next() {
		var (
			id      int64
			attempt int
			queue   string
			running bool
		)
		if err := rows.Scan(&id, &attempt, &queue, &running); err != nil {
			return false, fmt.Errorf("look for due jobs: %w", err)
		}
		switch {
		case !running:
			q.bell.ringInsert(queue)
			busy = true
		case !q.ended.isFinished(id, attempt):
			busy = true
		}
	}
	return busy, rows.Err()
}

// dueSQL reads what runs or is due at $1. River keeps times as each engine
// does.
func dueSQL(e store.Engine) string {
	now := `to_timestamp(CAST($1 AS BIGINT) / 1000.0)`
	if e == store.SQLite {
		now = `strftime('%Y-%m-%d %H:%M:%f', $1 / 1000.0, 'unixepoch')`
	}
	return `
		SELECT id, attempt, queue, state = 'running'
		  FROM river_job
		 WHERE state = 'running'
		    OR state = 'available' AND scheduled_at <= ` + now
}

// endings remembers which jobs have finished lately, and wakes whoever waits
// for one.
type endings struct {
	mu      sync.Mutex
	done    map[ending]struct{}
	order   [1024]ending // a ring: the oldest is forgotten
	next    int
	changed chan struct{} // nil unless someone watches
}

type ending struct {
	id      int64
	attempt int
}

func newEndings() *endings { return &endings{done: make(map[ending]struct{})} }

// began forgets that an attempt of that number finished: it was given a second
// chance.
func (e *endings) began(id int64, attempt int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.done, ending{id, attempt})
}

func (e *endings) finished(id int64, attempt int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.done, e.order[e.next])
	e.order[e.next] = ending{id, attempt}
	e.done[e.order[e.next]] = struct{}{}
	e.next = (e.next + 1) % len(e.order)
	if e.changed != nil {
		close(e.changed)
		e.changed = nil
	}
}

func (e *endings) isFinished(id int64, attempt int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.done[ending{id, attempt}]
	return ok
}

// watch returns what is closed when the next job finishes.
func (e *endings) watch() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.changed == nil {
		e.changed = make(chan struct{})
	}
	return e.changed
}
