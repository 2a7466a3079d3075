package as2

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// Encodable is a struct of this package that [Encode] can write.
type Encodable interface {
	write(w *writer)
	received() Extra
	again(o *Object) Encodable
}

// Encode writes v as JSON: @context, id and type first, then the fields in
// their order, then unknown properties by name. Nothing is escaped that need
// not be, nothing empty is written, and the same v always gives the same bytes.
//
// For a struct that was read, properties whose fields nobody changed are
// written as they came, so that nothing is lost. It returns an error for text
// that is not UTF-8, for numbers that are not finite and for raw values that
// are not JSON.
func Encode(v Encodable) ([]byte, error) {
	w := &writer{buf: make([]byte, 0, 1024)}
	v.write(w)
	if w.err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, w.err)
	}
	x := v.received()
	rest := x.Unknown
	if x.Raw != nil {
		var err error
		if rest, err = w.keep(v, x); err != nil {
			return nil, fmt.Errorf("encode %T: %w", v, err)
		}
	}
	w.unknown(rest)
	if w.err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, w.err)
	}
	return w.join(), nil
}

// keep puts the received form in the place of every property that v holds as it
// was read, and returns the unknown ones of v together with those its fields
// could not hold.
func (w *writer) keep(v Encodable, x Extra) (map[string]json.RawMessage, error) {
	d, err := index(x.Raw)
	if err != nil {
		return nil, err
	}
	o := &Object{doc: d}
	before := v.again(o)
	was := &writer{}
	before.write(was)
	if was.err != nil {
		return nil, was.err
	}
	rest := unread(o, before.received().Unknown, w, was)
	maps.Copy(rest, x.Unknown)
	now := w.props
	w.props = make([]property, 0, len(now)+len(rest))
	for _, p := range now {
		i := was.find(p.name)
		changed := i < 0 || !bytes.Equal(was.value(was.props[i]), w.value(p))
		switch {
		case changed || settled(p.name):
			w.props = append(w.props, p)
		case o.get(p.name).ok():
			w.raw(p.name, o.Value(p.name))
		}
	}
	return rest, w.err
}

// settled tells whether a property has one form only in what we write.
func settled(name string) bool {
	switch name {
	case "type", "to", "cc", "bto", "bcc":
		return true
	default:
		return false
	}
}

// unread returns the properties of o for which there is a field that could not
// hold them.
func unread(o *Object, unknown map[string]json.RawMessage, now, was *writer) map[string]json.RawMessage {
	rest := make(map[string]json.RawMessage)
	for v := range (value{o.doc, o.node}).within {
		name := string(v.at().name)
		_, apart := unknown[name]
		if !apart && now.find(name) < 0 && was.find(name) < 0 {
			rest[name] = v.raw()
		}
	}
	return rest
}

// unknown adds the properties that have no field, by name.
func (w *writer) unknown(m map[string]json.RawMessage) {
	fields := w.props
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !utf8.ValidString(name) {
			w.err = fmt.Errorf("name %q is not UTF-8", name)
			return
		}
		if find(fields, name) < 0 {
			w.raw(name, m[name])
		}
	}
}

// must returns v although it could not be read: it was read before from the
// same bytes, or its Raw is of another document and nothing of it is kept.
func must[T Encodable](v T, _ error) Encodable { return v }
