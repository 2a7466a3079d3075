package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/posts"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getThread shows a post with what it answers and what answers it. Of one that
// was deleted the place is left.
func (s *Server) getThread(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if wantsActivity(r) {
		// Whether there is such a post is for its id to say.
		w.Header().Add("Vary", "Accept")
		SeeOther(w, r, "/o/"+id.String())
		return nil
	}
	p, err := s.thread(r, id)
	if err != nil {
		return err
	}
	if p.Post.Invites != nil {
		SeeOther(w, r, p.Post.Invites.Path)
		return nil
	}
	if author := "@" + chi.URLParam(r, "name"); "/"+author+"/"+id.String() != p.Post.Path {
		SeeOther(w, r, p.Post.Path)
		return nil
	}
	status := http.StatusOK
	if p.Post.Gone != view.Here {
		status = http.StatusGone
	}
	return s.showThread(w, r, status, p)
}

// showThread answers with a thread, in its frame.
func (s *Server) showThread(w http.ResponseWriter, r *http.Request, status int, p pages.Thread) error {
	canonical := p.Canonical
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	p.Frame = f
	p.Canonical, p.Here = canonical, p.Post.Path
	return s.HTML(w, r, status, p)
}

// thread lays a thread out around one of its posts.
func (s *Server) thread(r *http.Request, id instance.PostID) (pages.Thread, error) {
	v := visitOf(r)
	all, err := s.Posts.Thread(r.Context(), v.viewer, id, instance.PostID(idIn(r, "after")))
	if err != nil {
		return pages.Thread{}, err
	}
	p, err := s.among(r.Context(), v.viewer, all, id)
	if err != nil {
		return pages.Thread{}, err
	}
	page := pages.Thread{Post: s.postView(p, v), MayReply: v.account != nil && !p.Gone() && !p.Waits() && v.viewer.MayAnswer(p), Live: s.liveOn(r, liveThread(p.Thread))}
	if page.MayReply {
		page.Once = newOnce()
	}
	if p.Local && p.Audience == instance.ToPublic && p.Author.Indexable && !p.Gone() {
		page.Canonical = s.Site.Base() + page.Post.Path
	}
	if page.Agreements, err = s.agreementsOn(r, p); err != nil {
		return pages.Thread{}, err
	}
	if err := s.askOn(r, p, all, &page); err != nil {
		return pages.Thread{}, err
	}
	before, replies := around(p, all)
	list := before
	for _, reply := range replies {
		list = append(list, reply.post)
	}
	folds, err := s.folds(r.Context(), v, instance.InThread, list)
	if err != nil {
		return pages.Thread{}, err
	}
	for i, q := range list {
		shown := s.postView(q, v)
		shown.Folded = folds[i].title
		switch {
		case folds[i].hidden:
		case i < len(before):
			page.Before = append(page.Before, shown)
		default:
			page.Replies = append(page.Replies, pages.Reply{Post: shown, Depth: min(replies[i-len(before)].depth, 3)})
		}
	}
	if len(all) == posts.MaxThread {
		page.Pager.Older = page.Post.Path + "?after=" + all[len(all)-1].ID.String()
	}
	page.Readers, err = s.readersOf(r.Context(), p)
	return page, err
}

// among returns a post of a thread; it may lie on another page of it.
func (s *Server) among(ctx context.Context, v instance.Viewer, all []*instance.Post, id instance.PostID) (*instance.Post, error) {
	if i := slices.IndexFunc(all, func(p *instance.Post) bool { return p.ID == id }); i >= 0 {
		return all[i], nil
	}
	return s.Posts.ByID(ctx, v, id)
}

// answering is a post below another.
type answering struct {
	post  *instance.Post
	depth int
}

// around returns what p answers, the first one first, and what answers p, each
// followed by its own answers. What answers a post that is not among all, since
// it is for others or lies further on, stands as an answer to p if that began
// the thread.
func around(p *instance.Post, all []*instance.Post) (before []*instance.Post, replies []answering) {
	byID := make(map[instance.PostID]*instance.Post, len(all))
	for _, q := range all {
		byID[q.ID] = q
	}
	for q := byID[p.ReplyTo]; q != nil && len(before) < len(all); q = byID[q.ReplyTo] {
		before = append(before, q)
	}
	slices.Reverse(before)

	below := make(map[instance.PostID][]*instance.Post, len(all))
	for _, q := range all {
		to := q.ReplyTo
		if byID[to] == nil && to != p.ID {
			to = p.Thread
		}
		if q.ID != to {
			below[to] = append(below[to], q)
		}
	}
	var walk func(of instance.PostID, depth int)
	walk = func(of instance.PostID, depth int) {
		next := below[of]
		delete(below, of) // a ring would never end
		for _, q := range next {
			replies = append(replies, answering{q, depth})
			walk(q.ID, depth+1)
		}
	}
	walk(p.ID, 1)
	return before, replies
}

// postView is a post as the one who asks sees it.
func (s *Server) postView(p *instance.Post, v *visit) view.Post {
	return v.mayAnswer(p, postView(s.Site, p, nil, v.account, v.tends(p.Group)))
}

// readersOf tells who can read a post: with a number where it was posted in a
// place of ours.
func (s *Server) readersOf(ctx context.Context, p *instance.Post) (view.Choice, error) {
	c := view.Choice{Audience: view.Audience(p.Audience)}
	if p.Group == nil || !p.Group.Local() || p.Gone() {
		return c, nil
	}
	if p.Discreet() {
		var err error
		c.Audience, c.Place = view.ToDiscreet, p.Group.Shown()
		c.Readers, _, err = s.Campaigns.Readers(ctx, p.Campaign.Campaign, p.Group.ID)
		return c, err
	}
	circle := p.Audience
	if !circle.Local() {
		circle = instance.ToNeighbourhood
	}
	var err error
	c.Place = p.Group.Shown()
	c.Readers, err = s.Places.CountReaders(ctx, p.Group.ID, circle)
	return c, err
}
