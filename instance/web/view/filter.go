package view

import "time"

// Filter is what somebody does not want to read.
type Filter struct {
	Path  string
	Title string
	Words []string
	Posts int // that it names; apps do that
	Hides bool
	Ends  time.Time // zero for never
	Ended bool
}
