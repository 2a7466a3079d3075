package moderation

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Report is what somebody brought before the moderators.
type Report struct {
	ID        instance.ID
	URI       string
	Reporter  instance.Actor
	Target    instance.Actor
	Comment   string
	Forwarded bool
	State     string // open, resolved, dismissed
	Reason    string // of the decision
	Posts     []instance.PostID
}

const (
	maxComment     = 2000
	maxReportPosts = 20
	maxReportsADay = 20
)

// Report brings somebody, and what they posted, before the moderators here
// and, if forward, of the server they live on; that server does not learn who
// reports (security.md I05).
func (s *Service) Report(ctx context.Context, by, target instance.ActorID, posts []instance.PostID, comment string, forward bool) error {
	if utf8.RuneCountInString(comment) > maxComment {
		return &instance.Invalid{Field: "comment", Code: "too-long", Limit: maxComment}
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		both, err := actors.ByIDs(ctx, tx, []instance.ActorID{by, target})
		if err != nil {
			return err
		}
		from, to := both[by], both[target]
		if from.ID == 0 || to.ID == 0 {
			return instance.ErrNotFound
		}
		return s.ReportIn(ctx, tx, from, to, posts, comment, "", forward)
	})
	if err != nil {
		return fmt.Errorf("report %s by %s: %w", target, by, err)
	}
	return nil
}

// ReportIn is [Service.Report] inside a transaction, also for a report that
// came from another server under its own uri. Posts that are not the target's
// are left out.
func (s *Service) ReportIn(ctx context.Context, tx store.Tx, from, to instance.Actor, posts []instance.PostID, comment, uri string, forward bool) error {
	var today int
	dayAgo := instance.ID((s.now().UnixMilli() - 24*60*60*1000) << 16)
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM reports WHERE reporter_id = $1 AND id > $2`, from.ID, dayAgo).Scan(&today)
	if err != nil {
		return err
	}
	if today >= maxReportsADay {
		return instance.ErrTooMany
	}
	id := s.ids.Next()
	remote := uri != ""
	if !remote {
		uri = s.site.ActivityURI(id)
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO reports (id, uri, reporter_id, target_id, comment, forwarded)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, id, uri, from.ID, to.ID, comment, forward && !to.Local())
	if err != nil || n == 0 {
		return err
	}
	if len(posts) > maxReportPosts {
		posts = posts[:maxReportPosts]
	}
	if len(posts) > 0 {
		args := []any{id, to.ID}
		for _, p := range posts {
			args = append(args, p)
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO report_posts (report_id, post_id)
			SELECT CAST($1 AS BIGINT), p.id
			  FROM posts p
			 WHERE p.author_id = $2 AND p.id IN (`+store.Placeholders(3, len(posts))+`)`, args...)
		if err != nil {
			return err
		}
	}
	return s.tell(ctx, tx, instance.Deed{
		Kind: instance.Reported, Actor: from, Target: &to, ID: id, URI: uri, Text: comment,
		Origin: instance.Origin{Remote: remote || !forward || to.Local()},
	})
}

// Reports returns a page of reports in a state, the newest first, from before
// an id (0 for the newest).
func (s *Service) Reports(ctx context.Context, state string, before instance.ID, limit int) ([]Report, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return s.list(ctx, `r.state = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3`, state, before, limit)
}

// ReportByID returns one report with the posts it names.
func (s *Service) ReportByID(ctx context.Context, id instance.ID) (Report, error) {
	found, err := s.list(ctx, `r.id = $1`, id)
	if err != nil {
		return Report{}, err
	}
	if len(found) == 0 {
		return Report{}, fmt.Errorf("report %s: %w", id, instance.ErrNotFound)
	}
	r := found[0]
	rows, err := s.db.Read().Query(ctx, `SELECT post_id FROM report_posts WHERE report_id = $1 ORDER BY post_id`, id)
	if err != nil {
		return r, fmt.Errorf("report %s: %w", id, err)
	}
	defer rows.Close()
	for rows.Next() {
		var post instance.PostID
		if err := rows.Scan(&post); err != nil {
			return r, fmt.Errorf("report %s: %w", id, err)
		}
		r.Posts = append(r.Posts, post)
	}
	return r, rows.Err()
}

