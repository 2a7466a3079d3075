package web

import (
	"net/http"
	"net/url"

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
	r.Get("/screen/{name}/code", s.page(s.getHallCode))
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
	return s.showOnList(w, r, http.StatusOK, pages.ProveList{ProveAt: at, Name: me(r).Name})
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

// getHallCode is what the screen of a hall shows, or a sheet of paper, to
// whoever has its link. A screen without script asks again by itself.
func (s *Server) getHallCode(w http.ResponseWriter, r *http.Request) error {
	place, err := s.place(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	now, paper, err := s.Proofs.HallCode(r.Context(), place.ID, q.Get("key"))
	if err != nil {
		return err
	}
	p := pages.HallCode{Place: personView(s.Site, place), URL: s.Site.Base() + "/prove/hall?in=" + place.ID.String(), Paper: q.Has("paper")}
	shown := now
	if p.Paper {
		shown = paper
	} else {
		w.Header().Set("Refresh", "30")
	}
	p.Code, p.Until = proofs.Grouped(shown.Code), shown.Until.In(s.Zone)
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here = "/@" + place.Username
	return s.HTML(w, r, http.StatusOK, p)
}

// houseProving adds to the page of a house its screen and its list.
func (s *Server) houseProving(r *http.Request, group instance.Actor, p *pages.AdminProving) error {
	if p.House = group.Level.House(); !p.House {
		return nil
	}
	key, err := s.Proofs.ScreenKey(r.Context(), group.ID)
	if err != nil {
		return err
	}
	if key != "" {
		p.Screen = "/screen/" + url.PathEscape(group.Username) + "/code?key=" + key
		p.Sheet = p.Screen + "&paper="
	}
	l, err := s.Proofs.Listed(r.Context(), group.ID)
	p.Listed = view.Listed{Lines: l.Lines, Claimed: l.Claimed, Until: l.ExpiresAt}
	return err
}
