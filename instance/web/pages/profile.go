package pages

import "palier/instance/web/view"

// Profile is the page of a person, or of anybody elsewhere.
type Profile struct {
	Frame

	Person view.Profile
	Posts  []view.Post
	Pager  view.Pager
}

// Template is profile.tmpl.
func (Profile) Template() string { return "profile" }
