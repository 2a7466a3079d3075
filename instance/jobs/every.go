package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance/store"
)

// periodic is a job that is enqueued again and again.
type periodic struct {
	every time.Duration
	args  Args
}

// tick is the one job that stands for everything periodic of a name. It lives
// in the queue and snoozes from one time to the next, so the plan outlives
// restarts and holds for all processes together.
type tick struct {
	Name string `json:"name"`
}

func (tick) Kind() string { return "every" }

// Every has a enqueued every d, at least a second, by one process of all, the
// first time at the first start of the first program that knows name. Times
// missed while no program ran are made up for once. As long as one is still
// waiting or running, no second one is enqueued. It is called before
// [Queue.Start] and means nothing where jobs are only enqueued.
func (q *Queue) Every(name string, d time.Duration, a Args) {
	q.every[name] = periodic{max(d, time.Second), a}
}

// planAll makes sure that every periodic job has its tick, and none a tick
// that is further off than its period.
func (q *Queue) planAll(ctx context.Context) error {
	for name, p := range q.every {
		if err := q.plan(ctx, name, p); err != nil {
			return fmt.Errorf("plan periodic job %q: %w", name, err)
		}
	}
	return nil
}

func (q *Queue) plan(ctx context.Context, name string, p periodic) error {
	var early int64
	err := q.db.InTx(ctx, func(tx store.Tx) error {
		r, err := q.enqueue(ctx, tx, tick{name}, Unique(name))
		if err != nil {
			return err
		}
		early = 0
		if r.UniqueSkippedAsDuplicate && r.Job.ScheduledAt.After(q.now().Add(p.every)) {
			early = r.Job.ID
		}
		return nil
	})
	if err != nil || early == 0 {
		return err
	}
	_, err = q.client.JobRetry(ctx, early)
	return err
}

// tick enqueues the job it stands for and sleeps until it is due again.
func (q *Queue) tick(ctx context.Context, t tick) error {
	p, ok := q.every[t.Name]
	if !ok {
		return Cancel(errors.New("this program has no such periodic job"))
	}
	err := q.db.InTx(ctx, func(tx store.Tx) error {
		return q.Enqueue(ctx, tx, p.args, exclusive("every "+t.Name))
	})
	if err != nil {
		return err
	}
	return Snooze(untilNext(current(ctx).ScheduledAt, q.now(), p.every))
}

// untilNext returns how long after now the next of the times due, due + every,
// due + 2 × every… is.
func untilNext(due, now time.Time, every time.Duration) time.Duration {
	late := max(now.Sub(due), 0)
	return every - late%every
}
