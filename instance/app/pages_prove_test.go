package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
)

// declared returns somebody who only says that they live in a place.
func declared(v *village, name string, place instance.Neighbourhood) instance.Account {
	v.T.Helper()
	a := v.Resident(name)
	if err := v.Places.Join(v.T.Context(), place.ID, a.ID); err != nil {
		v.T.Fatal(err)
	}
	return a
}

// clerk returns somebody who runs the server.
func clerk(v *village) instance.Account {
	v.T.Helper()
	a, err := v.People.Create(v.T.Context(), people.Newcomer{Username: "claire", Name: "claire", Email: "claire@people.example", Password: apptest.Password, Role: instance.Admin})
	if err != nil {
		v.T.Fatal(err)
	}
	return a
}

// isVerified fails unless a page says what was seen, and that its reader is
// verified.
func isVerified(t *testing.T, p *apptest.Page, words ...string) {
	t.Helper()
	if p.Status != http.StatusOK || !strings.HasPrefix(p.Path, "/prove/seen/") || !p.Has(".badge.ok") {
		t.Fatalf("%d at %s: %s", p.Status, p.Path, p.Words("main"))
	}
	for _, w := range words {
		if !strings.Contains(p.Words("main"), w) {
			t.Errorf("the last page does not say %q: %s", w, p.Words("main"))
		}
	}
}

func TestJ1_ALetterFromTheFormToThePageThatSaysWhatWasSeen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		eve := declared(v, "eve", v.centre)
		b := v.SignedIn(eve)
		if p := b.Open("/@centre"); !p.Has("a[href='/prove']") {
			t.Error("the page of the place leads nowhere to prove it")
		}
		p := b.Open(b.Open("/prove").Find("a[href^='/prove/letter']").First().AttrOr("href", ""))
		p = b.Press(p, "form[action='/prove/letter'] button", apptest.Fields{"name": {"Ève"}, "address": {""}})
		if p.Status != http.StatusUnprocessableEntity || !p.Has("#address-problem") || p.Find("#name").AttrOr("value", "") != "Ève" {
			t.Errorf("without an address: %d, %s", p.Status, p.Words("main"))
		}
		const street = "47 rue de la Corne-de-Cerf"
		p = b.Press(p, "form[action='/prove/letter'] button", apptest.Fields{"address": {street + "\r\n22100 Dinan"}})
		if p.Status != http.StatusOK || !p.Has(".flash") || !p.Has("a[href='/prove/code']") {
			t.Fatalf("asked: %d at %s: %s", p.Status, p.Path, p.Words("main"))
		}
		if p = b.Press(p, "form[action='/prove/letter'] button", apptest.Fields{"address": {street}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("asked again at once: %d", p.Status)
		}

		desk := v.SignedIn(clerk(v))
		p = desk.Open("/admin/letters")
		if !strings.Contains(p.Words("main"), street) {
			t.Errorf("the batch: %s", p.Words("main"))
		}
		sheets := desk.Press(p, "form[action='/admin/letters/print'] button", nil)
		typed := sheets.Words(".letter-code")
		if sheets.Status != http.StatusOK || !regexp.MustCompile(`^[2-9B-Z]{4} [2-9B-Z]{4} [2-9B-Z]{2}$`).MatchString(typed) || !sheets.Has(".letter-sheet svg.qr") ||
			!strings.Contains(sheets.Words(".letter-window"), street) || sheets.Header.Get("Cache-Control") == "" {
			t.Fatalf("sheets: %d, code %q: %s", sheets.Status, typed, sheets.Words("main"))
		}
		p = desk.Press(desk.Open("/admin/letters"), "form[action='/admin/letters/sent'] button", nil)
		if p.Status != http.StatusOK || strings.Contains(p.Words("main"), street) {
			t.Errorf("after it was sent: %d: %s", p.Status, p.Words("main"))
		}

		code := b.Open("/prove/code")
		if p = b.Press(code, "form[action='/prove/code'] button", apptest.Fields{"code": {"BCDF GHJK LM"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#code-problem") {
			t.Errorf("a wrong code: %d", p.Status)
		}
		p = b.Press(code, "form[action='/prove/code'] button", apptest.Fields{"code": {strings.ToLower(typed)}})
		isVerified(t, p, "lettre", "par ce serveur")
		if p = b.Open("/notifications"); !strings.Contains(p.Words(".notices"), "voisin vérifié") || !p.Has(".notices a[href='/prove']") {
			t.Errorf("notices: %s", p.Words("main"))
		}
		if p = b.Open("/compose?in=" + v.centre.ID.String()); p.Status != http.StatusOK {
			t.Errorf("writes in the place: %d", p.Status)
		}
		for range 6 {
			p = b.Post("/prove/code", apptest.Fields{"code": {"BCDFGHJKLM"}})
		}
		if p.Status != http.StatusTooManyRequests {
			t.Errorf("the sixth wrong code: %d", p.Status)
		}
	})
}

