package view

// EventPhoto is a photograph of an event.
type EventPhoto struct {
	Number    int
	Path      string // of the picture; a form sends what one says of it there
	Alt       string
	Language  string
	By        string
	Mine      bool // the one who reads added it
	Asked     bool // they are on it and have not said whether they agree
	Waits     int  // how many have not agreed
	HostsOnly bool
}
