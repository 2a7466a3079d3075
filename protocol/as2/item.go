package as2

import "encoding/json"

// Item is one value of a property: the id of an object or the object itself.
// The zero Item is none.
type Item struct {
	IRI  string          // id of the object; empty if it is embedded without one
	Type string          // type of the embedded object
	Raw  json.RawMessage // the embedded object; nil if only its id is known
}

// IRI returns the Item that names an object by its id.
func IRI(id string) Item { return Item{IRI: id} }

// Embed returns the Item that holds v whole. It returns the errors of [Encode].
func Embed(v Encodable) (Item, error) {
	raw, err := Encode(v)
	if err != nil {
		return Item{}, err
	}
	return Whole(raw)
}

// Whole returns the Item that holds a document whose bytes are known, as they
// are. It returns the errors of [Parse].
func Whole(raw []byte) (Item, error) {
	o, err := Parse(raw)
	if err != nil {
		return Item{}, err
	}
	return Item{IRI: o.ID(), Type: o.Type(), Raw: o.Raw()}, nil
}

// None tells whether i holds nothing.
func (i Item) None() bool { return i.IRI == "" && len(i.Raw) == 0 }

// Embedded tells whether i holds the object itself.
func (i Item) Embedded() bool { return len(i.Raw) > 0 }

// Parse returns the embedded object. It returns [ErrMalformed] when there is
// none.
func (i Item) Parse() (*Object, error) { return Parse(i.Raw) }

// Item returns the one value of a property, alone or as a list of one, and the
// zero Item when there is none or more.
func (o *Object) Item(name string) Item { return o.get(name).sole().item() }

// Items returns every value of a property that is an object or an id.
func (o *Object) Items(name string) []Item {
	var all []Item
	for v := range o.get(name).each {
		if i := v.item(); !i.None() {
			all = append(all, i)
		}
	}
	return all
}

func (v value) item() Item {
	i := Item{IRI: v.iri()}
	if e, ok := v.object(); ok {
		i.Type = e.Type()
		i.Raw = e.Raw()
	}
	return i
}
