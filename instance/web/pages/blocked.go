package pages

import "palier/instance/web/view"

// Blocked lists whom a person blocked and muted.
type Blocked struct {
	Frame

	Blocked []view.Person
	Muted   []view.Person
}

// Template is blocked.tmpl.
func (Blocked) Template() string { return "blocked" }
