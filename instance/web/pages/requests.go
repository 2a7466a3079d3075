package pages

import "palier/instance/web/view"

// Requests lists who asks to follow the one who reads.
type Requests struct {
	Frame

	Requests []view.Request
	Pager    view.Pager
}

// Template is requests.tmpl.
func (Requests) Template() string { return "requests" }
