package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/purchases"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// purchaseRoutes are the pages of what neighbours buy together.
func (s *Server) purchaseRoutes(r chi.Router) {
	r.Get("/purchases/new", s.signedIn(s.getNewPurchase))
	r.Post("/purchases/new", s.signedIn(s.openPurchase))
	r.Get("/purchases/{id:[0-9]+}", s.page(s.getPurchase))
	r.Post("/purchases/{id:[0-9]+}/order", s.signedIn(s.orderPurchase))
	r.Post("/purchases/{id:[0-9]+}/drop", s.signedIn(s.dropOrder))
	r.Post("/purchases/{id:[0-9]+}/slot", s.signedIn(s.chooseSlot))
	r.Post("/purchases/{id:[0-9]+}/extend", s.signedIn(s.extendPurchase))
	r.Post("/purchases/{id:[0-9]+}/close", s.signedIn(s.organiseWith(s.Purchases.CloseNow, "purchase.closed")))
	r.Post("/purchases/{id:[0-9]+}/cancel", s.signedIn(s.organiseWith(s.Purchases.Cancel, "purchase.cancelled")))
	r.Post("/purchases/{id:[0-9]+}/finish", s.signedIn(s.organiseWith(s.Purchases.Finish, "purchase.finished")))
	r.Post("/purchases/{id:[0-9]+}/slots", s.signedIn(s.addSlot))
	r.Post("/purchases/{id:[0-9]+}/slots/{slot:[0-9]+}/drop", s.signedIn(s.dropSlot))
	r.Post("/purchases/{id:[0-9]+}/orders/{order:[0-9]+}/collected", s.signedIn(s.markWith(s.Purchases.Collected)))
	r.Post("/purchases/{id:[0-9]+}/orders/{order:[0-9]+}/settled", s.signedIn(s.markWith(s.Purchases.Settled)))
	r.Get("/purchases/{id:[0-9]+}/sheet", s.signedIn(s.getOrderSheet))
	r.Get("/purchases/{id:[0-9]+}/list", s.signedIn(s.getPickUpList))
	r.Get("/purchases/{id:[0-9]+}/sheet.csv", s.signedIn(s.getOrderTable))
}

// purchaseBegins are what the fields of a purchase hold at first, by what it
// begins from.
var purchaseBegins = map[string]view.PurchaseWriting{
	"wood":    {Unit: "cubicMetre", Lot: "1", Least: "1", Most: "30"},
	"pellets": {Unit: "tonne", Lot: "1", Least: "0.5", Most: "20"},
	"fuel":    {Unit: "litre", Lot: "1000", Least: "500", Most: "10000", Threshold: "3000"},
	"basket":  {Unit: "one", Lot: "10", Least: "1", Most: "50"},
	"free":    {Unit: "kilogram", Most: "100"},
}

// getNewPurchase is where a purchase is opened.
func (s *Server) getNewPurchase(w http.ResponseWriter, r *http.Request) error {
	o, err := s.begin(r)
	if err != nil {
		return err
	}
	began := r.FormValue("template")
	if !instance.Known(instance.PurchaseTemplates, began) {
		began = "free"
	}
	return s.showNewPurchase(w, r, http.StatusOK, o, began, purchaseBegins[began])
}

func (s *Server) showNewPurchase(w http.ResponseWriter, r *http.Request, status int, o *opening, began string, written view.PurchaseWriting) error {
	choices, err := s.choices(r.Context(), o.place, o.draft.Audience)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	p := pages.NewPurchase{Frame: f, Began: began, Once: o.draft.Once, Writing: written, Choices: choices, Problems: o.problems}
	in := ""
	if o.place != nil {
		place := personView(s.Site, o.place.Actor)
		p.In, in = &place, "&in="+place.ID
	}
	for _, t := range instance.PurchaseTemplates {
		p.Templates = append(p.Templates, view.Option{Value: t, Label: "/purchases/new?template=" + t + in, Selected: t == began})
	}
	for _, u := range instance.PurchaseUnits {
		p.Units = append(p.Units, view.Option{Value: u, Selected: u == written.Unit})
	}
	return s.HTML(w, r, status, p)
}

// openPurchase opens a purchase.
func (s *Server) openPurchase(w http.ResponseWriter, r *http.Request) error {
	o, err := s.readOpening(w, r)
	if err != nil {
		return err
	}
	form := r.PostForm
	written := view.PurchaseWriting{
		Title: o.draft.Title, Text: o.draft.Text, Supplier: form.Get("supplier"), Unit: form.Get("unit"), Lot: form.Get("lot"), Least: form.Get("least"),
		Most: form.Get("most"), Threshold: form.Get("threshold"), Price: form.Get("price"), Deadline: form.Get("deadline"),
	}
	p := instance.Purchase{Template: form.Get("template"), Supplier: written.Supplier, Price: written.Price}
	o.draft.Proposal = &instance.Proposal{
		Unit: written.Unit, Step: o.amount(r, "lot"), Minimum: o.amount(r, "least"), Quantity: o.amount(r, "most"), Threshold: o.amount(r, "threshold"),
		Ends: o.moment(s, r, "deadline"),
	}
	var post *instance.Post
	if o.fits() {
		if post, err = s.Purchases.Open(r.Context(), visitOf(r).viewer, o.draft, p); err != nil && !o.refuse(err) {
			return err
		}
	}
	if !o.fits() {
		return s.showNewPurchase(w, r, http.StatusUnprocessableEntity, o, p.Template, written)
	}
	s.flashes.Set(w, view.Flash{Key: "purchase.opened", Sent: "purchase"})
	SeeOther(w, r, purchasePath(post.ID))
	return nil
}

