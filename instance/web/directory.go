package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getPlaces is the directory of the places of this server.
func (s *Server) getPlaces(w http.ResponseWriter, r *http.Request) error {
	ctx, after := r.Context(), instance.ActorID(idIn(r, "after"))
	list, err := s.Places.Page(ctx, after, perPage)
	if err != nil {
		return err
	}
	ids, codes := make([]instance.ActorID, len(list)), make([]string, len(list))
	for i, n := range list {
		ids[i], codes[i] = n.ID, inseeOf(n)
	}
	parents, err := s.Places.Parents(ctx, ids)
	if err != nil {
		return err
	}
	communes, err := s.Addresses.Communes(ctx, codes...)
	if err != nil {
		return err
	}
	var p pages.Places
	for i, n := range list {
		line := pages.DirectoryLine{PlaceLine: s.placeLines([]instance.Neighbourhood{n})[0], Within: s.actorLines(parents[n.ID])}
		if n.Level == "commune" {
			line.Population = communes[codes[i]].Population
		}
		p.Places = append(p.Places, line)
	}
	p.Pager = view.Pager{}
	if after != 0 {
		p.Pager.Newer = "/places"
	}
	if len(list) == perPage {
		p.Pager.Older = "/places?after=" + list[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Canonical = s.Site.Base() + "/places"
	return s.HTML(w, r, http.StatusOK, p)
}

// inseeOf is the INSEE code of a place that is a whole commune of France.
func inseeOf(n instance.Neighbourhood) string {
	const french = "FR:COG:"
	if len(n.Territory) != len(french)+5 || n.Territory[:len(french)] != french {
		return ""
	}
	return n.Territory[len(french):]
}
