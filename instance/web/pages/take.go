package pages

import "palier/instance/web/view"

// Take is where one asks for part of what a post proposes.
type Take struct {
	Frame

	Post     view.Post
	Form     TakeForm
	Problems []view.Problem
}

// Template is take.tmpl.
func (Take) Template() string { return "take" }

// TakeForm is what is filled in about it.
type TakeForm struct {
	Counts   bool // one says how much
	Dated    bool // one says from when until when
	Quantity string
	From     string // 2026-11-28
	Until    string
	Note     string
}
