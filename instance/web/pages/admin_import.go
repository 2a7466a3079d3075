package pages

import "palier/instance/web/view"

// AdminImport takes a block list, and then tells what became of it.
type AdminImport struct {
	Frame

	Done     bool
	Taken    int
	Refused  []view.RefusedLine // the first of them
	Unnamed  int                // how many more there are
	Problems []view.Problem
}

// Template is admin_import.tmpl.
func (AdminImport) Template() string { return "admin_import" }

// Lines is how many lines were refused.
func (p AdminImport) Lines() int { return len(p.Refused) + p.Unnamed }
