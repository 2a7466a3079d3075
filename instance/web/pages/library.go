package pages

import "palier/instance/web/view"

// Library lists the things that an association lends.
type Library struct {
	Frame

	Organisation view.Person
	Query        string
	Shelves      []LibraryShelf
	Count        int
	Acts         bool // who reads lends for it
}

// Template is library.tmpl.
func (Library) Template() string { return "library" }

// LibraryShelf is one shelf; the one without a name comes first.
type LibraryShelf struct {
	Name   string
	Things []view.Thing
}
