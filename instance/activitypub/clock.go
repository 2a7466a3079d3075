package activitypub

import (
	"context"
	"fmt"
	"time"

	"palier/instance/store"
)

// jump is how far a clock goes back before we take notice.
const jump = time.Minute

// Mend has those hosts tried now that rest until a time which a clock that was
// ahead wrote down (security.md R14): their last failure lies in the future.
func (s *Service) Mend(ctx context.Context) error {
	now := s.now()
	ahead := map[string]bool{}
	rows, err := s.db.Read().Query(ctx, `SELECT name FROM hosts WHERE last_failure_at > $1`, store.Millis(now.Add(jump)))
	if err == nil {
		err = readNames(rows, ahead)
	}
	if err != nil {
		return fmt.Errorf("hosts that failed in the future: %w", err)
	}
	for host := range ahead {
		s.log.Warn("a host failed in the future; it is tried now", "host", host)
		err := s.db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `
				UPDATE hosts SET last_failure_at = $2, failing_since = $2, resume_at = NULL WHERE name = $1`, host, store.Millis(now))
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE deliveries SET next_at = $2 WHERE host = $1`, host, store.Millis(now)); err != nil {
				return err
			}
			return s.jobs.Enqueue(ctx, tx, Drain{Host: host, Anyway: true})
		})
		if err == nil {
			err = s.jobs.Hasten(ctx, Drain{Host: host}, host) // what waits would keep others from being enqueued
		}
		if err != nil {
			return fmt.Errorf("mend host %s: %w", host, err)
		}
	}
	return nil
}

// watchClock mends what a clock that was ahead wrote, as soon as it is put
// back.
func (w *Worker) watchClock(ctx context.Context) {
	now := w.s.now().Round(0) // as it is read, not as it ran
	back := w.clock.Sub(now)
	w.clock = now
	if back < jump {
		return
	}
	w.s.log.Warn("the clock was put back", "by", back.Round(time.Second))
	if err := w.s.Mend(ctx); err != nil && ctx.Err() == nil {
		w.s.log.Error("mend what a wrong clock wrote", "error", err)
	}
}
