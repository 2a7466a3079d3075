package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"palier/instance/store"
)

// Unique enqueues the job only if no other of its kind with the same key waits,
// for its first attempt or another. One that has begun does not count: it may
// have seen less than what this one is enqueued for. Enqueue does not tell
// whether it was enqueued; either way one will run that sees what tx writes.
func Unique(key string) Option { return unique(uniqueMetadata{Unique: key}) }

// Hasten has the job worked now that waits under a key given to [Unique], if one
// does: who wrote down until when it waits may have had a clock that was wrong.
func (q *Queue) Hasten(ctx context.Context, a Args, key string) error {
	if q.err != nil {
		return q.err
	}
	sum := uniqueKey(a.Kind(), key)
	var id int64
	err := q.db.Read().QueryRow(ctx, `
		SELECT id FROM river_job WHERE unique_key = $1 AND state IN ('scheduled', 'retryable')`, sum).Scan(&id)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err == nil {
		_, err = q.client.JobRetry(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("hasten %s %q: %w", a.Kind(), key, err)
	}
	return nil
}

// uniqueKey is the key of a job as its row has it.
func uniqueKey(kind, key string) []byte {
	sum := sha256.Sum256([]byte(kind + "\x00" + key))
	return sum[:]
}

// exclusive is [Unique] with one that has begun counting too, until it ends.
func exclusive(key string) Option { return unique(uniqueMetadata{Unique: key, Exclusive: true}) }

func unique(m uniqueMetadata) Option {
	return func(o *river.InsertOpts) {
		metadata, err := json.Marshal(m)
		if err != nil { // it always encodes
			panic(err)
		}
		o.Metadata = metadata
	}
}

// uniqueMetadata is what a job's row says of its key.
type uniqueMetadata struct {
	Unique    string `json:"unique,omitempty"`
	Exclusive bool   `json:"exclusive,omitempty"`
}

// unfinished are the states in which a job has its key to itself, as River's
// bit for each: available, pending, retryable, running, scheduled. River wants
// running among them, since a running job becomes a waiting one when it fails;
// [Queue.letKeyGo] takes the key away while it runs.
const unfinished = 1<<0 | 1<<4 | 1<<5 | 1<<6 | 1<<7

// uniqueness gives jobs their unique key when they are enqueued. River itself
// makes keys from arguments and times only.
type uniqueness struct{ river.HookDefaults }

func (*uniqueness) InsertBegin(_ context.Context, p *rivertype.JobInsertParams) error {
	if len(p.Metadata) <= len("{}") {
		return nil
	}
	var m uniqueMetadata
	if err := json.Unmarshal(p.Metadata, &m); err != nil {
		return fmt.Errorf("read metadata: %w", err)
	}
	if m.Unique == "" {
		return nil
	}
	p.UniqueKey, p.UniqueStates = uniqueKey(p.Kind, m.Unique), unfinished
	return nil
}

// letKeyGo is called before a job with a key is worked: from here on an equal
// one may be enqueued. A transaction that found this one still waiting holds
// its row until it ends, so what it wrote is seen.
func (q *Queue) letKeyGo(ctx context.Context, job *rivertype.JobRow) error {
	err := q.db.Joined(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE river_job SET unique_key = NULL WHERE id = $1`, job.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin unique job %d: %w", job.ID, err)
	}
	return nil
}

// takeKeyBack is called when a job that let its key go ended with err and will
// wait again. If an equal one waits by now, that one is enough.
func (q *Queue) takeKeyBack(ctx context.Context, job *rivertype.JobRow, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	keyErr := q.db.Joined(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE river_job SET unique_key = $2 WHERE id = $1`, job.ID, job.UniqueKey)
		return err
	})
	switch {
	case store.IsUnique(keyErr):
		return Cancel(fmt.Errorf("an equal job takes over: %w", err))
	case keyErr != nil:
		return errors.Join(err, fmt.Errorf("end unique job %d: %w", job.ID, keyErr))
	}
	return err
}

// workUnique works a job that has a key.
func (q *Queue) workUnique(ctx context.Context, job *rivertype.JobRow, work func() error) error {
	var m uniqueMetadata
	if err := json.Unmarshal(job.Metadata, &m); err != nil {
		return fmt.Errorf("read metadata: %w", err)
	}
	if m.Exclusive {
		if err := work(); err != nil {
			return err
		}
		// River takes its time to write down that it is finished, and the key
		// would be taken until then.
		return q.db.Joined(ctx, func(tx store.Tx) error { return q.Done(ctx, tx) })
	}
	if err := q.letKeyGo(ctx, job); err != nil {
		return err
	}
	err := work()
	if err == nil || !waitsAgain(job, err) {
		return err
	}
	return q.takeKeyBack(ctx, job, err)
}

// waitsAgain tells whether a job that ended with err is worked again.
func waitsAgain(job *rivertype.JobRow, err error) bool {
	var cancelled *rivertype.JobCancelError
	var snoozed *rivertype.JobSnoozeError
	switch {
	case errors.As(err, &cancelled):
		return false
	case errors.As(err, &snoozed):
		return true
	}
	return job.Attempt < job.MaxAttempts
}
