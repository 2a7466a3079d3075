package vocab

import (
	"slices"

	"palier/protocol/as2"
)

// What software says it implements (FEP-844e).
const (
	Groups1b12      = "https://w3id.org/fep/1b12"
	Signatures9421  = "https://datatracker.ietf.org/doc/html/rfc9421"
	Signatures25519 = "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25"
)

// Implemented returns what our software implements, as its actor says it.
func Implemented() []as2.Link {
	return []as2.Link{
		{Type: as2.TypeLink, Href: Groups1b12, Name: "FEP-1b12"},
		{Type: as2.TypeLink, Href: Signatures9421, Name: "RFC-9421: HTTP Message Signatures"},
		{Type: as2.TypeLink, Href: Signatures25519, Name: "RFC-9421 signatures using the Ed25519 algorithm"},
		{Type: as2.TypeLink, Href: KeepsHousing1, Name: "The rules of the profile housing-1"},
	}
}

// Implements tells whether an actor, or the software behind it, says that it
// implements href.
func Implements(a as2.Actor, href string) bool {
	named := func(l as2.Link) bool { return l.Href == href }
	if a.Generator != nil && slices.ContainsFunc(a.Generator.Implements, named) {
		return true
	}
	return slices.ContainsFunc(a.Implements, named)
}
