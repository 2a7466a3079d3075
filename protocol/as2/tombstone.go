package as2

import (
	"encoding/json"
	"fmt"
	"time"
)

// Tombstone is what is left of a deleted object.
type Tombstone struct {
	Context    json.RawMessage
	ID         string
	Type       string // Tombstone
	FormerType string
	Published  time.Time
	Updated    time.Time
	Deleted    time.Time
	Extra
}

// ReadTombstone reads a Tombstone. It returns [ErrWrongType] if it is none and
// [ErrNoID] if it has no id.
func ReadTombstone(o *Object) (Tombstone, error) {
	if !o.Is(TypeTombstone) {
		return Tombstone{}, fmt.Errorf("%w: %q is no tombstone", ErrWrongType, o.Type())
	}
	if o.ID() == "" {
		return Tombstone{}, ErrNoID
	}
	r := read(o)
	t := Tombstone{
		Context:    r.context(),
		ID:         o.ID(),
		Type:       TypeTombstone,
		FormerType: r.line("formerType"),
		Published:  r.time("published"),
		Updated:    r.time("updated"),
		Deleted:    r.time("deleted"),
	}
	t.Extra = r.rest()
	return t, nil
}

func (t Tombstone) write(w *writer) {
	w.head(t.Context, t.ID, TypeTombstone)
	w.text("formerType", t.FormerType)
	w.time("published", t.Published)
	w.time("updated", t.Updated)
	w.time("deleted", t.Deleted)
}

func (t Tombstone) again(o *Object) Encodable { return must(ReadTombstone(o)) }
