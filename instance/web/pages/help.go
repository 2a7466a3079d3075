package pages

import "palier/instance/web/view"

// Help says whom to call: first those whose work it is, then neighbours.
type Help struct {
	Frame

	Numbers    []view.EmergencyNumber
	Neighbours []view.HelpNeighbour // who said yes
	Call       *view.HelpCall       // of the one who reads, nil for none
	Calling    []view.HelpCall      // of others
	Problems   []view.Problem
}

// Template is help.tmpl.
func (Help) Template() string { return "help" }

// HelpNeighbours is where somebody chooses whom they may call.
type HelpNeighbours struct {
	Frame

	List     []view.HelpNeighbour // whom the one who reads may call, or asked
	Of       []view.HelpNeighbour // who may call them, or asks
	Most     int
	Who      string
	Phone    string
	Problems []view.Problem
}

// Template is help_neighbours.tmpl.
func (HelpNeighbours) Template() string { return "help_neighbours" }
