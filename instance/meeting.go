package instance

import "time"

// AgendaPoint is one point of the agenda of a meeting.
type AgendaPoint struct {
	ID       ID
	By       *Actor // who proposed it; nil where that is not known any more
	Title    string
	State    PointState
	Reason   string // it was declined
	Said     string // what was said of it, as it is being written
	Decision string // what was decided, in words
}

// PointState is what became of a point that somebody proposed.
type PointState string

// The states.
const (
	PointProposed PointState = "proposed"
	PointTaken    PointState = "taken"
	PointDeclined PointState = "declined"
)

// Minutes are the minutes of a meeting in one of their versions.
type Minutes struct {
	Meeting  PostID
	Group    Actor
	Title    string // of the meeting
	Starts   time.Time
	Points   []MinutedPoint
	Version  int
	Versions []MinutesVersion // the first one first
	Audience Audience         // [ToNeighbourhood] for the members of the group, or [ToPublic]
}

// MinutedPoint is what minutes say of one point.
type MinutedPoint struct {
	Title    string `json:"title"`
	Said     string `json:"said,omitempty"`
	Decision string `json:"decision,omitempty"`
}

// MinutesVersion is when minutes were published, or published again, and why.
type MinutesVersion struct {
	Version int
	At      time.Time
	Reason  string // what was put right; empty for the first one
}

// Meets tells whether a post invites to a meeting with an agenda that members add to
// and with minutes: once, in a group of ours that is no place.
func (p *Post) Meets() bool {
	return p.Local && p.Event != nil && p.Event.Repeats == "" && p.Group != nil && p.Group.Local() && p.Group.Kind == Group && p.Group.Level == ""
}
