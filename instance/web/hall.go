package web

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/proofs"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// hallRoutes are the pages for houses: the code in the hall, and the list of who
// lives there.
func (s *Server) hallRoutes(r chi.Router) {
	r.Get("/prove/hall", s.signedIn(s.getHall))
	r.Post("/prove/hall", s.signedIn(s.useHall))
	r.Get("/prove/list", s.signedIn(s.getOnList))
	r.Post("/prove/list", s.signedIn(s.useList))
	r.Get("/g/{name}/hall", s.signedIn(s.getHallSheet))
}

// getHall is where somebody types the code of their hall.
func (s *Server) getHall(w http.ResponseWriter, r *http.Request) error {
	_, at, err := s.provingAt(r)
	if err != nil {
		return err
	}
	return s.showHall(w, r, http.StatusOK, at)
}

func (s *Server) showHall(w http.ResponseWriter, r *http.Request, status int, at pages.ProveAt) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, status, pages.ProveHall{Frame: f, ProveAt: at})
}

// useHall notes that they read it.
func (s *Server) useHall(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, at, err := s.provingAt(r)
	if err != nil {
		return err
	}
	if err := s.slowCodes(r); err != nil {
		return err
	}
	p, err := s.Proofs.UseHall(r.Context(), h.Place.ID, me(r).ID, r.PostFormValue("code"))
	if all, ok := problems(err); ok {
		at.Problems = all
		return s.showHall(w, r, http.StatusUnprocessableEntity, at)
	}
	if err != nil {
		return err
	}
	return s.proved(w, r, p)
}

// getOnList is where somebody says how they stand on the list of their house.
func (s *Server) getOnList(w http.ResponseWriter, r *http.Request) error {
	_, at, err := s.provingAt(r)
	if err != nil {
		return err
	}
	return s.showOnList(w, r, http.StatusOK, pages.ProveList{ProveAt: at, Name: fullName(me(r))})
}

func (s *Server) showOnList(w http.ResponseWriter, r *http.Request, status int, p pages.ProveList) (err error) {
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// useList compares it. Who is not on the list, and a house without one, are
// answered in one way.
func (s *Server) useList(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, at, err := s.provingAt(r)
	if err != nil {
		return err
	}
	if err := s.slowCodes(r); err != nil {
		return err
	}
	name, door := r.PostFormValue("person"), r.PostFormValue("door")
	p, err := s.Proofs.UseList(r.Context(), h.Place.ID, me(r).ID, name, door)
	if all, ok := problems(err); ok {
		at.Problems = all
		return s.showOnList(w, r, http.StatusUnprocessableEntity, pages.ProveList{ProveAt: at, Name: name, Door: door})
	}
	if err != nil {
		return err
	}
	return s.proved(w, r, p)
}

// getHallSheet is the sheet of paper for a hall, for who looks after the house.
func (s *Server) getHallSheet(w http.ResponseWriter, r *http.Request) error {
	n, err := s.ownHouse(r)
	if err != nil {
		return err
	}
	_, paper, err := s.Proofs.HallCodes(r.Context(), n.ID)
	if err != nil {
		return err
	}
	p := pages.HallCode{Place: personView(s.Site, n.Actor), URL: s.hallURL(n.ID), Code: proofs.Grouped(paper.Code), Until: paper.Until.In(s.Zone)}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, http.StatusOK, p)
}

// hallURL is where the code of a hall is typed.
func (s *Server) hallURL(place instance.ActorID) string {
	return s.Site.Base() + "/prove/hall?in=" + place.String()
}

// houseProving adds to the page of a house the codes in its hall and its list.
func (s *Server) houseProving(r *http.Request, group instance.Actor, p *pages.AdminProving) error {
	if p.House = group.Level.House(); !p.House {
		return nil
	}
	p.Screens = "/g/" + group.Username + "/screens"
	_, _, err := s.Proofs.HallCodes(r.Context(), group.ID)
	switch {
	case err == nil:
		p.Sheet = "/g/" + group.Username + "/hall"
	case !errors.Is(err, instance.ErrNotFound):
		return err
	}
	l, err := s.Proofs.Listed(r.Context(), group.ID)
	p.Listed = view.Listed{Lines: l.Lines, Claimed: l.Claimed, Until: l.ExpiresAt}
	return err
}
