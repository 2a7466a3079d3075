package web

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/proofs/council"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// councilRoutes are the pages that lead to a council's accounts and back.
func (s *Server) councilRoutes(r chi.Router) {
	r.Get("/prove/council", s.signedIn(s.getCouncil))
	r.Post("/prove/council", s.signedIn(s.askCouncil))
	r.Get("/prove/council/return", s.signedIn(s.getCouncilAnswer))
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

// askCouncil leads to the council.
func (s *Server) askCouncil(w http.ResponseWriter, r *http.Request) error {
	if s.Council == nil {
		return instance.ErrNotFound
	}
	to, handshake, err := s.Council.Begin(r.Context())
	if err != nil {
		return err
	}
	kept, err := json.Marshal(handshake)
	if err != nil {
		return err
	}
	s.Sessions.Put(r.Context(), handshakeKey, string(kept))
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// getCouncilAnswer takes the council's answer, once.
func (s *Server) getCouncilAnswer(w http.ResponseWriter, r *http.Request) error {
	if s.Council == nil {
		return instance.ErrNotFound
	}
	ctx, q := r.Context(), r.URL.Query()
	var handshake council.Handshake
	if kept := s.Sessions.Pop(ctx, handshakeKey); kept != "" {
		if err := json.Unmarshal([]byte(kept), &handshake); err != nil {
			return err
		}
	}
	said, err := s.Council.End(ctx, handshake, q.Get("state"), q.Get("code"))
	if statusOf(err) == http.StatusForbidden && err != nil {
		return s.showCouncil(w, r, http.StatusUnprocessableEntity, []view.Problem{{Field: "council", Code: "refused"}})
	}
	if err != nil {
		return err
	}
	all, err := s.Proofs.CouncilSays(ctx, me(r).ID, said.Subject, said.Commune, said.Address)
	if list, ok := problems(err); ok {
		return s.showCouncil(w, r, http.StatusUnprocessableEntity, list)
	}
	if err != nil {
		return err
	}
	return s.proved(w, r, all[len(all)-1])
}
