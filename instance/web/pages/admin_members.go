package pages

import "palier/instance/web/view"

// AdminMembers lists who lives in a place and who moderates it.
type AdminMembers struct {
	Frame

	PlaceTabs
	Members  []view.Member
	Pager    view.Pager
	Adding   string // as typed
	Problems []view.Problem
}

// Template is admin_members.tmpl.
func (AdminMembers) Template() string { return "admin_members" }
