package app_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/buildings"
	"palier/instance/exchange"
	"palier/instance/organisations"
	"palier/instance/screens"
	"palier/instance/store"
	"palier/protocol/proof"
)

// hang has somebody hang a device in the hall of a place.
func hang(keeper, device *apptest.Browser, place string, with apptest.Fields) *apptest.Page {
	fields := apptest.Fields{"code": {device.Open("/screen").Words(".hall-code")}, "where": {"Hall A"}}
	for name, values := range with {
		fields[name] = values
	}
	return keeper.Press(keeper.Open("/g/"+place+"/screens"), "section form.form button.button", fields)
}

// J13: a device shows a code, somebody who may hangs it in a hall, and it shows
// what is public there and what the house put up.
func TestJ13_AScreenInTheHall(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		ctx := t.Context()
		boss := clerk(v)
		admin, device, amina := v.SignedIn(boss), v.Browser(), v.SignedIn(v.amina)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		shop, err := v.Organisations.Open(ctx, organisations.Plan{Username: "mairie", Title: "Mairie de Dinan", Sort: instance.Council, Place: v.centre.ID, Agent: boss.ID})
		must(err)
		_, err = v.Organisations.Announce(ctx, boss, shop.ID, organisations.Announcement{Title: "Coupure d’eau", Text: "Mardi de 9 h à 12 h", Language: "fr", Until: time.Now().Add(48 * time.Hour)})
		must(err)
		_, err = v.Exchange.Publish(ctx, v.Viewer(v.amina), instance.Draft{
			Title: "Une échelle, au 06 12 34 56 78", Text: "capucine du texte", Language: "fr", Audience: instance.ToPublic, Group: v.tilleuls.ID, Kind: instance.KindService,
			Proposal: &instance.Proposal{Purpose: instance.Asking, Status: instance.ProposalOpen, Category: "diy", Unit: "one", Quantity: instance.One, Available: instance.One},
		}, exchange.Opening{})
		must(err)
		for _, to := range []instance.Audience{instance.ToBuilding, instance.ToFollowers} {
			_, err = v.Posts.Publish(ctx, v.Viewer(v.amina), instance.Draft{Text: "capucine entre nous", Language: "fr", Audience: to, Group: map[bool]instance.ActorID{true: v.tilleuls.ID}[to == instance.ToBuilding]})
			must(err)
		}
		works := instance.WorksPlan{What: "Colonne d’eau", Cut: "water", From: time.Now().Add(time.Hour), Until: time.Now().Add(3 * time.Hour)}
		_, err = v.Buildings.Announce(ctx, v.Viewer(v.amina), v.tilleuls.ID, buildings.Telling{Hall: true}, works)
		must(err)
		works.What = "capucine privée"
		_, err = v.Buildings.Announce(ctx, v.Viewer(v.amina), v.tilleuls.ID, buildings.Telling{}, works)
		must(err)
		_, err = v.Buildings.Report(ctx, v.Viewer(v.amina), v.tilleuls.ID, buildings.Telling{}, instance.IncidentPlan{What: "capucine cassée"})
		must(err)
		_, err = v.Buildings.Add(ctx, v.Viewer(v.amina), v.tilleuls.ID, 0, instance.DocumentPlan{Title: "capucine.pdf", Content: []byte("%PDF-capucine")})
		must(err)

		if p := admin.Open("/g/tilleuls/screens"); !strings.Contains(p.Body, "/screen</bdi>") {
			t.Error("the address to open is not kept in one piece where one reads from right to left")
		}
		waiting := device.Open("/screen")
		code := waiting.Words(".hall-code")
		if waiting.Status != http.StatusOK || len(code) != 9 || waiting.Header.Get("Refresh") == "" || waiting.Header.Get("X-Screen-Until") != "" || strings.Contains(waiting.Body, "Colonne") {
			t.Fatalf("a device that nobody hung: %d, %q", waiting.Status, code)
		}
		if p := device.Open("/screen/bundle"); p.Status != http.StatusNotFound {
			t.Errorf("its bundle: %d", p.Status)
		}
		for who, b := range map[string]*apptest.Browser{"a resident": amina, "a stranger": v.SignedIn(v.dora)} {
			if p := b.Open("/g/tilleuls/screens"); p.Status != http.StatusNotFound {
				t.Errorf("%s looks after screens: %d", who, p.Status)
			}
			if p := b.Post("/g/tilleuls/screens", apptest.Fields{"code": {code}, "where": {"moi"}, "playlist": {"asks"}, "language": {"fr"}}); p.Status != http.StatusNotFound {
				t.Errorf("%s hangs it: %d", who, p.Status)
			}
		}
		wrong := hang(admin, device, "tilleuls", apptest.Fields{"code": {"BCDF GHJK"}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has("#code-problem") || wrong.Find("#where").AttrOr("value", "") != "Hall A" {
			t.Fatalf("a wrong code: %d: %s", wrong.Status, wrong.Words("main"))
		}
		if p := hang(admin, device, "tilleuls", nil); p.Status != http.StatusOK || !strings.Contains(p.Words(".rows"), "Hall A") {
			t.Fatalf("hung: %d: %s", p.Status, p.Words("main"))
		}

		shown := device.Open("/screen")
		words := shown.Words("main")
		for _, want := range []string{"Coupure d’eau", "Mairie de Dinan", "Colonne d’eau", "eau coupée", "Une échelle", "Vous habitez ici"} {
			if !strings.Contains(words, want) {
				t.Errorf("the screen does not say %q: %s", want, words)
			}
		}
		if !shown.Has(".hall-age time") || shown.Header.Get("Refresh") == "" || !shown.Has("svg.qr") || shown.Has("header.top") || len(strings.ReplaceAll(shown.Words(".hall-code"), " ", "")) != 6 {
			t.Errorf("the screen: refresh %q, code %q", shown.Header.Get("Refresh"), shown.Words(".hall-code"))
		}
		bundle := device.Open("/screen/bundle")
		for _, canary := range []string{"capucine", "06 12", "amina", v.amina.ID.String()} {
			if strings.Contains(bundle.Body, canary) || strings.Contains(shown.Body, canary) {
				t.Errorf("the screen says %q", canary)
			}
		}
		if strings.Contains(bundle.Body, strings.ReplaceAll(shown.Words(".hall-code"), " ", "")) {
			t.Error("the bundle holds the code of the hall")
		}

		// The place signed it, and whoever holds the document of the place can tell.
		_, place := v.Get("/g/tilleuls", "application/activity+json")
		b, err := screens.Verify([]byte(bundle.Body), []byte(place), time.Now())
		if err != nil || b.Place != v.tilleuls.URI || b.Expires.Sub(b.Made) != screens.Keeps || len(b.Cards) < 3 {
			t.Errorf("verified: %+v, %v", b, err)
		}
		if _, err := screens.Verify([]byte(strings.Replace(bundle.Body, "Coupure", "Fête", 1)), []byte(place), time.Now()); !errors.Is(err, proof.ErrSignature) {
			t.Errorf("a bundle that was changed: %v", err)
		}
		if _, err := screens.Verify([]byte(bundle.Body), []byte(place), time.Now().Add(8*24*time.Hour)); !errors.Is(err, screens.ErrOld) {
			t.Errorf("a bundle of last week: %v", err)
		}
		_, other := v.Get("/g/centre", "application/activity+json")
		if _, err := screens.Verify([]byte(bundle.Body), []byte(other), time.Now()); err == nil {
			t.Error("it counts as of another place")
		}
		var members map[string]json.RawMessage
		must(json.Unmarshal([]byte(bundle.Body), &members))
		for name := range members {
			if !slices.Contains([]string{"type", "attributedTo", "name", "published", "expires", "cards", "proof"}, name) {
				t.Errorf("a bundle holds %s", name)
			}
		}

		easy := device.Open(shown.Find("footer a").AttrOr("href", ""))
		if easy.Find(".hall-card").Length() != 1 || !easy.Has("footer a.button[href*='at=']") {
			t.Errorf("in large letters: %d cards", easy.Find(".hall-card").Length())
		}
		if next := device.Open(easy.Find("footer a.button").Last().AttrOr("href", "")); next.Words(".hall-card") == easy.Words(".hall-card") {
			t.Error("the next card is the same")
		}

		tell := func(deed string) *apptest.Page {
			t.Helper()
			p := admin.Press(admin.Open("/g/tilleuls/screens"), "button[value="+deed+"]", nil)
			if p.Status != http.StatusOK {
				t.Fatalf("%s: %d: %s", deed, p.Status, p.Words("main"))
			}
			return p
		}
		tell("blank")
		if p := device.Open("/screen"); p.Has(".hall-card") || strings.Contains(p.Body, "Coupure") || p.Header.Get("X-Screen-Until") != "" {
			t.Errorf("blank: %s", p.Words("body"))
		}
		tell("show")
		tell("restart")
		if p := device.Open("/screen"); !strings.Contains(p.Header.Get("Clear-Site-Data"), "storage") || strings.Contains(p.Header.Get("Clear-Site-Data"), "cookies") {
			t.Errorf("begins anew: %v", p.Header)
		}
		if p := device.Open("/screen"); !p.Has(".hall-card") {
			t.Errorf("after it began anew: %s", p.Words("body"))
		}
		address := tell("address").Words(".note .mono")
		if p := device.Open("/screen"); p.Has(".hall-card") {
			t.Errorf("the device before: %s", p.Words("body"))
		}
		second := v.Browser()
		if p := second.Open(strings.TrimPrefix(address, v.URL)); p.Path != "/screen" || !p.Has(".hall-card") {
			t.Errorf("begins at %s: %d at %s", address, p.Status, p.Path)
		}
		tell("unbind")
		if p := second.Open("/screen"); p.Has(".hall-card") || strings.Contains(p.Body, "Coupure") || !p.Has(".hall-code") || second.Open("/screen/bundle").Status != http.StatusNotFound {
			t.Errorf("taken down: %s", p.Words("body"))
		}
	})
}

// A first name stands on a screen once its person agreed.
func TestOnesFirstNameStandsOnScreensIfOneAgrees(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		amina := v.SignedIn(v.amina)
		if p := amina.Open("/settings"); p.Has("form[action='/settings/screens'] input[checked]") {
			t.Error("agreed without being asked")
		}
		p := amina.Press(amina.Open("/settings"), "form[action='/settings/screens'] button", apptest.Fields{"name": {"yes"}})
		if agrees, err := v.Screens.Agrees(t.Context(), v.amina.ID); p.Path != "/settings" || !agrees || err != nil || !p.Has("form[action='/settings/screens'] input[checked]") {
			t.Errorf("agrees: %t, %v", agrees, err)
		}
	})
}
