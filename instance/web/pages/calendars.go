package pages

import (
	"time"

	"palier/instance/web/view"
)

// Calendars lists the calendars of others that a place or an organisation shows.
type Calendars struct {
	Frame

	Owner     view.Person
	Calendars []CalendarLine
	URL       string // as typed
	Public    bool
	Problems  []view.Problem
}

// Template is calendars.tmpl.
func (Calendars) Template() string { return "calendars" }

// CalendarLine is one calendar of others.
type CalendarLine struct {
	Path    string
	Name    string
	URL     string // empty for a file
	Public  bool
	ReadAt  time.Time // zero: not yet
	Trouble string
	Shown   int
	Waiting int
	Refused []RefusedEvent
}

// RefusedEvent is an event of a calendar that cannot be taken, and why.
type RefusedEvent struct{ Title, Why string }
