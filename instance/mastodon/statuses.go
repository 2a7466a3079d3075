package mastodon

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/mastodon/entity"
	"palier/instance/posts"
)

func (s *Server) statusRoutes(r chi.Router) {
	s.person(r, http.MethodPost, "/v1/statuses", "write:statuses", s.publishStatus)
	s.open(r, "/v1/statuses", "read:statuses", s.getStatuses)
	s.open(r, "/v1/statuses/{id}", "read:statuses", s.kept(s.getStatus))
	s.person(r, http.MethodPut, "/v1/statuses/{id}", "write:statuses", s.editStatus)
	s.person(r, http.MethodDelete, "/v1/statuses/{id}", "write:statuses", s.deleteStatus)
	s.open(r, "/v1/statuses/{id}/context", "read:statuses", s.kept(s.getStatusContext))
	s.open(r, "/v1/statuses/{id}/card", "read:statuses", s.getStatusCard)
	for deed, d := range map[string]struct {
		scope string
		do    func(context.Context, instance.Viewer, instance.PostID) error
	}{
		"favourite":   {"write:favourites", s.Posts.Like},
		"unfavourite": {"write:favourites", s.Posts.Unlike},
	} {
		s.person(r, http.MethodPost, "/v1/statuses/{id}/"+deed, d.scope, s.reactWith(d.do))
	}
	s.person(r, http.MethodPost, "/v1/statuses/{id}/reblog", "write:statuses", s.reblog)
	s.person(r, http.MethodPost, "/v1/statuses/{id}/unreblog", "write:statuses", s.reactWith(s.Posts.Unboost))
}

// sharing is what an id of the API names: a post, or that somebody passed one
// on.
type sharing struct {
	*instance.Post
	by *instance.Actor // nil for the post itself
	id instance.ID     // of the share
}

// find returns what the path names, if the caller may read it.
func (s *Server) find(r *http.Request, c *call) (sharing, error) {
	id, err := pathID(r)
	if err != nil {
		return sharing{}, err
	}
	found, err := s.findAll(r.Context(), c, []instance.ID{id})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("post %s: %w", id, instance.ErrNotFound)
	}
	if err != nil {
		return sharing{}, err
	}
	return found[0], nil
}

// findAll returns those of the posts and shares that the caller may read and
// that still stand, in the order asked for.
func (s *Server) findAll(ctx context.Context, c *call, ids []instance.ID) ([]sharing, error) {
	shares, err := s.Posts.Shares(ctx, ids)
	if err != nil {
		return nil, err
	}
	wanted := make([]instance.PostID, len(ids))
	for i, id := range ids {
		wanted[i] = instance.PostID(id)
		if share, ok := shares[id]; ok {
			wanted[i] = share.Post
		}
	}
	list, err := s.Posts.Load(ctx, c.viewer, wanted)
	if err != nil {
		return nil, err
	}
	var found []sharing
	for i, id := range ids {
		at := slices.IndexFunc(list, func(p *instance.Post) bool { return p.ID == wanted[i] && !p.Gone() })
		if at < 0 {
			continue
		}
		one := sharing{Post: list[at]}
		if share, ok := shares[id]; ok {
			one.by, one.id = &share.By, id
		}
		found = append(found, one)
	}
	return found, nil
}

// replySharing answers with what an id names, as the caller sees it.
func (s *Server) replySharing(w http.ResponseWriter, r *http.Request, c *call, one sharing) error {
	shown, err := s.sharings(r.Context(), c, []sharing{one})
	if err != nil {
		return err
	}
	return reply(w, shown[0])
}

func (s *Server) sharings(ctx context.Context, c *call, list []sharing) ([]entity.Status, error) {
	posts := make([]*instance.Post, len(list))
	for i, one := range list {
		posts[i] = one.Post
	}
	f := s.faces()
	shown, err := s.show(ctx, c, posts, f)
	if err != nil {
		return nil, err
	}
	for i, one := range list {
		if one.by != nil {
			shown[i] = s.share(one.id, *one.by, shown[i], f)
		}
	}
	return shown, nil
}

func (s *Server) getStatus(w http.ResponseWriter, r *http.Request, c *call) error {
	one, err := s.find(r, c)
	if err != nil {
		return err
	}
	return s.replySharing(w, r, c, one)
}

func (s *Server) getStatuses(w http.ResponseWriter, r *http.Request, c *call) error {
	ids := c.IDs("id")
	if len(ids) > mostAtOnce {
		ids = ids[:mostAtOnce]
	}
	found, err := s.findAll(r.Context(), c, ids)
	if err != nil {
		return err
	}
	shown, err := s.sharings(r.Context(), c, found)
	if err != nil {
		return err
	}
	return reply(w, shown)
}

// again shows a post as it stands after a deed: what one wrote can be read at
// once.
func (s *Server) again(w http.ResponseWriter, r *http.Request, c *call, id instance.PostID) error {
	p, err := s.Posts.ByID(r.Context(), c.viewer, id)
	if err != nil {
		return err
	}
	return s.replySharing(w, r, c, sharing{Post: p})
}

