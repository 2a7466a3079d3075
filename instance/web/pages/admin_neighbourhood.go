package pages

import "palier/instance/web/view"

// AdminNeighbourhood makes a place or changes it; a new one has no ID.
type AdminNeighbourhood struct {
	Frame

	PlaceTabs
	Title     string // as typed
	Username  string
	Address   string // the public address, with its @
	Level     view.Level
	House     string // what people share it for, if it is a house
	Within    string // addresses of the wider places, one a line
	Summary   string // as typed
	Territory string
	HoldNew   bool
	Keeps     bool
	Person    view.Person // with its portrait; of a place that is there
	Header    string      // address of the wide picture above its page; empty without one
	Problems  []view.Problem
}

// Template is admin_neighbourhood.tmpl.
func (AdminNeighbourhood) Template() string { return "admin_neighbourhood" }

// Kinds are what people can share a house for.
func (AdminNeighbourhood) Kinds() []string { return houseKinds() }

// IsHouse tells whether the place is one; a new one may become one.
func (p AdminNeighbourhood) IsHouse() bool {
	return p.ID == "" || p.Level == view.LevelBuilding || p.Level == view.LevelResidence
}

// Levels are how wide a place can be.
func (AdminNeighbourhood) Levels() []view.Level {
	return []view.Level{view.LevelBuilding, view.LevelResidence, view.LevelNeighbourhood, view.LevelCommune, view.LevelWider}
}
