package view

import "time"

// Invitation is what a neighbour hands to others so that they join.
type Invitation struct {
	Path      string
	Link      string // what is handed over
	Place     string
	Remaining int
	Joined    int
	Expires   time.Time
	Counts    bool // somebody can still join by it
}

// OwnPlace is one place of the one who reads.
type OwnPlace struct {
	Path     string // to leave it; empty for a place they left
	Place    string
	Kind     string // home, work, parents, second
	Address  string // for their own eyes
	Standing Standing
	Since    time.Time
	Former   time.Time // zero while they are there
}
