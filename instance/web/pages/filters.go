package pages

import "palier/instance/web/view"

// Filters lists what somebody does not want to read.
type Filters struct {
	Frame

	Filters  []view.Filter
	Form     FilterForm // of a new one
	Problems []view.Problem
}

// Template is filters.tmpl.
func (Filters) Template() string { return "filters" }

// FilterForm is what is filled in about a filter.
type FilterForm struct {
	Title    string
	Words    string // one a line
	Whole    bool
	Contexts []view.Option
	Action   string
	Duration string // one of Durations; same for as it is
}

// Actions are what a filter can do.
func (FilterForm) Actions() []string { return []string{"warn", "hide"} }

// Durations are how long a filter can last.
func (f FilterForm) Durations() []string {
	if f.Duration == "same" {
		return []string{"same", "ever", "day", "week", "month"}
	}
	return []string{"ever", "day", "week", "month"}
}

// EditFilter is where somebody changes a filter.
type EditFilter struct {
	Frame

	Filter   view.Filter
	Form     FilterForm
	Problems []view.Problem
}

// Template is edit_filter.tmpl.
func (EditFilter) Template() string { return "edit_filter" }
