package pages

import "palier/instance/web/view"

// NewErrand is where somebody posts an errand.
type NewErrand struct {
	Frame

	In       *view.Person // the place it goes to; nil for none
	Once     string
	Mode     string
	Modes    []view.Option
	Days     []view.Option
	Writing  view.ErrandWriting
	Choices  []view.Choice
	Within   *view.CampaignWithin
	Problems []view.Problem
}

// Template is new_errand.tmpl.
func (NewErrand) Template() string { return "new_errand" }

// Errand is what somebody fetches or does for others: who helps, and for who
// helps what there is to do.
type Errand struct {
	Frame

	Post         view.Post
	Errand       view.Errand
	Place        string
	List, Budget string // for the one who asks and the one who helps
	File         string
	Asks         bool
	MayAsk       bool
	Mine         *view.ErrandPart
	Parts        []view.ErrandPart // for the one who asks
	Walks        []view.Walk
	Code         string // shown once
	Typed        view.ErrandWriting
	Problems     []view.Problem
}

// Template is errand.tmpl.
func (Errand) Template() string { return "errand" }

// ErrandHand is one part of an errand with what both its ends can do.
type ErrandHand struct {
	Part     view.ErrandPart
	Errand   view.Errand
	AsksCode bool
	Problems []view.Problem
}

// With is a part of the errand with what the one who reads can do.
func (e Errand) With(part view.ErrandPart) ErrandHand {
	return ErrandHand{Part: part, Errand: e.Errand, AsksCode: e.Errand.Mode == "parcel" && !e.Asks, Problems: e.Problems}
}
