package activitypub

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

func plain() []byte { return vocab.PlainContext() }

// perPage is how many items a page of a collection holds.
const perPage = 20

// list is a collection: how many things it holds and a page of them.
type list struct {
	id    string
	owner string
	count func(ctx context.Context) (int, error)
	// page returns the items before an id, newest first, each with its id.
	page func(ctx context.Context, before instance.ID, limit int) ([]listed, error)
}

type listed struct {
	id   instance.ID
	item as2.Item
}

// serveList answers for a collection, or for a page of it if one is asked for.
func serveList(r *http.Request, l list) (answer, error) {
	ctx := r.Context()
	at := r.URL.Query().Get("before")
	if at == "" {
		n, err := l.count(ctx)
		if err != nil {
			return answer{}, fmt.Errorf("count %s: %w", l.id, err)
		}
		c := as2.Collection{Context: plain(), ID: l.id, Type: as2.TypeOrderedCollection, Total: &n}
		if l.owner != "" {
			c.AttributedTo = []as2.Item{as2.IRI(l.owner)}
		}
		if l.page != nil {
			c.First = as2.IRI(l.id + "?before=" + strconv.FormatInt(1<<63-1, 10))
		}
		body, err := as2.Encode(c)
		return answer{body: body}, err
	}
	before, err := instance.ParseID(at)
	if err != nil || l.page == nil {
		return answer{}, instance.ErrNotFound
	}
	items, err := l.page(ctx, before, perPage)
	if err != nil {
		return answer{}, fmt.Errorf("page of %s: %w", l.id, err)
	}
	c := as2.Collection{
		Context: vocab.PostContext(), ID: l.id + "?before=" + at, Type: as2.TypeOrderedCollectionPage, PartOf: l.id,
		Items: []as2.Item{},
	}
	for _, i := range items {
		c.Items = append(c.Items, i.item)
	}
	if len(items) == perPage {
		c.Next = as2.IRI(l.id + "?before=" + items[len(items)-1].id.String())
	}
	body, err := as2.Encode(c)
	return answer{body: body}, err
}

// counted returns a count by a query with one argument.
func (s *Service) counted(sql string, arg any) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		var n int
		err := s.db.Read().QueryRow(ctx, sql, arg).Scan(&n)
		return n, err
	}
}

// paged returns pages by a query for an id and a URI, with the arguments
// arg, before and limit.
func (s *Service) paged(sql string, arg any, item func(string) (as2.Item, error)) func(context.Context, instance.ID, int) ([]listed, error) {
	return func(ctx context.Context, before instance.ID, limit int) ([]listed, error) {
		rows, err := s.db.Read().Query(ctx, sql, arg, before, limit)
		if err != nil {
			return nil, err
		}
		return readListed(rows, item)
	}
}

func readListed(rows store.Rows, item func(string) (as2.Item, error)) ([]listed, error) {
	defer rows.Close()
	var found []listed
	for rows.Next() {
		var l listed
		var text string
		if err := rows.Scan(&l.id, &text); err != nil {
			return nil, err
		}
		var err error
		if l.item, err = item(text); err != nil {
			return nil, err
		}
		found = append(found, l)
	}
	return found, rows.Err()
}

func byIRI(uri string) (as2.Item, error)  { return as2.IRI(uri), nil }
func whole(body string) (as2.Item, error) { return as2.Whole([]byte(body)) }

func (s *Service) getOutbox(r *http.Request) (answer, error) {
	a, err := s.actorOf(r)
	if err != nil {
		return answer{}, err
	}
	return serveList(r, list{
		id: a.Outbox, owner: a.URI,
		count: s.counted(`SELECT COUNT(*) FROM activities c WHERE c.actor_id = $1 AND c.listed AND `+stands, a.ID),
		page: s.paged(`
			SELECT c.id, c.body
			  FROM activities c
			 WHERE c.actor_id = $1 AND c.listed AND c.id < $2 AND `+stands+`
			 ORDER BY c.id DESC
			 LIMIT $3`, a.ID, whole),
	})
}

// getServerOutbox lists what the server's own actor said openly, which is
// nothing: it signs and it reports.
func (s *Service) getServerOutbox(r *http.Request) (answer, error) {
	a, err := s.server(r.Context())
	if err != nil {
		return answer{}, err
	}
	return serveList(r, list{id: a.Outbox, owner: a.URI, count: func(context.Context) (int, error) { return 0, nil }})
}

// getFollowers tells how many follow. Of whom, only groups are named: people
// who follow the place they live in have not told the world where that is.
func (s *Service) getFollowers(r *http.Request) (answer, error) {
	a, err := s.actorOf(r)
	if err != nil {
		return answer{}, err
	}
	return serveList(r, list{
		id: a.Followers, owner: a.URI,
		count: func(context.Context) (int, error) { return a.FollowersCount, nil },
		page: s.paged(`
			SELECT f.id, x.uri
			  FROM follows f JOIN actors x ON x.id = f.follower_id
			 WHERE f.followee_id = $1 AND f.state = 'accepted' AND x.kind = 'Group' AND f.id < $2
			 ORDER BY f.id DESC
			 LIMIT $3`, a.ID, byIRI),
	})
}

