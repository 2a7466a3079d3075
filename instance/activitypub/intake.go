package activitypub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"palier/federation/inbox"
	"palier/instance"
	"palier/instance/actors"
	"palier/instance/moderation"
	"palier/instance/store"
)

// inboxChannel tells workers, in every process, that something came in.
const inboxChannel = "inbox"

// intake stores what was received. It is an [inbox.Intake]; the commits of
// requests that come together are one.
type intake struct{ s *Service }

func (i intake) Accept(ctx context.Context, item inbox.Item) (fresh bool, err error) {
	err = i.s.db.Joined(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO inbox_items (id, actor_uri, activity_id, kind, body, received_at)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (actor_uri, activity_id) DO NOTHING`,
			i.s.ids.Next(), item.Actor, item.ActivityID, item.Kind, string(item.Body), store.Millis(item.ReceivedAt))
		if err != nil || n == 0 {
			return err
		}
		fresh = true
		return i.s.db.Notify(ctx, tx, inboxChannel, "")
	})
	if err != nil {
		return false, fmt.Errorf("store activity %s: %w", item.ActivityID, err)
	}
	return fresh, nil
}

// policy decides whom we listen to. It is an [inbox.Policy].
type policy struct{ s *Service }

func (p policy) Barred(ctx context.Context, host string) (bool, error) {
	severity, err := p.s.nouns.Moderation.Severity(ctx, p.s.db.Read(), host)
	return severity == moderation.Suspended, err
}

// stored is what we hold of the world. It is an [inbox.Stored].
type stored struct{ s *Service }

func (h stored) Actor(ctx context.Context, uri string) (inbox.Known, bool, error) {
	var k inbox.Known
	var aliases string
	err := h.s.db.Read().QueryRow(ctx, `
		SELECT kind, featured, moderators, also_known_as FROM actors WHERE uri = $1 AND deleted_at IS NULL`, uri).
		Scan(&k.Type, &k.Featured, &k.Moderators, &aliases)
	if errors.Is(err, store.ErrNoRows) {
		return k, false, nil
	}
	if err == nil && aliases != "[]" {
		err = json.Unmarshal([]byte(aliases), &k.AlsoKnownAs)
	}
	return k, err == nil, err
}

func (h stored) Owner(ctx context.Context, uri string) (string, bool, error) {
	var owner string
	err := h.s.db.Read().QueryRow(ctx, `
		SELECT a.uri FROM posts x JOIN actors a ON a.id = x.author_id WHERE x.uri = $1
		UNION ALL
		SELECT a.uri FROM follows x JOIN actors a ON a.id = x.follower_id WHERE x.uri = $1
		UNION ALL
		SELECT a.uri FROM likes x JOIN actors a ON a.id = x.actor_id WHERE x.uri = $1
		UNION ALL
		SELECT a.uri FROM boosts x JOIN actors a ON a.id = x.actor_id WHERE x.uri = $1
		UNION ALL
		SELECT a.uri FROM blocks x JOIN actors a ON a.id = x.actor_id WHERE x.uri = $1
		UNION ALL
		SELECT a.uri FROM agreements x JOIN actors a ON a.id = x.taker_id WHERE x.uri = $1`, uri).Scan(&owner)
	if errors.Is(err, store.ErrNoRows) {
		return "", false, nil
	}
	return owner, err == nil, err
}

func (h stored) Moderates(ctx context.Context, actor, group string) (bool, error) {
	known, err := actors.ByURIs(ctx, h.s.db.Read(), []string{actor, group})
	if err != nil {
		return false, err
	}
	a, g := known[actor], known[group]
	if a.ID == 0 || g.ID == 0 || g.Kind != instance.Group {
		return false, nil
	}
	return h.s.nouns.Places.Moderates(ctx, h.s.db.Read(), g.ID, a.ID)
}
