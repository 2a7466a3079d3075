// Package vocab is Palier's own language over ActivityStreams: neighbourhoods
// that are Groups, posts with a reach, and the activities that carry them.
//
// The terms live in [Namespace] and are defined by the contexts this package
// writes. They are additions only: a server that knows none of them sees an
// ordinary Group and an ordinary Note.
//
// Readers take what other software sends instead, and keep what they do not
// understand. Builders return structs of package as2, ready for [as2.Encode].
package vocab

// Namespace is where our terms are defined. Documents write them without it.
const Namespace = "https://w3id.org/palier/ns#"

// Names of our properties.
const (
	TermLevel     = "level"     // of a Group: see [Level]
	TermTerritory = "territory" // of a Group: see [Territory]
	TermWithin    = "within"    // of a Group: ids of the Groups it says it is part of
	TermDirectory = "directory" // of a server's actor: its collection of Groups
	TermReach     = "reach"     // of a post: see [Reach]
	TermKind      = "kind"      // of a post: see [Kind]
	TermTitle     = "title"     // of a post: plain text
	TermStatus    = "status"    // of an offer or a request
	TermVia       = "via"       // of an Announce: the Groups it came through
	TermProfile   = "profile"   // of a Proposal: the rules it follows
)
