package instance

import (
	"slices"
	"time"
)

// HostID is the id of a [Host].
type HostID = ID

// HostState is how far somebody is who wants to lend a home.
type HostState string

// How far a host is, in the order of the way that most of them go.
const (
	HostInterested HostState = "interested" // waits for an information meeting
	HostInvited    HostState = "invited"    // to one
	HostInformed   HostState = "informed"   // was at one
	HostVetting    HostState = "vetting"    // has checked themself; the association looks and listens
	HostProposed   HostState = "proposed"   // one of the team finds that all is there
	HostApproved   HostState = "approved"   // and a second one agrees
	HostPaused     HostState = "paused"     // for a while, without giving a reason
	HostResting    HostState = "resting"    // after a stay, before perhaps another
	HostRefused    HostState = "refused"    // without a motive that would be kept
	HostEnded      HostState = "ended"
)

// HostStates are how far a host can be, in order.
var HostStates = []HostState{
	HostInterested, HostInvited, HostInformed, HostVetting, HostProposed, HostApproved, HostPaused, HostResting, HostRefused, HostEnded,
}

// Over tells whether nothing comes of it any more.
func (s HostState) Over() bool { return s == HostRefused || s == HostEnded }

// HostStep is a step of a host from one state to the next. Those that there are
// stand below, and no others can be made.
type HostStep struct {
	name string
	from []HostState
	to   HostState
}

// The steps of a host.
var (
	InviteHost   = HostStep{"invite", []HostState{HostInterested}, HostInvited}
	MissHost     = HostStep{"miss", []HostState{HostInvited}, HostInterested} // they did not come, and wait again
	InformHost   = HostStep{"inform", []HostState{HostInvited, HostInterested}, HostInformed}
	CheckHost    = HostStep{"check", []HostState{HostInformed}, HostVetting} // themself
	ProposeHost  = HostStep{"propose", []HostState{HostVetting}, HostProposed}
	ReturnHost   = HostStep{"return", []HostState{HostProposed}, HostVetting}
	ApproveHost  = HostStep{"approve", []HostState{HostProposed}, HostApproved}
	PauseHost    = HostStep{"pause", []HostState{HostApproved}, HostPaused}
	ResumeHost   = HostStep{"resume", []HostState{HostPaused}, HostApproved}
	RestHost     = HostStep{"rest", []HostState{HostApproved, HostPaused}, HostResting}
	WelcomeAgain = HostStep{"again", []HostState{HostResting}, HostVetting}
	// LapseHost is what happens when a visit or an approval ends, or somebody else
	// comes to live there: everything is looked at again.
	LapseHost  = HostStep{"lapse", []HostState{HostProposed, HostApproved, HostPaused}, HostVetting}
	RefuseHost = HostStep{"refuse", []HostState{HostInterested, HostInvited, HostInformed, HostVetting, HostProposed}, HostRefused}
	EndHost    = HostStep{"end", []HostState{
		HostInterested, HostInvited, HostInformed, HostVetting, HostProposed, HostApproved, HostPaused, HostResting}, HostEnded}
)

// HostSteps are the steps that there are.
var HostSteps = []HostStep{
	InviteHost, MissHost, InformHost, CheckHost, ProposeHost, ReturnHost, ApproveHost, PauseHost, ResumeHost, RestHost, WelcomeAgain, LapseHost, RefuseHost, EndHost,
}

// Name is the word for a step.
func (s HostStep) Name() string { return s.name }

// To is the state that a step leads to.
func (s HostStep) To() HostState { return s.to }

// From are the states that a step is taken from.
func (s HostStep) From() []HostState { return slices.Clone(s.from) }

// Takes tells whether a step is taken from a state.
func (s HostStep) Takes(from HostState) bool { return slices.Contains(s.from, from) }

// Host is somebody who wants to lend a home, as far as that may stand in a
// database: ids, states and dates. Who they are and where is sealed.
type Host struct {
	ID        HostID
	Programme ActorID
	Person    ActorID // 0 for somebody without an account, who comes by a link
	State     HostState
	Language  string
	Places    int
	Score     int // how much it helps, for the order in a surge
	Meeting   ID  // that they are invited to

	CheckedAt     time.Time // by themself
	IdentityAt    time.Time
	VisitUntil    time.Time // zero without one that holds
	ProposedBy    ActorID
	ApprovedBy    ActorID
	ApprovedUntil time.Time
	RestUntil     time.Time
	Limits        HostLimits

	CameAt, Since time.Time // since when in this state
}

// Fit tells whether homes of a host may be offered: somebody approved them, and
// neither that nor the visit has ended.
func (h Host) Fit(now time.Time) bool {
	return h.State == HostApproved && h.VisitUntil.After(now) && h.ApprovedUntil.After(now)
}

// HostLimits are for what a host was approved.
type HostLimits struct {
	Places   int
	Nights   int // in a row
	Children bool
}

// Threshold is what is to be known on the first night in the home of a host: who
// opens the door, where, and what living there is like.
type Threshold struct {
	Name    string // as far as a household is told: what comes before the first blank
	Address string
	About   string
	Rules   string // of the house
}
