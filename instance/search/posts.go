package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/readable"
	"palier/instance/store"
)

// Posts returns a page of the posts that v may find by what was typed, the
// newest first. It returns an [instance.Invalid] for a query that is too long.
func (s *Service) Posts(ctx context.Context, v instance.Viewer, typed string, page Page) ([]*instance.Post, error) {
	q, err := ParseQuery(typed, s.zone)
	if err != nil {
		return nil, err
	}
	return s.Find(ctx, v, q, page)
}

// PostsBy is [Service.Posts] for what one author wrote, anybody for 0.
func (s *Service) PostsBy(ctx context.Context, v instance.Viewer, author instance.ActorID, typed string, page Page) ([]*instance.Post, error) {
	q, err := ParseQuery(typed, s.zone)
	if err != nil {
		return nil, err
	}
	q.Author = author
	return s.Find(ctx, v, q, page)
}

// Find returns a page of the posts that v may find by q, the newest first.
func (s *Service) Find(ctx context.Context, v instance.Viewer, q Query, page Page) ([]*instance.Post, error) {
	if q.Empty() || page.Offset > Deepest || page.Offset < 0 || v.ID == 0 && q.In == Library {
		return nil, nil
	}
	b := &finding{s: s, v: v}
	if ok, err := b.build(ctx, q, page); err != nil || !ok {
		return nil, err
	}
	ids, whole, err := b.recent(ctx, page)
	if err == nil && !whole {
		ids, err = b.run(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("search posts: %w", err)
	}
	return s.posts.Load(ctx, v, ids)
}

// finding builds one query for posts.
type finding struct {
	s     *Service
	v     instance.Viewer
	from  string
	where []string
	args  []any
	order string
	tail  string

	worded bool // the index of words is asked
	since  bool // nothing older than some moment is wanted
	before instance.PostID
}

// arg adds an argument and returns its placeholder.
func (b *finding) arg(a any) string {
	b.args = append(b.args, a)
	return store.Placeholders(len(b.args), 1)
}

func (b *finding) and(where string) { b.where = append(b.where, where) }

// build writes the query. It returns false if nothing can be found.
func (b *finding) build(ctx context.Context, q Query, page Page) (bool, error) {
	if ok, err := b.authors(ctx, &q); err != nil || !ok {
		return false, err
	}
	if len(q.Sought.All)+len(q.Sought.None) > 0 {
		q.signs()
	}
	b.words(q.Sought)
	b.narrow(&q)
	b.bounds(q, page)
	b.and(`p.deleted_at IS NULL AND p.removed_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL`)
	where, args := readable.Where(b.v, b.args)
	b.args = args
	b.and(where)
	b.and(b.findable())
	switch q.In {
	case Library:
		b.and(b.mine(b.arg(b.v.ID)))
	case Public:
		b.and(`p.audience = 'public'`)
	case Local:
		b.and(`p.local`)
	}
	return true, nil
}

// words starts the query at the index. What is left out is left out of all
// posts if nothing else is looked for, and without any words the index is not
// needed.
func (b *finding) words(sought store.Sought) {
	b.from, b.order = `posts p`, `p.id`
	if len(sought.All) == 0 && len(sought.None) == 0 {
		return
	}
	if len(sought.All) == 0 {
		sought.All = []store.Phrase{{Words: []string{anyPost}}}
	}
	m := words.Match(b.s.db.Engine(), sought, store.Placeholders(len(b.args)+1, 1))
	b.args = append(b.args, m.Arg)
	// SQLite keeps this order: words first, and by falling id.
	b.from, b.order, b.worded = m.Table+` CROSS JOIN posts p`, m.Key, true
	b.and(m.Where)
	b.and(`p.id = ` + m.Key)
}

func (b *finding) bounds(q Query, page Page) {
	before, after := page.Before, page.After
	if q.Sort == Events {
		q.Since, q.Until = time.Time{}, time.Time{}
	}
	if !q.Until.IsZero() {
		if until := instance.PostID(q.Until.UnixMilli() << 16); before == 0 || until < before {
			before = max(until, 1)
		}
	}
	if !q.Since.IsZero() {
		after = max(after, instance.PostID(q.Since.UnixMilli()<<16)-1)
	}
	b.before, b.since = before, after > 0
	if before != 0 {
		b.and(b.order + ` < ` + b.arg(before))
	}
	if after > 0 {
		b.and(b.order + ` > ` + b.arg(after))
	}
	b.tail = `
		 LIMIT ` + b.arg(page.limit()) + ` OFFSET ` + b.arg(page.Offset)
}

// findable holds for what may be found by strangers, and by v besides: what
// was said in circles v belongs to, and what v has to do with. Of those who were
// limited, the places of v show what they relay. Of those v mutes, and of servers v wants to hear nothing of, nothing is found.
func (b *finding) findable() string {
	open := `(p.audience = 'public' AND a.indexable AND ` + unlimited + `)`
	if b.v.ID == 0 {
		return open
	}
	parts := []string{open, `p.audience IN ('building', 'neighbourhood', 'around')`}
	if places := slices.Concat(b.v.Inner, b.v.Around, b.v.Tends); len(places) > 0 {
		slots := make([]string, len(places))
		for i, id := range places {
			slots[i] = b.arg(id)
		}
		parts = append(parts, `(p.audience = 'public' AND p.group_id IN (`+strings.Join(slots, ", ")+`)
		      AND (`+unlimited+` OR EXISTS (SELECT 1 FROM boosts gb WHERE gb.post_id = p.id AND gb.actor_id = p.group_id)))`)
	}
	me := b.arg(b.v.ID)
	parts = append(parts, b.mine(me))
	return `(` + strings.Join(parts, `
		     OR `) + `)
		   AND NOT EXISTS (SELECT 1 FROM mutes m
		                    WHERE m.actor_id = ` + me + ` AND m.target_id = p.author_id
		                      AND (m.until IS NULL OR m.until > ` + b.arg(store.Millis(b.s.now())) + `))
		   AND NOT EXISTS (SELECT 1 FROM blocked_domains m WHERE m.actor_id = ` + me + ` AND m.domain = a.host)`
}

// unlimited holds for actors, under the alias a, that no moderator has limited,
// neither them nor their server.
const unlimited = `a.limited_at IS NULL AND NOT EXISTS (SELECT 1 FROM domain_rules dr WHERE dr.domain = a.host)`

// mine holds for what one wrote, answered, liked, shared or kept, and for what
// names one.
func (b *finding) mine(me string) string {
	return `(p.author_id = ` + me + `
		     OR EXISTS (SELECT 1 FROM post_mentions x WHERE x.post_id = p.id AND x.actor_id = ` + me + `)
		     OR EXISTS (SELECT 1 FROM likes x WHERE x.post_id = p.id AND x.actor_id = ` + me + `)
		     OR EXISTS (SELECT 1 FROM boosts x WHERE x.post_id = p.id AND x.actor_id = ` + me + `)
		     OR EXISTS (SELECT 1 FROM bookmarks x WHERE x.post_id = p.id AND x.actor_id = ` + me + `)
		     OR EXISTS (SELECT 1 FROM posts x WHERE x.reply_to_id = p.id AND x.author_id = ` + me + `))`
}

// authors narrows q to what some people wrote, or others than some. It returns
// false if nobody wrote that: somebody unknown, or two people at once.
func (b *finding) authors(ctx context.Context, q *Query) (bool, error) {
	by := map[instance.ActorID]bool{}
	if q.Author != 0 {
		by[q.Author] = true
	}
	for _, handle := range q.From {
		id, err := b.named(ctx, handle)
		if errors.Is(err, instance.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		by[id] = true
	}
	for id := range by {
		if len(q.Sought.All)+len(q.Sought.None) == 0 {
			b.and(`p.author_id = ` + b.arg(id)) // their posts lie in order already
			continue
		}
		q.seek(store.Phrase{Words: []string{authorSign(id)}}, false)
	}
	for _, handle := range q.NotFrom {
		id, err := b.named(ctx, handle)
		if errors.Is(err, instance.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		b.and(`p.author_id <> ` + b.arg(id))
	}
	return len(by) < 2, nil
}

func (b *finding) named(ctx context.Context, handle string) (instance.ActorID, error) {
	if handle == "me" && b.v.ID != 0 {
		return b.v.ID, nil
	}
	name, host := b.s.handle(handle)
	a, err := actors.ByName(ctx, b.s.db.Read(), name, host)
	return a.ID, err
}

// handle takes a handle apart; ours have no host.
func (s *Service) handle(typed string) (name, host string) {
	name, host, _ = strings.Cut(strings.ToLower(strings.TrimPrefix(typed, "@")), "@")
	if host == s.site.Host() {
		host = ""
	}
	return name, host
}

func (b *finding) run(ctx context.Context) ([]instance.PostID, error) {
	rows, err := b.s.db.Read().Query(ctx, `
		SELECT p.id
		  FROM `+b.from+` CROSS JOIN actors a
		 WHERE `+strings.Join(append(b.where, `a.id = p.author_id`), `
		   AND `)+`
		 ORDER BY `+b.order+` DESC`+b.tail, b.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
