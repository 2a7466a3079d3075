package groups

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Limits of the relay (protocol.md §6).
const (
	// MaxAge is how old a post may be and still be relayed.
	MaxAge = 72 * time.Hour
	// MaxVia is through how many groups a post may have come.
	MaxVia = 6
	// maxPerAuthor is how much of one author a group relays in a day.
	maxPerAuthor = 20
)

// Hear relays what was posted in a group of ours, and what a group shared that
// a group of ours collects. What somebody edits who was limited since, a
// moderator reads again.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	switch {
	case d.Kind == instance.Posted && d.Post.Group != nil && d.Post.Group.Local():
		return s.posted(ctx, tx, d.Post)
	case d.Kind == instance.ReplyWaits:
		return s.waits(ctx, tx, d.Post)
	case d.Kind == instance.Edited && d.Post.Audience == instance.ToPublic:
		return s.edited(ctx, tx, d.Post)
	case d.Kind == instance.Boosted && d.Actor.Kind == instance.Group:
		return s.collect(ctx, tx, d)
	default:
		return nil
	}
}

// posted relays a post that was made in one of our groups: at once for those
// the group trusts, else after a moderator has read it.
func (s *Service) posted(ctx context.Context, tx store.Tx, p *instance.Post) error {
	group := *p.Group
	if !relayable(p) || s.old(p) {
		return nil
	}
	trust, err := s.trust(ctx, tx, group, p.Author)
	if err != nil {
		return err
	}
	switch trust {
	case relays:
		return s.posts.Relay(ctx, tx, group, p, 0, nil)
	case holds:
		return s.hold(ctx, tx, group.ID, p.ID, 0, nil)
	default:
		return nil
	}
}

// edited takes what our groups relayed back from those that do not hear its
// author any more, for a moderator to read: trust in a post is no trust in what
// becomes of it (security.md I04).
func (s *Service) edited(ctx context.Context, tx store.Tx, p *instance.Post) error {
	limited, err := s.limited(ctx, tx, p.Author)
	if err != nil || !limited {
		return err
	}
	made, err := s.relaysOf(ctx, tx, p)
	if err != nil {
		return err
	}
	for _, r := range made {
		if err := s.posts.Retract(ctx, tx, r.group, p); err != nil {
			return fmt.Errorf("group %s takes back %s: %w", r.group.ID, p.ID, err)
		}
		if err := s.hold(ctx, tx, r.group.ID, p.ID, r.source, r.via); err != nil {
			return fmt.Errorf("group %s holds %s again: %w", r.group.ID, p.ID, err)
		}
	}
	return nil
}

// relay is that a group of ours shared a post.
type relay struct {
	group  instance.Actor
	source instance.ActorID // the group it collected it from, 0 for none
	via    []string
}

