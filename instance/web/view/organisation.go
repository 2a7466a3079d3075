package view

import (
	"html/template"
	"time"
)

// Organisation is the page of an association, a shop, a council or the like.
type Organisation struct {
	Person
	Sort     string
	Summary  template.HTML
	Address  string // the public address, with its @
	Feed     string
	Place    Person
	Hours    []OpenDay // none if it has no hours
	Open     bool      // now
	Holidays string
	Needs    []Wanted
	Elected  []Elected
	Bond     Bond
	Acts     bool     // the one who reads acts for it
	Waiting  int      // questions without an answer, for those who act for it
	Houses   []Person // that it manages, for those who act for it
}

// OpenDay is when it is open on a day of the week, 0 for Sunday.
type OpenDay struct {
	Day   int
	Spans []string
	Text  string // of all, as it is typed
}

// Elected is somebody with the office a council says they have.
type Elected struct {
	Person
	Office string
}

// Question is what was asked, and the answer if there is one.
type Question struct {
	ID       string
	Asker    Person
	Text     string
	Asked    time.Time
	AskedOn  string // the same in words
	Answer   string
	Answered time.Time // zero: not yet
	Shared   bool
}

// Announcement is what a post is marked with that an organisation lets everyone know.
type Announcement struct {
	Sort  string
	Level string // info, important, alert
	Until time.Time
}

// Alert is what stands on top of the places it is for.
type Alert struct {
	Path     string
	Title    string
	Language string
	By       string
	Level    string // important, alert
	Until    time.Time
}

// WaitingAlert is an alert that somebody else is to publish.
type WaitingAlert struct {
	ID          string
	By          string
	Title, Text string
	Until       time.Time
	Own         bool
}

// Wanted is what an organisation looks for, and what can be made of it.
type Wanted struct {
	Text  string
	Help  string // where one says that one can help
	Ask   string // where who acts for it makes an ask of it, or invites to a meeting
	Event string
}
