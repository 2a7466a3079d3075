package pages

import "palier/instance/web/view"

// History shows how a post stood before each of its edits, the newest first.
type History struct {
	Frame

	Post  view.Post
	Edits []view.Edit
}

// Template is history.tmpl.
func (History) Template() string { return "history" }
