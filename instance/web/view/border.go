package view

import "time"

// Border is another border of a place, as residents vote on it or did.
type Border struct {
	ID      string
	Kind    string // split, merge
	State   string // open, refused, accepted, done
	Name    string // of the new place, or of the one that the place becomes part of
	Path    string // of that place; empty where it is not there yet
	Staying int    // households
	Going   int
	Opened  time.Time
	Closes  time.Time
	Yes, No int
	Voice   string // what the one who reads said: yes, no, or nothing
	Map     BorderMap
	Now     time.Time
}

// BorderMap is a drawing of two sides as points of SVG polygons in a box of
// 1000; empty where there is none. It holds borders and no homes.
type BorderMap struct {
	Staying, Going string
	Metres         int // from side to side
}
