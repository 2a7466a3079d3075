package view

import "time"

// Warning is what is warned of where a place lies.
type Warning struct {
	Phenomenon   string // of instance.Phenomena
	Level        string // orange, red
	Starts, Ends time.Time
	Going        bool // it has begun
	Source       string
	Plan         string // where a campaign begins that answers it; empty for who cannot
}
