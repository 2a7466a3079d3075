package pages

import "palier/instance/web/view"

// Settings is how a person wants the pages to be.
type Settings struct {
	Frame

	Languages []view.Option
	Look      string // one of Looks
	Size      string // one of Sizes
	Choices   []view.Choice
	Council   bool // its accounts sign in
	OnScreens bool // their first name may stand on screens in halls
	Problems  []view.Problem
}

// Template is settings.tmpl.
func (Settings) Template() string { return "settings" }

// Looks are the appearances one can choose.
func (Settings) Looks() []string { return []string{"auto", "light", "dark", "contrast"} }

// Sizes are the sizes of text one can choose.
func (Settings) Sizes() []string { return []string{"normal", "large", "larger"} }
