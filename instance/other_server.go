package instance

import "time"

// OtherServer is another server as those who run this one see it.
type OtherServer struct {
	Name        string // host[:port]
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

// Sighting is what a search for a handle or an address found: an actor or a
// post.
type Sighting struct {
	Actor *Actor
	Post  *Post
}
