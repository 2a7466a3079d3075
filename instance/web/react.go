package web

import (
	"context"
	"net/http"

	"palier/instance"
	"palier/instance/web/view"
)

// reactWith makes a handler of what somebody does with a post, and leads back
// to where it was done.
func (s *Server) reactWith(do func(context.Context, instance.Viewer, instance.PostID) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := postID(r)
		if err != nil {
			return err
		}
		if err := readForm(w, r); err != nil {
			return err
		}
		if err := do(r.Context(), visitOf(r).viewer, id); err != nil {
			return err
		}
		SeeOther(w, r, back(r, "/home")+"#p"+id.String())
		return nil
	}
}

// deletePost takes one's own post back. Other servers are told at once, so
// there is no undoing it.
func (s *Server) deletePost(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.Posts.Delete(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "post.deleted"})
	to := back(r, "/home")
	if to == "/@"+me(r).Acct()+"/"+id.String() {
		to = "/home" // there is nothing left to lead back to
	}
	SeeOther(w, r, to)
	return nil
}
