package timelines

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
)

// Narrow keeps part of a timeline. The zero Narrow keeps all of it.
type Narrow struct {
	Local          bool   // posted on this server
	Remote         bool   // posted elsewhere
	Media          bool   // with a picture or something else attached
	WithoutReplies bool   // but answers to oneself stay
	WithoutShares  bool   // what the actor only passed on
	Tag            string // with this hashtag
	// With one, all or none of these hashtags.
	AnyTag, AllTags, NoTag []string
}

// where returns what n asks of posts under the alias p, to be put behind other
// conditions, and the arguments it adds to args.
func (n Narrow) where(args []any) (string, []any) {
	var sql string
	if n.Local {
		sql += ` AND p.local`
	}
	if n.Remote {
		sql += ` AND NOT p.local`
	}
	if n.Media {
		sql += ` AND EXISTS (SELECT 1 FROM media m WHERE m.post_id = p.id)`
	}
	if n.WithoutReplies {
		sql += ` AND (p.reply_to_uri = '' OR EXISTS (SELECT 1 FROM posts q WHERE q.id = p.reply_to_id AND q.author_id = p.author_id))`
	}
	if n.Tag != "" {
		args = append(args, n.Tag)
		sql += ` AND EXISTS (SELECT 1 FROM post_tags t WHERE t.post_id = p.id AND t.tag = $` + strconv.Itoa(len(args)) + `)`
	}
	return n.tags(sql, args)
}

// tags adds what n asks of the hashtags of posts.
func (n Narrow) tags(sql string, args []any) (string, []any) {
	has := func(tags ...string) string {
		from := len(args) + 1
		for _, tag := range tags {
			args = append(args, tag)
		}
		return `EXISTS (SELECT 1 FROM post_tags t WHERE t.post_id = p.id AND t.tag IN (` + store.Placeholders(from, len(tags)) + `))`
	}
	if len(n.AnyTag) > 0 {
		sql += ` AND ` + has(n.AnyTag...)
	}
	for _, tag := range n.AllTags {
		sql += ` AND ` + has(tag)
	}
	if len(n.NoTag) > 0 {
		sql += ` AND NOT ` + has(n.NoTag...)
	}
	return sql, args
}

// Place returns a page of what a group shows: what it relays, and what was
// posted in it for circles the viewer belongs to. The id of an entry that is
// relayed is its relay's, that of another is its post's.
func (s *Service) Place(ctx context.Context, v instance.Viewer, group instance.ActorID, n Narrow, page Page) ([]Entry, instance.ID, error) {
	own, outside := `p.group_id = $1 AND p.reply_to_uri = '' AND p.audience IN ('building', 'neighbourhood', 'around')`, false
	switch {
	case slices.Contains(v.Inner, group), slices.Contains(v.Tends, group):
	case slices.Contains(v.Around, group):
		own = `p.group_id = $1 AND p.reply_to_uri = '' AND p.audience = 'around'`
	default:
		outside = true
	}
	entries, next, err := s.ofActor(ctx, v, group, n, page, `b.source_id`, own, outside)
	if err != nil {
		return nil, 0, fmt.Errorf("timeline of place %s: %w", group, err)
	}
	return entries, next, nil
}

// Person returns a page of what somebody posted and shared. The id of an entry
// that is shared is the share's, that of another is its post's.
func (s *Service) Person(ctx context.Context, v instance.Viewer, actor instance.ActorID, n Narrow, page Page) ([]Entry, instance.ID, error) {
	entries, next, err := s.ofActor(ctx, v, actor, n, page, `b.actor_id`, `p.author_id = $1`, false)
	if err != nil {
		return nil, 0, fmt.Errorf("timeline of %s: %w", actor, err)
	}
	return entries, next, nil
}

// ofActor merges what an actor passed on, brought by via, with the posts of own;
// outside tells that of these v can read only what they wrote themselves, so that
// nobody looks through years of the others to find that out.
func (s *Service) ofActor(ctx context.Context, v instance.Viewer, actor instance.ActorID, n Narrow, page Page, via, own string, outside bool) ([]Entry, instance.ID, error) {
	before, after, order := page.bounds()
	where, args := readable.Where(v, []any{actor, before, after, page.limit()})
	narrow, args := n.where(args)
	if outside {
		args = append(args, v.ID)
		own += ` AND p.author_id = $` + strconv.Itoa(len(args))
	}
	passed := `
			SELECT * FROM (
				SELECT b.id AS id, b.post_id AS post_id, ` + via + ` AS via_id
				  FROM boosts b CROSS JOIN posts p
				 WHERE p.id = b.post_id AND b.actor_id = $1 AND b.id < $2 AND b.id > $3 AND ` + standing + ` AND ` + where + narrow + `
				 ORDER BY b.id ` + order + `
				 LIMIT $4) AS passed
			UNION ALL`
	if n.WithoutShares {
		passed = ``
	}
	return s.read(ctx, v, page, `
		SELECT id, post_id, via_id FROM (`+passed+`
			SELECT * FROM (
				SELECT p.id AS id, p.id AS post_id, CAST(NULL AS BIGINT) AS via_id
				  FROM posts p
				 WHERE `+own+` AND p.id < $2 AND p.id > $3 AND `+standing+` AND `+where+narrow+`
				 ORDER BY p.id `+order+`
				 LIMIT $4) AS posted
		) AS entries
		 ORDER BY id `+order+`
		 LIMIT $4`, args...)
}

