package pages

import "palier/instance/web/view"

// AdminRelay says what a place relays from others.
type AdminRelay struct {
	Frame

	PlaceTabs
	Rules    []view.Rule
	Adding   string // as typed
	Problems []view.Problem
}

// Template is admin_relay.tmpl.
func (AdminRelay) Template() string { return "admin_relay" }

// Reaches are how far an author may want a post to be carried.
func (AdminRelay) Reaches() []string {
	return []string{"neighbourhood", "commune", "intercommunal", "departmental", "national"}
}
