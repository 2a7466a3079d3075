// Package timelines keeps the orders in which posts are read: a person's home
// feed, which is written as things arrive, and the lists of a place, of a
// person, of a hashtag and of everything public.
package timelines

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/readable"
	"palier/instance/store"
)

// Service reads and keeps timelines.
type Service struct {
	db      *store.DB
	ids     *instance.IDs
	posts   Posts
	readers func(audience instance.Audience, place string) string
}

// Posts is how a timeline gets at the posts its entries name.
type Posts interface {
	// Load returns those of the posts that v may read, in this order.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	IDs   *instance.IDs
	Posts Posts
	// Readers gives the query for those who may read a local post in a place,
	// given as a placeholder; its column is called reader.
	Readers func(audience instance.Audience, place string) string
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, ids: o.IDs, posts: o.Posts, readers: o.Readers}
}

// Entry is one line of a timeline: a post, and who brought it if not its
// author.
type Entry struct {
	ID   instance.ID // to page by
	Post *instance.Post
	Via  *instance.Actor
}

// Page asks for part of a timeline by ids. Zero values ask for its newest part.
type Page struct {
	Before instance.ID // strictly older than this
	After  instance.ID // strictly newer than this, the nearest ones first
	Limit  int
}

const (
	usual = 20
	most  = 80
)

func (p Page) limit() int {
	switch {
	case p.Limit <= 0:
		return usual
	case p.Limit > most:
		return most
	}
	return p.Limit
}

// bounds returns the page as a range and its order.
func (p Page) bounds() (before, after instance.ID, order string) {
	before, order = p.Before, "DESC"
	if before == 0 {
		before = 1<<63 - 1
	}
	if p.After != 0 {
		order = "ASC"
	}
	return before, p.After, order
}

// entryRow is what the lists select: id, post and who brought it.
type entryRow struct {
	id   instance.ID
	post instance.PostID
	via  instance.ActorID
}

