package vocab

import "strings"

// Territory is the official code of an area: country, register and code, as in
// FR:COG:22050 for the commune of Dinan.
type Territory string

// The registers of France: communes and départements (INSEE), groups of
// communes (SIREN).
const (
	RegisterCOG  = "COG"
	RegisterDEP  = "DEP"
	RegisterEPCI = "EPCI"
)

// NewTerritory returns the code of an area, and false if its parts cannot be
// one.
func NewTerritory(country, register, code string) (Territory, bool) {
	return ParseTerritory(country + ":" + register + ":" + code)
}

// ParseTerritory reads a code: two capital letters, two to eight capital
// letters or digits, and up to sixteen capital letters, digits or hyphens. It
// returns false for anything else.
func ParseTerritory(s string) (Territory, bool) {
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return "", false
	}
	ok := within(parts[0], 2, 2, letters) &&
		within(parts[1], 2, 8, letters+numerals) &&
		within(parts[2], 1, 16, letters+numerals+"-")
	if !ok {
		return "", false
	}
	return Territory(s), true
}

const (
	letters  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	numerals = "0123456789"
)

// within tells whether s has least to most bytes, all of them in set.
func within(s string, least, most int, set string) bool {
	return len(s) >= least && len(s) <= most && strings.Trim(s, set) == ""
}

// Country returns the ISO 3166 code in t.
func (t Territory) Country() string { return t.part(0) }

// Register returns the register that t is a code of.
func (t Territory) Register() string { return t.part(1) }

// Code returns the code within the register.
func (t Territory) Code() string { return t.part(2) }

func (t Territory) part(i int) string {
	parts := strings.Split(string(t), ":")
	if len(parts) != 3 {
		return ""
	}
	return parts[i]
}
