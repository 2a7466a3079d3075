package as2

import "slices"

// Without returns the object as JSON without the properties of the given names,
// at whatever depth but within contexts. What stays is written as it came; if
// nothing goes, all of it is. The bytes must not be changed.
func (o *Object) Without(names ...string) []byte {
	raw := o.Raw()
	if raw == nil {
		return []byte("{}")
	}
	v := value{o.doc, o.node}
	if !v.names(names) {
		return raw
	}
	return v.appendWithout(make([]byte, 0, len(raw)), names)
}

// names tells whether one of names is the name of a property anywhere in v but
// in contexts.
func (v value) names(names []string) bool {
	for e := range v.within {
		name := string(e.at().name)
		if slices.Contains(names, name) || name != "@context" && e.names(names) {
			return true
		}
	}
	return false
}

func (v value) appendWithout(b []byte, names []string) []byte {
	if !v.is('{') && !v.is('[') || !v.names(names) {
		return append(b, v.raw()...)
	}
	list := v.is('[')
	b = append(b, v.at().kind)
	first := true
	for e := range v.within {
		name := string(e.at().name)
		if !list && slices.Contains(names, name) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		if !list {
			b = append(append(b, quote(name)...), ':')
		}
		if name == "@context" {
			b = append(b, e.raw()...)
			continue
		}
		b = e.appendWithout(b, names)
	}
	return append(b, v.at().kind+2) // } stands two behind {, ] two behind [
}
