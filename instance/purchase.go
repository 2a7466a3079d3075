package instance

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Purchase is what neighbours buy together: lots of a supplier, each taking a
// part. Its post says what, in which unit and lots, and until when. No money is
// handled: what it costs is words, and is settled with the organiser.
type Purchase struct {
	Post     *Post // its Proposal is never nil
	Template string
	Supplier string
	Price    string
	Slots    []PickUp
}

// PurchaseTemplates are what a purchase can begin from.
var PurchaseTemplates = []string{"wood", "pellets", "fuel", "basket", "free"}

// PurchaseUnits are what a purchase can be counted in.
var PurchaseUnits = []string{"kilogram", "litre", "one", "tonne", "cubicMetre"}

// Order is what one person takes of a purchase.
type Order struct {
	ID    ID // its turn: the lower, the earlier
	Actor Actor
	OrderPlan
	Allotted  Amount // once the purchase is closed
	Slot      ID     // 0 for none
	Collected time.Time
	Settled   time.Time
}

// OrderPlan is how much somebody wants of a purchase, and the most they take if
// that fills a lot.
type OrderPlan struct{ Wanted, Most Amount }

// PickUp is when and where what was bought is handed out.
type PickUp struct {
	ID              ID
	Starts, Ends    time.Time
	Place           string
	Capacity, Taken int
}

// Left is how many more can come.
func (p PickUp) Left() int { return max(0, p.Capacity-p.Taken) }

// Limits of what is written about a purchase, in characters, and of how much a
// purchase holds.
const (
	MaxSupplier = 100
	MaxPrice    = 200
	MaxVenue    = 150
	MaxPickUps  = 40
	MaxCapacity = 500
	MaxOrders   = 1000
)

// MaxPurchaseTime is the longest one can order.
const MaxPurchaseTime = 180 * 24 * time.Hour

// mostLots bounds how many lots a least order can be, and so the work of
// allotting.
const mostLots = 1000

// Ordered is how much of what is proposed was taken.
func (p *Proposal) Ordered() Amount { return p.Quantity - p.Available }

// NextLot is where the lot ends that is being filled: what was ordered if that
// comes out even. Without lots it is the threshold, or all there is.
func (p *Proposal) NextLot() Amount {
	ordered := p.Ordered()
	switch {
	case p.Step > 0:
		lots := max(1, (ordered+p.Step-1)/p.Step)
		return min(lots*p.Step, p.Quantity/p.Step*p.Step)
	case ordered < p.Threshold:
		return p.Threshold
	}
	return p.Quantity
}

// CheckPurchase returns an [Invalid] for the first thing in what is proposed
// that cannot be bought together, as of now.
func (p *Purchase) CheckPurchase(q *Proposal, now time.Time) error {
	p.Supplier, p.Price = strings.TrimSpace(p.Supplier), strings.TrimSpace(p.Price)
	switch {
	case utf8.RuneCountInString(p.Supplier) > MaxSupplier:
		return &Invalid{Field: "supplier", Code: "too-long", Limit: MaxSupplier}
	case utf8.RuneCountInString(p.Price) > MaxPrice:
		return &Invalid{Field: "price", Code: "too-long", Limit: MaxPrice}
	case !Known(PurchaseTemplates, p.Template):
		return &Invalid{Field: "template", Code: "unknown"}
	case !Known(PurchaseUnits, q.Unit):
		return &Invalid{Field: "unit", Code: "unknown"}
	case q.Quantity <= 0:
		return &Invalid{Field: "most", Code: "missing"}
	case q.Quantity < q.Step:
		return &Invalid{Field: "most", Code: "less-than-a-lot"}
	case q.Minimum > q.Quantity:
		return &Invalid{Field: "least", Code: "more-than-all"}
	case q.Step > 0 && q.Minimum > mostLots*q.Step:
		return &Invalid{Field: "least", Code: "too-many-lots"}
	case q.Threshold > q.Quantity:
		return &Invalid{Field: "threshold", Code: "more-than-all"}
	case q.Ends.IsZero():
		return &Invalid{Field: "deadline", Code: "missing"}
	}
	return CheckDeadline(q.Ends, now)
}

