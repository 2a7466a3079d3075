package pages

import "palier/instance/web/view"

// Tag lists the public posts under a hashtag.
type Tag struct {
	Frame

	Tag       string // without its #
	Path      string // address of the list
	Following bool   // its posts come to the viewer's home feed
	Posts     []view.Post
	Pager     view.Pager
}

// Template is tag.tmpl.
func (Tag) Template() string { return "tag" }
