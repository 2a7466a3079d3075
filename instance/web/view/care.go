package view

import (
	"slices"
	"time"
)

// CareLine is a circle of care on somebody's list.
type CareLine struct {
	ID    string
	Who   Person
	Own   bool
	Asked bool
}

// Handover is that what one informant had was handed on to another.
type Handover struct {
	From, To, By     Person
	Called, Requests int
	At               time.Time
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

// CallsForm is when somebody wants to be called.
type CallsForm struct {
	Days         []string // from Monday, 1, on
	Hour         string
	Phone        string
	Contact      string // whom else to reach
	ContactPhone string
}

// On tells whether a day was chosen.
func (c CallsForm) On(day string) bool { return slices.Contains(c.Days, day) }

// Call is one call of a day.
type Call struct {
	Circle       string
	Who          Person
	At           time.Time
	Phone        string
	Contact      string
	ContactPhone string
	Step         string // call, door, contact
	Done         bool   // somebody spoke to them today
	Alarm        bool   // nobody answered at all
}
