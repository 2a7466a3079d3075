package view

import "time"

// HouseLine is what everything in the space of a house has in common.
type HouseLine struct {
	ID       string
	Named    string // in a word, for who does not see where a button stands
	By       Person
	To       string // who manages the house reads it too; empty for residents only
	Hall     bool   // it is shown in the hall
	Withdraw string // where it is taken out; empty if the one who reads may not
}

// Works are works in the calendar of a house.
type Works struct {
	HouseLine
	What, Concerns, Cut string
	From, Until         time.Time
	Going               bool // now
}

// Assembly is a general meeting.
type Assembly struct {
	HouseLine
	At            time.Time
	Where, Agenda string
	Over          bool
	Documents     []Document
	Add           string // where papers are added to it
}

// Document is a paper of a house.
type Document struct {
	HouseLine
	Title, Path string
	Picture     bool
	Kilobytes   int
}

// Incident is something wrong with a house.
type Incident struct {
	HouseLine
	What, Where string
	State       string // reported, taken, settled
	Note        string
	Mover       string // who took it up or settled it; empty for nobody
	Since       time.Time
	Move        string // where it is taken up or settled; empty once it is settled
}

// HouseWriting is what somebody typed to put something into the space of a house.
type HouseWriting struct {
	Title, Concerns, Cut, Starts, Ends, Where, Agenda, Meeting, To string
	Hall                                                           bool
}
