package instance

import "time"

// KindEvent is the kind of a post that is an invitation.
const KindEvent = "event"

// EventStatus is whether an event takes place.
type EventStatus string

// What becomes of an event.
const (
	EventConfirmed EventStatus = "confirmed"
	EventTentative EventStatus = "tentative"
	EventPostponed EventStatus = "postponed"
	EventCancelled EventStatus = "cancelled"
)

// Event is when and where the people meet whom a post invites (FEP-8a8e): the
// part that may be read by whoever reads the post. Who comes stands elsewhere.
type Event struct {
	Template string // apero, fete-des-voisins, flea-market, work-day, …; a plain word
	Starts   time.Time
	Ends     time.Time // zero: open end
	Zone     string    // IANA
	Repeats  string    // an RRULE (RFC 5545) without DTSTART; empty for once
	Status   EventStatus
	Venue    Venue
	Online   string // address of where to meet online; empty for none
	// JoinMode is how one comes: free, restricted (the host says yes), external
	// (see JoinURL), none.
	JoinMode  string
	JoinURL   string
	Capacity  int      // 0: no limit
	Taken     int      // places taken, people brought along included
	Waiting   int      // on the waiting list
	Category  string   // COMMUNITY and others, as other servers read it
	Access    []string // step-free, toilets, hearing-loop, seats, quiet; plain words
	Organiser string   // URI of the person who invites in the name of a group; empty: the author
}

// Venue is where an event is: a place anyone may know.
type Venue struct {
	Name                string
	Street              string // of a public place, never of somebody's home unless they typed it here
	PostalCode          string
	Locality            string
	Country             string // ISO 3166, two letters
	Latitude, Longitude *float64
}

// Left is how many places are free; -1 for no limit.
func (e *Event) Left() int {
	if e.Capacity == 0 {
		return -1
	}
	return max(0, e.Capacity-e.Taken)
}
