package view

import "time"

// DigestPlace is what was said in one place; the one without a name holds what
// comes from those whom a person follows.
type DigestPlace struct {
	Name, Path string
	Sections   []DigestSection
	More       int // how many more there are than are told
}

// DigestSection is what was said of one kind: needs, events, offers, news or
// notices.
type DigestSection struct {
	Kind  string
	Items []DigestItem
}

// DigestItem is one thing that was said, asked or offered.
type DigestItem struct {
	Title, Text  string
	Language     string // BCP 47
	Author, Path string
	Starts       time.Time // of an event, else zero
	Venue        string
}
