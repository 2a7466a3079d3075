package moderation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Decision is what a moderator makes of a report.
type Decision string

const (
	Dismiss Decision = "dismiss" // nothing wrong
	Resolve Decision = "resolve" // dealt with in words
	Delete  Decision = "delete"  // the posts named go
	Limit   Decision = "limit"   // the target reaches only those who asked for it
	Suspend Decision = "suspend" // the target is out
)

// maxReason is how long a reason may be, in characters.
const maxReason = 2000

// checkReason returns an [instance.Invalid] for a reason that cannot be taken.
// Whatever touches somebody needs one.
func checkReason(reason string, needed bool) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(reason)); {
	case n == 0 && needed:
		return &instance.Invalid{Field: "reason", Code: "missing"}
	case n > maxReason:
		return &instance.Invalid{Field: "reason", Code: "too-long", Limit: maxReason}
	}
	return nil
}

func (d Decision) check() error {
	switch d {
	case Dismiss, Resolve, Delete, Limit, Suspend:
		return nil
	case "":
		return &instance.Invalid{Field: "decision", Code: "missing"}
	default:
		return &instance.Invalid{Field: "decision", Code: "unknown"}
	}
}

// Decide ends a report. For whom it is about there is none to decide, and mere
// moderators do nothing against one who runs the server. Deciding twice is [instance.ErrConflict]; what cannot
// be taken is an [instance.Invalid].
func (s *Service) Decide(ctx context.Context, by instance.Account, id instance.ID, what Decision, reason string) error {
	if !by.Moderates() {
		return fmt.Errorf("decide report %s: %w", id, instance.ErrForbidden)
	}
	if err := what.check(); err != nil {
		return err
	}
	if err := checkReason(reason, what != Dismiss); err != nil {
		return err
	}
	r, err := s.ReportByID(ctx, by.ID, id)
	if err != nil {
		return err
	}
	state := "resolved"
	if what == Dismiss {
		state = "dismissed"
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE reports
			   SET state = $2, decision = $3, decided_by = $4, decided_at = $5, reason = $6
			 WHERE id = $1 AND state = 'open'`, id, state, string(what), by.ID, store.Millis(s.now()), reason)
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrConflict
		}
		if err := s.log(ctx, tx, by.ID, "report-"+string(what), "report "+id.String()+" about "+r.Target.URI, reason); err != nil {
			return err
		}
		return s.carryOut(ctx, tx, by, what, r)
	})
	if err != nil {
		return fmt.Errorf("decide report %s: %w", id, err)
	}
	return nil
}

func (s *Service) carryOut(ctx context.Context, tx store.Tx, by instance.Account, what Decision, r Report) error {
	switch what {
	case Limit:
		return s.setActor(ctx, tx, by, r.Target.ID, `limited_at`, true)
	case Suspend:
		return s.setActor(ctx, tx, by, r.Target.ID, `suspended_at`, true)
	case Delete:
		for _, id := range r.Posts {
			p, err := s.posts.Held(ctx, tx, id)
			if errors.Is(err, instance.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			// A copy of another server's post goes here; its own stays theirs.
			if err := s.posts.DeleteIn(ctx, tx, p, instance.Origin{Remote: !p.Local}); err != nil {
				return err
			}
		}
		return nil
	default:
		return nil
	}
}

// SetLimited limits an actor for a reason, or ends that.
func (s *Service) SetLimited(ctx context.Context, by instance.Account, actor instance.ActorID, limited bool, reason string) error {
	return s.actorDeed(ctx, by, actor, "limited_at", "limit", limited, reason)
}

// SetSuspended suspends an actor for a reason, or ends that.
func (s *Service) SetSuspended(ctx context.Context, by instance.Account, actor instance.ActorID, suspended bool, reason string) error {
	return s.actorDeed(ctx, by, actor, "suspended_at", "suspend", suspended, reason)
}

func (s *Service) actorDeed(ctx context.Context, by instance.Account, actor instance.ActorID, column, deed string, on bool, reason string) error {
	if !by.Moderates() || by.ID == actor {
		return fmt.Errorf("%s %s: %w", deed, actor, instance.ErrForbidden)
	}
	if err := checkReason(reason, on); err != nil {
		return err
	}
	if !on {
		deed = "un" + deed
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := s.setActor(ctx, tx, by, actor, column, on); err != nil {
			return err
		}
		return s.log(ctx, tx, by.ID, deed, "actor "+actor.String(), reason)
	})
	if err != nil {
		return fmt.Errorf("%s %s: %w", deed, actor, err)
	}
	return nil
}

// setActor marks an actor; a suspended one is signed out everywhere at once.
// Those who run the server are beyond mere moderators (security.md G11).
func (s *Service) setActor(ctx context.Context, tx store.Tx, by instance.Account, actor instance.ActorID, column string, on bool) error {
	var runs bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM people WHERE actor_id = $1 AND role = 'admin')`, actor).Scan(&runs)
	if err != nil {
		return err
	}
	if runs && by.Role != instance.Admin {
		return instance.ErrForbidden
	}
	var at *int64
	if on {
		now := store.Millis(s.now())
		at = &now
	}
	n, err := tx.Exec(ctx, `UPDATE actors SET `+column+` = $2 WHERE id = $1`, actor, at)
	if err != nil {
		return err
	}
	if n == 0 {
		return instance.ErrNotFound
	}
	if column != "suspended_at" || !on {
		return nil
	}
	if err := s.out(ctx, tx, actor); err != nil {
		return err
	}
	for _, sql := range []string{
		`DELETE FROM home_entries WHERE via_id = $1 OR post_id IN (SELECT id FROM posts WHERE author_id = $1)`,
		`DELETE FROM list_entries WHERE via_id = $1 OR post_id IN (SELECT id FROM posts WHERE author_id = $1)`,
		`DELETE FROM notifications WHERE from_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, actor); err != nil {
			return err
		}
	}
	return nil
}

// Subject is somebody as those see them who decide about others.
type Subject struct {
	instance.Actor
	Reports int // about them, open or not
}

// Subject returns anybody, also one who was shut out.
func (s *Service) Subject(ctx context.Context, id instance.ActorID) (Subject, error) {
	var x Subject
	var err error
	if x.Actor, err = actors.ByID(ctx, s.db.Read(), id); err != nil {
		return x, err
	}
	err = s.db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM reports WHERE target_id = $1`, id).Scan(&x.Reports)
	if err != nil {
		return x, fmt.Errorf("reports about %s: %w", id, err)
	}
	return x, nil
}
