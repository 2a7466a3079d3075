package vocab

import (
	"encoding/json"
	"strings"

	"palier/protocol/as2"
)

// Proposal is what a post offers or asks for, in the words of ValueFlows
// (FEP-0837). When it holds stands in the Note itself: startTime and endTime.
type Proposal struct {
	Primary    Intent
	Reciprocal *Intent // what is wanted for it; nil for nothing
	// UnitBased tells that one takes multiples of the quantity, or exactly that
	// if it is false; nil lets one take any amount.
	UnitBased *bool
	Threshold Quantity   // it comes about only from this on
	From, To  *as2.Place // of a way
}

// Intent is one side of a proposal.
type Intent struct {
	Action    string // transfer, transferCustody, deliverService, use
	Resource  string // IRI; empty for no more than words
	Quantity  Quantity
	Available Quantity // how much is left
	Minimum   Quantity // the least one takes
}

// Quantity is how much: a decimal with at most 12 digits before the point and 6
// behind it. Without a number it is an open amount, without a unit it is not
// said at all.
type Quantity struct {
	Unit   string // a name of the Ontology of units of Measure: one, hour, day, kilogram, litre, …
	Number string
}

// The ends of the ids of a proposal's two sides. They are fragments of the
// proposal's own id, which cannot be fetched by themselves.
const (
	PrimarySide    = "#primary"
	ReciprocalSide = "#reciprocal"
)

const (
	om2        = "http://www.ontology-of-units-of-measure.org/resource/om-2/"
	termFrom   = "nb:from" // of a proposal; plain names would mean another thing
	termTo     = "nb:to"
	termTotal  = "resourceQuantity"
	termLeft   = "availableQuantity"
	termLeast  = "minimumQuantity"
	termKindOf = "resourceConformsTo"
)

type quantityJSON struct {
	Unit   string `json:"hasUnit"`
	Number string `json:"hasNumericalValue,omitempty"`
}

func (q Quantity) json() *quantityJSON {
	if q.Unit == "" {
		return nil
	}
	return &quantityJSON{q.Unit, q.Number}
}

type intentJSON struct {
	ID        string        `json:"id"`
	Type      string        `json:"type"`
	Action    string        `json:"action"`
	Resource  string        `json:"resourceConformsTo,omitempty"`
	Quantity  *quantityJSON `json:"resourceQuantity,omitempty"`
	Available *quantityJSON `json:"availableQuantity,omitempty"`
	Minimum   *quantityJSON `json:"minimumQuantity,omitempty"`
}

func (i Intent) json(id string) intentJSON {
	return intentJSON{id, "Intent", i.Action, i.Resource, i.Quantity.json(), i.Available.json(), i.Minimum.json()}
}

// PutProposal writes p into a Note, whose id has to be set. Purpose and status
// are those of the [Post].
func PutProposal(doc *as2.Note, p Proposal) error {
	parts := map[string]any{"publishes": p.Primary.json(doc.ID + PrimarySide)}
	if p.Reciprocal != nil {
		parts["reciprocal"] = p.Reciprocal.json(doc.ID + ReciprocalSide)
	}
	if p.UnitBased != nil {
		parts["unitBased"] = *p.UnitBased
	}
	if t := p.Threshold.json(); t != nil {
		parts["threshold"] = t
	}
	for name, v := range parts {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		doc.Put(name, b)
	}
	for name, place := range map[string]*as2.Place{termFrom: p.From, termTo: p.To} {
		if place == nil {
			continue
		}
		b, err := as2.Encode(*place)
		if err != nil {
			return err
		}
		doc.Put(name, b)
	}
	return nil
}

// ReadProposal reads what a post offers or asks for, and false if it does
// neither. What it says in ways nobody knows is left out.
func ReadProposal(o *as2.Object) (Proposal, bool) {
	if !IsProposal(o) || purpose(o) == "" {
		return Proposal{}, false
	}
	var p Proposal
	primary, ok := o.Object(valueFlows(o, "publishes"))
	if !ok {
		return p, false
	}
	p.Primary = readIntent(primary)
	if back, ok := o.Object(valueFlows(o, "reciprocal")); ok {
		i := readIntent(back)
		p.Reciprocal = &i
	}
	if b, ok := o.Bool(valueFlows(o, "unitBased")); ok {
		p.UnitBased = &b
	}
	p.Threshold = quantityOf(o, name(o, "threshold"))
	p.From, p.To = placeOf(o, termFrom), placeOf(o, termTo)
	return p, true
}

