package view

import "time"

// Occasion is when and where the people meet whom a post invites. Its times
// are in the zone of where that is.
type Occasion struct {
	Path    string
	Title   string
	Starts  time.Time
	Ends    time.Time // zero: open end
	Where   string
	Street  string // with the town
	Map     string // address of a map; empty without one
	Online  string
	Status  string // confirmed, tentative, postponed, cancelled
	Off     bool   // this once it does not take place
	Repeats bool
	Taken   int
	Left    int // -1: no limit
	Waiting int
}

// SameDay tells whether it ends on the day it begins.
func (o Occasion) SameDay() bool {
	return o.Starts.YearDay() == o.Ends.YearDay() && o.Starts.Year() == o.Ends.Year()
}

// Event is an event as the one who reads sees it.
type Event struct {
	Occasion

	Template string
	Access   []string // plain words
	JoinMode string
	JoinURL  string
	Open     bool // one can still come
	Over     bool
	Mine     string // coming, waiting, pending, interested, declined; empty: not answered
	Seats    int
	Note     string
	Hosts    bool
	Public   bool // somebody without an account may come
	Guests   []Person
	Next     []Date
	Bring    []Need
	Do       []Need // for hosts
	Agenda   []string
	Meets    bool // in a group the viewer takes part in, with an agenda and minutes
	Came     int
	Album    bool // it has begun, and photographs of it can be looked at
	Minutes  string
	Organise *Person // the person who invites in the name of a place
}

// Date is one time of a series.
type Date struct {
	At  time.Time
	Key string // as a form sends it
	Off bool
}

// Need is something that somebody brings or does.
type Need struct {
	ID    string
	What  string
	Due   time.Time
	Taker *Person
	Mine  bool
	Done  bool
}

// Guest is somebody who answered, as hosts see it.
type Guest struct {
	Person *Person // nil for who has no account
	Name   string
	State  string
	Seats  int
	Note   string
	Key    string // of the answer
}