// CheckDeadline returns an [Invalid] for a deadline that has passed or is too
// far off.
func CheckDeadline(at, now time.Time) error {
	switch {
	case !at.After(now):
		return &Invalid{Field: "deadline", Code: "past"}
	case at.After(now.Add(MaxPurchaseTime)):
		return &Invalid{Field: "deadline", Code: "too-far", Limit: int(MaxPurchaseTime / (24 * time.Hour))}
	}
	return nil
}

// Known tells whether s is one of the words of a list.
func Known(list []string, s string) bool {
	for _, known := range list {
		if s == known {
			return true
		}
	}
	return false
}

// Check returns an [Invalid] for an order that cannot be part of q. A most of
// nothing is what is wanted.
func (o *OrderPlan) Check(q *Proposal) error {
	if o.Most == 0 {
		o.Most = o.Wanted
	}
	switch {
	case o.Wanted <= 0:
		return &Invalid{Field: "wanted", Code: "missing"}
	case o.Wanted < q.Minimum:
		return &Invalid{Field: "wanted", Code: "too-little"}
	case o.Wanted > q.Quantity:
		return &Invalid{Field: "wanted", Code: "too-much"}
	case o.Most < o.Wanted:
		return &Invalid{Field: "at-most", Code: "less-than-wanted"}
	case o.Most > q.Quantity:
		o.Most = q.Quantity
	}
	return nil
}

// Check returns an [Invalid] for a pick-up that cannot be.
func (p *PickUp) Check(now time.Time) error {
	p.Place = strings.TrimSpace(p.Place)
	switch {
	case p.Starts.IsZero():
		return &Invalid{Field: "starts", Code: "missing"}
	case p.Starts.Before(now.Add(-24 * time.Hour)):
		return &Invalid{Field: "starts", Code: "past"}
	case !p.Ends.After(p.Starts):
		return &Invalid{Field: "ends", Code: "before-start"}
	case p.Capacity < 1 || p.Capacity > MaxCapacity:
		return &Invalid{Field: "capacity", Code: "malformed", Limit: MaxCapacity}
	case p.Place == "":
		return &Invalid{Field: "place", Code: "missing"}
	case utf8.RuneCountInString(p.Place) > MaxVenue:
		return &Invalid{Field: "place", Code: "too-long", Limit: MaxVenue}
	}
	return nil
}

// Allot gives each order its part of whole lots and returns how much that is in
// all. The orders are sorted by their turn. What is wanted is rounded up to a
// whole lot if those who agreed to take more fill it, the earliest first;
// otherwise it is rounded down, and the latest orders get less or nothing. Nobody
// gets more than their most, less than the least, or, if all is more than most,
// anything of what is beyond it.
func Allot(orders []Order, q *Proposal) Amount {
	var wanted Amount
	for _, o := range orders {
		wanted += o.Wanted
	}
	if q.Step <= 0 {
		total := min(wanted, q.Quantity)
		return total - share(orders, q.Minimum, total)
	}
	lots := min((wanted+q.Step-1)/q.Step, q.Quantity/q.Step)
	for ; lots > 0; lots-- {
		if share(orders, q.Minimum, lots*q.Step) == 0 {
			return lots * q.Step
		}
	}
	share(orders, q.Minimum, 0)
	return 0
}

// share gives total to orders, and returns what nobody takes.
func share(orders []Order, least, total Amount) (left Amount) {
	left = total
	for i := range orders {
		part := min(orders[i].Wanted, left)
		if part < least {
			part = 0
		}
		orders[i].Allotted = part
		left -= part
	}
	for i := range orders {
		if orders[i].Allotted == 0 {
			continue
		}
		more := min(orders[i].Most-orders[i].Allotted, left)
		orders[i].Allotted += more
		left -= more
	}
	return left
}