func TestJ1_ADocumentAtADesk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		eve, anne := declared(v, "eve", v.centre), v.Resident("anne")
		admin := v.SignedIn(clerk(v))
		p := admin.Open("/admin/neighbourhoods/" + v.centre.ID.String() + "/proving")
		p = admin.Press(p, "button[value=agent]", apptest.Fields{"person": {"anne"}})
		if p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "anne") {
			t.Fatalf("agent: %d: %s", p.Status, p.Words("main"))
		}
		agent, b := v.SignedIn(anne), v.SignedIn(eve)
		if p = b.Open("/desk"); p.Status != http.StatusNotFound {
			t.Errorf("the desk by somebody without one: %d", p.Status)
		}
		number := b.Open("/prove/desk?in=" + v.centre.ID.String()).Words(".big-code")
		find := func() *apptest.Page {
			return agent.Press(agent.Open("/desk"), "form[action='/desk'] button", apptest.Fields{"number": {number}})
		}
		p = find()
		if p.Status != http.StatusOK || p.Path != "/desk" || !strings.Contains(p.Words("main dl"), "eve") || p.Has("input[type=file]") || p.Has("main textarea") || p.Has("main input[type=text]") {
			t.Fatalf("visitor: %d at %s: %s", p.Status, p.Path, p.Words("main"))
		}
		if p = agent.Press(p, "form[action='/desk/see'] button", apptest.Fields{"document": {"ma facture"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#document-problem") {
			t.Errorf("no kind of document: %d: %s", p.Status, p.Words("main"))
		}
		p = agent.Press(find(), "form[action='/desk/see'] button", apptest.Fields{"document": {"rent"}})
		if p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "eve") {
			t.Fatalf("confirmed: %d: %s", p.Status, p.Words("main"))
		}
		seen := b.Open("/prove")
		if !seen.Has(".badge.ok") || !strings.Contains(seen.Words("main"), "quittance") {
			t.Errorf("eve reads: %s", seen.Words("main"))
		}
		all, err := v.Proofs.Of(t.Context(), eve.ID)
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		isVerified(t, b.Open("/prove/seen/"+all[0].ID.String()), "quittance", "anne")
		undo := agent.Press(agent.Open(p.Find("a[href$='/undo']").AttrOr("href", "")), "main form button", nil)
		if undo.Status != http.StatusOK || strings.Contains(undo.Words("main"), "eve") || b.Open("/prove").Has(".badge.ok") {
			t.Errorf("undone: %d: %s", undo.Status, undo.Words("main"))
		}
	})
}

func TestAModeratorAsksForAnotherProof(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.SignedIn(clerk(v))
		path := "/admin/people/" + v.amina.ID.String() + "/proofs"
		if !b.Open("/admin/people/" + v.amina.ID.String()).Has("a[href='" + path + "']") {
			t.Error("the page of an account does not lead to what was seen")
		}
		p := b.Press(b.Open(path), "button[value=recheck]", apptest.Fields{"days": {"14"}})
		amina := v.SignedIn(v.amina)
		if p.Status != http.StatusOK || !p.Has(".note") || !amina.Open("/prove").Has(".note") || !strings.Contains(amina.Open("/notifications").Words("main"), "prouver à nouveau") {
			t.Errorf("asked: %d: %s", p.Status, p.Words("main"))
		}
		p = b.Press(p, "button[value=revoke]", nil)
		if p.Status != http.StatusOK || amina.Open("/prove").Words("main") == "" || !strings.Contains(amina.Open("/notifications").Words("main"), "plus un voisin vérifié") {
			t.Errorf("revoked: %d: %s", p.Status, p.Words("main"))
		}
	})
}

// settledIn makes somebody a resident of a place for long enough to vouch, at an
// address of their own.
func settledIn(v *village, name, label string, place instance.Neighbourhood) instance.Account {
	v.T.Helper()
	a, ctx := v.Resident(name, place), v.T.Context()
	err := v.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE proofs SET seen_at = $1 WHERE person_id = $2`, store.Millis(time.Now().Add(-40*24*time.Hour)), a.ID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO homes (id, person_id, kind, place_id, label, since)
			VALUES ($1, $2, 'home', $3, $4, 1)`, a.ID, a.ID, place.ID, label)
		return err
	})
	if err != nil {
		v.T.Fatal(err)
	}
	return a
}

