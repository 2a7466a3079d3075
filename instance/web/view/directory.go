package view

// Entry is a line of the public registers.
type Entry struct {
	ID       string
	Register string // rna or sirene
	Name     string
	Purpose  string
	Street   string
	Commune  string
	Website  string
	Page     string // address of its page here; empty for none
	Claim    string // address where it is claimed; empty for nobody
	Open     bool   // now, as its page says
}

// Claim is that somebody says a line of the registers is theirs.
type Claim struct {
	ID      string
	Entry   Entry
	Name    string // of the person
	Printed bool
}

// Letterhead is a letter with a code, to be printed.
type Letterhead struct {
	Name  string
	Lines []string
	Code  string
}
