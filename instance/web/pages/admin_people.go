package pages

import "palier/instance/web/view"

// AdminPeople lists the accounts.
type AdminPeople struct {
	Frame

	Query  string
	People []view.Account
	Pager  view.Pager
}

// Template is admin_people.tmpl.
func (AdminPeople) Template() string { return "admin_people" }
