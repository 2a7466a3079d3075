package pages

import (
	"time"

	"palier/instance"
	"palier/instance/web/view"
)

// Screen is what a screen in a hall shows, a card at a time. It has nothing of
// the other pages around it.
type Screen struct {
	Frame

	Place   string
	Made    time.Time // of what is shown
	Cards   []view.ScreenCard
	Easy    bool // large letters, one card, nothing moves by itself
	At      int  // which card, counted from 0
	Begins  bool // it begins with large letters
	Restart bool
}

// Template is screen.tmpl.
func (Screen) Template() string { return "screen" }

// Shown are the cards of this page: all, or the one that was turned to.
func (s Screen) Shown() []view.ScreenCard {
	if !s.Easy || len(s.Cards) == 0 {
		return s.Cards
	}
	return s.Cards[s.At : s.At+1]
}

// Next and Before are the cards beside the one that is shown.
func (s Screen) Next() int { return (s.At + 1) % max(len(s.Cards), 1) }

// Before is the card before the one that is shown.
func (s Screen) Before() int { return (s.At + len(s.Cards) - 1) % max(len(s.Cards), 1) }

// ScreenPairing is what a device shows before it is bound, or that it shows
// nothing.
type ScreenPairing struct {
	Frame

	Code  string
	Until time.Time
	State string // pair, blank, restart, idle
}

// Template is screen_pairing.tmpl.
func (ScreenPairing) Template() string { return "screen_pairing" }

// Screens is where the screens of a place are looked after.
type Screens struct {
	Frame

	Place    view.Person
	House    bool
	Screens  []view.HallScreen
	Typed    view.ScreenWriting
	Address  string // where a device begins that forgets; shown once
	Of       string // the screen it is of
	Problems []view.Problem
}

// Template is screens.tmpl.
func (Screens) Template() string { return "screens" }

// Sections are what a screen can show.
func (Screens) Sections() []string { return instance.ScreenSections }
