package pages

import "palier/instance/web/view"

// Report brings a person or a post before the moderators.
type Report struct {
	Frame

	Target   view.Person
	Post     *view.Post // nil when it is about the person
	Category string
	Comment  string
	Host     string // the other server, when there is one to tell
	Forward  bool
	Return   string
	Problems []view.Problem
}

// Template is report.tmpl.
func (Report) Template() string { return "report" }

// Categories are what a report can be about.
func (Report) Categories() []string { return []string{"attack", "spam", "danger", "other"} }
