package pages

import "palier/instance/web/view"

// Follow finds somebody by their public address.
type Follow struct {
	Frame

	Query     string
	Found     *view.Profile // nil before a search, or if there is nobody
	Following []view.Person
	Pager     view.Pager
	Problems  []view.Problem
}

// Template is follow.tmpl.
func (Follow) Template() string { return "follow" }
