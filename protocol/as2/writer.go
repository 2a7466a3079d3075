package as2

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// property is one name of a document and where its value stands in the buffer.
type property struct {
	name       string
	start, end int
}

// writer collects properties in the order they are to be written.
type writer struct {
	buf   []byte
	props []property
	err   error
}

func (w *writer) value(p property) []byte { return w.buf[p.start:p.end] }

func (w *writer) find(name string) int { return find(w.props, name) }

func find(props []property, name string) int {
	return slices.IndexFunc(props, func(p property) bool { return p.name == name })
}

// put adds a property whose value add appends.
func (w *writer) put(name string, add func([]byte) ([]byte, error)) {
	if w.err != nil {
		return
	}
	start := len(w.buf)
	b, err := add(w.buf)
	if err != nil {
		w.err = fmt.Errorf("%s: %w", name, err)
		return
	}
	w.buf = b
	w.props = append(w.props, property{name, start, len(b)})
}

func (w *writer) raw(name string, value json.RawMessage) {
	if len(value) > 0 {
		w.put(name, func(b []byte) ([]byte, error) { return jsontext.AppendFormat(b, value) })
	}
}

func (w *writer) head(context json.RawMessage, id, typ string) {
	w.raw("@context", context)
	w.text("id", id)
	w.text("type", typ)
}

func (w *writer) text(name, s string) {
	if s != "" {
		w.put(name, func(b []byte) ([]byte, error) { return jsontext.AppendQuote(b, s) })
	}
}

func (w *writer) bool(name string, v bool) {
	w.put(name, func(b []byte) ([]byte, error) { return strconv.AppendBool(b, v), nil })
}

// yes writes a truth value only if it is true.
func (w *writer) yes(name string, v bool) {
	if v {
		w.bool(name, v)
	}
}

func (w *writer) time(name string, t time.Time) {
	if !t.IsZero() {
		w.text(name, FormatTime(t))
	}
}

// number writes a whole number, 0 too.
func (w *writer) number(name string, n int) {
	w.put(name, func(b []byte) ([]byte, error) { return strconv.AppendInt(b, int64(n), 10), nil })
}

// count writes a number of things unless there are none.
func (w *writer) count(name string, n int) {
	if n > 0 {
		w.number(name, n)
	}
}

// float writes a finite number, 0 too.
func (w *writer) float(name string, f float64) {
	w.put(name, func(b []byte) ([]byte, error) { return appendFloat(b, f) })
}

func appendFloat(b []byte, f float64) ([]byte, error) {
	text, err := json.Marshal(f)
	return append(b, text...), err
}

// list writes values as a list, even of one.
func (w *writer) list(name string, values []string) {
	if len(values) > 0 {
		w.put(name, func(b []byte) ([]byte, error) { return appendList(b, values, jsontext.AppendQuote[string]) })
	}
}

// some writes one value by itself and several as a list.
func (w *writer) some(name string, values []string) {
	if len(values) == 1 {
		w.text(name, values[0])
		return
	}
	w.list(name, values)
}

// languages writes a language map in the order of its tags.
func (w *writer) languages(name string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	w.put(name, func(b []byte) ([]byte, error) {
		var err error
		b = append(b, '{')
		for i, tag := range slices.Sorted(maps.Keys(m)) {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = jsontext.AppendQuote(b, tag); err != nil {
				return nil, err
			}
			if b, err = jsontext.AppendQuote(append(b, ':'), m[tag]); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	})
}

func (w *writer) item(name string, i Item) {
	if !i.None() {
		w.put(name, func(b []byte) ([]byte, error) { return appendItem(b, i) })
	}
}

// items writes one item by itself and several as a list.
func (w *writer) items(name string, all []Item) {
	if len(all) == 1 {
		w.item(name, all[0])
		return
	}
	if len(all) > 0 {
		w.itemList(name, all)
	}
}

// itemList writes items as a list, also if it is empty.
func (w *writer) itemList(name string, all []Item) {
	w.put(name, func(b []byte) ([]byte, error) { return appendList(b, all, appendItem) })
}

func appendItem(b []byte, i Item) ([]byte, error) {
	if i.Embedded() {
		return jsontext.AppendFormat(b, i.Raw)
	}
	return jsontext.AppendQuote(b, i.IRI)
}

func appendList[T any](b []byte, all []T, one func([]byte, T) ([]byte, error)) ([]byte, error) {
	var err error
	b = append(b, '[')
	for i, v := range all {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = one(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendEncoded[T Encodable](b []byte, v T) ([]byte, error) {
	text, err := Encode(v)
	return append(b, text...), err
}

// embed writes a struct within w, unless it is nil.
func embed[T Encodable](w *writer, name string, v *T) {
	if v != nil {
		w.put(name, func(b []byte) ([]byte, error) { return appendEncoded(b, *v) })
	}
}

// embedAll writes structs as a list.
func embedAll[T Encodable](w *writer, name string, all []T) {
	if len(all) > 0 {
		w.put(name, func(b []byte) ([]byte, error) { return appendList(b, all, appendEncoded[T]) })
	}
}

// embedSome writes one struct by itself and several as a list.
func embedSome[T Encodable](w *writer, name string, all []T) {
	if len(all) == 1 {
		embed(w, name, &all[0])
		return
	}
	embedAll(w, name, all)
}

// join writes the collected properties as one object.
func (w *writer) join() []byte {
	size := 2
	for _, p := range w.props {
		size += len(p.name) + p.end - p.start + 4
	}
	b := append(make([]byte, 0, size), '{')
	for i, p := range w.props {
		if i > 0 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendQuote(b, p.name)
		b = append(b, ':')
		b = append(b, w.value(p)...)
	}
	return append(b, '}')
}
