package pages

import "palier/instance/web/view"

// Newcomers is the corner of a place where who is new says hello.
type Newcomers struct {
	Frame

	Place    view.Person
	Posts    []view.Post
	May      bool // say hello: they did not lately
	Text     string
	Once     string
	Problems []view.Problem
}

// Template is newcomers.tmpl.
func (Newcomers) Template() string { return "newcomers" }
