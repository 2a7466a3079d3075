package view

import "time"

// Insurance is one that is asked for, and whether it was seen.
type Insurance struct {
	Of, Kind string
	Blocks   bool
	Seen     time.Time // zero: not yet
	By       string    // of the team; to the team alone
}

// Name is the end of the key of its words.
func (i Insurance) Name() string { return i.Of + "-" + i.Kind }

// Mediation is one of them as one of the three reads it.
type Mediation struct {
	Asked    string // by whom
	State    string
	Outcome  string
	Why      string
	Lang     string
	Mediator string
	Incident string // its path; to the team alone
	At       time.Time
	Closed   time.Time // zero: it is not
	Talks    []MediationTalk
	MayBegin bool
	MayWrite bool
	MayEnd   bool
}

// MediationTalk is the record of one talk.
type MediationTalk struct {
	On            time.Time
	Present, Said string
	Agreed        []MediationPoint
}

// MediationPoint is what was agreed, and until when.
type MediationPoint struct {
	Text string
	Due  time.Time
}
