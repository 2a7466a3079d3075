package view

import "time"

// Informant is somebody whom the others of a place can ask.
type Informant struct {
	Who   Person
	Place Person
	Near  bool // of this very place, not of what it lies within
	Hours string
	Phone string
	Until time.Time // zero for who waits to be accepted
	Mine  bool      // it is the one who reads
	Renew bool      // their time is over soon, and they did not volunteer again
	Asked bool      // they wait to be accepted, or to go on
}

// InformantLine is a request to informants on a list.
type InformantLine struct {
	Path   string
	Place  Person
	Asker  Person
	Taken  *Person // who sees to it; nil for nobody yet
	Mine   bool    // the one who reads sees to it
	Closed bool
	First  string
	At     time.Time // of what was said last
	Now    time.Time
}

// InformantWord is one thing that was said about a request.
type InformantWord struct {
	By   Person
	Mine bool
	Text string
	At   time.Time
}

// PassedOn is what an informant passed on of what officials say.
type PassedOn struct {
	Path     string
	Title    string
	Language string
	By       string
	Source   string
}
