package pages

import "palier/instance/web/view"

// Welcome is the front door for somebody who is not signed in.
type Welcome struct {
	Frame

	Places []view.PlaceLine
	Posts  []view.Post
	Pager  view.Pager
}

// Template is welcome.tmpl.
func (Welcome) Template() string { return "welcome" }
