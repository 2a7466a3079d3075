package pages

import "palier/instance/web/view"

// AdminImport takes a block list, and then tells what became of it.
type AdminImport struct {
	Frame

	Done     bool
	Taken    int
	Refused  []view.RefusedLine
	Problems []view.Problem
}

// Template is admin_import.tmpl.
func (AdminImport) Template() string { return "admin_import" }
