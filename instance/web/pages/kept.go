package pages

import "palier/instance/web/view"

// Kept lists what one keeps to find it again.
type Kept struct {
	Frame

	Posts []view.Post
	Pager view.Pager
}

// Template is kept.tmpl.
func (Kept) Template() string { return "kept" }
