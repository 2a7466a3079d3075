package pages

import (
	"html/template"
	"slices"

	"palier/instance/web/view"
)

// Event is an event with who comes and what is said below it.
type Event struct {
	Thread

	Event view.Event
	// Wrong is what of an answer could not be taken.
	Wrong []view.Problem
	// Guest is what somebody without an account filled in.
	Guest GuestForm
}

// GuestForm is what somebody without an account fills in.
type GuestForm struct{ Name, Email, Seats, Note string }

// Template is event.tmpl.
func (Event) Template() string { return "event" }

// SeatChoices are with how many one can come.
func (Event) SeatChoices() []int { return []int{1, 2, 3, 4, 5, 6, 8, 10} }

// Events is a calendar.
type Events struct {
	Frame

	Place   *view.Person // nil: of the one who reads
	Days    []EventDay
	Link    string // secret address of one's own calendar; empty: none
	Path    string // of all that is to come
	Span    string // today or week; empty for all
	File    string // address of the calendar as a file
	Earlier string
	Later   string
	May     bool // invite here
	Speaks  bool // bring calendars of others in
	New     string
}

// EventDay is what takes place on one day.
type EventDay struct {
	Key    string // 2026-12-06
	Events []view.Occasion
}

// Template is events.tmpl.
func (Events) Template() string { return "events" }

// NewEvent is where an event is thought out, one question a page.
type NewEvent struct {
	Frame

	Step      string // kind, title, when, where, guests, words
	Number    int    // of Steps
	Steps     int
	Back      string // address of the question before
	Form      EventForm
	Kept      []Answered // what was answered before
	Templates []string
	Access    []view.Option
	Choices   []view.Choice
	Places    []view.Option
	MaySpeak  bool // for the place
	Once      string
	Within    *view.CampaignWithin
	Problems  []view.Problem
}

// Answered is an answer to a question before.
type Answered struct{ Name, Value string }

// EventForm is what is filled in about an event.
type EventForm struct {
	Template                              string
	Title                                 string
	Date, From, To, EndDate               string
	Repeats, Count                        string
	Venue, Street, Postal, Locality       string
	Online                                string
	Capacity, JoinMode, JoinURL           string
	Text, Bring, Do, Agenda, Status, Came string
	AsPlace                               bool
}

// Template is new_event.tmpl.
func (NewEvent) Template() string { return "new_event" }

// EditEvent is where hosts change an event.
type EditEvent struct {
	Frame

	Path     string
	Title    string
	Form     EventForm
	Access   []view.Option
	Problems []view.Problem
}

// Template is edit_event.tmpl.
func (EditEvent) Template() string { return "edit_event" }

// EventGuests is who comes, for hosts.
type EventGuests struct {
	Frame

	Event  view.Event
	Guests []view.Guest
	Remind int // hours before it that those who come are reminded; 0: not
}

// Reminders are the hours that pages offer.
func (e EventGuests) Reminders() []int {
	usual := []int{0, 2, 24, 48, 168}
	if !slices.Contains(usual, e.Remind) {
		usual = append(usual, e.Remind)
	}
	return usual
}

// Template is event_guests.tmpl.
func (EventGuests) Template() string { return "event_guests" }

// EventGuest is where the link in the letter to a guest leads.
type EventGuest struct {
	Frame

	Event    view.Occasion
	Action   string
	State    string
	Name     string
	Seats    int
	Note     string
	Problems []view.Problem
}

// Template is event_guest.tmpl.
func (EventGuest) Template() string { return "event_guest" }

// SeatChoices are with how many one can come.
func (EventGuest) SeatChoices() []int { return Event{}.SeatChoices() }

// EventPoster is an event on one sheet of paper.
type EventPoster struct {
	Frame

	Event   view.Occasion
	Content template.HTML
	Tongue  string // language of Content
	Link    string
}

// Template is event_poster.tmpl.
func (EventPoster) Template() string { return "event_poster" }