func purchasePath(id instance.PostID) string { return "/purchases/" + id.String() }

// getPurchase shows a purchase, how far it is and what one ordered.
func (s *Server) getPurchase(w http.ResponseWriter, r *http.Request) error {
	sheet, err := s.purchaseIn(r)
	if err != nil {
		return err
	}
	p := s.purchasePage(r, sheet)
	if sheet.Mine != nil {
		p.Wanted = typed(r, sheet.Mine.Wanted)
		if sheet.Mine.Most != sheet.Mine.Wanted {
			p.Most = typed(r, sheet.Mine.Most)
		}
	}
	return s.showPurchase(w, r, http.StatusOK, p)
}

// typed is an amount as the one who asks would type it.
func typed(r *http.Request, a instance.Amount) string {
	return strings.Replace(a.String(), ".", visitOf(r).language.Say("number.point"), 1)
}

// purchaseIn is the purchase that the path names, as the one who asks sees it.
func (s *Server) purchaseIn(r *http.Request) (*purchases.Sheet, error) {
	id, err := postID(r)
	if err != nil {
		return nil, err
	}
	return s.Purchases.ByID(r.Context(), visitOf(r).viewer, id)
}

func (s *Server) showPurchase(w http.ResponseWriter, r *http.Request, status int, p pages.Purchase) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	p.Frame = f
	// Who organises sees who ordered for others; those who take part know first
	// names only.
	by, err := s.Assisted.ByWhom(r.Context(), instance.PostID(idOf(p.Post.ID)))
	if err != nil {
		return err
	}
	for i, o := range p.Orders {
		if helper, ok := by[instance.ActorID(idOf(o.Who.ID))]; ok {
			p.Orders[i].By = helper.Shown()
		}
	}
	p.Here = p.Purchase.Path
	return s.HTML(w, r, status, p)
}

// purchasePage is a purchase as its page shows it.
func (s *Server) purchasePage(r *http.Request, sheet *purchases.Sheet) pages.Purchase {
	q := sheet.Post.Proposal
	p := pages.Purchase{
		Post: s.postView(sheet.Post, visitOf(r)), Purchase: *purchaseView(sheet.Post), Supplier: sheet.Supplier, Price: sheet.Price,
		People: sheet.People, Organises: sheet.Organises, Deadline: q.Ends.In(s.Zone).Format(typedMoment), Capacity: "10",
		MayOrder: me(r) != nil && q.Status == instance.ProposalOpen && q.Ends.After(s.Now()),
	}
	for i := range sheet.Orders {
		p.Orders = append(p.Orders, s.orderView(&sheet.Orders[i], q, !sheet.Organises))
	}
	if sheet.Mine != nil {
		mine := s.orderView(sheet.Mine, q, false)
		p.Mine = &mine
	}
	for _, slot := range sheet.Slots {
		p.Slots = append(p.Slots, view.PickUp{
			ID: slot.ID.String(), Starts: slot.Starts, Ends: slot.Ends, Place: slot.Place, Left: slot.Left(), Capacity: slot.Capacity,
			Chosen: sheet.Mine != nil && sheet.Mine.Slot == slot.ID,
		})
	}
	return p
}

// purchaseView is what neighbours buy together as every reader of the post may
// know it; nil for a post that is none of ours.
func purchaseView(p *instance.Post) *view.Purchase {
	q := p.Proposal
	if q == nil || p.Kind != instance.KindPurchase || !p.Local {
		return nil
	}
	of := func(a instance.Amount) view.Quantity { return view.Quantity{Thousandths: int64(a), Unit: q.Unit} }
	ordered, next := q.Ordered(), q.NextLot()
	shown := &view.Purchase{
		Path: purchasePath(p.ID), Status: string(q.Status), Ordered: of(ordered), Next: of(next), Missing: of(max(0, next-ordered)),
		Short: of(max(0, q.Threshold-ordered)), Lot: of(q.Step), Least: of(q.Minimum), Most: of(q.Quantity), Deadline: q.Ends,
	}
	if next > 0 {
		shown.Share = int(min(100, ordered*100/next))
	}
	return shown
}

