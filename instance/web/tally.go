package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/tally"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getTally shows what came of the last twelve months in a place, for everybody.
func (s *Server) getTally(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	y, err := s.Tally.Of(r.Context(), a.ID)
	if err != nil {
		return err
	}
	p := pages.Tally{Place: personView(s.Site, a), May: visitOf(r).viewer.ID != 0 && visitOf(r).viewer.Reads(instance.ToNeighbourhood, a.ID), Deeds: tally.SmallDeeds, Empty: y.Empty()}
	for _, c := range []pages.TallyCount{
		{Key: "helps", Count: y.Helps}, {Key: "loans", Count: y.Loans}, {Key: "reused", Count: y.Reused}, {Key: "meetings", Count: y.Meetings},
		{Key: "came", Count: y.Came}, {Key: "bought", Count: y.Bought}, {Key: "rides", Count: y.Rides}, {Key: "small", Count: y.Small}, {Key: "people", Count: y.People},
	} {
		if c.Count > 0 {
			p.Counts = append(p.Counts, c)
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// tellDeed counts a small deed of who asks.
func (s *Server) tellDeed(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	if err := s.Tally.Tell(r.Context(), visitOf(r).viewer, a.ID, r.PostFormValue("kind")); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "tally.thanks"})
	SeeOther(w, r, "/@"+a.Username+"/together")
	return nil
}

// getRecipes is the book of who brings a place to life.
func (s *Server) getRecipes(w http.ResponseWriter, r *http.Request) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.Recipes{Frame: f})
}
