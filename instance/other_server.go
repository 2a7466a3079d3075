package instance

import "time"

// OtherServer is another server as those who run this one see it.
type OtherServer struct {
	Name        string // host[:port]
	Software    string // name and version, as it says itself; empty if it was never asked
	People      int    // of it that we know
	State       string // healthy, failing, paused, dead
	Pending     int    // deliveries that wait
	Failures    int    // in a row
	LastError   string
	FirstSeen   time.Time
	LastSuccess time.Time
	LastFailure time.Time
	ResumeAt    time.Time     // not tried before
	Skew        time.Duration // how far its clock is ahead of ours
}

// HeldDelivery is something that has not arrived at another server yet.
type HeldDelivery struct {
	ID        ID
	Activity  string // its id
	Attempts  int
	NextAt    time.Time
	LastError string
}

// StuckItem is what another server sent and what could not be worked however
// often it was tried.
type StuckItem struct {
	ID       ID
	Activity string // its id
	Actor    string // who sent it
	Kind     string
	Error    string
	At       time.Time // received
}

// NetworkTally is how the network fares as a whole.
type NetworkTally struct {
	Servers int // others that we know
	Silent  int // of them that do not answer any more
	Pending int // deliveries that wait
	Stuck   int // things that came and could not be worked
}

// Sighting is what a search for a handle or an address found: an actor or a
// post.
type Sighting struct {
	Actor *Actor
	Post  *Post
}
