package exchange

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Match is the job that tells of an ask those who offer just that.
type Match struct {
	Post instance.PostID `json:"post"`
}

// Kind names the job.
func (Match) Kind() string { return "match_ask" }

// mostMatched is how many are told of one ask.
const mostMatched = 20

// offers holds for the posts p with a proposal q that offer at the time $4 what
// an ask of category $2 and kind $3 in a place $1 is for: in the same place, in
// what that lies within, or in what lies within it.
const offers = `
	    q.purpose = 'offer' AND q.status = 'open' AND q.category = $2 AND p.kind = $3 AND p.deleted_at IS NULL AND p.local
	AND (q.ends_at IS NULL OR q.ends_at > $4) AND (q.quantity = 0 OR q.available > 0)
	AND NOT EXISTS (SELECT 1 FROM asks k WHERE k.post_id = p.id AND k.paused_at IS NOT NULL)
	AND (p.group_id = $1
	     OR p.group_id IN (SELECT a.id FROM nestings w JOIN actors a ON a.uri = w.parent_uri WHERE w.child_id = $1 AND a.host = '')
	     OR p.group_id IN (SELECT w.child_id FROM nestings w JOIN actors a ON a.uri = w.parent_uri WHERE a.id = $1))`

// match tells those who offer what is asked for, each once, and why.
func (s *Service) match(ctx context.Context, j Match) error {
	p, err := s.posts.Held(ctx, s.db.Read(), j.Post)
	if isNotFound(err) || err == nil && (p.Gone() || p.Proposal == nil || p.Group == nil || p.Proposal.Gone(s.now())) {
		return nil
	}
	if err != nil {
		return err
	}
	who, err := s.offering(ctx, p)
	if err != nil {
		return fmt.Errorf("match %s: %w", j.Post, err)
	}
	for _, id := range who {
		v, err := s.readers.Viewer(ctx, id)
		if err != nil {
			return err
		}
		if _, err := s.posts.ByID(ctx, v, p.ID); isNotFound(err) {
			continue // it is not for them
		} else if err != nil {
			return err
		}
		err = s.db.InTx(ctx, func(tx store.Tx) error {
			return s.tell(ctx, tx, instance.Deed{
				Kind: instance.AskMatched, Actor: p.Author, Target: &instance.Actor{ID: id}, Post: p, ID: instance.ID(p.ID),
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// offering are those who offer what a post asks for.
func (s *Service) offering(ctx context.Context, p *instance.Post) ([]instance.ActorID, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT DISTINCT p.author_id
		  FROM proposals q JOIN posts p ON p.id = q.post_id
		 WHERE `+offers+` AND p.author_id <> $5
		 ORDER BY p.author_id
		 LIMIT $6`, p.Group.ID, p.Proposal.Category, p.Kind, store.Millis(s.now()), p.Author.ID, mostMatched)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var who []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		who = append(who, id)
	}
	return who, rows.Err()
}

// Why returns the offer of somebody's because of which they were told of an ask,
// 0 for none.
func (s *Service) Why(ctx context.Context, who instance.ActorID, p *instance.Post) (instance.PostID, error) {
	if p.Group == nil || p.Proposal == nil || p.Proposal.Purpose != instance.Asking || who == p.Author.ID {
		return 0, nil
	}
	var id instance.PostID
	err := s.db.Read().QueryRow(ctx, `
		SELECT p.id
		  FROM proposals q JOIN posts p ON p.id = q.post_id
		 WHERE `+offers+` AND p.author_id = $5
		 ORDER BY p.id DESC
		 LIMIT 1`, p.Group.ID, p.Proposal.Category, p.Kind, store.Millis(s.now()), who).Scan(&id)
	if errors.Is(err, store.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("why %s concerns %s: %w", p.ID, who, err)
	}
	return id, nil
}
