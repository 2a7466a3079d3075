package web

import (
	"net/http"

	"palier/instance/leaving"
	"palier/instance/web/pages"
)

// getClose says what closing an account means, and when it will be if it was
// asked for.
func (s *Server) getClose(w http.ResponseWriter, r *http.Request) error {
	return s.showClose(w, r, http.StatusOK, pages.Close{})
}

func (s *Server) showClose(w http.ResponseWriter, r *http.Request, status int, p pages.Close) error {
	c, err := s.Leaving.Of(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	if c != nil {
		p.Due, p.Keep = s.local(c.Due), c.KeepPosts
	}
	p.Hours = int(leaving.Regret.Hours())
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// closeAccount has one's own account closed.
func (s *Server) closeAccount(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	wish := leaving.Wish{KeepPosts: r.PostFormValue("posts") == "keep", Anyway: r.PostFormValue("anyway") != ""}
	err := s.Leaving.Ask(r.Context(), *me(r), wish)
	if all, ok := problems(err); ok {
		p := pages.Close{Keep: wish.KeepPosts, Problems: all}
		for _, problem := range all {
			p.Owes = p.Owes || problem.Field == "owes"
		}
		return s.showClose(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "closing.asked", "/settings/close")
}

// keepAccount takes that back.
func (s *Server) keepAccount(w http.ResponseWriter, r *http.Request) error {
	if err := s.Leaving.TakeBack(r.Context(), me(r).ID); err != nil {
		return err
	}
	return s.done(w, r, "closing.undone", "/settings")
}
