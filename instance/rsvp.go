package instance

import "time"

// RSVPState is whether somebody comes to an event.
type RSVPState string

// Who comes has a place. Who waits gets the next that is free, in turn. A
// pending one waits for a host's yes, an unconfirmed guest for their own.
const (
	Comes       RSVPState = "coming"
	Waits       RSVPState = "waiting"
	Pending     RSVPState = "pending"
	Interested  RSVPState = "interested"
	Declined    RSVPState = "declined"
	Unconfirmed RSVPState = "unconfirmed"
)

// MaxSeats is how many somebody comes with at most, themself included; MaxNote
// how long what they say to the hosts is, in characters.
const (
	MaxSeats = 20
	MaxNote  = 300
)

// RSVP is that somebody comes to an event, or does not.
type RSVP struct {
	ID       ID
	Event    PostID
	Who      *Actor // nil for a guest
	Email    string // of a guest; for the hosts and letters only
	Name     string // of a guest
	Seats    int    // themself included
	State    RSVPState
	Note     string // for the hosts
	URI      string // what they asked with; empty for who is of this server
	Language string // of a guest
	At       time.Time
}

// Need is something an event needs that somebody brings or does.
type Need struct {
	ID    ID
	Event PostID
	Kind  string // bring, do; agenda while it is being read
	What  string
	Due   int    // days from the beginning of the event, negative before it
	Taker *Actor // nil: nobody yet
	Done  time.Time
}
