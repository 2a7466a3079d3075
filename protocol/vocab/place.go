package vocab

import "palier/protocol/as2"

// Limits of what is read of a Group that is a place.
const (
	maxTerritories = 64
	maxWithin      = 16
)

// Place is what a Group says of the place it is.
type Place struct {
	Level     Level
	Territory []Territory
	Within    []string // ids of Groups it says it is part of; they have to agree (protocol §6)
}

// PutPlace writes p into the document of a Group. What is empty is not written,
// and taken away if it was there.
func PutPlace(doc *as2.Actor, p Place) {
	codes := make([]string, len(p.Territory))
	for i, t := range p.Territory {
		codes[i] = string(t)
	}
	doc.PutText(TermLevel, string(p.Level))
	doc.PutList(TermTerritory, codes)
	doc.PutList(TermWithin, p.Within)
}

// ReadPlace reads what a Group says of its place. A level nobody knows counts
// as [LevelWider]; codes that are none are left out.
func ReadPlace(o *as2.Object) Place {
	p := Place{Within: o.IRIs(name(o, TermWithin))}
	if word := o.Line(name(o, TermLevel)); word != "" {
		p.Level = LevelWider
		if l, ok := ParseLevel(word); ok {
			p.Level = l
		}
	}
	for _, s := range o.Strings(name(o, TermTerritory)) {
		if t, ok := ParseTerritory(s); ok && len(p.Territory) < maxTerritories {
			p.Territory = append(p.Territory, t)
		}
	}
	p.Within = p.Within[:min(len(p.Within), maxWithin)]
	return p
}

// PutDirectory writes the id of the collection of Groups that a server knows
// into the document of its actor.
func PutDirectory(doc *as2.Actor, id string) { doc.PutText(TermDirectory, id) }

// ReadDirectory reads the id of a server's collection of Groups from its actor,
// empty if it names none.
func ReadDirectory(o *as2.Object) string { return o.IRI(name(o, TermDirectory)) }

// name returns the name under which o holds one of our terms: the term itself,
// or with our prefix as a JSON-LD processor may write it.
func name(o *as2.Object, term string) string {
	for _, prefix := range [...]string{"", "nb:", Namespace} {
		if o.Has(prefix + term) {
			return prefix + term
		}
	}
	return term
}
