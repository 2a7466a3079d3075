package instance

import "strings"

// AddressID names a door, or a whole place that has no doors, as the address
// files list it. It never leaves the server.
type AddressID ID

func (id AddressID) String() string { return ID(id).String() }

// Point is a place on the earth in degrees (WGS 84).
type Point struct {
	Latitude, Longitude float64
}

// Address is a door. Number 0 is a place without numbers.
type Address struct {
	ID         AddressID
	Number     int
	Suffix     string // bis, ter, b
	Street     string
	PostalCode string
	INSEE      string // code of the commune
	Commune    string
	Point      *Point // nil where the files do not say
}

// Line is the address without its commune: "12 bis rue de la Paix".
func (a Address) Line() string { return HouseNumber(a.Number, a.Suffix) + a.Street }

// Town is the commune with its postal code.
func (a Address) Town() string { return strings.TrimSpace(a.PostalCode + " " + a.Commune) }

// HouseNumber is a number as it stands before the name of a street, with a blank
// after it; nothing for 0.
func HouseNumber(number int, suffix string) string {
	switch {
	case number == 0:
		return ""
	case suffix == "":
		return ID(number).String() + " "
	}
	return ID(number).String() + " " + suffix + " "
}
