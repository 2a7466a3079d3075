package view

import "time"

// Errand is what somebody fetches or does for others, as every reader of its
// post may know it.
type Errand struct {
	Path   string
	Mode   string // run, list, parcel, walk, print
	Status string // open, agreed, done, closed
	Starts time.Time
	Left   int
	Urgent bool
}

// Ended tells whether it is over by now.
func (e *Errand) Ended(now time.Time) bool {
	return e.Mode == "run" && !e.Starts.After(now)
}

// ErrandPart is somebody who asks to have something brought along, or helps.
type ErrandPart struct {
	Seat
	List, Budget    string
	Receipt, Handed bool
}

// Walk is one walk of a week.
type Walk struct {
	Day    int // 1 is Monday
	Minute int
	Clock  string
	Who    string // first name; empty for nobody
	Mine   bool
}

// ErrandWriting is what somebody typed to post an errand.
type ErrandWriting struct {
	Title, Text, Place, Starts, Lists, List, Budget, At string
	Urgent                                              bool
}
