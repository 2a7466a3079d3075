package view

import "time"

// Proof is one thing that was seen of where somebody lives.
type Proof struct {
	ID       string
	Route    string // operator, letter, vouch, hall, desk, list, council
	Place    Person
	Document string // kind of document, at a desk
	Seen     time.Time
	By       *Person   // who saw it, where the reader may know
	Expires  time.Time // zero for never
	Revoked  time.Time // zero while it stands
	Reason   string    // why it was revoked
	Counts   bool
	Strong   bool // suffices alone
}

// ProvenHome is a place somebody lives in, and what was seen of that.
type ProvenHome struct {
	PlaceLine
	Standing Standing
	Within   bool     // verified by a place within it alone
	Proofs   []Proof  // that count
	Term     *Term    // nil if nothing is asked
	Routes   []string // by which it can be proved
}

// Term is until when somebody has to prove again where they live.
type Term struct {
	Reason string // recheck, voucher, expired
	Due    time.Time
}

// Letter is a letter with a code.
type Letter struct {
	ID      string
	Name    string
	Lines   []string // of the address
	Place   string
	Code    string // in groups; empty where it is not shown
	Asked   time.Time
	Printed time.Time // zero while it is not
	Expires time.Time
}

// Asking is somebody who asks neighbours to say that they know them.
type Asking struct {
	ID     string
	Path   string
	Person Person
	Place  Person
	At     time.Time
}

// Vouch is somebody one vouches for.
type Vouch struct {
	Proof
	Person Person
}

// ChainLink is one step between somebody and a strong proof: who vouches for
// whom.
type ChainLink struct {
	Depth  int
	By, Of Person
	Since  time.Time
}

// Listed is a list of who lives in a house: how many, never who.
type Listed struct {
	Lines, Claimed int
	Until          time.Time
}
