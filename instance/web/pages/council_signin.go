package pages

import (
	"time"

	"palier/instance/web/view"
)

// CouncilSignIn is where somebody signs in by an account of the council, or says
// that they will.
type CouncilSignIn struct {
	Frame

	Settings bool // they are signed in and say whether they will
	Tied     time.Time
	Host     string
	Return   string
	Problems []view.Problem
}

// Template is council_signin.tmpl.
func (CouncilSignIn) Template() string { return "council_signin" }
