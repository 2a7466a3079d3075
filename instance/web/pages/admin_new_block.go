package pages

import "palier/instance/web/view"

// AdminNewBlock decides about another server.
type AdminNewBlock struct {
	Frame

	Domain   string
	Severity string
	Reason   string
	Ties     int // follows between people here and there that would end
	Problems []view.Problem
}

// Template is admin_new_block.tmpl.
func (AdminNewBlock) Template() string { return "admin_new_block" }

// Severities are the decisions there are.
func (AdminNewBlock) Severities() []string { return []string{"limit", "suspend"} }
