package pages

import "palier/instance/web/view"

// Home is the reading list of somebody who is signed in: finite, newest first.
type Home struct {
	Frame

	FirstDay  *FirstDay // nil for who has been here longer
	Alerts    []view.Alert
	Campaigns []view.Campaign
	Posts     []view.Post
	Season    view.Prompt // what this month brings
	Pager     view.Pager
	Live      string // address of the event stream; empty for none
}

// Template is home.tmpl.
func (Home) Template() string { return "home" }
