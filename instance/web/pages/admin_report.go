package pages

import "palier/instance/web/view"

// AdminReport is one report and the decision about it.
type AdminReport struct {
	Frame

	Report   view.Report
	Reason   string
	Problems []view.Problem
}

// Template is admin_report.tmpl.
func (AdminReport) Template() string { return "admin_report" }

// Decisions are how a report can end.
func (AdminReport) Decisions() []string {
	return []string{"dismiss", "resolve", "delete", "limit", "suspend"}
}
