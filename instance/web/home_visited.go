package web

import (
	"errors"
	"net/http"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/web/pages"
	"palier/protocol/ledger"
)

// getHomeVisited asks a partner for what it signed of the visit to a home, and says
// whether that holds and how anybody can check it.
func (s *Server) getHomeVisited(w http.ResponseWriter, r *http.Request) error {
	var p pages.HomeVisited
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "search"); err != nil {
		return err
	}
	f, err := s.found(r, id)
	if err != nil {
		return err
	}
	shown, err := s.foundHomes(r, id, []housing.Found{f})
	if err != nil {
		return err
	}
	p.Home = shown[0]
	v, err := s.Housing.VisitElsewhere(r.Context(), *me(r), id, f.URI)
	switch {
	case errors.Is(err, instance.ErrGone):
		p.Came = "none"
	case errors.Is(err, instance.ErrUnreachable):
		p.Came = "unreachable"
	case err != nil:
		return err
	case errors.Is(v.Fault, ledger.ErrClock):
		p.Came = "over"
	case v.Fault != nil:
		p.Came = "forged"
	default:
		p.Came, p.At, p.Until = "holds", v.At, v.Until
	}
	p.Document, p.Command = string(v.Document), "palier housing visited visited.json --seal "+string(v.Under)
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
