package posts

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Delete takes one's own post back: its words are gone at once, its place in
// the thread stays. One that was withdrawn is gone for good now. It returns
// [instance.ErrNotFound] for a post that is not by's.
func (s *Service) Delete(ctx context.Context, by instance.ActorID, id instance.PostID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := ByIDIn(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.Author.ID != by || p.Gone() && p.Withdrawn.IsZero() {
			return instance.ErrNotFound
		}
		return s.DeleteIn(ctx, tx, p, instance.Origin{})
	})
	if err != nil {
		return fmt.Errorf("delete post %s: %w", id, err)
	}
	return nil
}

// DeleteIn is [Service.Delete] inside a transaction; whether it may be deleted
// is the caller's to know.
func (s *Service) DeleteIn(ctx context.Context, tx store.Tx, p *instance.Post, from instance.Origin) error {
	p, err := s.unwithdraw(ctx, tx, p)
	if err != nil {
		return err
	}
	now := s.now().UTC()
	n, err := tx.Exec(ctx, `
		UPDATE posts
		   SET deleted_at = $2, title = '', content = '', source = '', warning = '', document = ''
		 WHERE id = $1 AND deleted_at IS NULL`, p.ID, store.Millis(now))
	if err != nil || n == 0 {
		return err
	}
	// Those the Delete has to reach are read before they are forgotten.
	if err := s.tell(ctx, tx, instance.Deed{Kind: instance.Deleted, Actor: p.Author, Post: p, ID: s.ids.Next(), Origin: from}); err != nil {
		return err
	}
	for _, sql := range []string{
		`DELETE FROM post_edits WHERE post_id = $1`,
		`DELETE FROM post_tags WHERE post_id = $1`,
		`DELETE FROM post_mentions WHERE post_id = $1`,
		`DELETE FROM home_entries WHERE post_id = $1`,
		`DELETE FROM list_entries WHERE post_id = $1`,
		`DELETE FROM filter_posts WHERE post_id = $1`,
		`DELETE FROM notifications WHERE post_id = $1`,
		`DELETE FROM held_relays WHERE post_id = $1`,
		`DELETE FROM pins WHERE post_id = $1`,
		`DELETE FROM likes WHERE post_id = $1`,
		`DELETE FROM boosts WHERE post_id = $1`,
		`DELETE FROM bookmarks WHERE post_id = $1`,
		`DELETE FROM polls WHERE post_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, p.ID); err != nil {
			return err
		}
	}
	// Its pictures wait a while to become part of another post, as when they
	// had just been uploaded.
	if _, err := tx.Exec(ctx, `UPDATE media SET post_id = NULL, created_at = $2 WHERE post_id = $1`, p.ID, store.Millis(now)); err != nil {
		return err
	}
	return count(ctx, tx, p, -1)
}

// count counts a post in or out where its author and what it answers show how
// many there are.
func count(ctx context.Context, tx store.Tx, p *instance.Post, by int) error {
	if _, err := tx.Exec(ctx, `UPDATE actors SET posts_count = posts_count + $2 WHERE id = $1`, p.Author.ID, by); err != nil {
		return err
	}
	if p.ReplyTo == 0 || p.Waits() {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE posts SET replies_count = replies_count + $2 WHERE id = $1`, p.ReplyTo, by)
	return err
}
