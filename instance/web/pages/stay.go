package pages

import (
	"time"

	"palier/instance/households"
	"palier/instance/web/view"
)

// StayInventory is what is in a home and in which state, at the beginning of a stay
// and at its end, as one of the three reads it.
type StayInventory struct {
	Frame

	Back, Action string
	Role         string // guest, host or team
	From, Until  time.Time
	Rooms        []view.InventoryRoom
	Moments      []view.Inventory
	Problems     []view.Problem
}

// Template is stay_inventory.tmpl.
func (StayInventory) Template() string { return "stay_inventory" }

// RoomNames are the parts of a home.
func (StayInventory) RoomNames() []string { return namesOf(households.InventoryRooms) }

// Parties are the three who sign.
func (StayInventory) Parties() []string { return namesOf(households.Parties) }

// StayInventoryForm is where the team writes one.
type StayInventoryForm struct {
	Frame

	Back, Action string
	Moment       string
	Rooms        []view.InventoryFormRoom
	Others       []view.InventoryRow
	Keys, Meters []view.InventoryCount
	Note         string
	Problems     []view.Problem
}

// Template is stay_inventory_form.tmpl.
func (StayInventoryForm) Template() string { return "stay_inventory_form" }

// RoomNames are the parts of a home.
func (StayInventoryForm) RoomNames() []string { return namesOf(households.InventoryRooms) }

// States are in which state something is.
func (StayInventoryForm) States() []string { return namesOf(households.ItemStates) }

// StayInventorySheet is an empty inventory on paper, to be filled in at the home.
type StayInventorySheet struct {
	Frame

	Back, Label  string
	Rooms        []view.InventoryFormRoom
	Keys, Meters []string
}

// Template is stay_inventory_sheet.tmpl.
func (StayInventorySheet) Template() string { return "stay_inventory_sheet" }

// States are in which state something is.
func (StayInventorySheet) States() []string { return namesOf(households.ItemStates) }

// inventoryItems are what is looked at anywhere.
func inventoryItems() (list []string) {
	for _, room := range households.InventoryRooms {
		list = append(list, households.InventoryItems[room]...)
	}
	return list
}

// StayMediation is where one of the three asks for somebody who speaks with both sides,
// and reads what came of it.
type StayMediation struct {
	Frame

	Back, Action string
	Role         string // guest, host or team
	List         []view.Mediation
	Team         []view.Option // who may mediate
	Points       []string      // the ends of the names of their fields
	Numbers      []view.EmergencyNumber
	MayAsk       bool
	Why, Present string // as they were typed
	Said, Ending string
	Problems     []view.Problem
}

// Template is stay_mediation.tmpl.
func (StayMediation) Template() string { return "stay_mediation" }

// Outcomes are what can come of one.
func (StayMediation) Outcomes() []string { return namesOf(households.MediationOutcomes) }
