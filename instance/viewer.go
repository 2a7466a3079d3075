package instance

import "slices"

// Viewer is who reads: nobody in particular, or a person with the circles of
// neighbours they belong to. What may be shown is decided for each viewer,
// never for a server as a whole (security.md C09).
type Viewer struct {
	ID     ActorID   // 0 for someone who is not signed in
	Inner  []ActorID // places whose posts to building and neighbourhood are theirs to read
	Around []ActorID // places whose posts to the surroundings are theirs to read
	Tends  []ActorID // places they moderate
}

// Anyone is a viewer who is not signed in.
var Anyone Viewer

// Reads tells whether a post for one of the local audiences in a place is the
// viewer's to read.
func (v Viewer) Reads(audience Audience, place ActorID) bool {
	if slices.Contains(v.Tends, place) {
		return true
	}
	if audience == ToAround {
		return slices.Contains(v.Around, place)
	}
	return slices.Contains(v.Inner, place)
}
