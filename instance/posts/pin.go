package posts

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
)

// maxPinned is how many posts somebody shows first.
const maxPinned = 5

// Pin shows one of one's own posts first on one's page. Only what anyone may
// read, or one's followers, can be pinned; anything else is
// [instance.ErrForbidden], and one too many an [instance.Invalid].
func (s *Service) Pin(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.pin(ctx, v, id, "pin", true)
}

// Unpin puts a post back in its place.
func (s *Service) Unpin(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.pin(ctx, v, id, "unpin", false)
}

func (s *Service) pin(ctx context.Context, v instance.Viewer, id instance.PostID, deed string, pin bool) error {
	return s.react(ctx, v, id, deed, func(tx store.Tx, by instance.Actor, p *instance.Post) error {
		if pin && !p.Pinned {
			if err := room(ctx, tx, by.ID); err != nil {
				return err
			}
		}
		return s.PinIn(ctx, tx, by, p.URI, pin, instance.Origin{})
	})
}

// room returns an [instance.Invalid] where nothing more can be pinned.
func room(ctx context.Context, tx store.Tx, by instance.ActorID) error {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM pins WHERE actor_id = $1`, by).Scan(&n)
	if err == nil && n >= maxPinned {
		err = &instance.Invalid{Field: "pin", Code: "too-many", Limit: maxPinned}
	}
	return err
}

// PinnedBy returns what somebody shows first and v may read, the latest pin
// first.
func (s *Service) PinnedBy(ctx context.Context, v instance.Viewer, actor instance.ActorID) ([]*instance.Post, error) {
	where, args := readable.Where(v, []any{actor, maxPinned})
	found, err := list(s.db.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM pins x JOIN posts p ON p.id = x.post_id
		 WHERE x.actor_id = $1 AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`
		 ORDER BY x.at DESC, p.id DESC
		 LIMIT $2`, args...))
	if err == nil {
		err = Complete(ctx, s.db.Read(), v.ID, found)
	}
	if err != nil {
		return nil, fmt.Errorf("pinned by %s: %w", actor, err)
	}
	return found, nil
}
