package pages

import "palier/instance/web/view"

// Authorize asks whether a client program may act for the one who reads.
type Authorize struct {
	Frame

	Program view.Program
	Scopes  []string // what it asks for, as in the catalogue: read.statuses
	Circles bool     // it would read what is for neighbours only
	Host    string   // where the answer goes: an address on the web,
	Scheme  string   // or a program on the device,
	// or, where both are empty, a page that shows a code.
	Other   string        // where to sign in as somebody else
	Request []view.Option // name and value of what is sent along
}

// Template is authorize.tmpl.
func (Authorize) Template() string { return "authorize" }

// AuthorizeCode shows a code for somebody to copy into the program.
type AuthorizeCode struct {
	Frame

	Code string
}

// Template is authorize_code.tmpl.
func (AuthorizeCode) Template() string { return "authorize_code" }

// AuthorizeFault tells that a client program asked in a way that gets it no
// answer.
type AuthorizeFault struct {
	Frame

	Fault string // one of Faults
}

// Template is authorize_fault.tmpl.
func (AuthorizeFault) Template() string { return "authorize_fault" }

// Faults are what can be wrong with what a program asks.
func (AuthorizeFault) Faults() []string {
	return []string{"client", "redirect", "response", "scope", "challenge", "twice"}
}
