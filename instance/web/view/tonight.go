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
	Talk   []HomeRule
}
