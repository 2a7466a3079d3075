package as2

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Object is a document, or one embedded in it, as it was received. It is
// immutable and may be read by many goroutines. Its zero value is an object
// without properties.
type Object struct {
	doc  *document
	node int32
}

// value is one value of a document. Its zero value is absent.
type value struct {
	doc  *document
	node int32
}

func (v value) ok() bool       { return v.doc != nil }
func (v value) at() *node      { return &v.doc.nodes[v.node] }
func (v value) raw() []byte    { n := v.at(); return v.doc.raw[n.start:n.end:n.end] }
func (v value) is(k byte) bool { return v.doc != nil && v.at().kind == k }

// text returns the string v holds, and false if v is no string.
func (v value) text() (string, bool) {
	if !v.is('"') {
		return "", false
	}
	raw := v.raw()
	if !v.at().escaped {
		return string(raw[1 : len(raw)-1]), true
	}
	b, err := jsontext.AppendUnquote(nil, raw)
	return string(b), err == nil
}

// object returns the object v holds, and false if v is none.
func (v value) object() (*Object, bool) {
	if !v.is('{') {
		return nil, false
	}
	return &Object{doc: v.doc, node: v.node}, true
}

// within yields the values directly within v, in reading order.
func (v value) within(yield func(value) bool) {
	if !v.ok() {
		return
	}
	for i := v.node + 1; i < v.at().next; i = v.doc.nodes[i].next {
		if !yield(value{v.doc, i}) {
			return
		}
	}
}

// each yields the entries of a list, and any other value but null by itself.
func (v value) each(yield func(value) bool) {
	switch {
	case !v.ok() || v.is('n'):
	case !v.is('['):
		yield(v)
	default:
		for e := range v.within {
			if !e.is('n') && !yield(e) {
				return
			}
		}
	}
}

// sole returns the one entry of each. It is absent when there is none or more.
func (v value) sole() value {
	var only value
	for e := range v.each {
		if only.ok() {
			return value{}
		}
		only = e
	}
	return only
}

// get returns what stands under name, exactly as written.
func (o *Object) get(name string) value {
	if o == nil || o.doc == nil {
		return value{}
	}
	for v := range (value{o.doc, o.node}).within {
		if string(v.at().name) == name {
			return v
		}
	}
	return value{}
}

// Raw returns the exact bytes the object was received in; for an embedded
// object the part of them that it is. They must not be changed.
func (o *Object) Raw() []byte {
	if o == nil || o.doc == nil {
		return nil
	}
	return value{o.doc, o.node}.raw()
}

// Keys returns the names of the properties in the order they came.
func (o *Object) Keys() []string {
	if o == nil || o.doc == nil {
		return nil
	}
	var names []string
	for v := range (value{o.doc, o.node}).within {
		names = append(names, string(v.at().name))
	}
	return names
}

// Has tells whether there is a property of this name that is not null.
func (o *Object) Has(name string) bool {
	v := o.get(name)
	return v.ok() && !v.is('n')
}

// Value returns the JSON of a property as it came, nil if there is none. It
// must not be changed.
func (o *Object) Value(name string) []byte {
	v := o.get(name)
	if !v.ok() {
		return nil
	}
	return v.raw()
}

// Context returns the JSON of @context as it came, nil if there is none.
func (o *Object) Context() []byte { return o.Value("@context") }

// ID returns the id. It is empty if there is none or if it is not a string
// that could be an IRI.
func (o *Object) ID() string {
	v := o.get("id").sole()
	if v.is('{') {
		return ""
	}
	return v.iri()
}

// Types returns all types in the order they came.
func (o *Object) Types() []string {
	var types []string
	for v := range o.get("type").each {
		if s, ok := v.text(); ok && s != "" && len(s) <= MaxID {
			types = append(types, s)
		}
	}
	return types
}

// Type returns the first type that has a constant here, else the first one,
// else the empty string.
func (o *Object) Type() string {
	types := o.Types()
	if i := slices.IndexFunc(types, known); i >= 0 {
		return types[i]
	}
	if len(types) > 0 {
		return types[0]
	}
	return ""
}

// Is tells whether one of the object's types is one of types.
func (o *Object) Is(types ...string) bool {
	for v := range o.get("type").each {
		if s, ok := v.text(); ok && slices.Contains(types, s) {
			return true
		}
	}
	return false
}
