package pages

import (
	"time"

	"palier/instance/web/view"
)

// CaseEscort is who goes with the household of a case to its bed tonight.
type CaseEscort struct {
	Frame

	Programme view.CaseProgramme
	Case      view.CaseLine
	Walks     []view.EscortWalk
	Escorts   []view.Option
	Holds     []view.CaseHold // of tonight
	Live      bool            // somebody is asked or comes
	Where     string
	Hour      string
	Problems  []view.Problem
}

// Template is case_escort.tmpl.
func (CaseEscort) Template() string { return "case_escort" }

// Escort is what somebody is asked for who goes with people.
type Escort struct {
	Frame

	For   []view.Escorted
	Walks []view.EscortWalk
}

// Template is escort.tmpl.
func (Escort) Template() string { return "escort" }

// EscortWay is where to meet, and where to go.
type EscortWay struct {
	Frame

	Programme   string
	Walk        view.EscortWalk
	Name        string // of who opens the door
	Address     string // empty before it is told
	From, Until time.Time
	Theirs      bool // the home is a partner's
	Numbers     []view.EmergencyNumber
	Problems    []view.Problem
}

// Template is escort_way.tmpl.
func (EscortWay) Template() string { return "escort_way" }

// Words are what can be said next.
func (p EscortWay) Words() []string {
	switch p.Walk.State {
	case "asked":
		return []string{"coming", "declined"}
	case "coming":
		return []string{"there", "not", "declined"}
	case "not":
		return []string{"there"}
	}
	return nil
}