// relaysOf returns the relays of a post by those of our groups that its author
// does not moderate.
func (s *Service) relaysOf(ctx context.Context, tx store.Tx, p *instance.Post) ([]relay, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+actors.Columns+`, b.source_id, b.via
		  FROM boosts b JOIN actors a ON a.id = b.actor_id
		 WHERE b.post_id = $1 AND a.host = '' AND a.kind = 'Group'
		   AND NOT EXISTS (SELECT 1 FROM moderators m WHERE m.group_id = a.id AND m.actor_id = $2)
		 ORDER BY b.id`, p.ID, p.Author.ID)
	if err != nil {
		return nil, fmt.Errorf("relays of %s: %w", p.ID, err)
	}
	defer rows.Close()
	var list []relay
	for rows.Next() {
		var r relay
		var source *instance.ActorID
		var via string
		dest, done := actors.Fields(&r.group)
		if err := rows.Scan(append(dest, &source, &via)...); err != nil {
			return nil, fmt.Errorf("relays of %s: %w", p.ID, err)
		}
		if err := errors.Join(done(), json.Unmarshal([]byte(via), &r.via)); err != nil {
			return nil, fmt.Errorf("relays of %s: %w", p.ID, err)
		}
		if source != nil {
			r.source = *source
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// limited tells whether moderators limited or suspended an author, or where
// they are from.
func (s *Service) limited(ctx context.Context, tx store.Tx, author instance.Actor) (bool, error) {
	if !author.LimitedAt.IsZero() || !author.SuspendedAt.IsZero() {
		return true, nil
	}
	if author.Local() || s.kept == nil {
		return false, nil
	}
	return s.kept(ctx, tx, author.Host)
}

// relayable tells whether a post is one that groups share: one that begins a
// thread and that anyone may read.
func relayable(p *instance.Post) bool {
	return p.Audience == instance.ToPublic && p.ReplyToURI == "" && !p.Gone()
}

func (s *Service) old(p *instance.Post) bool {
	return s.now().Sub(p.PublishedAt) > MaxAge
}

// trust says what a group does with what an author posts in it.
type trust int

const (
	ignores trust = iota
	holds
	relays
)

// trust: residents (of a club: members) and moderators are relayed, unless the group reads
// newcomers first; followers from elsewhere are held until one of their posts
// was let through; nobody else can use the group to be heard (security.md I03).
func (s *Service) trust(ctx context.Context, tx store.Tx, group, author instance.Actor) (trust, error) {
	var moderates, resident, follows, relayedBefore, holdNew bool
	var today int
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM moderators WHERE group_id = $1 AND actor_id = $2),
		       CASE WHEN EXISTS (SELECT 1 FROM clubs WHERE actor_id = $1)
		            THEN EXISTS (SELECT 1 FROM club_members WHERE club_id = $1 AND person_id = $2 AND state = 'member')
		            ELSE EXISTS (SELECT 1 FROM memberships WHERE person_id = $2 AND standing = 'verified')
		              OR EXISTS (SELECT 1 FROM organisations WHERE actor_id = $2 AND place_id = $1) END,
		       EXISTS (SELECT 1 FROM follows WHERE followee_id = $1 AND follower_id = $2 AND state = 'accepted'),
		       EXISTS (SELECT 1 FROM boosts b JOIN posts p ON p.id = b.post_id WHERE b.actor_id = $1 AND p.author_id = $2),
		       COALESCE((SELECT hold_new FROM neighbourhoods WHERE actor_id = $1), FALSE),
		       (SELECT COUNT(*) FROM boosts b JOIN posts p ON p.id = b.post_id
		         WHERE b.actor_id = $1 AND p.author_id = $2 AND b.id > $3)`,
		group.ID, author.ID, s.dayAgo()).Scan(&moderates, &resident, &follows, &relayedBefore, &holdNew, &today)
	if err != nil {
		return ignores, fmt.Errorf("trust of %s in %s: %w", author.ID, group.ID, err)
	}
	limited, err := s.limited(ctx, tx, author)
	if err != nil {
		return ignores, fmt.Errorf("trust of %s in %s: %w", author.ID, group.ID, err)
	}
	switch {
	case moderates || author.ID == group.ID:
		return relays, nil
	case limited || today >= maxPerAuthor:
		return holds, nil
	case author.Local() && resident:
		if holdNew && !relayedBefore {
			return holds, nil
		}
		return relays, nil
	case follows && relayedBefore:
		return relays, nil
	case follows:
		return holds, nil
	default:
		return ignores, nil
	}
}

// dayAgo is the smallest id of the last day.
func (s *Service) dayAgo() instance.ID {
	return instance.ID(s.now().Add(-24*time.Hour).UnixMilli() << 16)
}

// collect lets our groups relay what a group they follow has shared.
func (s *Service) collect(ctx context.Context, tx store.Tx, d instance.Deed) error {
	p := d.Post
	if !relayable(p) || s.old(p) || len(d.Via) >= MaxVia {
		return nil
	}
	rules, err := s.rulesFor(ctx, tx, d.Actor.ID, p)
	if err != nil {
		return err
	}
	limited, err := s.limited(ctx, tx, p.Author)
	if err != nil {
		return err
	}
	via := append(append([]string{}, d.Via...), d.Actor.URI)
	for _, r := range rules {
		if !r.group.Level.Relays(p.Reach) {
			continue
		}
		if r.moderated || r.full || limited {
			err = s.hold(ctx, tx, r.group.ID, p.ID, d.Actor.ID, via)
		} else {
			err = s.posts.Relay(ctx, tx, r.group, p, d.Actor.ID, via)
		}
		if err != nil {
			return fmt.Errorf("group %s collects %s: %w", r.group.ID, p.ID, err)
		}
	}
	return nil
}

// applied is a rule that says something about a post.
type applied struct {
	group           instance.Actor
	moderated, full bool
}

// rulesFor returns what our groups do with a post that source shared, without
// those that hold, have, or once removed it.
func (s *Service) rulesFor(ctx context.Context, tx store.Tx, source instance.ActorID, p *instance.Post) ([]applied, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+actors.Columns+`, r.mode = 'moderated',
		       (SELECT COUNT(*) FROM boosts b
		         WHERE b.actor_id = r.group_id AND b.source_id = r.source_id AND b.id > $4) >= r.max_per_day
		  FROM relay_rules r
		  JOIN follows f ON f.follower_id = r.group_id AND f.followee_id = r.source_id AND f.state = 'accepted'
		  JOIN actors a ON a.id = r.group_id
		 WHERE r.source_id = $1 AND r.min_reach <= $3
		   AND NOT EXISTS (SELECT 1 FROM boosts b WHERE b.actor_id = r.group_id AND b.post_id = $2)
		   AND NOT EXISTS (SELECT 1 FROM removals x WHERE x.group_id = r.group_id AND x.post_id = $2)
		 ORDER BY r.group_id`, source, p.ID, int(p.Reach), s.dayAgo())
	if err != nil {
		return nil, fmt.Errorf("relay rules for %s: %w", source, err)
	}
	defer rows.Close()
	var list []applied
	for rows.Next() {
		var r applied
		dest, done := actors.Fields(&r.group)
		if err := rows.Scan(append(dest, &r.moderated, &r.full)...); err != nil {
			return nil, fmt.Errorf("relay rules for %s: %w", source, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}
