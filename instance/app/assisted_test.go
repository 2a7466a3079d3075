package app_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/assisted"
	"palier/instance/store"
)

// odette has the account of somebody without internet kept by Amina, who has a
// desk for the house.
func odette(t *testing.T, v *village) (opened *apptest.Page, account instance.Account, code string) {
	t.Helper()
	if err := v.Proofs.SetAgent(t.Context(), v.tilleuls.ID, v.amina.ID, v.amina.ID, true); err != nil {
		t.Fatal(err)
	}
	amina := v.SignedIn(v.amina)
	form := amina.Open("/for/new")
	refused := amina.Press(form, "form.form button.button", apptest.Fields{"name": {"Odette Thomas"}, "place": {v.tilleuls.ID.String()}, "language": {"fr"}})
	if refused.Status != http.StatusUnprocessableEntity || !refused.Has("#consent-problem") {
		t.Fatalf("without the signed sheet: %d %q", refused.Status, refused.Words("main"))
	}
	opened = amina.Press(form, "form.form button.button", apptest.Fields{
		"name": {"Odette Thomas"}, "place": {v.tilleuls.ID.String()}, "language": {"fr"}, "phone": {"02 96 12 34 56"}, "document": {"bill"}, "consent": {"yes"}, "who": {"bo"},
	})
	code = opened.Words("strong.code")
	if opened.Status != http.StatusOK || len(code) != 11 {
		t.Fatalf("opened: %d %q", opened.Status, opened.Words("main"))
	}
	list, err := v.Assisted.HelpedBy(t.Context(), v.amina.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("helped: %+v, %v", list, err)
	}
	account, err = v.People.ByID(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return opened, account, code
}

func TestR5_OthersActForSomebodyWithoutInternet(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, ctx := newVillage(t, engine, nil), t.Context()
		_, account, code := odette(t, v)
		if account.Email != "" || account.Name != "Odette T." {
			t.Errorf("the account is %+v", account)
		}
		if s, err := v.Places.Standing(ctx, v.tilleuls.ID, account.ID); err != nil || s != instance.Verified {
			t.Errorf("the desk saw a document: %s, %v", s, err)
		}
		here := "/for/" + account.ID.String()
		amina, bo := v.SignedIn(v.amina), v.SignedIn(v.bo)
		if p := bo.Press(bo.Open(here), "button[value=yes]", nil); p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "Agir pour cette personne") {
			t.Errorf("who was asked too says yes: %d", p.Status)
		}
		if p := v.SignedIn(v.cem).Open(here); p.Status != http.StatusNotFound {
			t.Errorf("anybody else: %d", p.Status)
		}

		acting := amina.Press(amina.Open(here), "button[value=act]", nil)
		if !strings.Contains(acting.Words("main"), "Vous agissez maintenant pour cette personne") {
			t.Fatalf("acting: %q", acting.Words("main"))
		}
		lent := lend(t, v, v.bo)
		take := "/@bo/" + lent.String() + "/take"
		taken := amina.Press(amina.Open(take), "main form.form button.button", apptest.Fields{"note": {"Pour samedi"}})
		if taken.Status != http.StatusOK {
			t.Fatalf("took for her: %d %q", taken.Status, taken.Words("main"))
		}
		asked, err := v.Exchange.Of(ctx, v.bo.ID, lent)
		if err != nil || len(asked) != 1 || asked[0].Taker.ID != account.ID || !strings.Contains(asked[0].Note, "Écrit par amina pour Odette T.") {
			t.Fatalf("who lends reads %+v, %v", asked, err)
		}
		said := v.Post(v.cem, v.centre.ID, instance.ToPublic, "Qui vient ?")
		replied := amina.Press(amina.Open("/@cem/"+said.ID.String()), "#reply button", apptest.Fields{"text": {"Moi, volontiers"}})
		if replied.Status != http.StatusOK || !strings.Contains(replied.Words("main"), "Écrit par amina pour Odette T.") {
			t.Errorf("answered for her: %d %q", replied.Status, replied.Words("main"))
		}
		wood, err := v.Purchases.Open(ctx, v.Viewer(v.bo), instance.Draft{
			Title: "Du bois", Text: "De chauffage", Audience: instance.ToBuilding, Group: v.tilleuls.ID,
			Proposal: &instance.Proposal{Unit: "one", Quantity: instance.Whole(10), Ends: time.Now().Add(48 * time.Hour)},
		}, instance.Purchase{Template: "wood", Supplier: "Scierie", Price: "70 €"})
		if err != nil {
			t.Fatal(err)
		}
		order := "/purchases/" + wood.ID.String()
		amina.Press(amina.Open(order), "form[action$='/order'] button", apptest.Fields{"wanted": {"2"}})
		if got := bo.Open(order).Words("main"); !strings.Contains(got, "(par amina)") {
			t.Errorf("who organises reads %q", got)
		}
		acts, err := v.Assisted.Acts(ctx, account.ID)
		if err != nil || len(acts) != 3 || acts[0].By == nil || acts[0].By.ID != v.amina.ID {
			t.Errorf("what was done is %+v, %v", acts, err)
		}

		// Her own pages are nobody else's.
		for _, path := range []string{"/home", "/messages", "/notifications", "/settings", "/settings/name", "/compose", "/digest", "/kept", "/settings/close", "/care"} {
			if p := amina.Open(path); p.Path != here {
				t.Errorf("%s leads to %s", path, p.Path)
			}
		}
		if p := amina.Post("/settings/name", apptest.Fields{"full-name": {"Autre"}}); p.Status != http.StatusForbidden {
			t.Errorf("renamed her: %d", p.Status)
		}
		secret, err := v.Posts.Publish(ctx, v.Viewer(account), instance.Draft{Text: "@cem entre nous", Audience: instance.ToMentioned, Language: "fr"})
		if err != nil {
			t.Fatal(err)
		}
		if p := amina.Open("/@" + account.Username + "/" + secret.ID.String()); p.Status != http.StatusNotFound || strings.Contains(p.Body, "entre nous") {
			t.Errorf("what she wrote herself: %d", p.Status)
		}

		// What comes back is printed.
		if _, err := v.Exchange.Accept(ctx, v.Viewer(v.bo), asked[0].ID, "@"+account.Username+" Venez la prendre à midi"); err != nil {
			t.Fatal(err)
		}
		sheet := amina.Open(here + "/sheet")
		if got := sheet.Words("main"); !strings.Contains(got, "Venez la prendre à midi") || strings.Contains(got, "entre nous") {
			t.Errorf("the sheet says %q", got)
		}
		stopped := amina.Press(amina.Open(here), "form[action='/for/stop'] button", nil)
		if p := amina.Open("/messages"); stopped.Status != http.StatusOK || p.Path != "/messages" {
			t.Errorf("after she stopped: %s", p.Path)
		}

		// By telephone, with the code, it ends at once.
		amina.Press(amina.Open(here), "button[value=act]", nil)
		if p := v.SignedIn(v.bo).Post("/desk/slips", apptest.Fields{"code": {code}}); p.Status != http.StatusNotFound {
			t.Errorf("somebody without a desk: %d", p.Status)
		}
		if p := amina.Post("/desk/slips", apptest.Fields{"code": {"AAAAAAAAAA"}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a wrong code: %d", p.Status)
		}
		found := amina.Press(amina.Open("/desk/slips"), "form.form button.button", apptest.Fields{"code": {code}})
		ended := amina.Press(found, "button[value=end-all]", nil)
		if !strings.Contains(ended.Words("main"), "plus personne n’agit pour elle") {
			t.Errorf("ended: %d %q", ended.Status, ended.Words("main"))
		}
		if p := amina.Open("/ask/new"); p.Path != "/for" {
			t.Errorf("who acted goes on at %s", p.Path)
		}
		if _, err := v.Assisted.ByHelper(ctx, v.bo.ID, account.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("the other one: %v", err)
		}
	})
}