// read runs a query for entries and loads what they name. Entries whose post
// the viewer may not read (any more) are left out; so a page can be shorter
// than asked for, and next is where to go on all the same.
func (s *Service) read(ctx context.Context, v instance.Viewer, page Page, sql string, args ...any) (entries []Entry, next instance.ID, err error) {
	rows, err := s.db.Read().Query(ctx, sql, args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	var lines []entryRow
	for rows.Next() {
		var l entryRow
		var via *instance.ActorID
		if err := rows.Scan(&l.id, &l.post, &via); err != nil {
			return nil, 0, err
		}
		if via != nil {
			l.via = *via
		}
		lines = append(lines, l)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, err
	}
	if page.After != 0 {
		reverse(lines)
	}
	if len(lines) == page.limit() {
		next = lines[len(lines)-1].id
	}
	entries, err = s.load(ctx, v, lines)
	return entries, next, err
}

func (s *Service) load(ctx context.Context, v instance.Viewer, lines []entryRow) ([]Entry, error) {
	ids := make([]instance.PostID, len(lines))
	var vias []instance.ActorID
	for i, l := range lines {
		ids[i] = l.post
		if l.via != 0 {
			vias = append(vias, l.via)
		}
	}
	found, err := s.posts.Load(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[instance.PostID]*instance.Post, len(found))
	for _, p := range found {
		byID[p.ID] = p
	}
	brought, err := actors.ByIDs(ctx, s.db.Read(), vias)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, l := range lines {
		p := byID[l.post]
		if p == nil || p.Gone() {
			continue
		}
		e := Entry{ID: l.id, Post: p}
		if a, ok := brought[l.via]; ok && a.ID != p.Author.ID {
			e.Via = &a
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func reverse(lines []entryRow) {
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
}

// Home returns a page of a person's feed and where to go on, 0 at the end.
func (s *Service) Home(ctx context.Context, v instance.Viewer, page Page) ([]Entry, instance.ID, error) {
	before, after, order := page.bounds()
	entries, next, err := s.read(ctx, v, page, `
		SELECT h.id, h.post_id, h.via_id
		  FROM home_entries h
		 WHERE h.owner_id = $1 AND h.id < $2 AND h.id > $3
		 ORDER BY h.id `+order+`
		 LIMIT $4`, v.ID, before, after, page.limit())
	if err != nil {
		return nil, 0, fmt.Errorf("home of %s: %w", v.ID, err)
	}
	return entries, next, nil
}

// Place returns a page of what a group shows: what it relays, and what was
// posted in it for circles the viewer belongs to.
func (s *Service) Place(ctx context.Context, v instance.Viewer, group instance.ActorID, page Page) ([]Entry, instance.ID, error) {
	before, after, order := page.bounds()
	where, args := readable.Where(v, []any{group, before, after, page.limit()})
	entries, next, err := s.read(ctx, v, page, `
		SELECT id, post_id, via_id FROM (
			SELECT * FROM (
				SELECT b.id AS id, b.post_id AS post_id, b.source_id AS via_id
				  FROM boosts b
				 WHERE b.actor_id = $1 AND b.id < $2 AND b.id > $3
				 ORDER BY b.id `+order+`
				 LIMIT $4) AS relayed
			UNION ALL
			SELECT * FROM (
				SELECT p.id, p.id, CAST(NULL AS BIGINT)
				  FROM posts p
				 WHERE p.group_id = $1 AND p.id < $2 AND p.id > $3 AND p.reply_to_uri = ''
				   AND p.audience IN ('building', 'neighbourhood', 'around')
				   AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`
				 ORDER BY p.id `+order+`
				 LIMIT $4) AS posted
		) AS entries
		 ORDER BY id `+order+`
		 LIMIT $4`, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("timeline of place %s: %w", group, err)
	}
	return entries, next, nil
}

// Person returns a page of what somebody posted and shared.
func (s *Service) Person(ctx context.Context, v instance.Viewer, actor instance.ActorID, page Page) ([]Entry, instance.ID, error) {
	before, after, order := page.bounds()
	where, args := readable.Where(v, []any{actor, before, after, page.limit()})
	entries, next, err := s.read(ctx, v, page, `
		SELECT id, post_id, via_id FROM (
			SELECT * FROM (
				SELECT b.id AS id, b.post_id AS post_id, b.actor_id AS via_id
				  FROM boosts b
				 WHERE b.actor_id = $1 AND b.id < $2 AND b.id > $3
				 ORDER BY b.id `+order+`
				 LIMIT $4) AS shared
			UNION ALL
			SELECT * FROM (
				SELECT p.id, p.id, CAST(NULL AS BIGINT)
				  FROM posts p
				 WHERE p.author_id = $1 AND p.id < $2 AND p.id > $3
				   AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`
				 ORDER BY p.id `+order+`
				 LIMIT $4) AS posted
		) AS entries
		 ORDER BY id `+order+`
		 LIMIT $4`, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("timeline of %s: %w", actor, err)
	}
	return entries, next, nil
}

// Public returns a page of what anyone may read; only what was posted on this
// server if local.
func (s *Service) Public(ctx context.Context, v instance.Viewer, local bool, page Page) ([]Entry, instance.ID, error) {
	before, after, order := page.bounds()
	here := ``
	if local {
		here = ` AND p.local`
	}
	entries, next, err := s.read(ctx, v, page, `
		SELECT p.id, p.id, CAST(NULL AS BIGINT)
		  FROM posts p
		 WHERE p.audience = 'public' AND p.deleted_at IS NULL AND p.removed_at IS NULL AND p.reply_to_uri = ''
		   AND p.id < $1 AND p.id > $2`+here+`
		 ORDER BY p.id `+order+`
		 LIMIT $3`, before, after, page.limit())
	if err != nil {
		return nil, 0, fmt.Errorf("public timeline: %w", err)
	}
	return entries, next, nil
}

// Tag returns a page of the posts with a hashtag that the viewer may read and
// that may stand in lists.
func (s *Service) Tag(ctx context.Context, v instance.Viewer, tag string, page Page) ([]Entry, instance.ID, error) {
	before, after, order := page.bounds()
	where, args := readable.Where(v, []any{tag, before, after, page.limit()})
	entries, next, err := s.read(ctx, v, page, `
		SELECT p.id, p.id, CAST(NULL AS BIGINT)
		  FROM post_tags t JOIN posts p ON p.id = t.post_id
		 WHERE t.tag = $1 AND t.post_id < $2 AND t.post_id > $3
		   AND p.audience <> 'unlisted' AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`
		 ORDER BY p.id `+order+`
		 LIMIT $4`, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("timeline of #%s: %w", tag, err)
	}
	return entries, next, nil
}
