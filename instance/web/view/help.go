package view

import "time"

// EmergencyNumber is a number one calls when somebody is in danger.
type EmergencyNumber struct {
	Number string
	What   string // ambulance, police, fire, any, deaf, shelter, children, women
	Text   bool   // by SMS
}

// HelpNeighbour is somebody whom one may call, or who may call one.
type HelpNeighbour struct {
	Who    Person
	Phone  string
	Agreed bool
}

// HelpCall is a call for help that stands.
type HelpCall struct {
	ID             string
	Who            Person
	At             time.Time
	Told           int
	Coming, Unable []Person
}
