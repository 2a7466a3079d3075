package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/proofs/council"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// councilRoutes are the pages that lead to a council's accounts and back.
func (s *Server) councilRoutes(r chi.Router) {
	r.Get("/prove/council", s.signedIn(s.getCouncil))
	r.Post("/prove/council", s.signedIn(s.askCouncil))
	r.Get("/prove/council/return", s.page(s.getCouncilAnswer))
	r.Get("/signin/council", s.page(s.getCouncilSignIn))
	r.Post("/signin/council", s.page(s.signInByCouncil))
	r.Get("/settings/council", s.signedIn(s.getCouncilAccount))
	r.Post("/settings/council", s.signedIn(s.changeCouncilAccount))
}

// handshakeKey is the name in the session of what was asked of the council.
const handshakeKey = "council"

// getCouncil says what the council is asked. Where there is none, nothing is
// there.
func (s *Server) getCouncil(w http.ResponseWriter, r *http.Request) error {
	return s.showCouncil(w, r, http.StatusOK, nil)
}

func (s *Server) showCouncil(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	if s.Council == nil {
		return instance.ErrNotFound
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	f.Here = "/prove/council"
	// Browsers hold the answer to the form to this, and that leads to the council.
	w.Header().Set("Content-Security-Policy", policy+"; form-action 'self' "+s.Council.Origin())
	return s.HTML(w, r, status, pages.ProveCouncil{Frame: f, Host: s.Council.Origin(), Problems: all})
}

// What the council is asked for.
const (
	toProve  = "prove"   // where somebody lives
	toTie    = "tie"     // which account signs them in from now on
	toSignIn = "sign-in" // who is there
)

// question is what was asked of the council, kept in the session until it
// answers: for whom, and where they go then.
type question struct {
	council.Handshake

	For    string
	Person instance.ActorID // 0 for somebody who signs in
	To     string
}

// askCouncil leads to the council, to prove where somebody lives.
func (s *Server) askCouncil(w http.ResponseWriter, r *http.Request) error {
	return s.leadToCouncil(w, r, question{For: toProve, Person: me(r).ID})
}

func (s *Server) leadToCouncil(w http.ResponseWriter, r *http.Request, q question) error {
	if s.Council == nil {
		return instance.ErrNotFound
	}
	to, handshake, err := s.Council.Begin(r.Context())
	if err != nil {
		return err
	}
	q.Handshake = handshake
	kept, err := json.Marshal(q)
	if err != nil {
		return err
	}
	s.Sessions.Put(r.Context(), handshakeKey, string(kept))
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// getCouncilAnswer takes the council's answer, once, to what was asked in this
// browser. Who asked for themselves has to be signed in still.
func (s *Server) getCouncilAnswer(w http.ResponseWriter, r *http.Request) error {
	if s.Council == nil {
		return instance.ErrNotFound
	}
	var asked question
	if kept := s.Sessions.Pop(r.Context(), handshakeKey); kept != "" {
		if err := json.Unmarshal([]byte(kept), &asked); err != nil {
			return err
		}
	}
	if asked.For != toSignIn {
		if me(r) == nil {
			return instance.ErrUnauthenticated
		}
		if asked.For != "" && asked.Person != me(r).ID {
			return instance.ErrForbidden // somebody else signed in meanwhile
		}
	}
	q := r.URL.Query()
	said, err := s.Council.End(r.Context(), asked.Handshake, q.Get("state"), q.Get("code"))
	if errors.Is(err, instance.ErrForbidden) {
		return s.councilRefused(w, r, asked, []view.Problem{{Field: "council", Code: "refused"}})
	}
	if err != nil {
		return err
	}
	switch asked.For {
	case toSignIn:
		return s.signInAs(w, r, asked, said)
	case toTie:
		err := s.Councils.Tie(r.Context(), me(r).ID, said.Subject)
		if list, ok := problems(err); ok {
			return s.councilRefused(w, r, asked, list)
		}
		if err != nil {
			return err
		}
		return s.done(w, r, "council.tied", "/settings/council")
	}
	all, err := s.Proofs.CouncilSays(r.Context(), me(r).ID, said.Subject, said.Commune, said.Address)
	if list, ok := problems(err); ok {
		return s.showCouncil(w, r, http.StatusUnprocessableEntity, list)
	}
	if err != nil {
		return err
	}
	return s.proved(w, r, all[len(all)-1])
}

// councilRefused shows the page that was asked from, with what is wrong.
func (s *Server) councilRefused(w http.ResponseWriter, r *http.Request, asked question, list []view.Problem) error {
	switch asked.For {
	case toSignIn:
		return s.showCouncilSignIn(w, r, http.StatusUnprocessableEntity, asked.To, list)
	case toTie:
		return s.showCouncilAccount(w, r, http.StatusUnprocessableEntity, list)
	}
	return s.showCouncil(w, r, http.StatusUnprocessableEntity, list)
}

// signInAs signs in whose account it is. Of one that nobody tied, nothing that
// the council says of its owner is looked at: they sign in another way first, and
// tie it.
func (s *Server) signInAs(w http.ResponseWriter, r *http.Request, asked question, said council.Said) error {
	person, err := s.Councils.Person(r.Context(), said.Subject)
	if err == nil {
		_, err = s.People.Account(r.Context(), person) // one that was closed signs nobody in
	}
	if errors.Is(err, instance.ErrUnauthenticated) || errors.Is(err, instance.ErrNotFound) {
		return s.showCouncilSignIn(w, r, http.StatusUnprocessableEntity, asked.To, []view.Problem{{Field: "council", Code: "untied"}})
	}
	if err != nil {
		return err
	}
	if err := s.Sessions.SignIn(r.Context(), person); err != nil {
		return err
	}
	SeeOther(w, r, asked.To)
	return nil
}

// getCouncilSignIn is where somebody signs in by an account of the council.
func (s *Server) getCouncilSignIn(w http.ResponseWriter, r *http.Request) error {
	return s.showCouncilSignIn(w, r, http.StatusOK, afterSignIn(r.URL.Query().Get("back")), nil)
}

func (s *Server) showCouncilSignIn(w http.ResponseWriter, r *http.Request, status int, to string, all []view.Problem) error {
	return s.showCouncilPage(w, r, status, pages.CouncilSignIn{Return: to, Problems: all}, "/signin/council")
}

// signInByCouncil leads to the council. Tries are counted like passwords
// (security.md G02).
func (s *Server) signInByCouncil(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if wait, ok := s.logins.Allow("from " + auth.From(r)); !ok {
		return &auth.TooFast{Wait: wait}
	}
	return s.leadToCouncil(w, r, question{For: toSignIn, To: afterSignIn(r.PostFormValue("back"))})
}

// getCouncilAccount says whether somebody signs in by an account of the council.
func (s *Server) getCouncilAccount(w http.ResponseWriter, r *http.Request) error {
	return s.showCouncilAccount(w, r, http.StatusOK, nil)
}

func (s *Server) showCouncilAccount(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	at, err := s.Councils.Tied(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	return s.showCouncilPage(w, r, status, pages.CouncilSignIn{Settings: true, Tied: at, Problems: all}, "/settings/council")
}

func (s *Server) showCouncilPage(w http.ResponseWriter, r *http.Request, status int, p pages.CouncilSignIn, here string) error {
	if s.Council == nil {
		return instance.ErrNotFound
	}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here, p.Host = here, s.Council.Origin()
	// Browsers hold the answer to the form to this, and that leads to the council.
	w.Header().Set("Content-Security-Policy", policy+"; form-action 'self' "+p.Host)
	return s.HTML(w, r, status, p)
}

// changeCouncilAccount ties an account of the council, or unties it.
func (s *Server) changeCouncilAccount(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if r.PostFormValue("deed") != "untie" {
		return s.leadToCouncil(w, r, question{For: toTie, Person: me(r).ID})
	}
	if err := s.Councils.Untie(r.Context(), me(r).ID); err != nil {
		return err
	}
	return s.done(w, r, "council.untied", "/settings/council")
}
