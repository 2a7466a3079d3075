package instance

import "palier/protocol/vocab"

// Level is how wide a place is: building, residence, neighbourhood, commune,
// wider.
type Level = vocab.Level

// Reach is how far the author lets groups relay a public post.
type Reach = vocab.Reach

// DefaultReach is the reach of a post whose author did not say.
const DefaultReach = vocab.DefaultReach

// Neighbourhood is a place of this server where neighbours meet: a Group with
// a kind, nested within wider ones, here or elsewhere.
type Neighbourhood struct {
	Actor
	Source   string // of the summary, as typed
	HoldNew  bool   // a moderator reads what newcomers post before it is relayed
	Keeps    bool   // what is posted in it stays in its circle
	House    HouseKind
	Within   []string // URIs of what it lies within, by its own claim
	Verified int      // verified residents
	Declared int      // residents who only say so
}

// Standing is how sure we are that someone lives in a place.
type Standing string

const (
	Stranger Standing = ""
	Declared Standing = "declared"
	Verified Standing = "verified"
)

// Role is what a person may do on the whole server.
type Role string

const (
	Resident  Role = "resident"
	Moderator Role = "moderator"
	Admin     Role = "admin"
)
