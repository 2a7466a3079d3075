package pages

import (
	"palier/instance/events"
	"palier/instance/web/view"
)

// Agenda is what a group will meet about, for its members.
type Agenda struct {
	Frame

	Meeting  view.MeetingHead
	Taken    []view.AgendaPoint
	Proposed []view.AgendaPoint
	Declined []view.AgendaPoint
	Tends    bool   // the one who reads takes and declines
	Typed    string // a point that could not be taken
	Of       string // the point that something was decided about
	Reason   string
	Problems []view.Problem
}

// Template is agenda.tmpl.
func (Agenda) Template() string { return "agenda" }

// MaxPoint is how long a point is.
func (Agenda) MaxPoint() int { return events.MaxNeed }

// MaxReason is how long the reason is for which a point is declined.
func (Agenda) MaxReason() int { return events.MaxReason }

// Minutes are the minutes of a meeting, to be read and printed.
type Minutes struct {
	Frame

	Meeting  view.MeetingHead
	Points   []view.AgendaPoint
	Version  int
	Versions []view.MinutesVersion
	Public   bool
	Member   bool // the one who reads takes part in the group
	Tends    bool // and looks after it
}

// Template is minutes.tmpl.
func (Minutes) Template() string { return "minutes" }

// Last tells whether it is the last version.
func (m Minutes) Last() bool { return m.Version == len(m.Versions) }

// WriteMinutes is where they are written.
type WriteMinutes struct {
	Frame

	Meeting  view.MeetingHead
	Points   []view.AgendaPoint
	Version  int  // they would be
	Public   bool // the one before is for everyone
	Audience string
	Reason   string
	Problems []view.Problem
}

// Template is write_minutes.tmpl.
func (WriteMinutes) Template() string { return "write_minutes" }

// Audiences are for whom minutes can be.
func (WriteMinutes) Audiences() []string { return []string{"neighbourhood", "public"} }

// MaxSaid is how long it is what was said of a point.
func (WriteMinutes) MaxSaid() int { return events.MaxSaid }

// MaxDecision is how long it is what was decided.
func (WriteMinutes) MaxDecision() int { return events.MaxDecision }

// MaxReason is how long the reason is for which minutes are put right.
func (WriteMinutes) MaxReason() int { return events.MaxReason }
