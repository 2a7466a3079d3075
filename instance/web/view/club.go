package view

import (
	"html/template"
	"time"
)

// ToMembers is what stays among the members of a club.
const ToMembers Audience = "members"

// ClubLine is a club as one line of a list.
type ClubLine struct {
	Person
	Topic   string
	Members int
}

// Club is a club's own page.
type Club struct {
	Person
	Topic      string
	Open       bool // one comes in by oneself
	Summary    template.HTML
	Address    string // the public address, with its @
	Feed       string // address of its Atom feed
	Place      Person // it belongs to
	Members    int
	Moderators []Person
	Next       []Meeting
	Bond       Bond

	Member, Asked bool // the one who reads
	Moderates     bool
	Asking        int // who wait to be let in
}

// Meeting is one line of a calendar.
type Meeting struct {
	Path   string
	Title  string
	Starts time.Time
	Where  string
	Off    bool // cancelled
}

// ClubMember is one person of a club, or one who asks to come in.
type ClubMember struct {
	Person
	Moderates bool
}
