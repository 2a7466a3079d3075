package pages

import (
	"time"

	"palier/instance/web/view"
)

// Close says what closing one's account means.
type Close struct {
	Frame

	Due      time.Time // when it will be; zero if it was not asked for
	Keep     bool      // what was said in places stays, without the name
	Owes     bool      // things of others are still there
	Hours    int       // in which it can be taken back
	Problems []view.Problem
}

// Template is close.tmpl.
func (Close) Template() string { return "close" }

// Care lists the circles of care somebody is in.
type Care struct {
	Frame

	Circles  []view.CareLine
	Own      bool // one of them is around the one who reads
	Problems []view.Problem
}

// Template is care.tmpl.
func (Care) Template() string { return "care" }

// Circle is one circle of care.
type Circle struct {
	Frame

	ID      string
	Who     view.Person
	Own     bool
	Me      string
	Consent string       // self, paper
	Seen    *view.Person // who saw the paper
	Since   time.Time
	Members []view.CareMember
	Planned []view.CareEntry
	Done    []view.CareEntry
	Typed   string
	At      string
	// Calls are when the person wants to be called; nil for whoever may not say so.
	Calls    *view.CallsForm
	Called   bool     // they are
	Weekdays []string // from Monday on
	Problems []view.Problem
}

// Template is circle.tmpl.
func (Circle) Template() string { return "circle" }

// Whats are the kinds of what is done.
func (Circle) Whats() []string {
	return []string{"call", "visit", "errand", "outing", "meal", "papers"}
}

// Hows are how it was.
func (Circle) Hows() []string { return []string{"well", "company", "again", "absent"} }

// Roles are those of who looks after somebody.
func (Circle) Roles() []string { return []string{"volunteer", "professional"} }

// CallSheet is the paper of a day for whoever calls.
type CallSheet struct {
	Frame

	Calls []view.Call
}

// Template is call_sheet.tmpl.
func (CallSheet) Template() string { return "call_sheet" }

// Hows are the ways in which a call was found.
func (CallSheet) Hows() []string { return Circle{}.Hows() }
