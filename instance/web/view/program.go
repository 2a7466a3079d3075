package view

import "time"

// Program is a client program, as it describes itself.
type Program struct {
	Name string
	Site string // host of its website; empty if it names none
}

// Connection is a client program that somebody let in.
type Connection struct {
	Program
	ID     string
	Scopes []string // what it may do, as in the catalogue: read.statuses
	Since  time.Time
	Used   time.Time // to the day
}
