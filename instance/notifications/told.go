package notifications

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// told tells those who asked to be told of each post of somebody, or of each
// that a group brings. Only who has it in their feed is: so it reaches nobody
// who may not read it, or who does not want to.
func (s *Service) told(ctx context.Context, tx store.Tx, d instance.Deed) error {
	p := d.Post
	if d.Kind == instance.Posted && p.ReplyToURI != "" {
		return nil
	}
	// What is posted in a place for its circles is the place's to tell as well.
	sources := []any{d.Actor.ID}
	if d.Kind == instance.Posted && p.Audience.Local() && p.Group != nil {
		sources = append(sources, p.Group.ID)
	}
	who, err := s.askers(ctx, tx, p, sources)
	if err != nil {
		return err
	}
	const chunk = 500
	for len(who) > 0 {
		n := min(chunk, len(who))
		if err := s.tellAll(ctx, tx, p, who[:n]); err != nil {
			return err
		}
		who = who[n:]
	}
	return nil
}

// asker is somebody who asked to be told of what one posts.
type asker struct{ owner, of instance.ActorID }

// askers returns who is to be told of a post, each once.
func (s *Service) askers(ctx context.Context, tx store.Tx, p *instance.Post, sources []any) (list []asker, err error) {
	args := append([]any{p.ID, p.Author.ID, string(Status), p.Thread}, sources...)
	rows, err := tx.Query(ctx, `
		SELECT f.follower_id, MIN(f.followee_id)
		  FROM follows f JOIN home_entries h ON h.owner_id = f.follower_id AND h.post_id = $1
		 WHERE f.followee_id IN (`+store.Placeholders(5, len(sources))+`) AND f.state = 'accepted' AND f.notify
		   AND f.follower_id <> $2
		   AND NOT EXISTS (SELECT 1 FROM notifications n
		                    WHERE n.owner_id = f.follower_id AND n.kind = $3 AND n.post_id = $1)
		   AND NOT EXISTS (SELECT 1 FROM muted_threads x WHERE x.actor_id = f.follower_id AND x.thread_id = $4)
		 GROUP BY f.follower_id
		 ORDER BY f.follower_id`, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var a asker
		if err := rows.Scan(&a.owner, &a.of); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// tellAll writes a notice of a post for each of those who asked.
func (s *Service) tellAll(ctx context.Context, tx store.Tx, p *instance.Post, who []asker) error {
	args := []any{string(Status), p.ID}
	rows := make([]string, 0, len(who))
	for _, a := range who {
		n := len(args)
		rows = append(rows, `($`+strconv.Itoa(n+1)+`, $`+strconv.Itoa(n+2)+`, $1, $`+strconv.Itoa(n+3)+`, $2, $2)`)
		args = append(args, s.ids.Next(), a.owner, a.of)
	}
	written, err := tx.Query(ctx, `
		INSERT INTO notifications (id, owner_id, kind, from_id, post_id, about_id)
		VALUES `+strings.Join(rows, ", ")+`
		ON CONFLICT DO NOTHING
		RETURNING id, owner_id, from_id`, args...)
	if err != nil {
		return err
	}
	list, err := readWritten(written)
	if err != nil || s.written == nil {
		return err
	}
	for _, w := range list {
		if err := s.written(ctx, tx, w); err != nil {
			return err
		}
	}
	return nil
}

// readWritten reads which notices of a post were written.
func readWritten(rows store.Rows) (list []Written, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		w := Written{Kind: Status}
		if err := rows.Scan(&w.ID, &w.Owner, &w.From); err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, rows.Err()
}
