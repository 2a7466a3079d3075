package app_test

import (
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// stateThere is how what somebody of the other server asked for stands, there.
func (m *twoMarkets) stateThere(who instance.Account, post instance.PostID) instance.AgreementState {
	m.t.Helper()
	mine, err := m.other.Exchange.Of(m.t.Context(), who.ID, post)
	if err != nil || len(mine) == 0 {
		m.t.Fatalf("%s asked for nothing: %v", who.Username, err)
	}
	return mine[len(mine)-1].State
}

// Who lives on another server has a part in what is bought together: counted with
// the orders of neighbours, taken back while one can, and refused once nothing
// comes of it.
func TestP2_AnOrderComesFromAnotherServer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		m := newTwoMarkets(t, engine)
		ctx := t.Context()
		post, err := m.ours.Purchases.Open(ctx, m.ours.Viewer(m.amina), instance.Draft{
			Title: "Granulés", Text: "Livraison en décembre", Audience: instance.ToPublic, Group: m.rue.ID, Language: "fr",
			Proposal: &instance.Proposal{Unit: "kilogram", Quantity: instance.Whole(100), Step: instance.Whole(10), Threshold: instance.Whole(80), Ends: time.Now().Add(48 * time.Hour)},
		}, instance.Purchase{Template: "pellets", Supplier: "Bois d’ici"})
		if err != nil {
			t.Fatal(err)
		}
		m.settle()
		there := postByURI(t, m.other, post.URI)
		loin := m.other.SignedIn(m.strangers[0])
		page := loin.Open("/@" + m.ours.Handle("amina") + "/" + there.String())
		form := loin.Open(link(t, page, ".proposal a[href$='/take']"))
		sent := loin.Press(form, "form[action$='/take'] button", apptest.Fields{"quantity": {"30"}})
		if sent.Status != 200 {
			t.Fatalf("ordering is %d: %s", sent.Status, sent.Words("main"))
		}
		m.settle()
		left := func() instance.Amount { n, _ := stands(t, m.ours, post.URI); return n }
		sheet, err := m.ours.Purchases.ByID(ctx, m.ours.Viewer(m.amina), post.ID)
		if err != nil || sheet.People != 1 || sheet.Orders[0].Wanted != instance.Whole(30) || sheet.Orders[0].Actor.Acct() != m.other.Handle("loin0") || left() != instance.Whole(70) {
			t.Fatalf("it came as %+v, %s left, %v", sheet, left(), err)
		}
		if got := m.stateThere(m.strangers[0], there); got != instance.AgreementAccepted {
			t.Errorf("who ordered reads %s", got)
		}
		if text := m.ours.SignedIn(m.amina).Open("/exchange").Words("main"); strings.Contains(text, "attend votre réponse") {
			t.Errorf("who organises is asked to answer it besides: %q", text)
		}

		// More than is left is refused, with why; so is another unit.
		if _, err := m.other.Exchange.Take(ctx, m.other.Viewer(m.strangers[1]), there, instance.Taking{Quantity: instance.Whole(100)}); err != nil {
			t.Fatal(err)
		}
		m.settle()
		if got := m.stateThere(m.strangers[1], there); got != instance.AgreementDeclined || left() != instance.Whole(70) {
			t.Errorf("more than is left is %s, %s left", got, left())
		}

		// Taken back and ordered anew, it is counted once.
		mine, err := m.other.Exchange.Of(ctx, m.strangers[0].ID, there)
		if err == nil {
			err = m.other.Exchange.Cancel(ctx, m.strangers[0].ID, mine[0].ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.other.Exchange.Take(ctx, m.other.Viewer(m.strangers[0]), there, instance.Taking{Quantity: instance.Whole(20)}); err != nil {
			t.Fatal(err)
		}
		m.settle()
		if left() != instance.Whole(80) {
			t.Errorf("ordered anew, %s are left", left())
		}

		// The threshold is not reached: who ordered elsewhere hears of it.
		if err := m.ours.Purchases.CloseNow(ctx, m.amina.ID, post.ID); err != nil {
			t.Fatal(err)
		}
		m.settle()
		if got := m.stateThere(m.strangers[0], there); got != instance.AgreementCancelled {
			t.Errorf("nothing comes of it, and they read %s", got)
		}
		if _, status := stands(t, m.other, post.URI); status != instance.ProposalClosed {
			t.Errorf("there it is %s", status)
		}
	})
}

// A seat is asked for from another server, given by who drives, and given back;
// two that are taken are not taken twice.
func TestJ6_ASeatIsAskedForFromAnotherServer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		m := newTwoMarkets(t, engine)
		ctx := t.Context()
		dinan := instance.Stop{Place: "Gare", INSEE: "22050", Commune: "Dinan", Latitude: 48.45, Longitude: -2.05}
		rennes := instance.Stop{Place: "Gare", INSEE: "35238", Commune: "Rennes", Latitude: 48.11, Longitude: -1.67}
		post, err := m.ours.Rides.Offer(ctx, m.ours.Viewer(m.amina), instance.Draft{Title: "Dinan – Rennes", Audience: instance.ToPublic, Group: m.rue.ID, Language: "fr"},
			instance.Ride{Mode: "car", From: dinan, To: rennes, At: time.Now().Add(48 * time.Hour)}, 1)
		if err != nil {
			t.Fatal(err)
		}
		m.settle()
		there := postByURI(t, m.other, post.URI)
		for _, who := range m.strangers[:2] {
			if _, err := m.other.Exchange.Take(ctx, m.other.Viewer(who), there, instance.Taking{}); err != nil {
				t.Fatal(err)
			}
		}
		m.settle()
		ride, err := m.ours.Rides.ByID(ctx, m.ours.Viewer(m.amina), post.ID)
		if err != nil || len(ride.Seats) != 2 {
			t.Fatalf("asked for are %+v, %v", ride, err)
		}
		seat := map[string]instance.ID{}
		for _, one := range ride.Seats {
			seat[one.Actor.Username] = one.ID
		}
		if err := m.ours.Rides.Accept(ctx, m.amina.ID, post.ID, seat["loin0"]); err != nil {
			t.Fatal(err)
		}
		if err := m.ours.Rides.Accept(ctx, m.amina.ID, post.ID, seat["loin1"]); err == nil {
			t.Error("one seat was given twice")
		}
		m.settle()
		if a, b := m.stateThere(m.strangers[0], there), m.stateThere(m.strangers[1], there); a != instance.AgreementAccepted || b != instance.AgreementAsked {
			t.Errorf("they read %s and %s", a, b)
		}
		if left, _ := stands(t, m.other, post.URI); left != 0 {
			t.Errorf("there %s seats are left", left)
		}
		mine, err := m.other.Exchange.Of(ctx, m.strangers[0].ID, there)
		if err == nil {
			err = m.other.Exchange.Cancel(ctx, m.strangers[0].ID, mine[0].ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		m.settle()
		if left, _ := stands(t, m.ours, post.URI); left != instance.One {
			t.Errorf("given back, %s are left", left)
		}
		if err := m.ours.Rides.Decline(ctx, m.amina.ID, post.ID, seat["loin1"]); err != nil {
			t.Fatal(err)
		}
		m.settle()
		if got := m.stateThere(m.strangers[1], there); got != instance.AgreementDeclined {
			t.Errorf("who is not taken along reads %s", got)
		}
	})
}
