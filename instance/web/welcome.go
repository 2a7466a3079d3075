package web

import (
	"net/http"
	"slices"

	"palier/instance"
	"palier/instance/timelines"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getWelcome shows the front door to visitors; neighbours go in.
func (s *Server) getWelcome(w http.ResponseWriter, r *http.Request) error {
	if me(r) != nil {
		SeeOther(w, r, "/home")
		return nil
	}
	page := pageOf(r)
	entries, next, err := s.Timelines.Public(r.Context(), instance.Anyone, timelines.Narrow{Local: true}, page)
	if err != nil {
		return err
	}
	pager, elsewhere := turn("/", page, entries, next)
	if elsewhere != "" {
		SeeOther(w, r, elsewhere)
		return nil
	}
	all, err := s.Places.All(r.Context())
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	f.Canonical = s.Site.Base() + "/"
	return s.HTML(w, r, http.StatusOK, pages.Welcome{
		Frame: f, Places: s.placeLines(all), Posts: s.entryViews(entries, visitOf(r)), Pager: pager,
	})
}

// placeLines are our places as lines of a list, the widest first.
func (s *Server) placeLines(all []instance.Neighbourhood) []view.PlaceLine {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b instance.Neighbourhood) int { return b.Level.Compare(a.Level) })
	lines := make([]view.PlaceLine, 0, len(all))
	for _, n := range all {
		lines = append(lines, view.PlaceLine{Person: personView(s.Site, n.Actor), Level: view.Level(n.Level), Verified: n.Verified})
	}
	return lines
}
