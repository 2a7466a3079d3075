package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/proofs"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// vouchRoutes are the pages on which neighbours ask and answer one another.
func (s *Server) vouchRoutes(r chi.Router) {
	r.Get("/prove/neighbours", s.signedIn(s.getAskNeighbours))
	r.Post("/prove/neighbours", s.signedIn(s.askNeighbours))
	r.Get("/vouch", s.signedIn(s.getVouching))
	r.Get("/vouch/{id:[0-9]+}", s.signedIn(s.getVouchFor))
	r.Post("/vouch/{id:[0-9]+}", s.signedIn(s.answerNeighbour))
	r.Get("/vouch/given/{id:[0-9]+}", s.signedIn(s.getUnvouch))
	r.Post("/vouch/given/{id:[0-9]+}", s.signedIn(s.unvouch))
}

// getAskNeighbours is where somebody asks their neighbours.
func (s *Server) getAskNeighbours(w http.ResponseWriter, r *http.Request) error {
	h, at, err := s.provingAt(r)
	if err != nil {
		return err
	}
	p := pages.ProveNeighbours{ProveAt: at}
	request, seal, err := s.Proofs.Asking(r.Context(), h.Place.ID, me(r).ID)
	if err != nil {
		return err
	}
	if request.ID != 0 {
		p.Asking, p.Shown, p.Until = true, request.Shown, request.ExpiresAt
		p.Link = s.Site.Base() + "/vouch/" + request.ID.String() + "?key=" + seal
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// askNeighbours opens a request, changes it, or ends it.
func (s *Server) askNeighbours(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, at, err := s.provingAt(r)
	if err != nil {
		return err
	}
	path := "/prove/neighbours?in=" + at.In
	if r.PostFormValue("deed") == "stop" {
		if err := s.Proofs.StopAsking(r.Context(), h.Place.ID, me(r).ID); err != nil {
			return err
		}
		return s.done(w, r, "saved", path)
	}
	if err := s.Proofs.AskNeighbours(r.Context(), h.Place.ID, me(r).ID, r.PostFormValue("shown") != ""); err != nil {
		return err
	}
	return s.done(w, r, "neighbours.asked", path)
}

// getVouching lists the neighbours who ask, and those whom one vouches for.
func (s *Server) getVouching(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	requests, err := s.Proofs.AskingNeighbours(ctx, me(r).ID, perPage)
	if err != nil {
		return err
	}
	given, err := s.Proofs.Given(ctx, me(r).ID)
	if err != nil {
		return err
	}
	var p pages.Vouching
	if p.Asking, err = s.askingViews(ctx, requests); err != nil {
		return err
	}
	who, err := s.actorsOf(ctx, given)
	if err != nil {
		return err
	}
	for _, one := range given {
		p.Given = append(p.Given, view.Vouch{Proof: s.proofView(one, personView(s.Site, who[one.Place]), nil), Person: personView(s.Site, who[one.Person])})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) askingViews(ctx context.Context, requests []proofs.Request) ([]view.Asking, error) {
	var ids []instance.ActorID
	for _, one := range requests {
		ids = append(ids, one.Person, one.Place)
	}
	who, err := s.Proofs.Actors(ctx, ids)
	if err != nil {
		return nil, err
	}
	var list []view.Asking
	for _, one := range requests {
		list = append(list, view.Asking{
			ID: one.ID.String(), Path: "/vouch/" + one.ID.String(), Person: personView(s.Site, who[one.Person]), Place: personView(s.Site, who[one.Place]), At: one.AskedAt,
		})
	}
	return list, nil
}

// barring are the rules that are about the neighbour alone, and not about who
// else vouches.
var barring = []string{"not-yet", "quota", "no-home"}

// getVouchFor asks a neighbour whether they know who asks.
func (s *Server) getVouchFor(w http.ResponseWriter, r *http.Request) error {
	return s.showVouchFor(w, r, http.StatusOK, nil)
}

func (s *Server) showVouchFor(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	key := r.FormValue("key")
	request, err := s.Proofs.RequestTo(r.Context(), me(r).ID, id, key)
	if err != nil {
		return err
	}
	list, err := s.askingViews(r.Context(), []proofs.Request{request})
	if err != nil {
		return err
	}
	p := pages.VouchFor{Asking: list[0], Key: key, Problems: all}
	// Who has something to do first is told before they press, and not after.
	no, barred := errors.AsType[*instance.Invalid](s.Proofs.MayVouchFor(r.Context(), me(r).ID, request))
	if barred && len(all) == 0 && slices.Contains(barring, no.Code) {
		p.Barred, p.Limit = no.Code, no.Limit
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// answerNeighbour vouches for who asks, or declines, of which nobody is told.
func (s *Server) answerNeighbour(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	key := r.PostFormValue("key")
	switch r.PostFormValue("deed") {
	case "decline":
		if err := s.Proofs.Decline(r.Context(), me(r).ID, id, key); err != nil {
			return err
		}
		return s.done(w, r, "vouch.declined", "/vouch")
	case "vouch":
		_, err := s.Proofs.VouchFor(r.Context(), me(r).ID, id, key)
		if all, ok := problems(err); ok {
			return s.showVouchFor(w, r, http.StatusUnprocessableEntity, all)
		}
		if err != nil {
			return err
		}
		return s.done(w, r, "vouch.given", "/vouch")
	}
	return unknownDeed("deed")
}

// getUnvouch repeats what taking one's word back means.
func (s *Server) getUnvouch(w http.ResponseWriter, r *http.Request) error {
	given, err := s.Proofs.Given(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	for _, one := range given {
		if one.ID.String() != id {
			continue
		}
		who, err := s.Proofs.Neighbour(r.Context(), one.Person)
		if err != nil {
			return err
		}
		return s.confirm(w, r, pages.Confirm{Deed: "unvouch", Subject: who.Shown(), Action: "/vouch/given/" + id, Return: "/vouch"})
	}
	return instance.ErrNotFound
}

// unvouch takes one's word back.
func (s *Server) unvouch(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := s.Proofs.Withdraw(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	return s.done(w, r, "vouch.withdrawn", "/vouch")
}
