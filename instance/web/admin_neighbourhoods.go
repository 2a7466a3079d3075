package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getNeighbourhoods lists the places of this server.
func (s *Server) getNeighbourhoods(w http.ResponseWriter, r *http.Request) error {
	ctx, after := r.Context(), instance.ActorID(idIn(r, "after"))
	list, err := s.Places.Page(ctx, after, perPage)
	if err != nil {
		return err
	}
	ids := make([]instance.ActorID, len(list))
	for i, n := range list {
		ids[i] = n.ID
	}
	parents, err := s.Places.Parents(ctx, ids)
	if err != nil {
		return err
	}
	waiting, err := s.Groups.CountWaiting(ctx)
	if err != nil {
		return err
	}
	var p pages.AdminNeighbourhoods
	for _, n := range list {
		p.Places = append(p.Places, view.Neighbourhood{
			Person: personView(s.Site, n.Actor), Level: view.Level(n.Level), Within: s.actorLines(parents[n.ID]),
			Verified: n.Verified, Declared: n.Declared, Waiting: waiting[n.ID],
		})
	}
	const path = "/admin/neighbourhoods"
	if after != 0 {
		p.Pager.Newer = path
	}
	if len(list) == perPage {
		p.Pager.Older = path + "?after=" + list[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, "neighbourhoods"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
