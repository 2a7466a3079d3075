package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"palier/instance"
)

// Job is one job as an administrator sees it.
type Job struct {
	ID          int64
	Kind, Queue string
	Args        json.RawMessage
	Attempt     int
	MaxAttempts int
	EnqueuedAt  time.Time
	// EndedAt is when the last attempt failed.
	EndedAt time.Time
	// Failures are what went wrong, the first attempt's first.
	Failures []Failure
}

// Failure is why one attempt failed.
type Failure struct {
	At      time.Time
	Attempt int
	Error   string
}

// Page says which part of a long list is wanted.
type Page struct {
	// Before is the id of the last job of the page before, 0 for the first page.
	Before int64
	// Limit is how many are wanted at most. Zero is 40.
	Limit int
}

// Failed returns the jobs that used up their attempts, the newest first. They
// are kept for a month.
func (q *Queue) Failed(ctx context.Context, page Page) ([]Job, error) {
	if q.err != nil {
		return nil, q.err
	}
	if page.Limit <= 0 {
		page.Limit = 40
	}
	params := river.NewJobListParams().
		States(rivertype.JobStateDiscarded).
		OrderBy(river.JobListOrderByID, river.SortOrderDesc).
		First(page.Limit)
	if page.Before > 0 {
		params = params.Where("id < @before", river.NamedArgs{"before": page.Before})
	}
	found, err := q.client.JobList(ctx, params)
	if err != nil {
		return nil, fmt.Errorf("list failed jobs: %w", err)
	}
	list := make([]Job, len(found.Jobs))
	for i, row := range found.Jobs {
		list[i] = fromRow(row)
	}
	return list, nil
}

func fromRow(row *rivertype.JobRow) Job {
	job := Job{
		ID:          row.ID,
		Kind:        row.Kind,
		Queue:       row.Queue,
		Args:        row.EncodedArgs,
		Attempt:     row.Attempt,
		MaxAttempts: row.MaxAttempts,
		EnqueuedAt:  row.CreatedAt.UTC(),
	}
	if row.FinalizedAt != nil {
		job.EndedAt = row.FinalizedAt.UTC()
	}
	for _, e := range row.Errors {
		job.Failures = append(job.Failures, Failure{At: e.At.UTC(), Attempt: e.Attempt, Error: e.Error})
	}
	return job
}

// Count is how many jobs of a kind are in a state: "available", "scheduled",
// "running", "retryable", "completed", "cancelled" or "discarded".
type Count struct {
	Kind, State string
	Jobs        int64
}

// Counts returns how many jobs there are of each kind in each state.
func (q *Queue) Counts(ctx context.Context) ([]Count, error) {
	rows, err := q.db.Read().Query(ctx, `
		SELECT kind, CAST(state AS TEXT), count(*)
		  FROM river_job
		 GROUP BY kind, state
		 ORDER BY kind, CAST(state AS TEXT)`)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	defer rows.Close()
	var counts []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Kind, &c.State, &c.Jobs); err != nil {
			return nil, fmt.Errorf("count jobs: %w", err)
		}
		counts = append(counts, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return counts, nil
}

// Retry has a job that failed, or waits, run now, with at least one more
// attempt. It returns [instance.ErrNotFound] if there is no such job.
func (q *Queue) Retry(ctx context.Context, id int64) error {
	if q.err != nil {
		return q.err
	}
	row, err := q.client.JobRetry(ctx, id)
	if err != nil {
		return fmt.Errorf("retry job %d: %w", id, notFound(err))
	}
	q.bell.ringInsert(row.Queue)
	return nil
}

// Cancel ends a job for good: at once if it waits, by ending its context if it
// runs. It returns [instance.ErrNotFound] if there is no such job.
func (q *Queue) Cancel(ctx context.Context, id int64) error {
	if q.err != nil {
		return q.err
	}
	row, err := q.client.JobCancel(ctx, id)
	if err != nil {
		return fmt.Errorf("cancel job %d: %w", id, notFound(err))
	}
	q.bell.ringCancel(row.Queue, id)
	return nil
}

func notFound(err error) error {
	if errors.Is(err, rivertype.ErrNotFound) {
		return instance.ErrNotFound
	}
	return err
}
