package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance/joining"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getAskLink asks for the address that a link to sign in is sent to.
func (s *Server) getAskLink(w http.ResponseWriter, r *http.Request) error {
	return s.askLink(w, r, http.StatusOK, pages.AskLink{Deed: "signin", Return: afterSignIn(r.URL.Query().Get("back"))})
}

// getReset asks for the address of somebody who has forgotten their password.
func (s *Server) getReset(w http.ResponseWriter, r *http.Request) error {
	return s.askLink(w, r, http.StatusOK, pages.AskLink{Deed: "reset"})
}

func (s *Server) askLink(w http.ResponseWriter, r *http.Request, status int, p pages.AskLink) error {
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// sendLink has a link to sign in sent, if the address has an account; the answer
// does not tell (security.md G03).
func (s *Server) sendLink(w http.ResponseWriter, r *http.Request) error {
	return s.send(w, r, "signin", "/signin/sent", func(email, locale string) error {
		return s.Joining.AskToSignIn(r.Context(), email, locale, afterSignIn(r.PostFormValue("back")))
	})
}

// sendReset has a link to choose a new password sent, likewise.
func (s *Server) sendReset(w http.ResponseWriter, r *http.Request) error {
	return s.send(w, r, "reset", "/reset/sent", func(email, locale string) error {
		return s.Joining.AskToReset(r.Context(), email, locale)
	})
}

func (s *Server) send(w http.ResponseWriter, r *http.Request, deed, sent string, ask func(email, locale string) error) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	email := r.PostFormValue("email")
	p := pages.AskLink{Deed: deed, Email: email, Return: afterSignIn(r.PostFormValue("back"))}
	if p.Problems = missing(r, "email"); p.Problems != nil {
		return s.askLink(w, r, http.StatusUnprocessableEntity, p)
	}
	if err := s.mayBeWrittenTo(r, email); err != nil {
		return err
	}
	err := ask(email, visitOf(r).language.Tag)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.askLink(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	SeeOther(w, r, sent)
	return nil
}

// getLinkSent and getResetSent tell that the letter is on its way, if there is
// somebody to read it.
func (s *Server) getLinkSent(w http.ResponseWriter, r *http.Request) error {
	return s.linkSent(w, r, "signin", "")
}

func (s *Server) getResetSent(w http.ResponseWriter, r *http.Request) error {
	return s.linkSent(w, r, "reset", "")
}

// getSignInLink is where the link of a letter leads; the press there signs in.
func (s *Server) getSignInLink(w http.ResponseWriter, r *http.Request) error {
	token := chi.URLParam(r, "token")
	l, err := s.Joining.Look(r.Context(), joining.ToSignIn, token)
	if err != nil {
		return err
	}
	return s.linkOpen(w, r, http.StatusOK, pages.LinkOpen{Deed: "signin", Email: l.Email, Action: "/signin/link/" + token})
}

// signInByLink signs somebody in who reads the mailbox of their account.
func (s *Server) signInByLink(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	l, err := s.Joining.SignIn(r.Context(), chi.URLParam(r, "token"))
	if err != nil {
		return err
	}
	if err := s.Sessions.SignIn(r.Context(), l.Person); err != nil {
		return err
	}
	SeeOther(w, r, afterSignIn(l.Back))
	return nil
}

// getNewPassword is where somebody chooses a new password by a link.
func (s *Server) getNewPassword(w http.ResponseWriter, r *http.Request) error {
	return s.askForNewPassword(w, r, http.StatusOK, nil)
}

func (s *Server) askForNewPassword(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	token := chi.URLParam(r, "token")
	l, err := s.Joining.Look(r.Context(), joining.ToReset, token)
	if err != nil {
		return err
	}
	return s.linkOpen(w, r, status, pages.LinkOpen{Deed: "reset", Email: l.Email, Action: "/reset/" + token, Problems: all})
}

// newPassword keeps it, and signs this browser in; all others are signed out
// (security.md G08).
func (s *Server) newPassword(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := s.Joining.Reset(r.Context(), chi.URLParam(r, "token"), r.PostFormValue("password"))
	if all, ok := problems(err); ok {
		return s.askForNewPassword(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	if err := s.Sessions.SignIn(r.Context(), id); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "password.changed"})
	SeeOther(w, r, "/home")
	return nil
}
