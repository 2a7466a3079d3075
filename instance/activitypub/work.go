package activitypub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"palier/federation/inbox"
	"palier/instance/store"
)

// Worker turns what was taken in into deeds: many at once, what one actor sent
// in its order, each exactly once. Rows are claimed for a while, so that several
// processes share the work and what one died over comes back.
type Worker struct {
	s    *Service
	lane int

	clock time.Time // when the worker last looked

	lines []chan inbox.Item
	stop  context.CancelFunc
	done  sync.WaitGroup

	mu      sync.Mutex
	settled chan struct{} // closed, and made anew, when an item was settled
	under   int           // items in the lines or under way
	worked  uint64        // items settled, or failed, since the start
}

const (
	lines      = 32               // items worked at once
	perLine    = 8                // items that wait in each line
	claimFor   = 2 * time.Minute  // until another process may take an item
	lookAgain  = 5 * time.Second  // even when nobody said that something came
	maxTries   = 8                // before an item counts as poison (R11)
	firstAgain = 10 * time.Second // wait after the first failure
	// longestAgain is the longest wait between two tries, whatever others ask for;
	// a time further off was written by a clock that was wrong (R14).
	longestAgain = 24 * time.Hour
)

// NewWorker returns a worker; lane tells processes on one database apart.
func (s *Service) NewWorker(lane int) *Worker {
	w := &Worker{s: s, lane: lane + 1, settled: make(chan struct{})}
	for range lines {
		w.lines = append(w.lines, make(chan inbox.Item, perLine))
	}
	return w
}

