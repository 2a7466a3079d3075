package pages

import "palier/instance/web/view"

// Board is the noticeboard of a place, on one sheet of paper.
type Board struct {
	Frame

	Place    view.Person
	URL      string // of the page of the place
	Short    string // what is typed before a code
	Sections []view.BoardSection
}

// Template is board.tmpl.
func (Board) Template() string { return "board" }
