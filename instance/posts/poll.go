package posts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// EndOfPoll is the job that tells that a poll has ended.
type EndOfPoll struct {
	Post instance.PostID `json:"post"`
}

// Kind names the job.
func (EndOfPoll) Kind() string { return "end_of_poll" }

// insertPoll keeps what a new post asks, with the counts it came with, and has
// its end told when that has come.
func (s *Service) insertPoll(ctx context.Context, tx store.Tx, p *instance.Post) error {
	q := p.Poll
	if q == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO polls (post_id, multiple, hide_totals, ends_at, voters_count)
		VALUES ($1, $2, $3, $4, $5)`, p.ID, q.Multiple, q.HideTotals, store.MillisOrNull(q.EndsAt), q.Voters)
	if err != nil {
		return err
	}
	args := []any{p.ID}
	values := ""
	for i, o := range q.Options {
		if i > 0 {
			values += ", "
		}
		values += "($1, " + store.Placeholders(len(args)+1, 4) + ")"
		args = append(args, i, o.Title, o.Name, o.Votes)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO poll_options (post_id, position, title, name, votes_count)
		VALUES `+values, args...)
	if err != nil || !p.Local {
		return err
	}
	return s.endLater(ctx, tx, p)
}

// endLater has the end of a poll told when it comes. The row is what counts:
// a job that finds the end moved waits on.
func (s *Service) endLater(ctx context.Context, tx store.Tx, p *instance.Post) error {
	at := p.Poll.EndsAt
	if at.IsZero() {
		return nil
	}
	return s.jobs.Enqueue(ctx, tx, EndOfPoll{p.ID}, jobs.At(at), jobs.Unique(p.ID.String()+" "+at.String()))
}

// revisePoll makes what a post asks that which it asks now: one that asks the
// very same keeps its votes, any other begins anew.
func (s *Service) revisePoll(ctx context.Context, tx store.Tx, p *instance.Post, now *instance.Poll) error {
	held := p.Poll
	p.Poll = now
	if held != nil && now != nil && now.Same(held) {
		return s.recount(ctx, tx, p)
	}
	if held != nil {
		if _, err := tx.Exec(ctx, `DELETE FROM polls WHERE post_id = $1`, p.ID); err != nil {
			return err
		}
	}
	return s.insertPoll(ctx, tx, p)
}

// recount writes the counts and the end of a poll that is kept.
func (s *Service) recount(ctx context.Context, tx store.Tx, p *instance.Post) error {
	q := p.Poll
	query, args := `
		UPDATE polls
		   SET hide_totals = $2, ends_at = $3, ended_at = CASE WHEN ends_at = $3 THEN ended_at END`,
		[]any{p.ID, q.HideTotals, store.MillisOrNull(q.EndsAt)}
	if !p.Local { // ours are counted here, vote by vote
		query += `, voters_count = $4`
		args = append(args, q.Voters)
	}
	if _, err := tx.Exec(ctx, query+` WHERE post_id = $1`, args...); err != nil {
		return err
	}
	if p.Local {
		return s.endLater(ctx, tx, p)
	}
	query, args = `CASE position`, []any{p.ID}
	for i, o := range q.Options {
		query += " WHEN " + store.Placeholders(len(args)+1, 1) + " THEN CAST(" + store.Placeholders(len(args)+2, 1) + " AS INTEGER)"
		args = append(args, i, o.Votes)
	}
	_, err := tx.Exec(ctx, `UPDATE poll_options SET votes_count = `+query+` ELSE votes_count END WHERE post_id = $1`, args...)
	return err
}

// RecountIn takes over what another server counts in a poll of its own that we
// hold. Votes for anything else than what we hold are no counts of it.
func (s *Service) RecountIn(ctx context.Context, tx store.Tx, held *instance.Post, now *instance.Poll, activity string) error {
	if held.Local || held.Gone() || held.Poll == nil || now == nil || !now.Same(held.Poll) {
		return nil
	}
	now.HideTotals = held.Poll.HideTotals
	held.Poll = now
	if err := s.recount(ctx, tx, held); err != nil {
		return fmt.Errorf("recount %s: %w", held.URI, err)
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.Counted, Actor: held.Author, Post: held, ID: s.ids.Next(), Origin: from(activity)})
}

// addPolls fills in what the posts ask, how it stands, and what the viewer
// chose.
func addPolls(ctx context.Context, tx store.Tx, viewer instance.ActorID, byID map[instance.PostID]*instance.Post, ids []instance.PostID) error {
	rows, err := tx.Query(ctx, `
		SELECT q.post_id, q.multiple, q.hide_totals, q.ends_at, q.voters_count, o.title, o.name, o.votes_count,
		       v.actor_id IS NOT NULL, c.actor_id IS NOT NULL
		  FROM polls q
		  JOIN poll_options o ON o.post_id = q.post_id
		  LEFT JOIN poll_voters v ON v.post_id = q.post_id AND v.actor_id = $1
		  LEFT JOIN poll_votes c ON c.post_id = o.post_id AND c.position = o.position AND c.actor_id = $1
		 WHERE q.post_id IN (`+store.Placeholders(2, len(ids))+`)
		 ORDER BY q.post_id, o.position`, append([]any{viewer}, idArgs(ids)...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var post instance.PostID
		var q instance.Poll
		var o instance.PollOption
		var ends *int64
		if err := rows.Scan(&post, &q.Multiple, &q.HideTotals, &ends, &q.Voters, &o.Title, &o.Name, &o.Votes, &q.Voted, &o.Chosen); err != nil {
			return err
		}
		p := byID[post]
		if p.Gone() {
			continue
		}
		if p.Poll == nil {
			q.EndsAt = store.TimeOrNever(ends)
			p.Poll = &q
		}
		p.Poll.Options = append(p.Poll.Options, o)
	}
	return rows.Err()
}

// endOfPoll does the job.
func (s *Service) endOfPoll(ctx context.Context, j EndOfPoll) error {
	left, err := s.EndPoll(ctx, j.Post)
	if err == nil && left > 0 {
		return jobs.Snooze(left)
	}
	return err
}

// EndPoll tells all whom it concerns that a poll has ended, once. It returns
// how long the poll still has if it has not.
func (s *Service) EndPoll(ctx context.Context, id instance.PostID) (left time.Duration, err error) {
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		left = 0
		now := s.now()
		n, err := tx.Exec(ctx, `
			UPDATE polls
			   SET ended_at = $2
			 WHERE post_id = $1 AND ended_at IS NULL AND ends_at <= $2`, id, store.Millis(now))
		if err != nil {
			return err
		}
		p, err := ByIDIn(ctx, tx, id)
		if errors.Is(err, instance.ErrNotFound) || err == nil && p.Poll == nil {
			return nil
		}
		if err != nil {
			return err
		}
		if n == 0 {
			left = p.Poll.EndsAt.Sub(now)
			return nil
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.PollEnded, Actor: p.Author, Post: p, ID: s.ids.Next()})
	})
	if err != nil {
		return 0, fmt.Errorf("end poll %s: %w", id, err)
	}
	return left, nil
}
