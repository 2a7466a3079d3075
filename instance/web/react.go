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

// withdrawPost takes one's own post back; for a while it can be put back.
func (s *Server) withdrawPost(w http.ResponseWriter, r *http.Request) error {
	return s.takeBack(w, r, s.Posts.Withdraw, func(path string) view.Flash {
		return view.Flash{Key: "post.withdrawn", Undo: path + "/restore", AtOnce: path + "/delete"}
	})
}

// deletePost takes one's own post back for good. Other servers are told at
// once, so there is no undoing it.
func (s *Server) deletePost(w http.ResponseWriter, r *http.Request) error {
	return s.takeBack(w, r, s.Posts.Delete, func(string) view.Flash { return view.Flash{Key: "post.deleted"} })
}

func (s *Server) takeBack(w http.ResponseWriter, r *http.Request, do func(context.Context, instance.ActorID, instance.PostID) error, say func(path string) view.Flash) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := do(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	path := "/@" + me(r).Acct() + "/" + id.String()
	s.flashes.Set(w, say(path))
	to := back(r, "/home")
	if to == path {
		to = "/home" // there is nothing left to lead back to
	}
	SeeOther(w, r, to)
	return nil
}

// restorePost puts back what its author took back a moment ago.
func (s *Server) restorePost(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.Posts.Restore(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	return s.done(w, r, "post.restored", "/@"+me(r).Acct()+"/"+id.String())
}
