// Package timelines keeps the orders in which posts are read: a person's home
// feed, which is written as things arrive, and the lists of a place, of a
// person, of a hashtag and of everything public.
package timelines

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/readable"
	"palier/instance/store"
)

// Service reads and keeps timelines.
type Service struct {
	db      *store.DB
	now     func() time.Time
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
	Now   func() time.Time
	Posts Posts
	// Readers gives the query for those who may read a local post in a place,
	// given as a placeholder; its column is called reader.
	Readers func(audience instance.Audience, place string) string
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, now: o.Now, posts: o.Posts, readers: o.Readers}
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
	Since  instance.ID // strictly newer than this, the newest ones first
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
	return before, max(p.After, p.Since), order
}

// entryRow is what the lists select: id, post and who brought it.
type entryRow struct {
	id   instance.ID
	post instance.PostID
	via  instance.ActorID
}

// standing holds for the posts, under the alias p, that still stand and whose
// author does. The queries ask for it themselves, so that a page is as long as
// it was asked to be.
const standing = `p.deleted_at IS NULL AND p.removed_at IS NULL
	AND EXISTS (SELECT 1 FROM actors au WHERE au.id = p.author_id AND au.deleted_at IS NULL AND au.suspended_at IS NULL)`

// listed holds for the posts, under the alias p, that may stand in a list of
// everybody's: neither their author nor the server they are from was limited
// (security.md I04).
const listed = `NOT EXISTS (SELECT 1 FROM actors lu
	WHERE lu.id = p.author_id
	  AND (lu.limited_at IS NOT NULL OR EXISTS (SELECT 1 FROM domain_rules dr WHERE dr.domain = lu.host)))`

// read runs a query for entries and loads what they name. What the viewer may
// not read any more between the two is left out; next is where to go on all the
// same.
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
	where, args := readable.Where(v, []any{v.ID, before, after, page.limit()})
	entries, next, err := s.read(ctx, v, page, `
		SELECT h.id, h.post_id, h.via_id
		  FROM home_entries h JOIN posts p ON p.id = h.post_id
		 WHERE h.owner_id = $1 AND h.id < $2 AND h.id > $3 AND `+standing+` AND `+where+`
		 ORDER BY h.id `+order+`
		 LIMIT $4`, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("home of %s: %w", v.ID, err)
	}
	return entries, next, nil
}

// List returns a page of what stands in a list of the viewer's and where to go
// on, 0 at the end; nothing of any other list.
func (s *Service) List(ctx context.Context, v instance.Viewer, list instance.ListID, page Page) ([]Entry, instance.ID, error) {
	before, after, order := page.bounds()
	where, args := readable.Where(v, []any{list, before, after, page.limit(), v.ID})
	entries, next, err := s.read(ctx, v, page, `
		SELECT e.id, e.post_id, e.via_id
		  FROM list_entries e JOIN posts p ON p.id = e.post_id
		 WHERE e.list_id = $1 AND e.id < $2 AND e.id > $3
		   AND EXISTS (SELECT 1 FROM lists l WHERE l.id = $1 AND l.owner_id = $5)
		   AND `+standing+` AND `+where+`
		 ORDER BY e.id `+order+`
		 LIMIT $4`, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list %s of %s: %w", list, v.ID, err)
	}
	return entries, next, nil
}
