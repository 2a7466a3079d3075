package lists

import (
	"context"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Page asks for part of the members of a list by their ids, the newest first.
type Page struct {
	Before instance.ActorID // strictly older than this
	Since  instance.ActorID // strictly newer than this
	After  instance.ActorID // strictly newer than this, the nearest ones first
	Limit  int              // 0 for all
}

// Members returns a page of who is in a list of owner's, without those who are
// gone. It returns [instance.ErrNotFound] for any other list.
func (s *Service) Members(ctx context.Context, owner instance.ActorID, id instance.ListID, page Page) ([]instance.Actor, error) {
	if _, err := s.ByID(ctx, owner, id); err != nil {
		return nil, err
	}
	order, limit := `DESC`, page.Limit
	if page.After != 0 {
		order = `ASC`
	}
	if page.Before == 0 {
		page.Before = 1<<63 - 1
	}
	if limit <= 0 || limit > instance.MaxListMembers {
		limit = instance.MaxListMembers
	}
	found, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM list_members m JOIN actors a ON a.id = m.actor_id
		 WHERE m.list_id = $1 AND m.actor_id < $2 AND m.actor_id > $3
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY m.actor_id `+order+`
		 LIMIT $4`, id, page.Before, max(page.Since, page.After), limit))
	if err != nil {
		return nil, fmt.Errorf("members of list %s: %w", id, err)
	}
	if page.After != 0 {
		slices.Reverse(found)
	}
	return found, nil
}

// Add puts actors into a list of owner's, all of them or none, and with them
// what they have in the owner's home feed. It returns [instance.ErrNotFound]
// for somebody whom the owner neither follows nor is, and an [instance.Invalid]
// for somebody who is in the list, or when it would hold too many.
func (s *Service) Add(ctx context.Context, owner instance.ActorID, id instance.ListID, members []instance.ActorID) error {
	members = distinct(members)
	if len(members) > instance.MaxListMembers {
		return &instance.Invalid{Field: "members", Code: "too-many", Limit: instance.MaxListMembers}
	}
	return s.change(ctx, owner, id, "add to", func(tx store.Tx, l instance.List) error {
		if len(members) == 0 {
			return nil
		}
		if err := s.enter(ctx, tx, l, members); err != nil {
			return err
		}
		return refill(ctx, tx, owner)
	})
}

// enter writes who comes into a list.
func (s *Service) enter(ctx context.Context, tx store.Tx, l instance.List, members []instance.ActorID) error {
	args := []any{l.ID, l.Owner}
	for _, m := range members {
		args = append(args, m)
	}
	in := store.Placeholders(3, len(members))
	var follows, there int
	err := tx.QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM actors a
		         WHERE a.id IN (`+in+`) AND a.deleted_at IS NULL
		           AND (a.id = $2 OR EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $2 AND f.followee_id = a.id))),
		       (SELECT COUNT(*) FROM list_members WHERE list_id = $1)`, args...).Scan(&follows, &there)
	if err != nil {
		return err
	}
	if follows < len(members) {
		return fmt.Errorf("somebody who is not followed: %w", instance.ErrNotFound)
	}
	if there+len(members) > instance.MaxListMembers {
		return &instance.Invalid{Field: "members", Code: "too-many", Limit: instance.MaxListMembers}
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO list_members (list_id, actor_id, owner_id)
		SELECT CAST($1 AS BIGINT), a.id, CAST($2 AS BIGINT) FROM actors a WHERE a.id IN (`+in+`)
		ON CONFLICT DO NOTHING`, args...)
	if err == nil && int(n) < len(members) {
		return &instance.Invalid{Field: "members", Code: "taken"}
	}
	return err
}

// Remove takes actors out of a list of owner's, and what they brought. Who is
// not in it is no error.
func (s *Service) Remove(ctx context.Context, owner instance.ActorID, id instance.ListID, members []instance.ActorID) error {
	members = distinct(members)
	return s.change(ctx, owner, id, "remove from", func(tx store.Tx, l instance.List) error {
		for _, m := range members {
			if l.Exclusive {
				if err := bringHome(ctx, tx, id, m); err != nil {
					return err
				}
			}
			n, err := tx.Exec(ctx, `DELETE FROM list_members WHERE list_id = $1 AND actor_id = $2`, id, m)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			if _, err := tx.Exec(ctx, `DELETE FROM list_entries WHERE list_id = $1 AND `+broughtBy("$2"), id, m); err != nil {
				return err
			}
		}
		return refill(ctx, tx, owner)
	})
}

func distinct(members []instance.ActorID) []instance.ActorID {
	members = slices.Clone(members)
	slices.Sort(members)
	return slices.Compact(members)
}
