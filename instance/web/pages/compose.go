package pages

import "palier/instance/web/view"

// Compose is where a post is written or edited.
type Compose struct {
	Frame

	In        *view.Person // the place it goes to; nil for none
	Action    string       // where it is sent
	Return    string
	Once      string // makes a second press do nothing more
	Editing   bool
	Writing   view.Writing
	Choices   []view.Choice
	Languages []view.Option
	MoreOpen  bool // show the lesser fields
	Problems  []view.Problem
}

// Template is compose.tmpl.
func (Compose) Template() string { return "compose" }
