package pages

import "palier/instance/web/view"

// PlaceExchange lists what is offered and asked for in a place.
type PlaceExchange struct {
	Frame

	Place      view.Person
	Path       string
	Purpose    string // offer, request; empty for both
	Kind       string
	Category   string
	Kinds      []string
	Categories []string
	Posts      []view.Post
	Pager      view.Pager
	Hands      int // lent this year
	Loans      int
}

// Template is place_exchange.tmpl.
func (PlaceExchange) Template() string { return "place_exchange" }

// Deals is what somebody has asked for, promised, lent and borrowed.
type Deals struct {
	Frame

	Groups   []DealGroup
	Open     []view.Post
	Given    int // this year
	Received int
}

// DealGroup are agreements of one sort: answer, due, lent, borrowed, agreed,
// asked, over.
type DealGroup struct {
	Name string
	List []view.Agreement
}

// Template is deals.tmpl.
func (Deals) Template() string { return "deals" }
