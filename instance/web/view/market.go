package view

import "time"

// Market is one market on one day, with who is there.
type Market struct {
	Name   string
	From   time.Time // of the first who is there
	Now    time.Time
	Stalls []Stall
}

// Stall is one who is on a market, from when to when.
type Stall struct {
	ID       string
	Name     string
	Path     string
	Sort     string
	Goods    string
	From, To time.Time
	Open     bool   // now
	Repeats  string // weekly, fortnightly, monthly; empty for once
	Market   string // where it stands by itself
}

// Open is somebody who is open now.
type Open struct {
	Name  string
	Path  string
	Sort  string
	Until time.Time
	Where string // the market they are on; empty for their own door
}
