package pages

import "palier/instance/web/view"

// AdminReports lists what was reported.
type AdminReports struct {
	Frame

	Closed  bool
	Reports []view.Report
	Pager   view.Pager
}

// Template is admin_reports.tmpl.
func (AdminReports) Template() string { return "admin_reports" }
