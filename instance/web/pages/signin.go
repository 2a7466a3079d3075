package pages

import "palier/instance/web/view"

// SignIn asks for e-mail and password.
type SignIn struct {
	Frame

	Email    string // as typed
	Return   string // where to go then
	Passkeys bool   // this server can take keys of devices
	Council  bool   // its accounts sign in too
	Problems []view.Problem
}

// Template is signin.tmpl.
func (SignIn) Template() string { return "signin" }