func (s *Service) list(ctx context.Context, where string, args ...any) ([]Report, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT r.id, r.uri, r.reporter_id, r.target_id, r.comment, r.forwarded, r.state, r.reason
		  FROM reports r
		 WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	defer rows.Close()
	var list []Report
	var ids []instance.ActorID
	for rows.Next() {
		var r Report
		if err := rows.Scan(&r.ID, &r.URI, &r.Reporter.ID, &r.Target.ID, &r.Comment, &r.Forwarded, &r.State, &r.Reason); err != nil {
			return nil, fmt.Errorf("list reports: %w", err)
		}
		list = append(list, r)
		ids = append(ids, r.Reporter.ID, r.Target.ID)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	known, err := actors.ByIDs(ctx, s.db.Read(), ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Reporter, list[i].Target = known[list[i].Reporter.ID], known[list[i].Target.ID]
	}
	return list, nil
}

// Decision is what a moderator makes of a report.
type Decision string

const (
	Dismiss Decision = "dismiss" // nothing wrong
	Resolve Decision = "resolve" // dealt with in words
	Delete  Decision = "delete"  // the posts named go
	Limit   Decision = "limit"   // the target reaches only those who asked for it
	Suspend Decision = "suspend" // the target is out
)

// Decide ends a report. A moderator does not decide about themself. Deciding
// twice is [instance.ErrConflict].
func (s *Service) Decide(ctx context.Context, by instance.Account, id instance.ID, what Decision, reason string) error {
	if !by.Moderates() {
		return fmt.Errorf("decide report %s: %w", id, instance.ErrForbidden)
	}
	r, err := s.ReportByID(ctx, id)
	if err != nil {
		return err
	}
	if r.Target.ID == by.ID {
		return fmt.Errorf("decide report %s about oneself: %w", id, instance.ErrForbidden)
	}
	state := "resolved"
	if what == Dismiss {
		state = "dismissed"
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE reports
			   SET state = $2, decided_by = $3, decided_at = $4, reason = $5
			 WHERE id = $1 AND state = 'open'`, id, state, by.ID, store.Millis(s.now()), reason)
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrConflict
		}
		if err := s.log(ctx, tx, by.ID, "report-"+string(what), "report "+id.String()+" about "+r.Target.URI, reason); err != nil {
			return err
		}
		return s.carryOut(ctx, tx, what, r)
	})
	if err != nil {
		return fmt.Errorf("decide report %s: %w", id, err)
	}
	return nil
}

func (s *Service) carryOut(ctx context.Context, tx store.Tx, what Decision, r Report) error {
	switch what {
	case Dismiss, Resolve:
		return nil
	case Limit:
		return s.setActor(ctx, tx, r.Target.ID, `limited_at`, true)
	case Suspend:
		return s.setActor(ctx, tx, r.Target.ID, `suspended_at`, true)
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
		return &instance.Invalid{Field: "decision", Code: "unknown"}
	}
}

// SetLimited limits an actor, or ends that.
func (s *Service) SetLimited(ctx context.Context, by instance.Account, actor instance.ActorID, limited bool, reason string) error {
	return s.actorDeed(ctx, by, actor, "limited_at", "limit", limited, reason)
}

// SetSuspended suspends an actor, or ends that.
func (s *Service) SetSuspended(ctx context.Context, by instance.Account, actor instance.ActorID, suspended bool, reason string) error {
	return s.actorDeed(ctx, by, actor, "suspended_at", "suspend", suspended, reason)
}

func (s *Service) actorDeed(ctx context.Context, by instance.Account, actor instance.ActorID, column, deed string, on bool, reason string) error {
	if !by.Moderates() || by.ID == actor {
		return fmt.Errorf("%s %s: %w", deed, actor, instance.ErrForbidden)
	}
	if !on {
		deed = "un" + deed
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := s.setActor(ctx, tx, actor, column, on); err != nil {
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
func (s *Service) setActor(ctx context.Context, tx store.Tx, actor instance.ActorID, column string, on bool) error {
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
	for _, sql := range []string{
		`DELETE FROM sessions WHERE person_id = $1`,
		`DELETE FROM home_entries WHERE via_id = $1 OR post_id IN (SELECT id FROM posts WHERE author_id = $1)`,
		`DELETE FROM notifications WHERE from_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, actor); err != nil {
			return err
		}
	}
	return nil
}

// CountOpen returns how many reports wait for a decision.
func (s *Service) CountOpen(ctx context.Context) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM reports WHERE state = 'open'`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count open reports: %w", err)
	}
	return n, nil
}