func TestJ1_NeighboursWhoKnowThem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		eve, gwen, hugo := declared(v, "eve", v.centre), settledIn(v, "gwen", "1 rue du Port", v.centre), settledIn(v, "hugo", "2 rue du Port", v.centre)
		b := v.SignedIn(eve)
		ask := b.Open("/prove/neighbours?in=" + v.centre.ID.String())
		asked := b.Press(ask, "button[value=ask]", nil)
		if asked.Status != http.StatusOK || !strings.Contains(asked.Words(".copy"), "/vouch/") {
			t.Fatalf("asked: %d: %s", asked.Status, asked.Words("main"))
		}
		answer := func(a instance.Account, deed string) *apptest.Page {
			t.Helper()
			n := v.SignedIn(a)
			p := n.Open(n.Open("/vouch").Find("a.name[href^='/vouch/']").AttrOr("href", ""))
			if p.Status != http.StatusOK || !strings.Contains(p.Words("h1"), "eve") {
				t.Fatalf("the question: %d: %s", p.Status, p.Words("main"))
			}
			return n.Press(p, "button[value="+deed+"]", nil)
		}
		before := ask.Words("main form")
		if p := answer(settledIn(v, "ines", "3 rue du Port", v.centre), "decline"); p.Status != http.StatusOK || strings.Contains(p.Words("main ul.rows"), "eve") {
			t.Errorf("declined: %d: %s", p.Status, p.Words("main"))
		}
		if after := b.Open("/prove/neighbours?in=" + v.centre.ID.String()); b.Open("/notifications").Has(".notice") || !strings.Contains(after.Words("main"), "Deux voisins") || before == "" {
			t.Error("eve learns that somebody declined")
		}
		answer(gwen, "vouch")
		if p := b.Open("/prove"); p.Has(".badge.ok") || !strings.Contains(p.Words("main"), "Un voisin vous connaît") || strings.Contains(p.Words("main"), "gwen") {
			t.Errorf("after one: %s", p.Words("main"))
		}
		answer(hugo, "vouch")
		all, err := v.Proofs.Of(t.Context(), eve.ID)
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		isVerified(t, b.Open("/prove/seen/"+all[0].ID.String()), "par un voisin vérifié")

		admin := v.SignedIn(clerk(v))
		if p := admin.Open("/admin/people/" + eve.ID.String() + "/proofs"); !strings.Contains(p.Words("main ol"), "gwen") || !strings.Contains(p.Words("main ol"), "hugo") {
			t.Errorf("the chain: %s", p.Words("main"))
		}
		n := v.SignedIn(hugo)
		p := n.Press(n.Open(n.Open("/vouch").Find("a[href^='/vouch/given/']").AttrOr("href", "")), "main form button", nil)
		if p.Status != http.StatusOK || p.Has("a[href^='/vouch/given/']") || !b.Open("/prove").Has(".note") || !b.Open("/prove").Has(".badge.ok") {
			t.Errorf("taken back: %d: %s; eve: %s", p.Status, p.Words("main"), b.Open("/prove").Words("main"))
		}
	})
}

func TestJ1_TheCodeInTheHallAndTheListOfAHouse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		eve, finn := declared(v, "eve", v.tilleuls), declared(v, "finn", v.tilleuls)
		gwen := settledIn(v, "gwen", "1 rue du Port", v.tilleuls)
		keeper := v.Resident("kim", v.tilleuls)
		if err := v.Places.SetModerator(t.Context(), v.tilleuls.ID, keeper.ID, true); err != nil {
			t.Fatal(err)
		}
		k := v.SignedIn(keeper)
		proving := "/admin/neighbourhoods/" + v.tilleuls.ID.String() + "/proving"
		p := k.Press(k.Open(proving), "button[value=screen]", nil)
		sheet := p.Find("a[href$='/hall']").First().AttrOr("href", "")
		if p := k.Open(sheet); p.Status != http.StatusOK || len(strings.ReplaceAll(p.Words(".hall-code"), " ", "")) != 8 || !p.Has("svg.qr") {
			t.Errorf("sheet %s: %d, %q", sheet, p.Status, p.Words(".hall-code"))
		}
		for who, b := range map[string]*apptest.Browser{"a resident": v.SignedIn(gwen), "a stranger": v.SignedIn(v.dora)} {
			if p := b.Open(sheet); p.Status != http.StatusNotFound {
				t.Errorf("%s prints the code: %d", who, p.Status)
			}
		}
		device := v.Browser()
		if p := hang(k, device, "tilleuls", nil); p.Status != http.StatusOK {
			t.Fatalf("hang a screen: %d: %s", p.Status, p.Words("main"))
		}
		screen := device.Open("/screen")
		b := v.SignedIn(eve)
		at := "?in=" + v.tilleuls.ID.String()
		p = b.Press(b.Open("/prove/hall"+at), "form[action='/prove/hall'] button", apptest.Fields{"code": {screen.Words(".hall-code")}})
		if p.Status != http.StatusOK || !strings.HasPrefix(p.Path, "/prove/seen/") || p.Has(".badge.ok") {
			t.Fatalf("the code: %d at %s: %s", p.Status, p.Path, p.Words("main"))
		}
		b.Press(b.Open("/prove/neighbours"+at), "button[value=ask]", nil)
		n := v.SignedIn(gwen)
		n.Press(n.Open(n.Open("/vouch").Find("a.name[href^='/vouch/']").AttrOr("href", "")), "button[value=vouch]", nil)
		isVerified(t, b.Open(p.Path), "code affiché dans le hall")

		f := v.SignedIn(finn)
		try := func() *apptest.Page {
			return f.Press(f.Open("/prove/list"+at), "form[action='/prove/list'] button", apptest.Fields{"person": {"Finn Le Gall"}, "door": {"12"}})
		}
		none := try()
		if none.Status != http.StatusUnprocessableEntity || !none.Has("#person-problem") {
			t.Errorf("no list: %d", none.Status)
		}
		p = k.Open(proving)
		if p.Has("input[type=file]") {
			t.Error("a form takes a file")
		}
		k.Press(p, "button[value=list]", apptest.Fields{"list": {"Marie Kerbrat; 3"}})
		if other := try(); other.Words("main") != none.Words("main") {
			t.Errorf("not on the list reads %q, no list %q", other.Words("main"), none.Words("main"))
		}
		p = k.Press(k.Open(proving), "button[value=list]", apptest.Fields{"list": {"Marie Kerbrat; 3\r\nLE GALL Finn; Porte 12"}})
		if p.Status != http.StatusOK || strings.Contains(p.Body, "Kerbrat") {
			t.Errorf("after the list was taken: %d", p.Status)
		}
		isVerified(t, try(), "liste")
	})
}

