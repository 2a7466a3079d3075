package as2

import (
	"encoding/json"
	"fmt"
	"time"
)

// Activity is something an actor did.
type Activity struct {
	Context json.RawMessage

	ID         string
	Type       string
	Actor      string // exactly one
	Objects    []Item // object; see [Activity.Object]
	Target     Item
	Origin     Item
	Result     Item
	Instrument Item

	Summary   string
	Content   string
	Published time.Time
	Updated   time.Time
	StartTime time.Time
	EndTime   time.Time

	To, CC, BTo, BCC []string
	Audience         []string
	Extra
}

// ReadActivity reads an activity of any type, also of one that has no constant
// here. It returns [ErrWrongType] for the types of actors, posts and
// collections, [ErrNoType] if there is none, and [ErrNotOne] unless exactly one
// actor is named. Id and object may be missing.
func ReadActivity(o *Object) (Activity, error) {
	typ := o.Type()
	switch {
	case typ == "":
		return Activity{}, ErrNoType
	case !IsActivity(typ) && known(typ):
		return Activity{}, fmt.Errorf("%w: %q is no activity", ErrWrongType, typ)
	}
	r := read(o)
	a := Activity{
		Context:    r.context(),
		ID:         o.ID(),
		Type:       typ,
		Actor:      r.iri("actor"),
		Objects:    r.items("object"),
		Target:     r.item("target"),
		Origin:     r.item("origin"),
		Result:     r.item("result"),
		Instrument: r.item("instrument"),
		Summary:    r.text("summary"),
		Content:    r.text("content"),
		Published:  r.time("published"),
		Updated:    r.time("updated"),
		StartTime:  r.time("startTime"),
		EndTime:    r.time("endTime"),
		To:         r.iris("to"),
		CC:         r.iris("cc"),
		BTo:        r.iris("bto"),
		BCC:        r.iris("bcc"),
		Audience:   r.iris("audience"),
	}
	if a.Actor == "" {
		return Activity{}, fmt.Errorf("%w: actor", ErrNotOne)
	}
	a.Extra = r.rest()
	return a, nil
}

// Object returns what the activity is about, and the zero Item unless that is
// exactly one thing.
func (a Activity) Object() Item {
	if len(a.Objects) != 1 {
		return Item{}
	}
	return a.Objects[0]
}

func (a Activity) write(w *writer) {
	w.head(a.Context, a.ID, a.Type)
	w.text("actor", a.Actor)
	w.text("summary", a.Summary)
	w.text("content", a.Content)
	w.time("published", a.Published)
	w.time("updated", a.Updated)
	w.time("startTime", a.StartTime)
	w.time("endTime", a.EndTime)
	w.list("to", a.To)
	w.list("cc", a.CC)
	w.list("bto", a.BTo)
	w.list("bcc", a.BCC)
	w.some("audience", a.Audience)
	w.items("object", a.Objects)
	w.item("target", a.Target)
	w.item("origin", a.Origin)
	w.item("result", a.Result)
	w.item("instrument", a.Instrument)
}

func (a Activity) again(o *Object) Encodable { return must(ReadActivity(o)) }
