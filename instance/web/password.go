package web

import (
	"net/http"

	"palier/instance/auth"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getPassword is where a person changes their password.
func (s *Server) getPassword(w http.ResponseWriter, r *http.Request) error {
	return s.askForPassword(w, r, http.StatusOK, nil)
}

// changePassword does so, and signs this browser in anew; all others are signed
// out (security.md G08). Guesses count like those of signing in.
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if all := missing(r, "current", "password"); all != nil {
		return s.askForPassword(w, r, http.StatusUnprocessableEntity, all)
	}
	if wait, ok := s.logins.Allow("password of " + me(r).ID.String()); !ok {
		return &auth.TooFast{Wait: wait}
	}
	err := s.People.ChangePassword(r.Context(), me(r).ID, r.PostFormValue("current"), r.PostFormValue("password"))
	if all, ok := problems(err); ok {
		return s.askForPassword(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	if err := s.Sessions.SignIn(r.Context(), me(r).ID); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "password.changed"})
	SeeOther(w, r, "/settings")
	return nil
}

func (s *Server) askForPassword(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, status, pages.Password{Frame: f, Problems: all})
}
