package app

import (
	"context"
	"fmt"
	"time"

	"palier/instance/auth"
	"palier/instance/boundaries"
	"palier/instance/calendars"
	"palier/instance/digest"
	"palier/instance/events"
	"palier/instance/feeds"
	"palier/instance/hosts"
	"palier/instance/housing"
	"palier/instance/informants"
	"palier/instance/jobs"
	"palier/instance/notifications"
	"palier/instance/people"
	"palier/instance/posts"
	"palier/instance/search"
	"palier/instance/store"
)

// Sweep is the job that throws away what has served its time.
type Sweep struct{}

// Kind names the job.
func (Sweep) Kind() string { return "sweep" }

const (
	// keepSeen is how long we know an activity that came, so that a second copy
	// has no effect, and what was deleted before it came (security.md R08, R09).
	keepSeen = 35 * 24 * time.Hour
	// keepLoose is how long a picture waits to become part of a post.
	keepLoose = 24 * time.Hour
	// keepSent is how long pressing a button again does nothing more, and how long
	// what strangers caused is counted.
	keepSent = 7 * 24 * time.Hour
)

func (a *App) schedule() {
	jobs.Handle(a.Jobs, a.sweep, jobs.HandleOptions{Timeout: 10 * time.Minute})
	a.Jobs.Every("sweep", time.Hour, Sweep{})
	jobs.Handle(a.Jobs, a.settleWithdrawn, jobs.HandleOptions{Timeout: 10 * time.Minute})
	a.Jobs.Every("withdrawals", time.Minute, SettleWithdrawn{})
	jobs.Handle(a.Jobs, a.unheard, jobs.HandleOptions{MaxAttempts: 2})
	a.Jobs.Every("unheard", time.Minute, Unheard{})
	jobs.Handle(a.Jobs, a.Search.Index, jobs.HandleOptions{Timeout: 10 * time.Minute})
	a.Jobs.Every("search-backlog", time.Hour, search.Backlog{})
	a.Jobs.Every("remind-events", 15*time.Minute, events.Remind{})
	a.Jobs.Every("housing", time.Minute, housing.Sweep{})
	a.Jobs.Every("hosts", 10*time.Minute, hosts.Sweep{})
	a.Jobs.Every("calendars", time.Hour, calendars.Tend{})
	a.Jobs.Every("feeds", time.Hour, feeds.Tend{})
	a.Jobs.Every("households", time.Hour, boundaries.Count{})
	a.Jobs.Every("informants", time.Hour, informants.Tend{})
}

// SettleWithdrawn is the job that deletes what its author took back and did not
// put back in time.
type SettleWithdrawn struct{}

// Kind names the job.
func (SettleWithdrawn) Kind() string { return "settle_withdrawn" }

func (a *App) settleWithdrawn(ctx context.Context, _ SettleWithdrawn) error {
	return a.Posts.SettleWithdrawn(ctx)
}

// Unheard is the job that tells escorts of this evening what changed, and others of those
// from whom nobody heard in time.
type Unheard struct{}

// Kind names the job.
func (Unheard) Kind() string { return "escorts_unheard" }

func (a *App) unheard(ctx context.Context, _ Unheard) error { return a.Households.Unheard(ctx) }

func (a *App) sweep(ctx context.Context, _ Sweep) error {
	now := a.now()
	if err := a.Federation.Mend(ctx); err != nil {
		return err
	}
	if err := auth.Sweep(ctx, a.DB, now); err != nil {
		return fmt.Errorf("sweep sessions: %w", err)
	}
	if err := a.Households.Sweep(ctx); err != nil {
		return err
	}
	if err := a.DB.Measure(ctx); err != nil {
		return err
	}
	if err := a.Households.Remind(ctx); err != nil {
		return err
	}
	err := a.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM inbox_items WHERE received_at < $1`, store.Millis(now.Add(-keepSeen)))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM tombstones WHERE deleted_at < $1`, store.Millis(now.Add(-keepSeen)))
		if err != nil {
			return err
		}
		if err := notifications.SweepStrangers(ctx, tx, now.Add(-keepSent)); err != nil {
			return err
		}
		if err := people.SweepMutes(ctx, tx, now); err != nil {
			return err
		}
		if err := a.Events.Sweep(ctx, tx); err != nil {
			return err
		}
		if err := a.Help.Sweep(ctx, tx); err != nil {
			return err
		}
		if err := a.Tally.Sweep(ctx, tx); err != nil {
			return err
		}
		if err := a.Care.Sweep(ctx, tx); err != nil {
			return err
		}
		if err := a.Mail.Sweep(ctx, tx); err != nil {
			return err
		}
		if err := a.Joining.Sweep(ctx, tx); err != nil {
			return err
		}
		if err := digest.Sweep(ctx, tx, now.Add(-keepSeen)); err != nil {
			return err
		}
		return posts.SweepSent(ctx, tx, now.Add(-keepSent))
	})
	if err != nil {
		return fmt.Errorf("sweep what came in: %w", err)
	}
	if err := a.Albums.Sweep(ctx); err != nil {
		return err
	}
	if err := a.Proofs.Tend(ctx); err != nil {
		return err
	}
	return a.sweepPictures(ctx, now)
}

// sweepPictures deletes pictures that belong to no post, nor to one that is to
// be posted later: never posted, taken out of one, or of one that was deleted.
func (a *App) sweepPictures(ctx context.Context, now time.Time) error {
	var files []string
	err := a.DB.InTx(ctx, func(tx store.Tx) error {
		files = nil
		rows, err := tx.Query(ctx, `
			DELETE FROM media
			 WHERE post_id IS NULL AND scheduled_id IS NULL AND created_at < $1
			RETURNING file, thumb`, store.Millis(now.Add(-keepLoose)))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var file, thumb string
			if err := rows.Scan(&file, &thumb); err != nil {
				return err
			}
			files = append(files, file, thumb)
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("sweep pictures: %w", err)
	}
	// Rows go first: a file without a row is waste, a row without a file a fault.
	if err := a.Pictures.Delete(ctx, files...); err != nil {
		return fmt.Errorf("sweep pictures: %w", err)
	}
	return a.sweepMedia(ctx, now.Add(-keepLoose))
}
