package pages

import "palier/instance/web/view"

// Neighbourhood is the page of a place here, readable without an account.
type Neighbourhood struct {
	Frame

	Place     view.Neighbourhood
	Alerts    []view.Alert
	Campaigns []view.Campaign // those that run here
	Weather   []view.Warning
	Dashboard *view.Dashboard // nil on further pages of its posts
	Posts     []view.Post
	Pager     view.Pager
	Live      string // address of the event stream; empty for none
}

// Template is neighbourhood.tmpl.
func (Neighbourhood) Template() string { return "neighbourhood" }
