package as2

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// IRI returns the id that a property holds: a string, an embedded object's id,
// a Link's href, or a list of one of these. It is empty when there is none,
// when there are several, and for anything that cannot be an IRI: longer than
// [MaxID], with white space or control characters.
func (o *Object) IRI(name string) string { return o.get(name).sole().iri() }

// IRIs returns every id that a property holds, in order, each once. What
// cannot be an IRI is left out.
func (o *Object) IRIs(name string) []string {
	var all []string
	for v := range o.get(name).each {
		if s := v.iri(); s != "" {
			all = append(all, s)
		}
	}
	return unique(all)
}

// unique leaves out of all what stands in it before.
func unique(all []string) []string {
	if len(all) < 2 {
		return all
	}
	seen := make(map[string]struct{}, len(all))
	kept := all[:0]
	for _, s := range all {
		if _, ok := seen[s]; !ok {
			seen[s] = struct{}{}
			kept = append(kept, s)
		}
	}
	return kept
}

// FirstIRI returns the first of IRIs, for properties where one is enough and
// the others do no harm, such as context.
func (o *Object) FirstIRI(name string) string {
	for v := range o.get(name).each {
		if s := v.iri(); s != "" {
			return s
		}
	}
	return ""
}

// Object returns the object embedded in a property, alone or as a list of one,
// and false if there is none or more.
func (o *Object) Object(name string) (*Object, bool) { return o.get(name).sole().object() }

// Objects returns every object embedded in a property, in order.
func (o *Object) Objects(name string) []*Object {
	var all []*Object
	for v := range o.get(name).each {
		if e, ok := v.object(); ok {
			all = append(all, e)
		}
	}
	return all
}

// Count returns how many values a property holds.
func (o *Object) Count(name string) int {
	n := 0
	for range o.get(name).each {
		n++
	}
	return n
}

// iri returns the IRI that v is or stands for.
func (v value) iri() string {
	if e, ok := v.object(); ok {
		if id := e.ID(); id != "" {
			return id
		}
		if e.Is(TypeLink, TypeMention) {
			return e.IRI("href")
		}
		return ""
	}
	if s, ok := v.text(); ok && plausible(s) {
		return s
	}
	return ""
}

// plausible tells whether s can be an IRI at all.
func plausible(s string) bool {
	if s == "" || len(s) > MaxID {
		return false
	}
	for _, r := range s {
		if r <= ' ' || r == utf8.RuneError || unicode.IsControl(r) || unicode.IsSpace(r) || directional(r) {
			return false
		}
	}
	return !strings.ContainsAny(s, `<>"\`)
}

// webURL tells whether s is an absolute http or https address.
func webURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	return ok && rest != "" && rest[0] != '/' && plausible(s)
}
