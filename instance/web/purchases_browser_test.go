//go:build browser

package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// A purchase goes from an order to the pick-up on a narrow telephone without
// script (J5).
func TestAPurchaseOnAPhoneWithoutScript(t *testing.T) {
	s := apptest.Open(t, store.SQLite, nil)
	centre := s.Place("centre", "neighbourhood")
	amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
	post, err := s.Purchases.Open(t.Context(), s.Viewer(amina), instance.Draft{
		Title: "Pommes de terre", Text: "Du verger", Audience: instance.ToNeighbourhood, Group: centre.ID,
		Proposal: &instance.Proposal{Unit: "kilogram", Quantity: instance.Whole(100), Step: instance.Whole(25), Ends: time.Now().Add(48 * time.Hour)},
	}, instance.Purchase{Template: "free", Supplier: "Ferme du Val"})
	if err != nil {
		t.Fatal(err)
	}
	address := s.URL + "/purchases/" + post.ID.String()
	ctx, heard := browser(t)
	heard.Host = strings.TrimPrefix(s.URL, "http://")
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	visit := func(path, name string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 900), chromedp.Navigate(path)); err != nil {
			t.Fatal(err)
		}
		fits(t, ctx, name)
		screenshot(t, ctx, name)
	}
	words := func(selector string) string {
		t.Helper()
		return strings.Join(strings.Fields(evaluate[string](t, ctx, `document.querySelector("`+selector+`").textContent`)), " ")
	}
	says := func(selector, want string) {
		t.Helper()
		if got := words(selector); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q in it", selector, got, want)
		}
	}
	signIn := func(a instance.Account) {
		t.Helper()
		visit(s.URL+"/signin", "purchase-signin-360")
		press(t, ctx, "form[action='/signin'] button", "nav.nav", "#email", a.Email, "#password", apptest.Password)
	}

	signIn(bo)
	visit(address, "purchase-ordering-360")
	press(t, ctx, "#order button.button", "form[action$='/drop']", "#wanted", "20", "#at-most", "30")
	fits(t, ctx, "purchase-ordered-360")
	says("main .sheet", "20 kg")
	if err := s.Purchases.CloseNow(t.Context(), amina.ID, post.ID); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(72 * time.Hour)
	if err := s.Purchases.AddPickUp(t.Context(), amina.ID, post.ID, instance.PickUp{Starts: at, Ends: at.Add(time.Hour), Place: "Salle des fêtes", Capacity: 3}); err != nil {
		t.Fatal(err)
	}
	visit(address, "purchase-closed-360")
	says("main .sheet", "25 kg")
	if err := chromedp.Do(ctx, chromedp.Click("input[name=slot]")); err != nil {
		t.Fatal(err)
	}
	press(t, ctx, "form[action$='/slot'] button", "#slot ~ .note.ok")
	fits(t, ctx, "purchase-chosen-360")
	says("#slot ~ .note.ok", "Salle des fêtes")

	if err := chromedp.Do(ctx, chromedp.Navigate(s.URL+"/home"), chromedp.Click("details.me > summary"), chromedp.Click("form[action='/signout'] button"), chromedp.WaitVisible("a[href^='/signin']")); err != nil {
		t.Fatal(err)
	}
	signIn(amina)
	visit(address, "purchase-organising-360")
	press(t, ctx, "form[action$='/collected'] button", "form[action$='/collected'] button[name=undo]")
	visit(address+"/list", "purchase-list-360")
	says("table tbody tr", "☑")
}
