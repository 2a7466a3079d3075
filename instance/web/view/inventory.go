package view

import "time"

// InventoryRoom is a part of a home with what is in it, at the beginning of a stay
// beside what it is at its end.
type InventoryRoom struct {
	Name  string
	Items []InventoryItem
}

// InventoryItem is one thing: one of our words, or what somebody wrote.
type InventoryItem struct {
	What, Text  string
	Entry, Exit string // states; empty: not looked at
	EntryNote   string
	ExitNote    string
	Differs     bool
}

// Inventory is that of one moment of a stay, for one of its three.
type Inventory struct {
	Moment   string
	There    bool
	Version  int
	Hash     string
	Made     time.Time
	Shut     time.Time // zero: it is written in
	Binds    bool
	Keys     []InventoryCount
	Meters   []InventoryCount
	Note     string
	Pictures []InventoryPicture
	Remarks  []InventoryRemark
	Signed   []StaySignature

	MayWrite   bool
	MayShut    bool
	MayReopen  bool
	MayRemark  bool
	MaySign    bool
	MayPicture bool
	Papers     []string // who may have signed a sheet
}

// InventoryCount is a number of keys, or what a meter reads.
type InventoryCount struct {
	What, Value string
}

// InventoryPicture is a photograph of a room.
type InventoryPicture struct {
	ID, Src, Room, Party string
	Drop                 bool // who reads may take it off
}

// InventoryRemark is what one of the three said.
type InventoryRemark struct {
	Party, Text, Lang string
	At                time.Time
}

// InventoryRow is a line of the form in which an inventory is written.
type InventoryRow struct {
	ID, What    string // ID: the end of the names of its fields
	Room, Text  string
	State, Note string
	Entry       string // the state at the beginning, beside the form of the end
}

// InventoryFormRoom is the lines of one room.
type InventoryFormRoom struct {
	Name string
	Rows []InventoryRow
}
