package pages

import "palier/instance/web/view"

// AdminArea says where a place lies.
type AdminArea struct {
	Frame

	PlaceTabs
	Known     bool   // where it lies
	Source    string // who drew the outline
	Map       *view.Map
	Query     string
	Outlines  []view.Boundary // that can be laid on it
	Center    string          // as typed: latitude, longitude
	Radius    string          // as typed, in metres
	House     bool            // a building or a residence, which has doors
	Doors     string          // as typed, an address a line
	DoorCount int
	Problems  []view.Problem
}

// Template is admin_area.tmpl.
func (AdminArea) Template() string { return "admin_area" }