func TestR5_HelpersAreConfirmedOnceThereIsAccessOfOnesOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, ctx := newVillage(t, engine, nil), t.Context()
		_, account, code := odette(t, v)
		amina := v.SignedIn(v.amina)
		found := amina.Press(amina.Open("/desk/slips"), "form.form button.button", apptest.Fields{"code": {code}})
		given := amina.Press(found, "button[value=access]", apptest.Fields{"email": {"odette@people.example"}})
		if !strings.Contains(given.Words("main"), "peut se connecter par un lien") {
			t.Fatalf("given: %d %q", given.Status, given.Words("main"))
		}
		may := func() bool {
			t.Helper()
			h, err := v.Assisted.ByHelper(ctx, v.amina.ID, account.ID)
			if err != nil {
				t.Fatal(err)
			}
			return h.May
		}
		if may() {
			t.Error("who helped goes on unconfirmed")
		}
		choose, err := v.People.NewPassword(ctx, apptest.Password)
		if err == nil {
			err = v.DB.InTx(ctx, func(tx store.Tx) error { return choose(ctx, tx, account.ID) })
		}
		if err != nil {
			t.Fatal(err)
		}
		account.Email = "odette@people.example"
		own := v.SignedIn(account)
		confirmed := own.Press(own.Open("/settings/helpers"), "button[value=confirm]", nil)
		if confirmed.Status != http.StatusOK || !may() {
			t.Errorf("confirmed: %d", confirmed.Status)
		}
		own.Press(own.Open("/settings/helpers"), "button[value=drop]", nil)
		if _, err := v.Assisted.ByHelper(ctx, v.amina.ID, account.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("dropped: %v", err)
		}

		// Easy pages: few things, and large ones.
		if home := own.Open("/home"); !home.Has("html[data-easy]") || !home.Has(".easy a[href='/ask/new']") || home.Has("article.post") {
			t.Errorf("her home: %q", home.Words("main"))
		}
		if usual := own.Press(own.Open("/settings"), "form[action='/settings/easy'] button", nil); usual.Has("html[data-easy]") || own.Open("/home").Has(".easy") {
			t.Error("her home stays easy")
		}
	})
}

