package posts

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Like says thanks for a post. Liking twice is liking once. It returns
// [instance.ErrNotFound] for a post the viewer may not read.
func (s *Service) Like(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.react(ctx, v, id, "like", func(tx store.Tx, by instance.Actor, p *instance.Post) error {
		return s.LikeIn(ctx, tx, by, p, "", instance.Origin{})
	})
}

// LikeIn is [Service.Like] inside a transaction.
func (s *Service) LikeIn(ctx context.Context, tx store.Tx, by instance.Actor, p *instance.Post, uri string, from instance.Origin) error {
	id := s.ids.Next()
	if uri == "" {
		uri = s.site.ActivityURI(id)
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO likes (id, uri, actor_id, post_id)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, id, uri, by.ID, p.ID)
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE posts SET likes_count = likes_count + 1 WHERE id = $1`, p.ID); err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.Liked, Actor: by, Post: p, Target: &p.Author, ID: id, URI: uri, Origin: from})
}

// Unlike takes the thanks back.
func (s *Service) Unlike(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.react(ctx, v, id, "unlike", func(tx store.Tx, by instance.Actor, p *instance.Post) error {
		return s.UnlikeIn(ctx, tx, by, p, instance.Origin{})
	})
}

// UnlikeIn is [Service.Unlike] inside a transaction.
func (s *Service) UnlikeIn(ctx context.Context, tx store.Tx, by instance.Actor, p *instance.Post, from instance.Origin) error {
	var id instance.ID
	var uri string
	err := tx.QueryRow(ctx, `
		DELETE FROM likes
		 WHERE actor_id = $1 AND post_id = $2
		RETURNING id, uri`, by.ID, p.ID).Scan(&id, &uri)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE posts SET likes_count = likes_count - 1 WHERE id = $1`, p.ID); err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.Unliked, Actor: by, Post: p, Target: &p.Author, ID: id, URI: uri, Origin: from})
}

// Boost shares a post with one's followers. Only what anyone may read can be
// shared; anything else is [instance.ErrForbidden].
func (s *Service) Boost(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.react(ctx, v, id, "boost", func(tx store.Tx, by instance.Actor, p *instance.Post) error {
		return s.BoostIn(ctx, tx, by, p, Share{})
	})
}

// Share is how a boost came to be.
type Share struct {
	URI    string           // as another server calls it; empty for ours
	Source instance.ActorID // for a group: whom it has the post from
	Via    []string         // the groups it came through
	From   instance.Origin
}

// BoostIn is [Service.Boost] inside a transaction, also for groups that relay.
func (s *Service) BoostIn(ctx context.Context, tx store.Tx, by instance.Actor, p *instance.Post, share Share) error {
	if !p.Audience.Open() || p.Waits() && by.Local() {
		return instance.ErrForbidden
	}
	id := s.ids.Next()
	uri := share.URI
	if uri == "" {
		uri = s.site.ActivityURI(id)
	}
	var source *instance.ActorID
	if share.Source != 0 {
		source = &share.Source
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO boosts (id, uri, actor_id, post_id, source_id, via)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, id, uri, by.ID, p.ID, source, textList(share.Via))
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE posts SET boosts_count = boosts_count + 1 WHERE id = $1`, p.ID); err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{
		Kind: instance.Boosted, Actor: by, Post: p, Target: &p.Author, ID: id, URI: uri, Via: share.Via, Origin: share.From,
	})
}

// Unboost takes a share back.
func (s *Service) Unboost(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.react(ctx, v, id, "unboost", func(tx store.Tx, by instance.Actor, p *instance.Post) error {
		return s.UnboostIn(ctx, tx, by, p, instance.Origin{})
	})
}

// UnboostIn is [Service.Unboost] inside a transaction.
func (s *Service) UnboostIn(ctx context.Context, tx store.Tx, by instance.Actor, p *instance.Post, from instance.Origin) error {
	var id instance.ID
	var uri string
	err := tx.QueryRow(ctx, `
		DELETE FROM boosts
		 WHERE actor_id = $1 AND post_id = $2
		RETURNING id, uri`, by.ID, p.ID).Scan(&id, &uri)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE posts SET boosts_count = boosts_count - 1 WHERE id = $1`, p.ID); err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.Unboosted, Actor: by, Post: p, Target: &p.Author, ID: id, URI: uri, Origin: from})
}

// react does something with a post that v may read, in one transaction.
func (s *Service) react(ctx context.Context, v instance.Viewer, id instance.PostID, deed string, do func(store.Tx, instance.Actor, *instance.Post) error) error {
	p, err := s.ByID(ctx, v, id)
	if err != nil {
		return err
	}
	if p.Gone() {
		return fmt.Errorf("%s post %s: %w", deed, id, instance.ErrGone)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		by, err := actors.ByID(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		return do(tx, by, p)
	})
	if err != nil {
		return fmt.Errorf("%s post %s: %w", deed, id, err)
	}
	return nil
}
