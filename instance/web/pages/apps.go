package pages

import "palier/instance/web/view"

// Apps lists the client programs a person let in.
type Apps struct {
	Frame

	Apps  []view.Connection
	Pager view.Pager
}

// Template is apps.tmpl.
func (Apps) Template() string { return "apps" }