// orderView is one order; to others who take part it shows no more of who it is
// than their first name.
func (s *Server) orderView(o *instance.Order, q *instance.Proposal, first bool) view.Order {
	of := func(a instance.Amount) view.Quantity { return view.Quantity{Thousandths: int64(a), Unit: q.Unit} }
	shown := view.Order{
		ID: o.ID.String(), Who: personView(s.Site, o.Actor), Wanted: of(o.Wanted), Most: of(o.Most), Allotted: of(o.Allotted),
		Collected: !o.Collected.IsZero(), Settled: !o.Settled.IsZero(),
	}
	if first {
		shown.Who = view.Person{Name: firstName(o.Actor)}
	}
	if q.Status != instance.ProposalAgreed && q.Status != instance.ProposalDone {
		return shown
	}
	switch {
	case o.Allotted == 0:
		shown.Outcome = "none"
	case o.Allotted < o.Wanted:
		shown.Outcome = "less"
	case o.Allotted > o.Wanted:
		shown.Outcome = "more"
	default:
		shown.Outcome = "exact"
	}
	return shown
}

// firstName is the first word of somebody's name.
func firstName(a instance.Actor) string {
	first, _, _ := strings.Cut(strings.TrimSpace(a.Shown()), " ")
	return first
}

// orderPurchase makes one's order what was typed.
func (s *Server) orderPurchase(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	var o opening
	plan := instance.OrderPlan{Wanted: o.amount(r, "wanted"), Most: o.amount(r, "at-most")}
	if o.fits() {
		o.refuseOrFail(s.Purchases.Take(r.Context(), visitOf(r).viewer, id, plan), &err)
	}
	if err != nil {
		return err
	}
	if !o.fits() {
		return s.purchaseAgain(w, r, &o, func(p *pages.Purchase) {
			p.Wanted, p.Most = r.PostFormValue("wanted"), r.PostFormValue("at-most")
		})
	}
	return s.purchaseDone(w, r, id, "purchase.ordered", "#order")
}

// refuseOrFail notes why a use-case did not take what was typed, or keeps any
// other error in fault.
func (c *composition) refuseOrFail(err error, fault *error) {
	if err != nil && !c.refuse(err) {
		*fault = err
	}
}

// purchaseAgain shows a purchase with what was typed and cannot be taken.
func (s *Server) purchaseAgain(w http.ResponseWriter, r *http.Request, o *opening, with func(*pages.Purchase)) error {
	sheet, err := s.purchaseIn(r)
	if err != nil {
		return err
	}
	p := s.purchasePage(r, sheet)
	p.Problems = o.problems
	with(&p)
	return s.showPurchase(w, r, http.StatusUnprocessableEntity, p)
}

// purchaseDone leads back to a purchase after something was done with it.
func (s *Server) purchaseDone(w http.ResponseWriter, r *http.Request, id instance.PostID, flash, at string) error {
	s.flashes.Set(w, view.Flash{Key: flash})
	SeeOther(w, r, purchasePath(id)+at)
	return nil
}

// dropOrder takes one's order back.
func (s *Server) dropOrder(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	var o opening
	if o.refuseOrFail(s.Purchases.Drop(r.Context(), visitOf(r).viewer, id), &err); err != nil {
		return err
	}
	if !o.fits() {
		return s.purchaseAgain(w, r, &o, func(*pages.Purchase) {})
	}
	return s.purchaseDone(w, r, id, "purchase.dropped", "#order")
}

// chooseSlot chooses when one comes for one's part.
func (s *Server) chooseSlot(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	var o opening
	slot, err := instance.ParseID(r.PostFormValue("slot"))
	if err != nil {
		err = nil
		o.problems = []view.Problem{{Field: "slot", Code: "unknown"}}
	} else {
		o.refuseOrFail(s.Purchases.Choose(r.Context(), visitOf(r).viewer, id, slot), &err)
	}
	if err != nil {
		return err
	}
	if !o.fits() {
		return s.purchaseAgain(w, r, &o, func(*pages.Purchase) {})
	}
	return s.purchaseDone(w, r, id, "purchase.chosen", "#slot")
}

// slotEnds is when a pick-up ends that begins at a moment, by the clock time a
// form says.
func slotEnds(text string, starts time.Time, zone *time.Location) time.Time {
	at, err := time.Parse("15:04", strings.TrimSpace(text))
	if err != nil || starts.IsZero() {
		return time.Time{}
	}
	y, m, d := starts.In(zone).Date()
	return time.Date(y, m, d, at.Hour(), at.Minute(), 0, 0, zone).UTC()
}

// ordersIn are those of a list that chose a pick-up; 0 for none.
func ordersIn(orders []instance.Order, slot instance.ID) []instance.Order {
	return slices.DeleteFunc(slices.Clone(orders), func(o instance.Order) bool { return o.Slot != slot || o.Allotted == 0 })
}

// idOf is the number of what a page names, 0 for nothing.
func idOf(text string) instance.ID {
	id, err := instance.ParseID(text)
	if err != nil {
		return 0
	}
	return id
}
