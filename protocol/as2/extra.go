package as2

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Extra is what a document holds beyond the fields of its struct.
type Extra struct {
	// Unknown holds the properties that have no field, as they came. For a
	// document of our own it is where other vocabularies put theirs; use
	// [Extra.Put]. A field that is set goes before an unknown of its name.
	Unknown map[string]json.RawMessage

	// Raw is the exact bytes the document was received in, nil for one of our
	// own. [Encode] takes from it what nobody changed.
	Raw json.RawMessage
}

// Put adds a property of another vocabulary: json is its value, or empty to
// take the property away.
func (x *Extra) Put(name string, value []byte) {
	if len(value) == 0 {
		delete(x.Unknown, name)
		return
	}
	if x.Unknown == nil {
		x.Unknown = make(map[string]json.RawMessage)
	}
	x.Unknown[name] = value
}

// PutText adds a string of another vocabulary, or takes it away if it is empty.
func (x *Extra) PutText(name, s string) {
	if s == "" {
		x.Put(name, nil)
		return
	}
	x.Put(name, quote(s))
}

// PutList adds strings of another vocabulary as a list, or takes them away if
// there are none.
func (x *Extra) PutList(name string, all []string) {
	if len(all) == 0 {
		x.Put(name, nil)
		return
	}
	b := []byte{'['}
	for i, s := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, quote(s)...)
	}
	x.Put(name, append(b, ']'))
}

// quote returns s as JSON. What is not UTF-8 stays so, for Encode to refuse.
func quote(s string) []byte {
	b, err := jsontext.AppendQuote(nil, s)
	if err != nil {
		return []byte(`"` + s + `"`)
	}
	return b
}

func (x Extra) received() Extra { return x }

// reader reads properties of an object and remembers which, so that the rest
// can be kept.
type reader struct {
	o    *Object
	used []string
}

func read(o *Object) *reader {
	return &reader{o: o, used: append(make([]string, 0, 56), "@context", "id", "type")}
}

func (r *reader) use(name string) string {
	r.used = append(r.used, name)
	return name
}

func (r *reader) text(name string) string   { return r.o.Text(r.use(name)) }
func (r *reader) line(name string) string   { return r.o.Line(r.use(name)) }
func (r *reader) iri(name string) string    { return r.o.IRI(r.use(name)) }
func (r *reader) first(name string) string  { return r.o.FirstIRI(r.use(name)) }
func (r *reader) iris(name string) []string { return r.o.IRIs(r.use(name)) }
func (r *reader) items(name string) []Item  { return r.o.Items(r.use(name)) }
func (r *reader) item(name string) Item     { return r.o.Item(r.use(name)) }
func (r *reader) url(name string) string    { return r.o.URL(r.use(name)) }

// web returns a property's one http or https address.
func (r *reader) web(name string) string {
	if s := r.iri(name); webURL(s) {
		return s
	}
	return ""
}

func (r *reader) time(name string) time.Time { return r.o.Time(r.use(name)) }
func (r *reader) true(name string) bool      { return r.o.True(r.use(name)) }

func (r *reader) languages(name string) map[string]string { return r.o.Map(r.use(name)) }

// count returns a number of things: whole, not negative, 0 when there is none.
func (r *reader) count(name string) int {
	n, _ := r.o.Int(r.use(name))
	return int(min(max(n, 0), 1<<40))
}

func (r *reader) float(name string) float64 {
	f, _ := r.o.Float(r.use(name))
	return f
}

func (r *reader) object(name string) (*Object, bool) { return r.o.Object(r.use(name)) }
func (r *reader) objects(name string) []*Object      { return r.o.Objects(r.use(name)) }

func (r *reader) context() json.RawMessage { return r.o.Context() }

// rest returns what was not read.
func (r *reader) rest() Extra {
	x := Extra{Raw: r.o.Raw()}
	if r.o.doc == nil {
		return x
	}
	for v := range (value{r.o.doc, r.o.node}).within {
		name := string(v.at().name)
		if !slices.Contains(r.used, name) {
			x.Put(name, v.raw())
		}
	}
	return x
}
