package pages

import "palier/instance/web/view"

// AdminNeighbourhoods lists the places of this server.
type AdminNeighbourhoods struct {
	Frame

	Places []view.Neighbourhood
	Pager  view.Pager
}

// Template is admin_neighbourhoods.tmpl.
func (AdminNeighbourhoods) Template() string { return "admin_neighbourhoods" }
