package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/purchases"
	"palier/instance/sheets"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// organiseWith makes a handler of what the one who opened a purchase does with
// it.
func (s *Server) organiseWith(do func(ctx context.Context, by instance.ActorID, id instance.PostID) error, flash string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := postID(r)
		if err == nil {
			err = do(r.Context(), me(r).ID, id)
		}
		if err != nil {
			return err
		}
		return s.purchaseDone(w, r, id, flash, "")
	}
}

// extendPurchase puts a deadline off.
func (s *Server) extendPurchase(w http.ResponseWriter, r *http.Request) error {
	return s.organised(w, r, "purchase.extended", "", func(o *opening, id instance.PostID) error {
		return s.Purchases.Extend(r.Context(), me(r).ID, id, o.moment(s, r, "deadline"))
	}, func(p *pages.Purchase) { p.Deadline = r.PostFormValue("deadline") })
}

// addSlot adds a pick-up.
func (s *Server) addSlot(w http.ResponseWriter, r *http.Request) error {
	return s.organised(w, r, "purchase.slot-added", "#organise", func(o *opening, id instance.PostID) error {
		p := instance.PickUp{Place: r.PostFormValue("place"), Starts: o.moment(s, r, "starts"), Capacity: o.whole(r, "capacity")}
		p.Ends = slotEnds(r.PostFormValue("ends"), p.Starts, s.Zone)
		if !o.fits() {
			return nil
		}
		return s.Purchases.AddPickUp(r.Context(), me(r).ID, id, p)
	}, func(p *pages.Purchase) {
		form := r.PostForm
		p.Starts, p.Ends, p.Place, p.Capacity = form.Get("starts"), form.Get("ends"), form.Get("place"), form.Get("capacity")
	})
}

// organised reads a form of the organiser's, does what it says, and leads back
// or shows it again.
func (s *Server) organised(w http.ResponseWriter, r *http.Request, flash, at string, do func(*opening, instance.PostID) error, again func(*pages.Purchase)) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	var o opening
	if o.refuseOrFail(do(&o, id), &err); err != nil {
		return err
	}
	if !o.fits() {
		return s.purchaseAgain(w, r, &o, again)
	}
	return s.purchaseDone(w, r, id, flash, at)
}

// dropSlot takes a pick-up back that nobody chose.
func (s *Server) dropSlot(w http.ResponseWriter, r *http.Request) error {
	slot, err := instance.ParseID(chi.URLParam(r, "slot"))
	if err != nil {
		return err
	}
	return s.organiseWith(func(ctx context.Context, by instance.ActorID, id instance.PostID) error {
		return s.Purchases.DropPickUp(ctx, by, id, slot)
	}, "purchase.slot-dropped")(w, r)
}

// markWith makes a handler of a tick beside an order.
func (s *Server) markWith(mark func(ctx context.Context, by instance.ActorID, id instance.PostID, order instance.ID, yes bool) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := postID(r)
		if err != nil {
			return err
		}
		order, err := instance.ParseID(chi.URLParam(r, "order"))
		if err != nil {
			return err
		}
		if err := readForm(w, r); err != nil {
			return err
		}
		if err := mark(r.Context(), me(r).ID, id, order, r.PostFormValue("undo") == ""); err != nil {
			return err
		}
		SeeOther(w, r, purchasePath(id)+"#o"+order.String())
		return nil
	}
}

// organisedIn is the purchase of the one who asks that the path names.
func (s *Server) organisedIn(r *http.Request) (*purchases.Sheet, error) {
	sheet, err := s.purchaseIn(r)
	if err == nil && !sheet.Organises {
		err = instance.ErrNotFound
	}
	return sheet, err
}

// getOrderSheet is what is ordered, to be printed.
func (s *Server) getOrderSheet(w http.ResponseWriter, r *http.Request) error {
	sheet, err := s.organisedIn(r)
	if err != nil {
		return err
	}
	p := s.sheetPage(sheet, r)
	p.Orders = s.orderViews(sheet.Orders, sheet.Post.Proposal)
	return s.showSheet(w, r, p)
}

// getPickUpList is who comes when, to be printed and ticked.
func (s *Server) getPickUpList(w http.ResponseWriter, r *http.Request) error {
	sheet, err := s.organisedIn(r)
	if err != nil {
		return err
	}
	p, q := s.sheetPage(sheet, r), sheet.Post.Proposal
	p.ByPickUp = true
	for _, slot := range sheet.Slots {
		p.Slots = append(p.Slots, view.PickUp{Starts: slot.Starts, Ends: slot.Ends, Place: slot.Place, Orders: s.orderViews(ordersIn(sheet.Orders, slot.ID), q)})
	}
	p.Unchosen = s.orderViews(ordersIn(sheet.Orders, 0), q)
	return s.showSheet(w, r, p)
}

func (s *Server) sheetPage(sheet *purchases.Sheet, r *http.Request) pages.PurchaseSheet {
	return pages.PurchaseSheet{
		Post: s.postView(sheet.Post, visitOf(r)), Purchase: *purchaseView(sheet.Post), Supplier: sheet.Supplier, Price: sheet.Price, Path: purchasePath(sheet.Post.ID),
	}
}

func (s *Server) orderViews(orders []instance.Order, q *instance.Proposal) []view.Order {
	var shown []view.Order
	for i := range orders {
		shown = append(shown, s.orderView(&orders[i], q, false))
	}
	return shown
}

func (s *Server) showSheet(w http.ResponseWriter, r *http.Request, p pages.PurchaseSheet) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	p.Frame = f
	return s.HTML(w, r, http.StatusOK, p)
}

// getOrderTable is what is ordered as a table for other programs.
func (s *Server) getOrderTable(w http.ResponseWriter, r *http.Request) error {
	sheet, err := s.organisedIn(r)
	if err != nil {
		return err
	}
	when := map[instance.ID]string{}
	for _, slot := range sheet.Slots {
		when[slot.ID] = slot.Starts.In(s.Zone).Format("2006-01-02 15:04") + " " + slot.Place
	}
	var b bytes.Buffer
	table := csv.NewWriter(&b)
	rows := [][]string{{"name", "wanted", "at most", "allotted", "unit", "pick-up", "collected", "settled"}}
	for _, o := range sheet.Orders {
		rows = append(rows, []string{
			sheets.Cell(o.Actor.Shown()), o.Wanted.String(), o.Most.String(), o.Allotted.String(), sheet.Post.Proposal.Unit, sheets.Cell(when[o.Slot]),
			yesNo(!o.Collected.IsZero()), yesNo(!o.Settled.IsZero()),
		})
	}
	if err := table.WriteAll(rows); err != nil {
		return err
	}
	h := w.Header()
	Secure(h)
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+sheet.Post.ID.String()+`.csv"`)
	h.Set("Cache-Control", "private, no-store")
	send(w, r, http.StatusOK, b.Bytes())
	return nil
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