func readIntent(o *as2.Object) Intent {
	return Intent{
		Action: word32(lastPart(o.Line(valueFlows(o, "action")))), Resource: o.IRI(valueFlows(o, termKindOf)),
		Quantity: quantityOf(o, valueFlows(o, termTotal)), Available: quantityOf(o, valueFlows(o, termLeft)),
		Minimum: quantityOf(o, valueFlows(o, termLeast)),
	}
}

func quantityOf(o *as2.Object, name string) Quantity {
	q, ok := o.Object(name)
	if !ok {
		return Quantity{}
	}
	return readQuantity(q)
}

// readQuantity reads a quantity with its unit as a bare name, however it was
// written.
func readQuantity(o *as2.Object) Quantity {
	unit, number := "hasUnit", "hasNumericalValue"
	if !o.Has(unit) && o.Has("om2:hasUnit") {
		unit, number = "om2:hasUnit", "om2:hasNumericalValue"
	}
	q := Quantity{Unit: unitName(o.Line(unit))}
	if q.Unit == "" {
		q.Unit = unitName(o.IRI(unit))
	}
	if n, ok := o.Decimal(number); ok && !strings.HasPrefix(n, "-") {
		q.Number = n
	}
	return q
}

// unitName is a unit without the address of the list that names it.
func unitName(s string) string {
	for _, prefix := range [...]string{om2, "om2:", "vf:"} {
		s = strings.TrimPrefix(s, prefix)
	}
	switch s {
	case "minute-Time":
		return "minute"
	case "second-Time":
		return "second"
	}
	return word32(s)
}

// lastPart is a name without the prefix of its vocabulary.
func lastPart(s string) string { return s[strings.LastIndexAny(s, ":#/")+1:] }

// word32 returns s if it is a short plain word, with letters of both sizes.
func word32(s string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if !within(s, 1, 32, letters+numerals+"-") {
		return ""
	}
	return s
}

func placeOf(o *as2.Object, name string) *as2.Place {
	if !o.Has(name) {
		name = Namespace + strings.TrimPrefix(name, "nb:")
	}
	e, ok := o.Object(name)
	if !ok {
		return nil
	}
	p, err := as2.ReadPlace(e)
	if err != nil {
		return nil
	}
	return &p
}

// Agreement is what two have agreed, or one asks of the other: how much of one
// side of a proposal.
type Agreement struct {
	ID           string // empty as long as it is asked for
	AttributedTo string
	Satisfies    string // the proposal's side: its id and [PrimarySide]
	Quantity     Quantity
}

type agreementJSON struct {
	ID           string         `json:"id,omitempty"`
	Type         string         `json:"type"`
	AttributedTo string         `json:"attributedTo,omitempty"`
	Stipulates   commitmentJSON `json:"stipulates"`
}

type commitmentJSON struct {
	ID        string        `json:"id,omitempty"`
	Type      string        `json:"type"`
	Satisfies string        `json:"satisfies"`
	Quantity  *quantityJSON `json:"resourceQuantity,omitempty"`
}

// Item returns a as the object of an Offer or the result of an Accept.
func (a Agreement) Item() (as2.Item, error) {
	doc := agreementJSON{
		ID: a.ID, Type: "Agreement", AttributedTo: a.AttributedTo,
		Stipulates: commitmentJSON{Type: "Commitment", Satisfies: a.Satisfies, Quantity: a.Quantity.json()},
	}
	if a.ID != "" {
		doc.Stipulates.ID = a.ID + PrimarySide
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return as2.Item{}, err
	}
	return as2.Whole(b)
}

// ReadAgreement reads an Agreement, and false for anything else, and for one
// that says not of what it is about.
func ReadAgreement(o *as2.Object) (Agreement, bool) {
	if !o.Is("Agreement", "vf:Agreement") {
		return Agreement{}, false
	}
	c, ok := o.Object(valueFlows(o, "stipulates"))
	if !ok {
		return Agreement{}, false
	}
	a := Agreement{
		ID: o.ID(), AttributedTo: o.IRI("attributedTo"), Satisfies: c.IRI(valueFlows(c, "satisfies")),
		Quantity: quantityOf(c, valueFlows(c, termTotal)),
	}
	return a, a.Satisfies != ""
}

// Proposed returns the id of the proposal of which a takes something, and false
// unless it is about what that offers or asks for.
func (a Agreement) Proposed() (string, bool) { return strings.CutSuffix(a.Satisfies, PrimarySide) }
