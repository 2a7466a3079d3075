package view

import "time"

// Conversation is private messages among the same people.
type Conversation struct {
	Path     string
	With     []Person // the others, or oneself alone
	Excerpt  string   // of the latest message
	Language string
	At       time.Time // of the latest message; zero if it cannot be read any more
	Mine     bool      // the latest message is by the one who reads
	Unread   bool
}