// reactWith makes a handler of what somebody does with a post.
func (s *Server) reactWith(do func(context.Context, instance.Viewer, instance.PostID) error) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		one, err := s.find(r, c)
		if err != nil {
			return err
		}
		if err := do(r.Context(), c.viewer, one.ID); err != nil {
			return err
		}
		return s.again(w, r, c, one.ID)
	}
}

// reblog passes a post on, and answers with that deed. What is not for everyone
// is not there to be passed on.
func (s *Server) reblog(w http.ResponseWriter, r *http.Request, c *call) error {
	one, err := s.find(r, c)
	if err != nil {
		return err
	}
	if !one.Audience.Open() {
		return fmt.Errorf("share post %s: %w", one.ID, instance.ErrNotFound)
	}
	if err := s.Posts.Boost(r.Context(), c.viewer, one.ID); err != nil {
		return err
	}
	id, err := s.Posts.ShareOf(r.Context(), c.me(), one.ID)
	if err != nil {
		return err
	}
	p, err := s.Posts.ByID(r.Context(), c.viewer, one.ID)
	if err != nil {
		return err
	}
	return s.replySharing(w, r, c, sharing{Post: p, by: &c.account.Actor, id: id})
}

// deleteStatus takes one's own post back. What was typed goes back with the
// answer, to be written anew. A share is taken back by its own id.
func (s *Server) deleteStatus(w http.ResponseWriter, r *http.Request, c *call) error {
	one, err := s.find(r, c)
	if err != nil {
		return err
	}
	if one.by != nil && one.by.ID == c.me() {
		if err := s.Posts.Unboost(r.Context(), c.viewer, one.ID); err != nil {
			return err
		}
		return s.replySharing(w, r, c, one)
	}
	if one.Author.ID != c.me() || one.by != nil {
		return fmt.Errorf("delete post %s: %w", one.ID, instance.ErrNotFound)
	}
	shown, err := s.post(r.Context(), c, one.Post)
	if err != nil {
		return err
	}
	text := one.Source
	shown.Text = &text
	if err := s.Posts.Delete(r.Context(), c.me(), one.ID); err != nil {
		return err
	}
	return reply(w, shown)
}

// A thread for somebody who is not signed in is shorter, as it is for Mastodon.
const (
	mostAncestors   = 4096
	mostDescendants = 4096
)

// getStatusContext is the thread around a post: what it answers, up to the
// beginning, and what answers it.
func (s *Server) getStatusContext(w http.ResponseWriter, r *http.Request, c *call) error {
	one, err := s.find(r, c)
	if err != nil {
		return err
	}
	thread, err := s.wholeThread(r.Context(), c, one.Post)
	if err != nil {
		return err
	}
	before, after := around(one.ID, thread)
	f := s.faces()
	shown := entity.Context{}
	if shown.Ancestors, err = s.show(r.Context(), c, before, f); err != nil {
		return err
	}
	if shown.Descendants, err = s.show(r.Context(), c, after, f); err != nil {
		return err
	}
	return reply(w, shown)
}

// wholeThread returns the posts of a thread in order, page by page, up to what
// one answer holds.
func (s *Server) wholeThread(ctx context.Context, c *call, of *instance.Post) ([]*instance.Post, error) {
	var all []*instance.Post
	for after := instance.PostID(0); len(all) < mostAncestors+mostDescendants; {
		page, err := s.Posts.Thread(ctx, c.viewer, of.ID, after)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < posts.MaxThread {
			break
		}
		after = page[len(page)-1].ID
	}
	return all, nil
}

// around sorts a thread by what lies before a post and what comes after it, each
// answer behind what it answers. What is gone is passed over.
func around(id instance.PostID, thread []*instance.Post) (before, after []*instance.Post) {
	byID := make(map[instance.PostID]*instance.Post, len(thread))
	answers := make(map[instance.PostID][]*instance.Post)
	for _, p := range thread {
		byID[p.ID] = p
		answers[p.ReplyTo] = append(answers[p.ReplyTo], p)
	}
	seen := map[instance.PostID]bool{id: true}
	for p := byID[id]; p != nil && p.ReplyTo != 0 && len(before) < mostAncestors; {
		p = byID[p.ReplyTo]
		if p == nil || seen[p.ID] {
			break
		}
		seen[p.ID] = true
		if !p.Gone() {
			before = append(before, p)
		}
	}
	slices.Reverse(before)
	var walk func(instance.PostID)
	walk = func(of instance.PostID) {
		for _, p := range answers[of] {
			if seen[p.ID] || len(after) >= mostDescendants {
				continue
			}
			seen[p.ID] = true
			if !p.Gone() {
				after = append(after, p)
			}
			walk(p.ID)
		}
	}
	walk(id)
	return before, after
}

// getStatusCard is what older programs ask for what stands in the post now.
func (s *Server) getStatusCard(w http.ResponseWriter, r *http.Request, c *call) error {
	one, err := s.find(r, c)
	if err != nil {
		return err
	}
	shown, err := s.post(r.Context(), c, one.Post)
	if err != nil {
		return err
	}
	if shown.Card == nil {
		return reply(w, struct{}{})
	}
	return reply(w, shown.Card)
}
