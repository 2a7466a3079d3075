package as2

import (
	"encoding/json"
	"fmt"
	"time"
)

// Collection is a Collection, an OrderedCollection, or a page of one.
type Collection struct {
	Context json.RawMessage

	ID           string
	Type         string
	Name         string
	Summary      string
	AttributedTo []Item
	Total        *int // totalItems; nil if not told
	Published    time.Time
	Updated      time.Time

	First, Last, Next, Prev, Current Item
	PartOf                           string
	Items                            []Item // items or orderedItems
	Extra
}

// ReadCollection reads a collection or a page. It returns [ErrWrongType] for
// anything else. An id may be missing: other software embeds such pages.
func ReadCollection(o *Object) (Collection, error) {
	typ := o.Type()
	if !IsCollection(typ) {
		return Collection{}, fmt.Errorf("%w: %q is no collection", ErrWrongType, typ)
	}
	r := read(o)
	c := Collection{
		Context:      r.context(),
		ID:           o.ID(),
		Type:         typ,
		Name:         r.line("name"),
		Summary:      r.text("summary"),
		AttributedTo: r.items("attributedTo"),
		Published:    r.time("published"),
		Updated:      r.time("updated"),
		First:        r.item("first"),
		Last:         r.item("last"),
		Next:         r.item("next"),
		Prev:         r.item("prev"),
		Current:      r.item("current"),
		PartOf:       r.iri("partOf"),
	}
	c.Items = r.items(c.itemsName())
	if c.Items == nil {
		c.Items = r.items(c.otherName())
	}
	if o.Has("totalItems") {
		if n, ok := o.Int("totalItems"); ok && n >= 0 {
			total := r.count("totalItems")
			c.Total = &total
		}
	}
	r.use("totalItems")
	c.Extra = r.rest()
	return c, nil
}

// Ordered tells whether the order of the items means something.
func (c Collection) Ordered() bool {
	return c.Type == TypeOrderedCollection || c.Type == TypeOrderedCollectionPage
}

func (c Collection) itemsName() string {
	if c.Ordered() {
		return "orderedItems"
	}
	return "items"
}

// otherName is the property some software uses against the type.
func (c Collection) otherName() string {
	if c.Ordered() {
		return "items"
	}
	return "orderedItems"
}

func (c Collection) write(w *writer) {
	w.head(c.Context, c.ID, c.Type)
	w.text("name", c.Name)
	w.text("summary", c.Summary)
	w.items("attributedTo", c.AttributedTo)
	w.time("published", c.Published)
	w.time("updated", c.Updated)
	if c.Total != nil {
		w.number("totalItems", *c.Total)
	}
	w.text("partOf", c.PartOf)
	w.item("first", c.First)
	w.item("last", c.Last)
	w.item("prev", c.Prev)
	w.item("next", c.Next)
	w.item("current", c.Current)
	if len(c.Items) > 0 || c.Items != nil && c.First.None() {
		w.itemList(c.itemsName(), c.Items)
	}
}

func (c Collection) again(o *Object) Encodable { return must(ReadCollection(o)) }
