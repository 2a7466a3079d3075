package view

import "time"

// CareLine is a circle of care on somebody's list.
type CareLine struct {
	ID    string
	Who   Person
	Own   bool
	Asked bool
}

// CareMember is somebody who looks after the person a circle is around.
type CareMember struct {
	Who    Person
	Role   string // volunteer, professional
	Agreed bool
	Mine   bool // it is the one who reads
}

// CareEntry is what was done or is planned in a circle.
type CareEntry struct {
	ID   string
	By   Person
	What string // call, visit, errand, outing, meal, papers
	At   time.Time
	How  string // well, company, again, absent; empty where nothing was said
	Mine bool   // the one who reads can take it back
}
