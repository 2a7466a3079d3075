package view

import "time"

// Quantity is how much of something, in thousandths of a unit: one, kilogram,
// litre, tonne, cubicMetre.
type Quantity struct {
	Thousandths int64
	Unit        string
}

// Any tells whether it is more than nothing.
func (q Quantity) Any() bool { return q.Thousandths > 0 }

// Purchase is what neighbours buy together, as every reader of its post may
// know it.
type Purchase struct {
	Path     string
	Status   string // open, agreed, done, closed
	Ordered  Quantity
	Next     Quantity // where the lot ends that is being filled
	Missing  Quantity // until there
	Short    Quantity // until the threshold
	Lot      Quantity
	Least    Quantity
	Most     Quantity
	Share    int // of Next, in hundredths
	Deadline time.Time
}

// Open tells whether one can order until the deadline.
func (p Purchase) Open() bool { return p.Status == "open" }

// Ended tells whether the deadline has passed by now.
func (p Purchase) Ended(now time.Time) bool { return !p.Deadline.After(now) }

// Bought tells whether it was agreed, whatever came after.
func (p Purchase) Bought() bool { return p.Status == "agreed" || p.Status == "done" }

// Order is what one person takes of a purchase.
type Order struct {
	ID                     string
	Who                    Person // first name only, for those who take part
	By                     string // who ordered for them; empty for themself
	Wanted, Most, Allotted Quantity
	Outcome                string // exact, more, less, none
	Collected, Settled     bool
}

// PickUp is when and where what was bought is handed out.
type PickUp struct {
	ID           string
	Starts, Ends time.Time
	Place        string
	Left         int
	Capacity     int
	Chosen       bool // by the one who reads
	Orders       []Order
}

// PurchaseWriting is what somebody typed to open a purchase.
type PurchaseWriting struct {
	Title, Text, Supplier, Unit, Lot, Least, Most, Threshold, Price, Deadline string
}
