package digest

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Board returns what everyone may read of the last week in a place of ours, for
// the noticeboard in its hall: by the place it is from, its own first.
func (s *Service) Board(ctx context.Context, place instance.ActorID) ([]Place, error) {
	all := []reader{{since: s.from(s.o.Now(), Weekly)}}
	lines, err := s.lines(ctx, all, map[instance.ActorID][]instance.ActorID{0: {place}})
	if err != nil {
		return nil, fmt.Errorf("noticeboard of %s: %w", place, err)
	}
	things, err := s.things(ctx, lines)
	if err != nil {
		return nil, fmt.Errorf("noticeboard of %s: %w", place, err)
	}
	names, err := s.names(ctx, lines, things)
	if err != nil {
		return nil, fmt.Errorf("noticeboard of %s: %w", place, err)
	}
	a := arrangement{now: s.o.Now(), since: all[0].since, things: things, names: names}
	return a.arrange(lines), nil
}

// Posted is a post that everyone may read, as far as finding it goes.
type Posted struct {
	ID     instance.PostID
	Author string // handle, without the leading @
}

// mostPosted is among how many posts one is found by its short code.
const mostPosted = 2000

// Posted returns what everyone could read in a place since a time, the newest
// first.
func (s *Service) Posted(ctx context.Context, place instance.ActorID, since time.Time) ([]Posted, error) {
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT p.id, a.username, a.host
		  FROM posts p
		  JOIN actors a ON a.id = p.author_id
		 WHERE p.audience = 'public' AND p.waits_at IS NULL AND p.deleted_at IS NULL AND p.removed_at IS NULL AND p.id > $2
		   AND (p.group_id = $1 OR EXISTS (SELECT 1 FROM boosts b WHERE b.actor_id = $1 AND b.post_id = p.id))
		 ORDER BY p.id DESC
		 LIMIT $3`, place, instance.ID(store.Millis(since)<<16), mostPosted)
	if err != nil {
		return nil, fmt.Errorf("what was posted in %s: %w", place, err)
	}
	defer rows.Close()
	var list []Posted
	for rows.Next() {
		var p Posted
		var a instance.Actor
		if err := rows.Scan(&p.ID, &a.Username, &a.Host); err != nil {
			return nil, fmt.Errorf("what was posted in %s: %w", place, err)
		}
		p.Author = a.Acct()
		list = append(list, p)
	}
	return list, rows.Err()
}
