package web

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/people"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// named returns the actor that the path names.
func (s *Server) named(r *http.Request) (instance.Actor, error) {
	return s.People.Known(r.Context(), chi.URLParam(r, "name"))
}

// follow asks to hear what somebody says.
func (s *Server) follow(w http.ResponseWriter, r *http.Request) error {
	return s.toward(w, r, func(ctx context.Context, by, to instance.ActorID) (string, error) {
		state, err := s.People.Follow(ctx, by, to)
		if state == people.Requested {
			return "follow.requested", err
		}
		return "followed", err
	})
}

// unfollow ends that.
func (s *Server) unfollow(w http.ResponseWriter, r *http.Request) error {
	return s.toward(w, r, func(ctx context.Context, by, to instance.ActorID) (string, error) {
		return "unfollowed", s.People.Unfollow(ctx, by, to)
	})
}

// bondWith makes a handler of what changes how one stands to somebody.
func (s *Server) bondWith(do func(ctx context.Context, by, target instance.ActorID) error, key string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return s.toward(w, r, func(ctx context.Context, by, to instance.ActorID) (string, error) { return key, do(ctx, by, to) })
	}
}

// toward does something about the actor in the path, tells of it and leads back.
func (s *Server) toward(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, by, to instance.ActorID) (key string, err error)) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.named(r)
	if err != nil {
		return err
	}
	key, err := do(r.Context(), me(r).ID, a.ID)
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: key})
	SeeOther(w, r, back(r, "/@"+a.Acct()))
	return nil
}

// getBlock repeats what blocking somebody means.
func (s *Server) getBlock(w http.ResponseWriter, r *http.Request) error {
	a, err := s.named(r)
	if err != nil {
		return err
	}
	path := "/@" + a.Acct()
	return s.confirm(w, r, pages.Confirm{Deed: "block", Subject: a.Shown(), Action: path + "/block", Return: path})
}

// confirm asks once more before a deed by which somebody could be hurt.
func (s *Server) confirm(w http.ResponseWriter, r *http.Request, p pages.Confirm) error {
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
