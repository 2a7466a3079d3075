package pages

import (
	"time"

	"palier/instance/web/view"
)

// Market tells on which days there is a market in a place, and who is open now.
type Market struct {
	Frame

	Place view.Person
	Open  []view.Open // now, those that close first first
	Days  []MarketDay
	File  string // address of the same as a calendar
	Mine  []view.Person
}

// Template is market.tmpl.
func (Market) Template() string { return "market" }

// MarketDay is one day with its markets.
type MarketDay struct {
	Day     time.Time
	Markets []view.Market
}

// Stalls is where those who act for an organisation say when it is on which
// market.
type Stalls struct {
	Frame

	Organisation view.Person
	Stalls       []view.Stall
	Form         StallForm
	Problems     []view.Problem
}

// Template is stalls.tmpl.
func (Stalls) Template() string { return "stalls" }

// StallForm is a stall as it was typed.
type StallForm struct{ Market, Goods, Date, From, To, Repeats string }