// What somebody is to be found by carries their name in full, a wider place asks
// nothing more of who is verified within it, and who may not vouch yet is told
// before they press.
func TestJ1_WhatANewcomerReadsOnTheirWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		lena := declared(v, "lena", v.tilleuls)
		if err := v.People.Rename(t.Context(), lena.ID, people.Names{Full: "Lena Le Gall", Outer: "Lena L."}); err != nil {
			t.Fatal(err)
		}
		b, at := v.SignedIn(lena), "?in="+v.tilleuls.ID.String()
		if got := b.Open("/prove/letter"+at).Find("#name").AttrOr("value", ""); got != "Lena Le Gall" {
			t.Errorf("the letter goes to %q", got)
		}
		if got := b.Open("/prove/list"+at).Find("#person").AttrOr("value", ""); got != "Lena Le Gall" {
			t.Errorf("the list is searched for %q", got)
		}
		anne := v.Resident("anne")
		admin := v.SignedIn(clerk(v))
		admin.Press(admin.Open("/admin/neighbourhoods/"+v.tilleuls.ID.String()+"/proving"), "button[value=agent]", apptest.Fields{"person": {"anne"}})
		desk := v.SignedIn(anne)
		p := desk.Press(desk.Open("/desk"), "form[action='/desk'] button", apptest.Fields{"number": {b.Open("/prove/desk" + at).Words(".big-code")}})
		if !strings.Contains(p.Words("main dl"), "Lena Le Gall") {
			t.Errorf("the desk compares a document with %s", p.Words("main dl"))
		}

		if p := b.Open("/prove"); p.Has(".badge.ok") {
			t.Fatalf("before: %s", p.Words("main"))
		}
		desk.Press(p, "form[action='/desk/see'] button", apptest.Fields{"document": {"rent"}})
		p = b.Open("/prove")
		if p.Find(".sheet .badge.ok").Length() != p.Find("main section.sheet").Length() || p.Has("a[href='/prove/letter?in="+v.centre.ID.String()+"']") || !p.Has("a[href='/prove/letter"+at+"']") {
			t.Errorf("verified in the house: %s", p.Words("main"))
		}

		if p := b.Open("/home"); !p.Has(".nothing a[href='/@tilleuls']") {
			t.Errorf("an empty home leads nowhere: %s", p.Words(".nothing"))
		}

		eve := declared(v, "eve", v.centre)
		asks := v.SignedIn(eve)
		asks.Press(asks.Open("/prove/neighbours?in="+v.centre.ID.String()), "button[value=ask]", nil)
		p = b.Open(b.Open("/vouch").Find("a.name[href^='/vouch/']").AttrOr("href", ""))
		if p.Has("button[value=vouch]") || !p.Has("button[value=decline]") || !strings.Contains(p.Words(".note"), "30 jours") {
			t.Errorf("who was verified today reads: %s", p.Words("main"))
		}
	})
}