func TestOneHelpsAFewWithoutADesk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, ctx := newVillage(t, engine, nil), t.Context()
		plan := assisted.Plan{Name: "Odette Thomas", Locale: "fr", Place: v.tilleuls.ID, Consent: true, By: v.bo.ID}
		for range assisted.MaxHelped {
			if _, err := v.Assisted.Open(ctx, plan); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := v.Assisted.Open(ctx, plan); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("one too many: %v", err)
		}
		list, err := v.Assisted.HelpedBy(ctx, v.bo.ID)
		if err != nil || len(list) != assisted.MaxHelped {
			t.Fatalf("helped: %d, %v", len(list), err)
		}
		members, err := v.Places.Residences(ctx, list[0].ID)
		if err != nil || len(members) == 0 || members[0].Standing != instance.Declared {
			t.Errorf("by a neighbour's word they are %+v, %v", members, err)
		}
		if err := v.Assisted.HandOn(ctx, v.bo.ID, list[0].ID, v.amina.ID, false); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("handed on without a sheet: %v", err)
		}
		if err := v.Assisted.HandOn(ctx, v.bo.ID, list[0].ID, v.amina.ID, true); err != nil {
			t.Fatal(err)
		}
		if h, err := v.Assisted.ByHelper(ctx, v.amina.ID, list[0].ID); err != nil || h.May {
			t.Errorf("before she said yes: %+v, %v", h, err)
		}
		if err := v.Assisted.HandOn(ctx, v.amina.ID, list[0].ID, v.cem.ID, true); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who has not said yes hands on: %v", err)
		}
	})
}
