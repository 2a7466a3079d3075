package view

import "time"

// HostLine is a host in a list of a team.
type HostLine struct {
	Path   string
	Name   string // empty for those who read nothing with names in it
	Number string
	State  string
	Since  time.Time
	Places int
}

// HostMeeting is an information meeting.
type HostMeeting struct {
	ID      string
	At      time.Time
	Venue   string
	Places  int
	Invited int
	Over    bool
}

// HostAdult is an adult of a home.
type HostAdult struct {
	ID      string
	Name    string
	Own     bool
	Heard   bool
	Checked bool // a record was looked at
}

// HostReference is somebody who was asked what they know of a host.
type HostReference struct {
	Name     string
	Family   bool
	Answered bool
	Text     string
}

// HostVisit is a visit to a home.
type HostVisit struct {
	At, Until time.Time
	Passed    bool
	Ended     bool
	Missing   []string // points that did not pass
	Worries   []string
	Room      int
	Animals   string
	People    string
	Note      string
}

// HostHome is a home of a host.
type HostHome struct {
	Path  string
	State string
}

// HostLodged is a stay with a host for which a partner association answers.
type HostLodged struct {
	Who    Person
	From   time.Time
	Until  time.Time
	Places int
}
