package posts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Edit changes the words and pictures of one's own post; where it stands and
// who reads it stay. What it said before is kept. It returns an
// [instance.Invalid] for what cannot be taken and [instance.ErrNotFound] for a
// post that is not the editor's.
func (s *Service) Edit(ctx context.Context, by instance.ActorID, id instance.PostID, d instance.Draft) (*instance.Post, error) {
	return s.EditWith(ctx, by, id, d, nil)
}

// EditWith is [Service.Edit] and, in its transaction and before anybody hears of
// it, with. A nil with does nothing.
func (s *Service) EditWith(ctx context.Context, by instance.ActorID, id instance.PostID, d instance.Draft, with With) (*instance.Post, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	named, err := s.mentioned(ctx, d.Text)
	if err != nil {
		return nil, fmt.Errorf("edit post %s: %w", id, err)
	}
	var p *instance.Post
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if p, err = s.own(ctx, tx, by, id); err != nil {
			return err
		}
		if err := s.keepEdit(ctx, tx, p); err != nil {
			return err
		}
		if p.ReplyTo != 0 {
			if parent, err := ByIDIn(ctx, tx, p.ReplyTo); err == nil && !parent.Gone() {
				named = withAuthor(named, parent.Author, p.Author)
			} else if err != nil && !isNotFound(err) {
				return err
			}
		}
		p.Warning, p.Sensitive, p.Language = d.Warning, d.Sensitive || d.Warning != "", d.Language
		s.write(p, d, named)
		if err := s.update(ctx, tx, p); err != nil {
			return err
		}
		if err := s.reattach(ctx, tx, p, d); err != nil {
			return err
		}
		if err := s.askAgain(ctx, tx, p, d.Poll); err != nil {
			return err
		}
		if err := reviseMatter(ctx, tx, p, d); err != nil {
			return err
		}
		if with != nil {
			if err := with(ctx, tx, p); err != nil {
				return err
			}
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.Edited, Actor: p.Author, Post: p, ID: s.ids.Next()})
	})
	if err != nil {
		return nil, fmt.Errorf("edit post %s: %w", id, err)
	}
	return p, nil
}

// own returns a post of by's that still stands.
func (s *Service) own(ctx context.Context, tx store.Tx, by instance.ActorID, id instance.PostID) (*instance.Post, error) {
	p, err := ByIDIn(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if p.Author.ID != by || p.Gone() {
		return nil, instance.ErrNotFound
	}
	return p, nil
}

// keepEdit notes how the post stands now and when it is changed.
func (s *Service) keepEdit(ctx context.Context, tx store.Tx, p *instance.Post) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO post_edits (post_id, at, title, content, warning, sensitive)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, p.ID, store.Millis(latest(p)), p.Title, p.Content, p.Warning, p.Sensitive)
	if err != nil {
		return err
	}
	p.EditedAt = s.now().UTC()
	return nil
}

// update writes the words of a post that stands already, with whom and what it
// names now.
func (s *Service) update(ctx context.Context, tx store.Tx, p *instance.Post) error {
	_, err := tx.Exec(ctx, `
		UPDATE posts
		   SET title = $2, content = $3, source = $4, warning = $5, sensitive = $6, language = $7, edited_at = $8
		 WHERE id = $1`,
		p.ID, p.Title, p.Content, p.Source, p.Warning, p.Sensitive, p.Language, store.Millis(p.EditedAt))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM post_mentions WHERE post_id = $1`, p.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM post_tags WHERE post_id = $1`, p.ID); err != nil {
		return err
	}
	return s.name(ctx, tx, p)
}

// reattach makes a draft's pictures those of the post; what it had besides is
// let go.
func (s *Service) reattach(ctx context.Context, tx store.Tx, p *instance.Post, d instance.Draft) error {
	for _, old := range p.Pictures {
		if slices.Contains(d.Pictures, old.ID) {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE media SET post_id = NULL, created_at = $2 WHERE id = $1`, old.ID, store.Millis(p.EditedAt)); err != nil {
			return err
		}
	}
	p.Pictures = nil
	return s.attach(ctx, tx, p, d)
}

// askAgain makes what a post asks that which a draft asks.
func (s *Service) askAgain(ctx context.Context, tx store.Tx, p *instance.Post, d *instance.PollDraft) error {
	if d == nil {
		return s.revisePoll(ctx, tx, p, nil)
	}
	now, err := d.Revise(p.Poll, s.now().UTC())
	if err != nil {
		return err
	}
	return s.revisePoll(ctx, tx, p, now)
}

// reviseMatter makes what a post proposes and invites to that which a draft
// does; a draft that does neither leaves it.
func reviseMatter(ctx context.Context, tx store.Tx, p *instance.Post, d instance.Draft) error {
	if d.Proposal != nil {
		if err := reviseProposal(ctx, tx, p, d.Proposal); err != nil {
			return err
		}
	}
	if d.Event == nil {
		return nil
	}
	return reviseEvent(ctx, tx, p, d.Event)
}

// latest is when the post was last changed.
func latest(p *instance.Post) time.Time {
	if p.EditedAt.IsZero() {
		return p.PublishedAt
	}
	return p.EditedAt
}
