package pages

import "palier/instance/web/view"

// Borders tells how a place forms from its households, what residents propose
// about its borders, and what became of it.
type Borders struct {
	Frame

	Place      view.Person
	Households int
	Living     int // households a feed brings together
	Crowded    int // from how many on a place can be shared
	Near       []view.PlaceLine
	Open       *view.Border
	Past       []view.Border
	May        BorderDeeds
	Form       BorderForm
	Problems   []view.Problem
}

// BorderDeeds are what the one who reads could do now.
type BorderDeeds struct {
	Vote  bool
	Split bool
	// Prospect is how the place would be shared.
	Prospect view.Border
	Into     []view.PlaceLine // what the place could become part of
}

// BorderForm is what is filled in to propose a border.
type BorderForm struct{ Name, Username string }

// Template is borders.tmpl.
func (Borders) Template() string { return "borders" }
