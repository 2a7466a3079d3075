package posts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// errSent says that the same draft was sent at the same moment.
var errSent = errors.New("sent at the same moment")

// Sent returns the post that a draft became when it was sent before, nil if it
// was not. once is its [instance.Draft.Once].
func (s *Service) Sent(ctx context.Context, by instance.ActorID, once string) (*instance.Post, error) {
	p, err := sent(ctx, s.db.Read(), by, once)
	if err != nil {
		return nil, fmt.Errorf("draft of %s: %w", by, err)
	}
	return p, nil
}

func sent(ctx context.Context, tx store.Tx, by instance.ActorID, once string) (*instance.Post, error) {
	if once == "" {
		return nil, nil
	}
	var id instance.PostID
	err := tx.QueryRow(ctx, `
		SELECT post_id FROM sent_drafts WHERE author_id = $1 AND once = $2`, by, once).Scan(&id)
	if errors.Is(err, store.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return ByIDIn(ctx, tx, id)
}

// keepSent notes what a draft became.
func (s *Service) keepSent(ctx context.Context, tx store.Tx, p *instance.Post, once string) error {
	if once == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO sent_drafts (author_id, once, post_id, sent_at)
		VALUES ($1, $2, $3, $4)`, p.Author.ID, once, p.ID, store.Millis(p.PublishedAt))
	if store.IsUnique(err) {
		return errSent
	}
	return err
}

// SweepSent forgets which drafts were sent before a time.
func SweepSent(ctx context.Context, tx store.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM sent_drafts WHERE sent_at < $1`, store.Millis(before))
	return err
}
