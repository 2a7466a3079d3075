package pages

import "palier/instance/web/view"

// Passkeys lists the keys that somebody's devices hold.
type Passkeys struct {
	Frame

	Keys     []view.Passkey
	Possible bool // this server can take more
}

// Template is passkeys.tmpl.
func (Passkeys) Template() string { return "passkeys" }
