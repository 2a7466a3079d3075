package pages

import "palier/instance/web/view"

// AdminPerson is one account.
type AdminPerson struct {
	Frame

	Account view.Account
	Self    bool          // it is the viewer's own
	Places  []view.Option // it can be said to live in
}

// Template is admin_person.tmpl.
func (AdminPerson) Template() string { return "admin_person" }

// Roles are what a person may do on the server.
func (AdminPerson) Roles() []string { return []string{"resident", "moderator", "admin"} }
