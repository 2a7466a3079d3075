package pages

import "palier/instance/web/view"

// Notifications lists what concerns the one who reads.
type Notifications struct {
	Frame

	Notices []view.Notice
	Unread  bool // some of them are
	Pager   view.Pager
}

// Template is notifications.tmpl.
func (Notifications) Template() string { return "notifications" }
