package pages

import "palier/instance/web/view"

// AdminFailures lists what the server could not do however often it tried.
type AdminFailures struct {
	Frame

	Jobs       []view.FailedJob
	JobsPager  view.Pager
	Items      []view.StuckItem
	ItemsPager view.Pager
}

// Template is admin_failures.tmpl.
func (AdminFailures) Template() string { return "admin_failures" }
