package pages

import "palier/instance/web/view"

// Shelf is what the neighbours of a place recommend to one another.
type Shelf struct {
	Frame

	Place    view.Person
	Path     string
	Sort     string // of those shown; empty for all
	Sorts    []string
	List     []view.Recommendation
	Pager    view.Pager
	Form     view.Recommendation // what is being added
	Once     string
	Problems []view.Problem
}

// Template is shelf.tmpl.
func (Shelf) Template() string { return "shelf" }
