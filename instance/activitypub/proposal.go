package activitypub

import (
	"html"
	"slices"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/writing"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// propose writes what a post offers or asks for into its document.
func propose(doc *as2.Note, p *instance.Post) error {
	q := p.Proposal
	doc.StartTime, doc.EndTime = q.Starts, q.Ends
	if q.ToldAt.After(p.EditedAt) && q.ToldAt.After(p.PublishedAt) {
		doc.Updated = q.ToldAt
	}
	primary := vocab.Intent{
		Action: q.Action, Resource: resource(q), Quantity: quantity(q.Unit, q.Quantity), Available: vocab.Quantity{},
		Minimum: vocab.Quantity{},
	}
	if q.Quantity > 0 {
		primary.Available = vocab.Quantity{Unit: q.Unit, Number: q.Available.String()}
	}
	if q.Minimum > 0 {
		primary.Minimum = quantity(q.Unit, q.Minimum)
	}
	wire := vocab.Proposal{Primary: primary, From: area(q.From), To: area(q.To)}
	if q.Step > 0 {
		multiples := q.Step != q.Quantity
		wire.UnitBased = &multiples
		wire.Primary.Quantity = quantity(q.Unit, q.Step)
	}
	if q.Threshold > 0 {
		wire.Threshold = quantity(q.Unit, q.Threshold)
	}
	if q.Return != nil {
		wire.Reciprocal = &vocab.Intent{Action: "transfer", Resource: q.Return.Resource, Quantity: quantity(q.Return.Unit, q.Return.Quantity)}
	}
	return vocab.PutProposal(doc, wire)
}

// resource is what a proposal is about: what it names itself, or its category
// as a word of ours.
func resource(q *instance.Proposal) string {
	if q.Resource != "" || q.Category == "" {
		return q.Resource
	}
	return vocab.Namespace + q.Category
}

// quantity is an amount as documents say it; 0 is an open one.
func quantity(unit string, a instance.Amount) vocab.Quantity {
	q := vocab.Quantity{Unit: unit}
	if a > 0 {
		q.Number = a.String()
	}
	return q
}

// area is a spot no finer than about a kilometre.
func area(s *instance.Spot) *as2.Place {
	if s == nil {
		return nil
	}
	p := &as2.Place{Type: as2.TypePlace, Name: s.Name}
	if s.Latitude != 0 || s.Longitude != 0 {
		p.Point = &as2.Point{Latitude: hundredth(s.Latitude), Longitude: hundredth(s.Longitude)}
	}
	return p
}

func hundredth(degrees float64) float64 {
	const most = 100
	if degrees < 0 {
		return float64(int(degrees*most-0.5)) / most
	}
	return float64(int(degrees*most+0.5)) / most
}

// titled is the content of a post under its title, which is struck out once
// nothing more can be had of what it proposes.
func titled(p *instance.Post) string {
	q := p.Proposal
	if q == nil || p.Title == "" || q.Status != instance.ProposalClosed && q.Status != instance.ProposalDone {
		return writing.WithTitle(p.Title, p.Content)
	}
	return struck(p.Title) + p.Content
}

func struck(title string) string {
	return "<p><del><strong>" + html.EscapeString(title) + "</strong></del></p>"
}

// unstruck takes the title of one of our posts off its content, if it stands
// there struck out.
func unstruck(safe, title string) (string, bool) {
	rest, ok := strings.CutPrefix(safe, "<p><del><strong>")
	if !ok {
		return safe, false
	}
	said, rest, ok := strings.Cut(rest, "</strong></del></p>")
	return rest, ok && html.UnescapeString(said) == title
}

// actions are what can be done with what is proposed; anything else counts as
// handing it over.
var actions = map[string]bool{"transfer": true, "transferCustody": true, "deliverService": true, "use": true}

// kindOf is what a proposal from elsewhere is here: what it says it is if we
// know that, else what is to be done with it tells. The set of kinds is open, and
// few servers say any.
func kindOf(q *instance.Proposal, said vocab.Kind) string {
	switch kind := string(said); kind {
	case instance.KindPurchase, instance.KindCarpool, instance.KindErrand:
		return kind
	default:
		if slices.Contains(instance.ExchangeKinds, kind) {
			return kind
		}
	}
	switch {
	case q.Action == "transferCustody" || q.Action == "use":
		return instance.KindLending
	case q.Action == "transfer" && q.Return != nil:
		return instance.KindSwap
	case q.Action == "transfer":
		return instance.KindGive
	default:
		return instance.KindService
	}
}

// proposed reads what a post from elsewhere offers or asks for, nil if it does
// neither.
func proposed(o *as2.Object, doc as2.Note, ours vocab.Post) *instance.Proposal {
	wire, ok := vocab.ReadProposal(o)
	if !ok {
		return nil
	}
	in := wire.Primary
	q := &instance.Proposal{
		Purpose: instance.Purpose(ours.Purpose), Status: status(ours.Status), Starts: moment(doc.StartTime), Ends: moment(doc.EndTime),
		Action: in.Action, Unit: in.Quantity.Unit, Quantity: amount(in.Quantity), Minimum: amount(in.Minimum), Threshold: amount(wire.Threshold),
		From: spot(wire.From), To: spot(wire.To), ToldAt: doc.Updated,
	}
	if !actions[q.Action] {
		q.Action = "transfer"
	}
	if word, ok := strings.CutPrefix(in.Resource, vocab.Namespace); ok && len(word) <= 32 {
		q.Category = strings.ToLower(word)
	} else if len(in.Resource) <= 500 {
		q.Resource = in.Resource
	}
	if q.Unit == "" {
		q.Unit = "one"
	}
	measureOut(q, wire)
	if back := wire.Reciprocal; back != nil {
		q.Return = &instance.Return{Resource: back.Resource, Unit: back.Quantity.Unit, Quantity: amount(back.Quantity)}
	}
	if !q.Ends.IsZero() && q.Ends.Before(q.Starts) {
		q.Ends = time.Time{}
	}
	return q
}

// measureOut reads how one takes of a quantity: any amount, exactly that, or
// multiples of it; and how much of it is left.
func measureOut(q *instance.Proposal, wire vocab.Proposal) {
	left, said := wire.Primary.Available, wire.Primary.Available.Number != "" && wire.Primary.Available.Unit == wire.Primary.Quantity.Unit
	if wire.UnitBased != nil && q.Quantity > 0 {
		q.Step = q.Quantity
		if *wire.UnitBased {
			q.Quantity = 0 // how much there was in all is not said
			if said {
				q.Quantity = amount(left)
			}
		}
	}
	q.Available = q.Quantity
	if said {
		q.Available = amount(left)
	}
	q.Quantity = max(q.Quantity, q.Available)
}

// amount is a quantity as we count it: 0 if it is open, too large, or finer than
// we can tell.
func amount(q vocab.Quantity) instance.Amount {
	if q.Number == "" {
		return 0
	}
	a, err := instance.ParseAmount("quantity", q.Number)
	if err != nil {
		return 0
	}
	return a
}

func status(word string) instance.ProposalStatus {
	switch s := instance.ProposalStatus(word); s {
	case instance.ProposalAgreed, instance.ProposalDone, instance.ProposalClosed:
		return s
	case instance.ProposalOpen, "":
		return instance.ProposalOpen
	default:
		return instance.ProposalClosed // something we do not know is nothing to take
	}
}

// moment is a time that a row can hold.
func moment(t time.Time) time.Time {
	if t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

func spot(p *as2.Place) *instance.Spot {
	if p == nil || p.Name == "" && p.Point == nil {
		return nil
	}
	s := &instance.Spot{Name: writing.CleanLine(p.Name, 200)}
	if p.Point != nil {
		s.Latitude, s.Longitude = p.Point.Latitude, p.Point.Longitude
	}
	return s
}
