package web

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getRemovePost repeats what it means that a place takes a post out.
func (s *Server) getRemovePost(w http.ResponseWriter, r *http.Request) error {
	p, group, err := s.removable(r)
	if err != nil {
		return err
	}
	path := postPath(p)
	deed := "retract" // the place only relays it
	if p.Group != nil && p.Group.ID == group.ID {
		deed = "remove"
	}
	return s.confirm(w, r, pages.Confirm{
		Deed: deed, Subject: p.Author.Shown(), Action: path + "/remove", Return: path, AsksReason: true,
		Fields: []view.Option{{Value: "in", Label: group.ID.String()}},
	})
}

// removePost takes a post out of a place, for those who look after it.
func (s *Server) removePost(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p, group, err := s.removable(r)
	if err != nil {
		return err
	}
	if err := s.Groups.Remove(r.Context(), *me(r), group.ID, p.ID, r.PostFormValue("reason")); err != nil {
		return unseen(err)
	}
	return s.done(w, r, "post.removed", "/@"+group.Username)
}

// removable is the post that the path names, and the place it can be taken out
// of by the one who asks: the one the form says, else the one it was posted in,
// else one that relays it. Without such a place there is nothing here.
func (s *Server) removable(r *http.Request) (*instance.Post, instance.Actor, error) {
	none := fmt.Errorf("remove %s: %w", r.URL.Path, instance.ErrNotFound)
	id, err := postID(r)
	if err != nil {
		return nil, instance.Actor{}, err
	}
	p, err := s.judged(r, id)
	if err != nil {
		return nil, instance.Actor{}, err
	}
	if p.Gone() || p.Author.Acct() != chi.URLParam(r, "name") {
		return nil, instance.Actor{}, none
	}
	groups, err := s.Groups.Holding(r.Context(), *me(r), p)
	if err != nil {
		return nil, instance.Actor{}, err
	}
	in := r.FormValue("in")
	for _, g := range groups {
		if in == "" || in == g.ID.String() {
			return p, g, nil
		}
	}
	return nil, instance.Actor{}, none
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