// getFollowing names whom a group follows, which is how a child's claim to lie
// within it is confirmed; of a person it tells only how many.
func (s *Service) getFollowing(r *http.Request) (answer, error) {
	a, err := s.actorOf(r)
	if err != nil {
		return answer{}, err
	}
	l := list{id: a.Following, owner: a.URI, count: func(context.Context) (int, error) { return a.FollowingCount, nil }}
	if a.Kind == instance.Group {
		l.page = s.paged(`
			SELECT f.id, x.uri
			  FROM follows f JOIN actors x ON x.id = f.followee_id
			 WHERE f.follower_id = $1 AND f.state = 'accepted' AND f.id < $2
			 ORDER BY f.id DESC
			 LIMIT $3`, a.ID, byIRI)
	}
	return serveList(r, l)
}

// getFeatured lists what an actor shows first. It is short, so it comes whole.
func (s *Service) getFeatured(r *http.Request) (answer, error) {
	a, err := s.actorOf(r)
	if err != nil {
		return answer{}, err
	}
	return s.serveWhole(r, a.Featured, a.URI, `
		SELECT p.id, p.uri
		  FROM pins x JOIN posts p ON p.id = x.post_id
		 WHERE x.actor_id = $1 AND p.deleted_at IS NULL AND p.removed_at IS NULL AND p.audience IN ('public', 'unlisted')
		 ORDER BY x.at DESC`, a.ID)
}

func (s *Service) getModerators(r *http.Request) (answer, error) {
	a, err := s.actorOf(r)
	if err != nil {
		return answer{}, err
	}
	return s.serveWhole(r, a.Moderators, a.URI, `
		SELECT x.id, x.uri
		  FROM moderators m JOIN actors x ON x.id = m.actor_id
		 WHERE m.group_id = $1 AND x.deleted_at IS NULL AND x.suspended_at IS NULL
		 ORDER BY m.since, x.id`, a.ID)
}

// serveWhole answers for a collection that has no pages.
func (s *Service) serveWhole(r *http.Request, id, owner, sql string, arg any) (answer, error) {
	rows, err := s.db.Read().Query(r.Context(), sql, arg)
	if err != nil {
		return answer{}, fmt.Errorf("list %s: %w", id, err)
	}
	items, err := readListed(rows, byIRI)
	if err != nil {
		return answer{}, fmt.Errorf("list %s: %w", id, err)
	}
	n := len(items)
	c := as2.Collection{
		Context: plain(), ID: id, Type: as2.TypeOrderedCollection, Total: &n, AttributedTo: []as2.Item{as2.IRI(owner)},
		Items: []as2.Item{},
	}
	for _, i := range items {
		c.Items = append(c.Items, i.item)
	}
	body, err := as2.Encode(c)
	return answer{body: body}, err
}

// getReplies lists the open answers to a post.
func (s *Service) getReplies(r *http.Request) (answer, error) {
	p, _, err := s.postFor(r, s.site.PostURI)
	if err != nil {
		return answer{}, err
	}
	return serveList(r, list{
		id: p.URI + "/replies",
		count: s.counted(`
			SELECT COUNT(*) FROM posts
			 WHERE reply_to_id = $1 AND audience IN ('public', 'unlisted') AND waits_at IS NULL AND deleted_at IS NULL AND removed_at IS NULL`, p.ID),
		page: s.paged(`
			SELECT id, uri FROM posts
			 WHERE reply_to_id = $1 AND audience IN ('public', 'unlisted') AND waits_at IS NULL AND deleted_at IS NULL AND removed_at IS NULL AND id < $2
			 ORDER BY id DESC
			 LIMIT $3`, p.ID, byIRI),
	})
}

// getThread lists the open posts of a thread that began here (FEP-7888).
func (s *Service) getThread(r *http.Request) (answer, error) {
	p, _, err := s.postFor(r, s.site.PostURI)
	if err != nil {
		return answer{}, err
	}
	l := list{
		id: s.site.ThreadURI(p.ID), owner: p.Author.URI,
		count: s.counted(`
			SELECT COUNT(*) FROM posts
			 WHERE thread_id = $1 AND audience IN ('public', 'unlisted') AND waits_at IS NULL AND deleted_at IS NULL AND removed_at IS NULL`, p.ID),
		page: s.paged(`
			SELECT id, uri FROM posts
			 WHERE thread_id = $1 AND audience IN ('public', 'unlisted') AND waits_at IS NULL AND deleted_at IS NULL AND removed_at IS NULL AND id < $2
			 ORDER BY id DESC
			 LIMIT $3`, p.ID, byIRI),
	}
	if p.Group != nil {
		l.owner = p.Group.URI
	}
	return serveList(r, l)
}
