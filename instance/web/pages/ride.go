package pages

import "palier/instance/web/view"

// NewRide is where somebody offers seats on a way.
type NewRide struct {
	Frame

	In       *view.Person // the place it goes to; nil for none
	Once     string
	Modes    []view.Option
	Days     []view.Option // of the week, ticked if it is weekly on them
	Writing  view.RideWriting
	Choices  []view.Choice
	Problems []view.Problem
}

// Template is new_ride.tmpl.
func (NewRide) Template() string { return "new_ride" }

// Ride is a way that somebody shares: who comes along, and who goes the same way.
type Ride struct {
	Frame

	Post     view.Post
	Ride     view.Ride
	Seats    []view.Seat // nil for who does not go
	Mine     *view.Seat
	Drives   bool
	Goes     bool
	MayAsk   bool
	Same     []view.Post // rides of others on the same way
	Leaves   string      // as typed
	Arrives  string
	Problems []view.Problem
}

// Template is ride.tmpl.
func (Ride) Template() string { return "ride" }

// Rides is where somebody looks for a ride.
type Rides struct {
	Frame

	In       *view.Person
	Writing  view.RideWriting
	Days     []view.Option
	Sought   bool
	Posts    []view.Post
	Problems []view.Problem
}

// Template is rides.tmpl.
func (Rides) Template() string { return "rides" }

// Trip is one time that somebody goes, for whom they trust.
type Trip struct {
	Frame

	Trip view.Trip
}

// Template is trip.tmpl.
func (Trip) Template() string { return "trip" }
