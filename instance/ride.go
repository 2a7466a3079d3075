package instance

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Ride is a way that somebody shares, once or every week: by car, by bicycle, or
// on foot with children. Its ends are a commune or a public place in it, never
// finer.
type Ride struct {
	Post  *Post // its Proposal is never nil
	Mode  string
	From  Stop
	To    Stop
	At    time.Time // of the first time
	Days  Weekdays
	Seats []Seat // nil for who does not go
}

// RideModes are how one can go.
var RideModes = []string{"car", "bike", "foot"}

// Stop is an end of a way: a commune by its official code, and what people call
// a public place in it.
type Stop struct {
	Place   string // Gare; empty for just the commune
	INSEE   string
	Commune string
	Latitude,
	Longitude float64 // of the middle of the commune
}

// Spot is the stop as its post says it.
func (s Stop) Spot() *Spot {
	name := s.Commune
	if s.Place != "" {
		name = s.Place + ", " + s.Commune
	}
	return &Spot{Name: name, Latitude: s.Latitude, Longitude: s.Longitude}
}

// Seat is somebody who asked to come along.
type Seat struct {
	ID    ID
	Actor Actor
	State SeatState
}

// SeatState is how far somebody has come who asked to come along or to help.
type SeatState string

// A seat is asked for, and agreed or declined by who goes.
const (
	SeatAsked    SeatState = "asked"
	SeatAgreed   SeatState = "agreed"
	SeatDeclined SeatState = "declined"
)

// Weekdays are days of the week, a bit for each from Monday on.
type Weekdays int

// On is the day of the week of a time, by its own clock.
func On(t time.Time) Weekdays { return 1 << ((int(t.Weekday()) + 6) % 7) }

// dayNames are the days of the week as RFC 5545 calls them, from Monday on.
var dayNames = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// Rule is the RRULE of every week on these days, without its name.
func (d Weekdays) Rule() string {
	var names []string
	for i, name := range dayNames {
		if d&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return "FREQ=WEEKLY;BYDAY=" + strings.Join(names, ",")
}

// Next is when something comes the next time at or after now that began first
// at first, on these days, by the clock of first's zone.
func (d Weekdays) Next(first, now time.Time) time.Time {
	at := first
	if now.After(first) {
		y, m, day := now.In(first.Location()).Date()
		at = time.Date(y, m, day, first.Hour(), first.Minute(), 0, 0, first.Location())
	}
	for range 8 {
		if d&On(at) != 0 && !at.Before(now) {
			return at
		}
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// Limits of a way.
const (
	MaxRideSeats = 30
	MaxStop      = 80
	MaxSeekers   = 100
)

// Check returns an [Invalid] for the first thing in a ride that cannot be, as of
// now. Seats are how many can come along.
func (r *Ride) Check(seats int, now time.Time) error {
	switch {
	case !Known(RideModes, r.Mode):
		return &Invalid{Field: "mode", Code: "unknown"}
	case r.At.IsZero():
		return &Invalid{Field: "starts", Code: "missing"}
	case !r.At.After(now):
		return &Invalid{Field: "starts", Code: "past"}
	case r.At.After(now.Add(366 * 24 * time.Hour)):
		return &Invalid{Field: "starts", Code: "too-late"}
	case seats < 1 || seats > MaxRideSeats:
		return &Invalid{Field: "seats", Code: "out-of-range", Limit: MaxRideSeats}
	}
	return nil
}

// CheckStop returns an [Invalid] of a field for a name of a place that is too
// long, or finer than a place everybody knows: with the number of a house.
func CheckStop(field, place string) error {
	switch {
	case utf8.RuneCountInString(place) > MaxStop:
		return &Invalid{Field: field, Code: "too-long", Limit: MaxStop}
	case strings.ContainsFunc(place, unicode.IsDigit):
		return &Invalid{Field: field, Code: "house"}
	}
	return nil
}
