package pages

import "palier/instance/web/view"

// Members lists the neighbours of a place, for its neighbours.
type Members struct {
	Frame

	Place   view.Person
	Members []view.Member
	Pager   view.Pager
}

// Template is members.tmpl.
func (Members) Template() string { return "members" }