// Start begins to work. What this lane had claimed before it died is free again.
func (w *Worker) Start(ctx context.Context) error {
	err := w.s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE inbox_items SET claimed_to = 0 WHERE state = 'new' AND claimed_by = $1`, w.lane)
		return err
	})
	if err != nil {
		return fmt.Errorf("start the inbox worker: %w", err)
	}
	ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	came, forget := w.s.db.Listen(ctx, inboxChannel)
	w.done.Add(1 + lines)
	go func() {
		defer w.done.Done()
		defer forget()
		w.claimAll(ctx, came)
		for _, line := range w.lines {
			close(line)
		}
	}()
	for _, line := range w.lines {
		go func() {
			defer w.done.Done()
			for item := range line {
				w.work(ctx, item)
			}
		}()
	}
	return nil
}

// Stop ends the work after what is under way.
func (w *Worker) Stop() {
	w.stop()
	w.done.Wait()
}

// claimAll claims what is there until ctx ends.
func (w *Worker) claimAll(ctx context.Context, came <-chan store.Notice) {
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		w.watchClock(ctx)
		n, err := w.claim(ctx)
		if err != nil && ctx.Err() == nil {
			w.s.log.Error("claim what came in", "error", err)
		}
		if n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-came:
		case <-again.C:
		}
	}
}

// batch is how many items are claimed at once.
const batch = 128

// claim takes what is new into the lines and returns how much that was.
func (w *Worker) claim(ctx context.Context) (int, error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	var items []inbox.Item
	now := w.s.now()
	err := w.s.db.Joined(ctx, func(tx store.Tx) error {
		items = items[:0]
		rows, err := tx.Query(ctx, `
			UPDATE inbox_items
			   SET claimed_by = $1, claimed_to = $2
			 WHERE id IN (SELECT id FROM inbox_items
			               WHERE state = 'new' AND (claimed_to < $3 OR claimed_to > $2) AND (next_at <= $3 OR next_at > $5)
			               ORDER BY id LIMIT $4)
			   AND state = 'new' AND (claimed_to < $3 OR claimed_to > $2)
			RETURNING id, actor_uri, activity_id, kind, body, received_at`,
			w.lane, store.Millis(now.Add(claimFor)), store.Millis(now), batch, store.Millis(now.Add(longestAgain)))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var i inbox.Item
			var body string
			var received int64
			if err := rows.Scan(&i.ID, &i.Actor, &i.ActivityID, &i.Kind, &body, &received); err != nil {
				return err
			}
			i.Body, i.ReceivedAt = []byte(body), store.Time(received)
			items = append(items, i)
		}
		return rows.Err()
	})
	if err != nil {
		return 0, err
	}
	// RETURNING promises no order.
	slices.SortFunc(items, func(a, b inbox.Item) int { return cmp.Compare(a.ID, b.ID) })
	for _, i := range items {
		w.mu.Lock()
		w.under++
		w.mu.Unlock()
		select {
		case w.lines[lineOf(i.Actor)] <- i:
		case <-ctx.Done():
			return len(items), ctx.Err()
		}
	}
	return len(items), nil
}

// lineOf keeps what one actor sent in one line, and so in its order.
func lineOf(actor string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(actor)) // never fails
	return int(h.Sum32() % lines)
}

// work prepares an item and applies it, or notes why not.
func (w *Worker) work(ctx context.Context, item inbox.Item) {
	defer w.tell()
	p, err := w.s.preparer.Prepare(ctx, item)
	if err == nil {
		err = w.apply(ctx, p)
	}
	if err == nil || ctx.Err() != nil {
		return // what was interrupted is still claimed, and comes back
	}
	if err := w.fail(ctx, item, err); err != nil {
		w.s.log.Error("note a failed activity", "activity", item.ActivityID, "error", err)
	}
}

// tell wakes those who wait for the worker.
func (w *Worker) tell() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.under--
	w.worked++
	close(w.settled)
	w.settled = make(chan struct{})
}

// Worked returns how many items this process has worked since it started: while
// that stays the same and nothing is left, none was.
func (w *Worker) Worked() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.worked
}

// Idle returns once nothing that came in is left to be worked now, or with ctx's
// error.
func (w *Worker) Idle(ctx context.Context) error {
	for {
		w.mu.Lock()
		settled := w.settled
		w.mu.Unlock()
		var open bool
		err := w.s.db.Read().QueryRow(ctx, `
			SELECT EXISTS (SELECT 1 FROM inbox_items WHERE state = 'new' AND (next_at <= $1 OR next_at > $2))`,
			store.Millis(w.s.now()), store.Millis(w.s.now().Add(longestAgain))).Scan(&open)
		if err != nil {
			return err
		}
		w.mu.Lock()
		under := w.under // after the look, which may have found an item done that is under way still
		w.mu.Unlock()
		if !open && under == 0 {
			return nil
		}
		select {
		case <-settled:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// errDone says that another process was faster.
var errDone = errors.New("already worked")

// apply does the deed and notes that it is done, together.
func (w *Worker) apply(ctx context.Context, p inbox.Prepared) error {
	err := w.s.db.Joined(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE inbox_items SET state = 'done', body = '', error = '' WHERE id = $1 AND state = 'new'`, p.Item.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return errDone
		}
		return inbox.Apply(ctx, tx, p, w.s.handlers)
	})
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

// fail notes why an item was not worked: for good if it will never be, else
// until another try.
func (w *Worker) fail(ctx context.Context, item inbox.Item, cause error) error {
	refused := errors.Is(cause, inbox.ErrRefused) || refusal(cause)
	wait := inbox.RetryAfter(cause)
	return w.s.db.Joined(ctx, func(tx store.Tx) error {
		var attempts int
		err := tx.QueryRow(ctx, `SELECT attempts + 1 FROM inbox_items WHERE id = $1`, item.ID).Scan(&attempts)
		if err != nil {
			return err
		}
		state, body := "new", string(item.Body)
		switch {
		case refused:
			state, body = "refused", ""
		case attempts >= maxTries:
			state = "failed"
		}
		wait = min(max(wait, firstAgain<<min(attempts-1, maxTries)), longestAgain)
		_, err = tx.Exec(ctx, `
			UPDATE inbox_items
			   SET state = $2, attempts = $3, error = $4, next_at = $5, claimed_to = 0, body = $6
			 WHERE id = $1 AND state = 'new'`,
			item.ID, state, attempts, clip(cause.Error()), store.Millis(w.s.now().Add(wait)), body)
		return err
	})
}

// clip keeps an error short enough for a row.
func clip(s string) string {
	const most = 500
	if len(s) > most {
		return s[:most]
	}
	return s
}
