package pages

import "palier/instance/web/view"

// AdminWaiting lists the posts that a moderator reads before a place relays them.
type AdminWaiting struct {
	Frame

	PlaceTabs
	Waiting []view.Waiting
	Pager   view.Pager
}

// Template is admin_waiting.tmpl.
func (AdminWaiting) Template() string { return "admin_waiting" }
