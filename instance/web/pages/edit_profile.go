package pages

import "palier/instance/web/view"

// EditProfile is where a person says who they are.
type EditProfile struct {
	Frame

	Person   view.Person
	Header   string // address of the wide picture above the profile; empty without one
	Summary  string // as typed
	Fields   []view.FieldText
	Locked   bool
	Hidden   bool // whom they follow and who follows them is theirs alone
	Problems []view.Problem
}

// Template is edit_profile.tmpl.
func (EditProfile) Template() string { return "edit_profile" }
