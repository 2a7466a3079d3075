package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"palier/instance/store"
)

// forever is the greatest number of attempts River keeps (a SMALLINT).
const forever = 32767

// HandleOptions are how jobs of one kind are treated. The zero value is fine.
type HandleOptions struct {
	// Queue is the queue of jobs of this kind. Empty is [DefaultQueue].
	Queue string
	// Timeout is how long one attempt may take. Zero is a minute.
	Timeout time.Duration
	// MaxAttempts is how often a job is tried before it has failed. Zero is 10.
	MaxAttempts int
	// Backoff is how long to wait after the attempt of that number, from 1 on,
	// failed. Nil waits attempt⁴ seconds, a little more or less.
	Backoff func(attempt int) time.Duration
}

// Handle has work done for every job with args of type A. It is called for
// each kind before [Queue.Start], also where jobs are only enqueued, and panics
// if the kind has a handler already.
//
// work may return [Snooze] or [Cancel] to say what becomes of the job; any
// other error, or a panic, is a failed attempt. Its context ends with the
// attempt's time, and when the program stops: it should return that error then.
func Handle[A Args](q *Queue, work func(ctx context.Context, a A) error, o HandleOptions) {
	var zero A
	river.AddWorker(q.workers, &worker[A]{q: q, work: work, o: o})
	q.kinds[zero.Kind()] = o
}

type worker[A Args] struct {
	river.WorkerDefaults[A]
	q    *Queue
	work func(ctx context.Context, a A) error
	o    HandleOptions
}

func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	this := ending{job.ID, job.Attempt}
	w.q.ended.began(this)
	ctx = context.WithValue(ctx, running{}, job.JobRow)
	err := w.run(ctx, job)
	if err == nil {
		w.q.worked(job.Kind, "done")
		w.q.ended.finished(this)
		return nil
	}
	if ctx.Err() != nil && !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		// Whatever it says, it was interrupted: that is what gives it back.
		return errors.Join(err, context.Canceled)
	}
	return err
}

func (w *worker[A]) run(ctx context.Context, job *river.Job[A]) error {
	work := func() error { return w.work(ctx, job.Args) }
	if len(job.UniqueKey) == 0 {
		return work()
	}
	return w.q.workUnique(ctx, job.JobRow, work)
}

func (w *worker[A]) Timeout(*river.Job[A]) time.Duration { return w.o.Timeout }

func (w *worker[A]) NextRetry(job *river.Job[A]) time.Time {
	if w.o.Backoff == nil {
		return time.Time{}
	}
	return w.q.now().Add(max(w.o.Backoff(job.Attempt), 0))
}

// worked tells how an attempt ended.
func (q *Queue) worked(kind, ending string) {
	if q.o.Worked != nil {
		q.o.Worked(kind, ending)
	}
}

// Kinds are the kinds of jobs that this program handles, in order.
func (q *Queue) Kinds() []string { return slices.Sorted(maps.Keys(q.kinds)) }

// running is the context key of the job being worked.
type running struct{}

func current(ctx context.Context) *rivertype.JobRow {
	job, _ := ctx.Value(running{}).(*rivertype.JobRow)
	return job
}

// Attempt returns, inside a handler, the number of this attempt, from 1 on, and
// of the last one there will be. Elsewhere it returns zeroes.
func Attempt(ctx context.Context) (attempt, last int) {
	job := current(ctx)
	if job == nil {
		return 0, 0
	}
	return job.Attempt, job.MaxAttempts
}

// Done marks, inside a handler, its job as finished in tx: what tx writes and
// that the job is done become true together, exactly once. The handler should
// commit and return nil after it.
func (q *Queue) Done(ctx context.Context, tx store.Tx) error {
	job := current(ctx)
	if job == nil {
		return errors.New("finish a job outside its handler")
	}
	if err := q.client.complete(ctx, tx, job); err != nil {
		return fmt.Errorf("finish job %d: %w", job.ID, err)
	}
	return nil
}

// Snooze returns the error with which a handler says: not now, again after d.
// It does not count as an attempt.
func Snooze(d time.Duration) error { return river.JobSnooze(max(d, 0)) }

// Cancel returns the error with which a handler says: never again, because of
// err.
func Cancel(err error) error { return river.JobCancel(err) }

// failures logs what handlers return and throw.
type failures Queue

func (f *failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	f.report(ctx, job, "error", err)
	return nil
}

func (f *failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	f.report(ctx, job, "panic", value, "trace", trace)
	return nil
}

func (f *failures) report(ctx context.Context, job *rivertype.JobRow, what ...any) {
	level, message, ending := slog.LevelWarn, "a job is tried again later", "again"
	if job.Attempt >= job.MaxAttempts {
		level, message, ending = slog.LevelError, "a job has failed", "failed"
	}
	(*Queue)(f).worked(job.Kind, ending)
	f.log.Log(ctx, level, message, append([]any{"kind", job.Kind, "id", job.ID, "attempt", job.Attempt}, what...)...)
}

// warnings passes on what is a warning or worse: River tells much.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
