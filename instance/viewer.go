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
	// Helped tells that somebody else reads and acts for the viewer, to whom
	// private messages are not shown. ByLine then says so below what is posted.
	Helped bool
	ByLine string
	// Unproven tells that where they live is their own word so far, and that they
	// answer for nothing and nobody else here either.
	Unproven bool
}

// MayAnswer tells whether the viewer may answer a post that they may read: in
// words, or by taking part in what it proposes. Whoever has not shown that they
// live where they say answers, among the neighbours of a place of ours, what the
// place or an organisation says to everyone, and who wrote to them; nothing else,
// or a stranger at the door passes for a neighbour.
func (v Viewer) MayAnswer(p *Post) bool {
	if !v.Unproven || p.Group == nil || !p.Group.Local() || p.Author.ID == v.ID || p.Author.Kind != Person {
		return true
	}
	return slices.ContainsFunc(p.Mentions, func(a Actor) bool { return a.ID == v.ID })
}

// ErrUnproven is what somebody is told who has yet to show where they live.
var ErrUnproven = &Invalid{Code: "unproven"}

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
