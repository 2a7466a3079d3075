package view

import "time"

// Ride is a way that somebody shares, as every reader of its post may know it.
type Ride struct {
	Path     string
	Mode     string // car, bike, foot
	Status   string // open, agreed, done, closed
	From, To string
	Starts   time.Time // the first time
	Weekly   bool
	Days     []int // of the week, 1 is Monday and 7 Sunday; for a weekly one
	Left     int   // seats
}

// Ended tells whether it is over by now.
func (r *Ride) Ended(now time.Time) bool { return !r.Weekly && !r.Starts.After(now) }

// Seat is somebody who asked to come along or to help.
type Seat struct {
	ID    string
	Who   Person
	State string // asked, agreed, declined
}

// RideWriting is what somebody typed to offer a ride or to look for one.
type RideWriting struct {
	Title, Text, Mode, FromPlace, From, ToPlace, To, Starts, Seats string
}

// Trip is one time that somebody goes, as whom they trust sees it.
type Trip struct {
	Who, Driver     string // first names
	Mode            string
	From, To        string
	Leaves, Arrives time.Time
	Address         string // of this very page
}
