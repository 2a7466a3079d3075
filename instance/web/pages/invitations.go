package pages

import "palier/instance/web/view"

// Invitations lists what somebody has made to hand to others.
type Invitations struct {
	Frame

	Closed      bool // nobody joins by themself here
	Invitations []view.Invitation
	Places      []view.Option // where they may invite to
	Problems    []view.Problem
}

// Template is invitations.tmpl.
func (Invitations) Template() string { return "invitations" }

// Invitation is one of them, to be handed over.
type Invitation struct {
	Frame

	Invitation view.Invitation
	From       string // the name of who invites, as others see it
}

// Template is invitation.tmpl.
func (Invitation) Template() string { return "invitation" }

// DoorCards are four of one on a sheet of paper.
type DoorCards struct {
	Frame

	Invitation view.Invitation
	From       string
}

// Template is door_cards.tmpl.
func (DoorCards) Template() string { return "door_cards" }

// Four is the cards of a sheet.
func (DoorCards) Four() []int { return []int{1, 2, 3, 4} }

// PlaceSheet is a sheet for a hall.
type PlaceSheet struct {
	Frame

	Place view.Person
	Link  string
}

// Template is place_sheet.tmpl.
func (PlaceSheet) Template() string { return "place_sheet" }

// Dwellings are the places of the one who reads.
type Dwellings struct {
	Frame

	Present, Former []view.OwnPlace
	Places          []view.Option // to choose from
	Kind            string
	Problems        []view.Problem
}

// Template is dwellings.tmpl.
func (Dwellings) Template() string { return "dwellings" }

// Kinds are what ties somebody to a place.
func (Dwellings) Kinds() []string { return []string{"home", "work", "parents", "second"} }
