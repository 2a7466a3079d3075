package activitypub

import (
	"context"
	"errors"

	"palier/federation/inbox"
	"palier/instance"
	"palier/instance/actors"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/protocol/as2"
)

// onUndo takes back what somebody elsewhere did.
func (s *Service) onUndo(ctx context.Context, tx store.Tx, d inbox.Undo) error {
	by, err := s.actor(ctx, tx, d.Actor)
	if err != nil {
		return err
	}
	if d.Of.Type == "" || d.Of.Type == as2.TypeFollow {
		if done, err := s.nouns.Housing.UnfollowedIn(ctx, tx, by, d.Of.ID, d.Of.Object); err != nil || done {
			return err
		}
	}
	if done, err := s.undoFollow(ctx, tx, by, d.Of); err != nil || done {
		return err
	}
	if done, err := s.undoBlock(ctx, tx, by, d.Of); err != nil || done {
		return err
	}
	if done, err := s.undoJoin(ctx, tx, by, d); err != nil || done {
		return err
	}
	done, err := s.nouns.Exchange.CancelledIn(ctx, tx, by, d.Of.ID, heardFrom(d.By))
	if err != nil {
		return err
	}
	if done {
		return s.bury(ctx, tx, d.Of.ID, d.Actor)
	}
	for _, kind := range []struct {
		table string
		undo  func(context.Context, store.Tx, instance.Actor, *instance.Post, instance.Origin) error
	}{{"likes", s.nouns.Posts.UnlikeIn}, {"boosts", s.nouns.Posts.UnboostIn}} {
		var post instance.PostID
		err := tx.QueryRow(ctx, `
			SELECT x.post_id
			  FROM `+kind.table+` x JOIN posts p ON p.id = x.post_id
			 WHERE x.actor_id = $1 AND (x.uri = $2 OR ($3 = $4 AND p.uri = $5))`,
			by.ID, d.Of.ID, d.Of.Type, map[string]string{"likes": as2.TypeLike, "boosts": as2.TypeAnnounce}[kind.table], d.Of.Object).Scan(&post)
		if errors.Is(err, store.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		p, err := posts.ByIDIn(ctx, tx, post)
		if err != nil {
			return err
		}
		return kind.undo(ctx, tx, by, p, heardFrom(d.By))
	}
	// It may come before what it undoes.
	return s.bury(ctx, tx, d.Of.ID, d.Actor)
}

func (s *Service) undoFollow(ctx context.Context, tx store.Tx, by instance.Actor, of inbox.Other) (bool, error) {
	to, err := bound(ctx, tx, `
		SELECT f.followee_id
		  FROM follows f JOIN actors a ON a.id = f.followee_id
		 WHERE f.follower_id = $1 AND (f.uri = $2 OR ($3 = 'Follow' AND a.uri = $4))`, by, of)
	if err != nil || to == nil {
		return false, err
	}
	return true, s.nouns.People.UnfollowIn(ctx, tx, by, *to, true)
}

func (s *Service) undoBlock(ctx context.Context, tx store.Tx, by instance.Actor, of inbox.Other) (bool, error) {
	to, err := bound(ctx, tx, `
		SELECT b.target_id
		  FROM blocks b JOIN actors a ON a.id = b.target_id
		 WHERE b.actor_id = $1 AND (b.uri = $2 OR ($3 = 'Block' AND a.uri = $4))`, by, of)
	if err != nil || to == nil {
		return false, err
	}
	return true, s.nouns.People.UnblockIn(ctx, tx, by, *to, true)
}

// bound returns to whom somebody is bound by what they undo, nil for nobody: query
// looks for it by who undoes ($1), the id of what they did ($2), or its type ($3)
// and to whom it was done ($4).
func bound(ctx context.Context, tx store.Tx, query string, by instance.Actor, of inbox.Other) (*instance.Actor, error) {
	var id instance.ActorID
	err := tx.QueryRow(ctx, query, by.ID, of.ID, of.Type, of.Object).Scan(&id)
	if errors.Is(err, store.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	to, err := actors.ByID(ctx, tx, id)
	return &to, err
}
