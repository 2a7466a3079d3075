package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getRemovePost repeats what it means that a place takes a post out, and asks
// which place if the one who reads looks after several that hold it.
func (s *Server) getRemovePost(w http.ResponseWriter, r *http.Request) error {
	p, groups, err := s.removable(r)
	if err != nil {
		return err
	}
	path := postPath(p)
	c := pages.Confirm{Deed: "withdraw", Subject: p.Author.Shown(), Action: path + "/remove", Return: path, AsksReason: true}
	for _, g := range groups {
		wrote := p.Group != nil && p.Group.ID == g.ID
		c.From = append(c.From, view.Option{Value: g.ID.String(), Label: g.Shown(), Selected: wrote})
	}
	if len(c.From) == 1 {
		if c.Deed = "retract"; c.From[0].Selected {
			c.Deed = "remove"
		}
		c.Fields, c.From = []view.Option{{Value: "in", Label: c.From[0].Value}}, nil
	}
	return s.confirm(w, r, c)
}

// removePost takes a post out of a place, for those who look after it.
func (s *Server) removePost(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p, groups, err := s.removable(r)
	if err != nil {
		return err
	}
	in := r.PostFormValue("in")
	chosen := slices.IndexFunc(groups, func(g instance.Actor) bool { return g.ID.String() == in })
	if chosen < 0 {
		return instance.ErrNotFound
	}
	if err := s.Groups.Remove(r.Context(), *me(r), groups[chosen].ID, p.ID, r.PostFormValue("reason")); err != nil {
		return unseen(err)
	}
	return s.done(w, r, "post.removed", "/@"+groups[chosen].Username)
}

// removable is the post that the path names, and the places it can be taken out
// of by the one who asks, the one it was written in first. Without such a place
// there is nothing here.
func (s *Server) removable(r *http.Request) (*instance.Post, []instance.Actor, error) {
	id, err := postID(r)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.judged(r, id)
	if err != nil {
		return nil, nil, err
	}
	groups, err := s.Groups.Holding(r.Context(), *me(r), p)
	if err == nil && (len(groups) == 0 || p.Gone() || p.Author.Acct() != chi.URLParam(r, "name")) {
		err = fmt.Errorf("remove %s: %w", r.URL.Path, instance.ErrNotFound)
	}
	return p, groups, err
}

// judged returns a post that the one who asks may read, or has to as a moderator
// of the server.
func (s *Server) judged(r *http.Request, id instance.PostID) (*instance.Post, error) {
	if !me(r).Moderates() {
		return s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	}
	held, err := s.Posts.HeldAll(r.Context(), me(r).ID, []instance.PostID{id})
	if err == nil && len(held) == 0 {
		err = fmt.Errorf("post %s: %w", id, instance.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return held[0], nil
}
