package pages

import "palier/instance/web/view"

// AdminReport is one report and the decision about it.
type AdminReport struct {
	Frame

	Report   view.Report
	Decision string // as chosen
	Reason   string // as typed, or that of the decision
	Problems []view.Problem
}

// Template is admin_report.tmpl.
func (AdminReport) Template() string { return "admin_report" }

// Decisions are how a report can end.
func (AdminReport) Decisions() []string {
	return []string{"dismiss", "resolve", "delete", "limit", "suspend"}
}
