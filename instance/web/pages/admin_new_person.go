package pages

import "palier/instance/web/view"

// AdminNewPerson makes an account.
type AdminNewPerson struct {
	Frame

	Name     string
	Username string
	Email    string
	Places   []view.Option
	Verified bool
	Problems []view.Problem
}

// Template is admin_new_person.tmpl.
func (AdminNewPerson) Template() string { return "admin_new_person" }
