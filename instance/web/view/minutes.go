package view

import "time"

// MeetingHead is a meeting of a group as the pages about it name it.
type MeetingHead struct {
	Path   string
	Title  string
	Group  Person
	Starts time.Time
	Begun  bool
}

// AgendaPoint is a point of an agenda or of minutes.
type AgendaPoint struct {
	ID       string
	Title    string
	By       *Person // who proposed it
	Reason   string  // it was declined
	Said     string
	Decision string
}

// MinutesVersion is when minutes were published.
type MinutesVersion struct {
	Version int
	At      time.Time
	Reason  string
}
