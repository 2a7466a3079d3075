package view

import "time"

// Escort is somebody who goes with people to the door.
type Escort struct {
	Who    Person
	Agreed bool
}

// EscortWalk is that somebody goes with a household to its bed tonight.
type EscortWalk struct {
	ID     string
	Path   string // for who goes; empty for what is off
	Who    string // goes; for the team
	State  string
	At     time.Time // they meet
	Said   time.Time // what the state tells
	Where  string
	Called string
	Label  string // of the case
	Off    bool   // it can be called off
}

// Escorted is a programme for which somebody goes with people.
type Escorted struct {
	ID     string
	Name   string
	Path   string
	Agreed bool
}
