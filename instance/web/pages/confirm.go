package pages

import "palier/instance/web/view"

// Confirm repeats what a deed will do, where somebody could be hurt by it.
type Confirm struct {
	Frame

	Deed       string // block, disable, remove, leave
	Subject    string // a name
	Action     string // where it is sent
	Return     string
	Fields     []view.Option // name and value of what is sent along
	From       []view.Option // places a post can be taken out of; selected is where it was written
	AsksReason bool
	Reason     string
}

// Template is confirm.tmpl.
func (Confirm) Template() string { return "confirm" }
