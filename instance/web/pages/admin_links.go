package pages

import "palier/instance/web/view"

// AdminLinks lists the places that follow ours, those that ask to, and those
// that ours asked.
type AdminLinks struct {
	Frame

	Pending  []view.Link
	Asked    []view.Link
	Accepted []view.Link
	Pager    view.Pager // of those accepted
}

// Template is admin_links.tmpl.
func (AdminLinks) Template() string { return "admin_links" }
