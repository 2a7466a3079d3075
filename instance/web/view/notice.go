package view

import "time"

// Notice is one thing that concerns the one who reads.
type Notice struct {
	ID       string
	Kind     string // mention, reply, like, boost, follow, request, granted, poll
	From     Person
	At       time.Time
	Unread   bool
	Path     string // where it leads
	Excerpt  string // of the post it is about
	Language string
}

// Request is somebody who asks to follow.
type Request struct {
	ID      string
	From    Person
	At      time.Time
	Summary string
}
