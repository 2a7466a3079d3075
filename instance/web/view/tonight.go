package view

import "time"

// NightHome is a home in which beds are free tonight.
type NightHome struct {
	Number int
	Home   string // its address, which stays in forms
	Card   HomeCard
	Free   int
	Ours   bool
	Heard  time.Time // when its association told of it last; zero for ours
	Said   bool      // its host said that beds are free tonight
	Talk   []HomeRule
}

// NightSaid is what the host of a home said of this night.
type NightSaid struct {
	Path     string
	Where    string // the commune
	Category string
	Beds     int
	At       time.Time // when it was said, or asked
}

// NightAsked is where hosts are asked each day.
type NightAsked struct {
	Area  string // empty for everywhere
	Until time.Time
}

// NightQuestion is a home for which its host is asked.
type NightQuestion struct {
	ID       string
	Category string
	Most     int // beds
	Beds     int
	Said     bool
}

// Numbers are the beds that there can be.
func (q NightQuestion) Numbers() (list []int) {
	for n := range q.Most {
		list = append(list, n+1)
	}
	return list
}

// Chosen is the number that is chosen at first: what was said, else all.
func (q NightQuestion) Chosen() int {
	if q.Beds > 0 {
		return q.Beds
	}
	return q.Most
}
