package pages

import "time"

// AdminOverview is what waits for somebody, and the numbers of the server.
type AdminOverview struct {
	Frame

	Todo           []Todo
	People         int
	Verified       int
	Neighbourhoods int
	Week           int // posts of the last seven days
	Newcomers      int // accounts of the last seven days
	Servers        int // other servers known
	Pending        int // deliveries that wait
	Version        string
	Engine         string
	Since          time.Time // start of the program
}

// Template is admin_overview.tmpl.
func (AdminOverview) Template() string { return "admin_overview" }

// Todo is something that waits for a person.
type Todo struct {
	Kind  string // reports, links, waiting, failures, servers, quiet, declared
	Count int
	Path  string
}
