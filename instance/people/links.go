package people

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Link is a follow between two groups: what the network of places is made of
// (protocol.md §6).
type Link struct {
	ID       instance.ID // of the follow
	From, To instance.Actor
	State    FollowState
	// Back is how To stands to From: joining is complete once each follows the
	// other.
	Back FollowState
}

// LinksTo returns a page of the groups that follow one of ours or ask to, by
// state, the newest first, from before an id (0 for the newest).
func (s *Service) LinksTo(ctx context.Context, state FollowState, before instance.ID, limit int) ([]Link, error) {
	return s.links(ctx, `t.host = '' AND f.state = $1`, `f.id < $2 ORDER BY f.id DESC LIMIT $3`, string(state), newest(before), limit)
}

// LinksAsked returns a page of what our groups asked groups elsewhere to follow
// and wait for an answer to, the newest first.
func (s *Service) LinksAsked(ctx context.Context, before instance.ID, limit int) ([]Link, error) {
	return s.links(ctx, `o.host = '' AND t.host <> '' AND f.state = $1`, `f.id < $2 ORDER BY f.id DESC LIMIT $3`, string(Requested), newest(before), limit)
}

// LinkByID returns one link that begins or ends at a group of ours.
func (s *Service) LinkByID(ctx context.Context, id instance.ID) (Link, error) {
	found, err := s.links(ctx, `(o.host = '' OR t.host = '')`, `f.id = $1`, id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("link %s: %w", id, instance.ErrNotFound)
	}
	if err != nil {
		return Link{}, err
	}
	return found[0], nil
}

// CountLinkRequests returns how many groups wait for a yes from one of ours.
func (s *Service) CountLinkRequests(ctx context.Context) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*)
		  FROM follows f
		  JOIN actors o ON o.id = f.follower_id AND o.kind = 'Group'
		  JOIN actors t ON t.id = f.followee_id AND t.kind = 'Group' AND t.host = ''
		 WHERE f.state = 'requested' AND o.deleted_at IS NULL AND o.suspended_at IS NULL`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count link requests: %w", err)
	}
	return n, nil
}

// Join lets a group of ours follow another. A group elsewhere is asked; one of
// ours says yes at once, since those who run the server speak for both.
func (s *Service) Join(ctx context.Context, group, other instance.ActorID) (FollowState, error) {
	var state FollowState
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		both, err := actors.ByIDs(ctx, tx, []instance.ActorID{group, other})
		if err != nil {
			return err
		}
		from, to := both[group], both[other]
		if !from.Local() || from.Kind != instance.Group || to.Kind != instance.Group {
			return instance.ErrNotFound
		}
		if state, err = s.FollowIn(ctx, tx, from, to, "", false); err != nil || !to.Local() || state == Following {
			return err
		}
		state = Following
		return s.GrantIn(ctx, tx, from, to, "", false)
	})
	if err != nil {
		return "", fmt.Errorf("group %s joins %s: %w", group, other, err)
	}
	return state, nil
}

func newest(before instance.ID) instance.ID {
	if before == 0 {
		return 1<<63 - 1
	}
	return before
}

func (s *Service) links(ctx context.Context, where, which string, args ...any) ([]Link, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT f.id, f.follower_id, f.followee_id, f.state,
		       COALESCE((SELECT b.state FROM follows b WHERE b.follower_id = f.followee_id AND b.followee_id = f.follower_id), '')
		  FROM follows f
		  JOIN actors o ON o.id = f.follower_id AND o.kind = 'Group'
		  JOIN actors t ON t.id = f.followee_id AND t.kind = 'Group'
		 WHERE `+where+` AND o.deleted_at IS NULL AND o.suspended_at IS NULL
		   AND t.deleted_at IS NULL AND t.suspended_at IS NULL AND `+which, args...)
	if err != nil {
		return nil, fmt.Errorf("list links: %w", err)
	}
	list, err := scanLinks(rows)
	if err != nil {
		return nil, fmt.Errorf("list links: %w", err)
	}
	var ids []instance.ActorID
	for _, l := range list {
		ids = append(ids, l.From.ID, l.To.ID)
	}
	known, err := actors.ByIDs(ctx, s.db.Read(), ids)
	if err != nil {
		return nil, fmt.Errorf("list links: %w", err)
	}
	for i := range list {
		list[i].From, list[i].To = known[list[i].From.ID], known[list[i].To.ID]
	}
	return list, nil
}

func scanLinks(rows store.Rows) (list []Link, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var l Link
		var state, back string
		if err := rows.Scan(&l.ID, &l.From.ID, &l.To.ID, &state, &back); err != nil {
			return nil, err
		}
		l.State, l.Back = FollowState(state), FollowState(back)
		list = append(list, l)
	}
	return list, rows.Err()
}
