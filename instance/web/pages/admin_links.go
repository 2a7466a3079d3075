package pages

import "palier/instance/web/view"

// AdminLinks lists the places elsewhere that follow ours, and those that ask to.
type AdminLinks struct {
	Frame

	Pending  []view.Link
	Accepted []view.Link
}

// Template is admin_links.tmpl.
func (AdminLinks) Template() string { return "admin_links" }
