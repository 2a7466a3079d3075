package pages

import "palier/instance/web/view"

// Directory lists the associations and shops that the registers know in the
// commune of a place.
type Directory struct {
	Frame

	Place    view.Person
	Query    string
	Register string // rna, sirene; empty for both
	Entries  []view.Entry
	Pager    view.Pager
}

// Template is directory.tmpl.
func (Directory) Template() string { return "directory" }

// Registers are which lines can be asked for.
func (Directory) Registers() []string { return []string{"", "rna", "sirene"} }

// Claim is where somebody shows that a line of the registers is theirs.
type Claim struct {
	Frame

	Place view.Person
	Entry view.Entry
	Way   string // they asked for already; empty for none
	Site  string // the host of the web site that the register names; empty for none
	// ProofURL is where ProofText is to be put, if it is claimed by that.
	ProofURL, ProofText string

	Username string
	Problems []view.Problem
}

// Template is claim.tmpl.
func (Claim) Template() string { return "claim" }

// Claims lists what waits: for the operator letters to print, for a council what
// it is to confirm.
type Claims struct {
	Frame

	Action  string // each ends in the number of a claim
	Letters bool
	Printed *view.Letterhead // the letter that was just made
	Claims  []view.Claim
}

// Template is claims.tmpl.
func (Claims) Template() string { return "claims" }
