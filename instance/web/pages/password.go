package pages

import "palier/instance/web/view"

// Password changes the password of the one who reads.
type Password struct {
	Frame

	Email    string // of the one who reads, for the keeper of their passwords
	Problems []view.Problem
}

// Template is password.tmpl.
func (Password) Template() string { return "password" }
