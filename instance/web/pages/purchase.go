package pages

import (
	"palier/instance/web/view"
)

// NewPurchase is where somebody opens a purchase.
type NewPurchase struct {
	Frame

	In        *view.Person // the place it goes to; nil for none
	Once      string
	Began     string // what it begins from
	Templates []view.Option
	Units     []view.Option
	Writing   view.PurchaseWriting
	Choices   []view.Choice
	Problems  []view.Problem
}

// Template is new_purchase.tmpl.
func (NewPurchase) Template() string { return "new_purchase" }

// Purchase is what neighbours buy together: how far it is, one's own order, and
// for who opened it how it goes on.
type Purchase struct {
	Frame

	Post      view.Post
	Purchase  view.Purchase
	Supplier  string
	Price     string
	People    int
	Mine      *view.Order
	Orders    []view.Order // nil for who does not take part
	Slots     []view.PickUp
	Organises bool
	MayOrder  bool

	Wanted, Most                  string // as typed
	Deadline                      string
	Starts, Ends, Place, Capacity string
	Problems                      []view.Problem
}

// Chosen is the pick-up that the one who reads has chosen; nil for none.
func (p Purchase) Chosen() *view.PickUp {
	for i := range p.Slots {
		if p.Slots[i].Chosen {
			return &p.Slots[i]
		}
	}
	return nil
}

// Template is purchase.tmpl.
func (Purchase) Template() string { return "purchase" }

// PurchaseSheet is what is printed of a purchase: what to order, or who comes
// when.
type PurchaseSheet struct {
	Frame

	Post     view.Post
	Purchase view.Purchase
	Supplier string
	Price    string
	Path     string        // of the purchase
	ByPickUp bool          // who comes when; else what to order
	Orders   []view.Order  // by turn
	Slots    []view.PickUp // with who comes; nil for the order sheet
	Unchosen []view.Order  // who has chosen no pick-up yet
}

// Template is purchase_sheet.tmpl.
func (PurchaseSheet) Template() string { return "purchase_sheet" }
