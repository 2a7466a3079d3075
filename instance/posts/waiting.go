package posts

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// hold notes on a reply that came from another server whether it waits: in a
// thread that began with a post of ours, for everyone, in a place of ours, whose
// place does not hear its author. It counts as posted in that place, so that
// whoever looks after it can take it out later too.
func (s *Service) hold(ctx context.Context, tx store.Tx, p *instance.Post) error {
	if s.hears == nil || p.ReplyTo == 0 || !p.Audience.Open() || p.Author.Local() {
		return nil
	}
	var root, place instance.ActorID
	err := tx.QueryRow(ctx, `
		SELECT q.author_id, g.id
		  FROM posts q JOIN actors g ON g.id = q.group_id AND g.host = ''
		 WHERE q.id = $1 AND q.local AND q.audience IN ('public', 'unlisted')`, p.Thread).Scan(&root, &place)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("thread of %s: %w", p.URI, err)
	}
	heard, err := s.hears(ctx, tx, place, root, p.Author)
	if err != nil || heard {
		return err
	}
	p.WaitsAt = s.now().UTC()
	if p.Group == nil {
		p.Group = &instance.Actor{ID: place, Kind: instance.Group}
	}
	return nil
}

// holdJoined has the replies wait that came before what they answer and are
// joined to a thread by p now, unless they are ours or p is heard and by the same
// author: nobody could tell until now whose thread they are in.
func (s *Service) holdJoined(ctx context.Context, tx store.Tx, p *instance.Post, joined []instance.PostID) error {
	for _, id := range joined { // seldom more than one; each is told by itself
		q, err := ByIDIn(ctx, tx, id)
		if err != nil {
			return err
		}
		if q.Waits() || q.Gone() || q.Author.ID == p.Author.ID && !p.Waits() {
			continue
		}
		if err := s.hold(ctx, tx, q); err != nil {
			return err
		}
		if !q.Waits() {
			continue
		}
		if err := s.takeBack(ctx, tx, q); err != nil {
			return err
		}
	}
	return nil
}

// takeBack has a reply wait that stood already, as its WaitsAt says.
func (s *Service) takeBack(ctx context.Context, tx store.Tx, p *instance.Post) error {
	n, err := tx.Exec(ctx, `
		UPDATE posts SET waits_at = $2, group_id = $3 WHERE id = $1 AND waits_at IS NULL`, p.ID, store.Millis(p.WaitsAt), p.Group.ID)
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE posts SET replies_count = replies_count - 1 WHERE id = $1`, p.ReplyTo); err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.ReplyWaits, Actor: p.Author, Post: p, ID: s.ids.Next(), Origin: instance.Origin{Remote: true}})
}

// LetThrough shows a reply that waited to everyone it is for, and tells what its
// arrival would have told; whether by may decide that is the caller's to know. It
// returns [instance.ErrGone] for one that was deleted or removed meanwhile, and
// does nothing to one that does not wait.
func (s *Service) LetThrough(ctx context.Context, tx store.Tx, p *instance.Post, by instance.ActorID) error {
	if p.Gone() {
		return fmt.Errorf("let %s through: %w", p.ID, instance.ErrGone)
	}
	var document string
	err := tx.QueryRow(ctx, `
		UPDATE posts SET waits_at = NULL WHERE id = $1 AND waits_at IS NOT NULL
		RETURNING document`, p.ID).Scan(&document)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("let %s through: %w", p.ID, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE posts SET replies_count = replies_count + 1 WHERE id = $1`, p.ReplyTo); err != nil {
		return fmt.Errorf("let %s through: %w", p.ID, err)
	}
	if p, err = ByIDIn(ctx, tx, p.ID); err != nil {
		return fmt.Errorf("let %s through: %w", p.ID, err)
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.Posted, Actor: p.Author, Post: p, ID: instance.ID(p.ID), LetBy: by, Origin: from(document)})
}

// KeepOut hides the words of a reply that waits for good, and forgets who was
// told that it waits; whether that may be decided is the caller's to know.
func (s *Service) KeepOut(ctx context.Context, tx store.Tx, p *instance.Post) error {
	_, err := tx.Exec(ctx, `
		UPDATE posts SET removed_at = $2 WHERE id = $1 AND waits_at IS NOT NULL AND removed_at IS NULL`, p.ID, store.Millis(s.now()))
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM notifications WHERE post_id = $1`, p.ID)
	}
	if err != nil {
		return fmt.Errorf("keep %s out: %w", p.ID, err)
	}
	return nil
}
