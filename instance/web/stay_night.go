package web

import (
	"errors"
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// nightRoutes are the sheet for the first night, for each of the three, and the
// photographs that a household sees before.
func (s *Server) nightRoutes(r chi.Router) {
	r.Get("/cases/{id:[0-9]+}/first-night", s.discreet(s.getCaseNight))
	r.Get("/household/{id:[0-9]+}/first-night", s.discreet(s.getOwnNight))
	r.Get("/household/{id:[0-9]+}/homes/{home:[0-9]+}/photographs", s.discreet(s.getOwnPhotographs))
	r.Get("/household/{id:[0-9]+}/homes/{home:[0-9]+}/photographs/{photograph:[0-9]+}", s.discreet(s.getOwnPhotograph))
	r.Get("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}/first-night", s.discreet(s.getHostNight))
	r.Get("/hosting/link/{token}/stays/{case:[0-9]+}/first-night", s.byLink(s.getHostNight))
}

func (s *Server) showNight(w http.ResponseWriter, r *http.Request, n households.FirstNight, role, back string) error {
	card := s.cardView(r, n.Home)
	numbers, err := s.numbersAt(n.Area)
	if err != nil {
		return err
	}
	p := pages.StayNight{Back: back, Role: role, Night: view.StayNight{
		Programme: n.Programme, From: n.Stay.From.Date(), Until: n.Stay.Until.Date(), Places: n.Places, Called: n.Called, Name: n.Door.Name,
		Address: n.Door.Address, About: n.Door.About, Rules: n.Door.Rules, Features: card.Features, Smoking: card.Smoking,
		Numbers: numbers, With: s.withView(n.With),
	}}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getCaseNight is the sheet for the team.
func (s *Server) getCaseNight(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	n, err := s.Households.FirstNight(r.Context(), *me(r), c.ID)
	if err != nil {
		return err
	}
	return s.showNight(w, r, n, "team", casePath(c.ID))
}

// getOwnNight is the sheet for the household.
func (s *Server) getOwnNight(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	n, err := s.Households.OwnFirstNight(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	return s.showNight(w, r, n, "guest", "/household/"+id.String())
}

// getHostNight is the sheet for the host.
func (s *Server) getHostNight(w http.ResponseWriter, r *http.Request) error {
	h, id, _, path, err := atStay(r)
	if err != nil {
		return err
	}
	n, err := s.Households.HostFirstNight(r.Context(), h, id)
	if err != nil {
		return err
	}
	return s.showNight(w, r, n, "host", path)
}

// pictured is the home in the path whose photographs a household may see.
func (s *Server) pictured(r *http.Request) (programme instance.ActorID, home, path string, err error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return 0, "", "", err
	}
	proposal, err := instance.ParseID(chi.URLParam(r, "home"))
	if err != nil {
		return 0, "", "", err
	}
	programme, home, err = s.Households.Pictured(r.Context(), *me(r), id, proposal)
	return programme, home, "/household/" + id.String() + "/homes/" + proposal.String() + "/photographs", err
}

// getOwnPhotographs shows a household the photographs of a home to which it said
// yes.
func (s *Server) getOwnPhotographs(w http.ResponseWriter, r *http.Request) error {
	programme, home, path, err := s.pictured(r)
	if err != nil {
		return err
	}
	ids, err := s.Housing.PicturesFor(r.Context(), programme, home)
	silent := errors.Is(err, instance.ErrUnreachable)
	if err != nil && !silent && !errors.Is(err, instance.ErrNotFound) {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	p := pages.HouseholdPhotographs{Silent: silent, Theirs: !s.Site.Owns(home), Back: "/household/" + chi.URLParam(r, "id")}
	for _, id := range ids {
		p.Photographs = append(p.Photographs, path+"/"+id.String())
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getOwnPhotograph answers with one of them.
func (s *Server) getOwnPhotograph(w http.ResponseWriter, r *http.Request) error {
	programme, home, _, err := s.pictured(r)
	if err != nil {
		return err
	}
	id, err := photograph(r)
	if err != nil {
		return err
	}
	content, kind, err := s.Housing.PictureFor(r.Context(), programme, home, id)
	if err != nil {
		return err
	}
	sendPhotograph(w, content, kind)
	return nil
}

// sendPhotograph sends a picture that nobody on the way keeps.
func sendPhotograph(w http.ResponseWriter, content io.Reader, kind string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = io.Copy(w, content) // who asked may have gone
}
