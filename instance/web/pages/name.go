package pages

import "palier/instance/web/view"

// Name is where a person says what they are called, and by whom.
type Name struct {
	Frame

	Full      string // by those who share the neighbourhood
	Outer     string // by everybody else
	Protected bool
	Problems  []view.Problem
}

// Template is name.tmpl.
func (Name) Template() string { return "name" }
