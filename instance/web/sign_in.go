package web

import (
	"errors"
	"net/http"
	"strings"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getSignIn asks who is there.
func (s *Server) getSignIn(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	to := afterSignIn(q.Get("back"))
	forProgram(w, to)
	s.speak(r, q.Get("lang"))
	if me(r) != nil && q.Get("again") == "" {
		SeeOther(w, r, to)
		return nil
	}
	return s.askToSignIn(w, r, http.StatusOK, pages.SignIn{Return: to})
}

// signIn lets somebody in. What does not fit gets one answer whatever it was,
// after the same time (security.md G03); tries are counted by address and by
// account (G02).
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	email, password := r.PostFormValue("email"), r.PostFormValue("password")
	p := pages.SignIn{Email: email, Return: afterSignIn(r.PostFormValue("back"))}
	forProgram(w, p.Return)
	if p.Problems = missing(r, "email", "password"); p.Problems != nil {
		return s.askToSignIn(w, r, http.StatusUnprocessableEntity, p)
	}
	for _, key := range []string{"from " + auth.From(r), "as " + strings.ToLower(strings.TrimSpace(email))} {
		if wait, ok := s.logins.Allow(key); !ok {
			return &auth.TooFast{Wait: wait}
		}
	}
	a, err := s.People.SignIn(r.Context(), email, password)
	if errors.Is(err, instance.ErrUnauthenticated) {
		p.Problems = []view.Problem{{Field: "password", Code: "wrong"}}
		return s.askToSignIn(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if err := s.Sessions.SignIn(r.Context(), a.ID); err != nil {
		return err
	}
	SeeOther(w, r, p.Return)
	return nil
}

func (s *Server) askToSignIn(w http.ResponseWriter, r *http.Request, status int, p pages.SignIn) error {
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Passkeys, p.Council = s.Passkeys.Possible(), s.Council != nil
	p.Here = "/signin" // where one was, not what was typed
	return s.HTML(w, r, status, p)
}

// afterSignIn is where somebody goes who has signed in.
func afterSignIn(path string) string {
	path = Local(path, "/home")
	if path == "/" || strings.HasPrefix(path, "/signin") {
		return "/home"
	}
	return path
}

// missing names the fields of a form that are empty.
func missing(r *http.Request, fields ...string) []view.Problem {
	var all []view.Problem
	for _, f := range fields {
		if strings.TrimSpace(r.PostFormValue(f)) == "" {
			all = append(all, view.Problem{Field: f, Code: "missing"})
		}
	}
	return all
}

// signOut ends the session. What this browser keeps of drafts goes too.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Sessions.SignOut(r.Context()); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "signed-out", Sent: "*"})
	SeeOther(w, r, "/")
	return nil
}