// Pinned returns what an actor keeps on top of their own page, as far as v may
// read it, the latest pinned first.
func (s *Service) Pinned(ctx context.Context, v instance.Viewer, actor instance.ActorID) ([]Entry, error) {
	where, args := readable.Where(v, []any{actor, most})
	entries, _, err := s.read(ctx, v, Page{}, `
		SELECT p.id, p.id, CAST(NULL AS BIGINT)
		  FROM pins n JOIN posts p ON p.id = n.post_id
		 WHERE n.actor_id = $1 AND `+standing+` AND `+where+`
		 ORDER BY n.at DESC, p.id DESC
		 LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("what %s pinned: %w", actor, err)
	}
	return entries, nil
}

// welcome returns what holds for posts that may stand in a list nobody chose the
// authors of, to be put behind other conditions, and the arguments it adds: none
// of somebody v mutes, and of those a moderator limited, or whose server was
// limited, only to who follows them.
func (s *Service) welcome(v instance.Viewer, args []any) (string, []any) {
	if v.ID == 0 {
		return ` AND ` + listed, args
	}
	args = append(args, v.ID, store.Millis(s.now()))
	me, now := `$`+strconv.Itoa(len(args)-1), `$`+strconv.Itoa(len(args))
	return ` AND NOT EXISTS (SELECT 1 FROM mutes mu
		                  WHERE mu.actor_id = ` + me + ` AND mu.target_id = p.author_id AND (mu.until IS NULL OR mu.until > ` + now + `))
		   AND (p.author_id = ` + me + ` OR ` + listed + `
		        OR EXISTS (SELECT 1 FROM follows lf WHERE lf.follower_id = ` + me + ` AND lf.followee_id = p.author_id AND lf.state = 'accepted'))`, args
}

// Public returns a page of what anyone may read.
func (s *Service) Public(ctx context.Context, v instance.Viewer, n Narrow, page Page) ([]Entry, instance.ID, error) {
	before, after, order := page.bounds()
	where, args := readable.Where(v, []any{before, after, page.limit()})
	narrow, args := n.where(args)
	welcome, args := s.welcome(v, args)
	entries, next, err := s.read(ctx, v, page, `
		SELECT p.id, p.id, CAST(NULL AS BIGINT)
		  FROM posts p
		 WHERE p.audience = 'public' AND p.deleted_at IS NULL AND p.reply_to_uri = ''
		   AND p.id < $1 AND p.id > $2 AND `+standing+` AND `+where+narrow+welcome+`
		 ORDER BY p.id `+order+`
		 LIMIT $3`, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("public timeline: %w", err)
	}
	return entries, next, nil
}

// Tag returns a page of the posts with a hashtag, or one of others, that the
// viewer may read and that may stand in lists.
func (s *Service) Tag(ctx context.Context, v instance.Viewer, tag string, n Narrow, page Page) ([]Entry, instance.ID, error) {
	before, after, order := page.bounds()
	args := []any{before, after, page.limit(), tag}
	from := len(args)
	for _, other := range n.AnyTag {
		args = append(args, other)
	}
	// Of one hashtag the lines lie in order already.
	source := `post_tags t JOIN posts p ON p.id = t.post_id
		 WHERE t.tag = $4 AND t.post_id < $1 AND t.post_id > $2`
	if len(n.AnyTag) > 0 {
		source = `posts p
		 WHERE p.id IN (SELECT t.post_id FROM post_tags t
		                 WHERE t.tag IN (` + store.Placeholders(from, 1+len(n.AnyTag)) + `) AND t.post_id < $1 AND t.post_id > $2)`
	}
	n.AnyTag = nil
	where, args := readable.Where(v, args)
	narrow, args := n.where(args)
	welcome, args := s.welcome(v, args)
	entries, next, err := s.read(ctx, v, page, `
		SELECT p.id, p.id, CAST(NULL AS BIGINT)
		  FROM `+source+`
		   AND p.audience <> 'unlisted' AND `+standing+` AND `+where+narrow+welcome+`
		 ORDER BY p.id `+order+`
		 LIMIT $3`, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("timeline of #%s: %w", tag, err)
	}
	return entries, next, nil
}
