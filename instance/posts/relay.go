package posts

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Relay shares a post for a group of ours; see [Service.BoostIn].
func (s *Service) Relay(ctx context.Context, tx store.Tx, group instance.Actor, p *instance.Post, source instance.ActorID, via []string) error {
	return s.BoostIn(ctx, tx, group, p, Share{Source: source, Via: via})
}

// Retract takes a group's share of a post back.
func (s *Service) Retract(ctx context.Context, tx store.Tx, group instance.Actor, p *instance.Post) error {
	return s.UnboostIn(ctx, tx, group, p, instance.Origin{})
}

// Held returns a post for the server's own use, whoever may read it.
func (s *Service) Held(ctx context.Context, tx store.Tx, id instance.PostID) (*instance.Post, error) {
	return ByIDIn(ctx, tx, id)
}

// PinIn notes that an actor shows a post of its own, or one its group holds,
// first; or no longer.
func (s *Service) PinIn(ctx context.Context, tx store.Tx, by instance.Actor, uri string, pin bool, from instance.Origin) error {
	p, err := ByURI(ctx, tx, uri)
	if err != nil {
		return err
	}
	if p.Author.ID != by.ID && (p.Group == nil || p.Group.ID != by.ID) || !p.Audience.Open() && p.Audience != instance.ToFollowers {
		return fmt.Errorf("pin %s: %w", uri, instance.ErrForbidden)
	}
	kind, sql, args := instance.Unpinned, `DELETE FROM pins WHERE actor_id = $1 AND post_id = $2`, []any{by.ID, p.ID}
	if pin {
		kind, sql = instance.Pinned, `
			INSERT INTO pins (actor_id, post_id, at)
			VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`
		args = append(args, store.Millis(s.now()))
	}
	n, err := tx.Exec(ctx, sql, args...)
	if err != nil || n == 0 || !p.Audience.Open() {
		return err // what is not for everyone is not told to everyone
	}
	return s.tell(ctx, tx, instance.Deed{Kind: kind, Actor: by, Post: p, ID: s.ids.Next(), Origin: from})
}
