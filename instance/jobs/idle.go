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
		if err != nil {
			return fmt.Errorf("wait for an idle job queue: %w", err)
		}
		if !busy {
			return nil
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

// Begun returns how many attempts have begun in this process: while that stays
// the same, no job has run.
func (q *Queue) Begun() uint64 {
	q.ended.mu.Lock()
	defer q.ended.mu.Unlock()
	return q.ended.begun
}

// busy tells whether any job runs or is due. One that was scheduled for a time
// that has come is made available first, unless there is another anyway; River
// may do so at the same moment, so there is a second look.
func (q *Queue) busy(ctx context.Context) (bool, error) {
	if busy, err := q.anyActive(ctx); busy || err != nil {
		return busy, err
	}
	if err := q.client.release(ctx, q.now()); err != nil {
		return false, fmt.Errorf("release due jobs: %w", err)
	}
	return q.anyActive(ctx)
}

// anyActive looks, all at one moment, for a job that waits for a worker, and
// rings for it, or whose handler runs. One whose handler has returned is done,
// though River may take a quarter of a second to write that down.
func (q *Queue) anyActive(ctx context.Context) (bool, error) {
	now := `to_timestamp(CAST($1 AS BIGINT) / 1000.0)`
	if q.db.Engine() == store.SQLite { // River keeps times as text there
		now = `strftime('%Y-%m-%d %H:%M:%f', $1 / 1000.0, 'unixepoch')`
	}
	rows, err := q.db.Read().Query(ctx, `
		SELECT id, attempt, '' AS waits_in
		  FROM river_job
		 WHERE state = 'running'
		UNION ALL
		SELECT id, attempt, queue
		  FROM (SELECT id, attempt, queue
		          FROM river_job
		         WHERE state = 'available' AND scheduled_at <= `+now+`
		         LIMIT 1) AS due`, store.Millis(q.now())+1) // River rounds up what SQLite keeps
	if err != nil {
		return false, fmt.Errorf("look for active jobs: %w", err)
	}
	defer rows.Close()
	active := false
	for rows.Next() {
		var job ending
		var waitsIn string
		if err := rows.Scan(&job.id, &job.attempt, &waitsIn); err != nil {
			return false, fmt.Errorf("look for active jobs: %w", err)
		}
		if waitsIn != "" {
			q.bell.ringInsert(waitsIn)
		}
		active = active || waitsIn != "" || !q.ended.isFinished(job)
	}
	if err := rows.Err(); err != nil {
		return false, fmt.Errorf("look for active jobs: %w", err)
	}
	return active, nil
}

// endings remembers which jobs have finished lately, and wakes whoever waits
// for one.
type endings struct {
	mu      sync.Mutex
	done    map[ending]struct{}
	order   [1024]ending // a ring: the oldest is forgotten
	next    int
	changed chan struct{} // nil unless someone watches
	begun   uint64        // attempts since the queue was opened
}

type ending struct {
	id      int64
	attempt int
}

func newEndings() *endings { return &endings{done: make(map[ending]struct{})} }

// began forgets that an attempt of that number finished: it was given a second
// chance.
func (e *endings) began(job ending) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.done, job)
	e.begun++
}

func (e *endings) finished(job ending) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.done, e.order[e.next])
	e.order[e.next] = job
	e.done[job] = struct{}{}
	e.next = (e.next + 1) % len(e.order)
	if e.changed != nil {
		close(e.changed)
		e.changed = nil
	}
}

func (e *endings) isFinished(job ending) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.done[job]
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
