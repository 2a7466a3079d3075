package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/households"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// TestTonight_ABedIsFoundWithATapInBrowsers has a caseworker mark a household that has no
// bed, find one that is free this very night, and ask for it with one tap; two sign as
// ever.
func TestTonight_ABedIsFoundWithATapInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		b := openBureau(t, apptest.OpenHeard(t, engine, log), "toit")
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		zone, err := time.LoadLocation(b.Config.Zone)
		must(err)
		home := b.vettedFrom(ledger.NightOf(time.Now().In(zone)), 2, b.ApprovedHost(b.programme.Group.ID))
		must(b.Housing.Step(ctx, b.lead, home.ID, instance.OfferListing, ""))
		c, err := b.Households.Open(ctx, b.worker, b.programme.Group.ID, instance.ByCaseworker, households.File{
			Household: instance.Household{Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Female}}, Languages: []string{"uk"}, Stay: ledger.Stay{From: tonight() + 20, Until: tonight() + 30}},
			Names:     []string{caseCanaries["the name of a household"]}, Needs: caseCanaries["what it needs"], Plan: caseCanaries["where it goes next"],
		})
		must(err)
		worker, lead := b.SignedIn(b.worker), b.SignedIn(b.lead)
		file, page := "/cases/"+c.ID.String(), "/programmes/"+b.programme.Group.ID.String()+"/tonight"
		if p := worker.Open(page); p.Status != http.StatusOK || !p.Has("#instead a[href='tel:115']") || !p.Has("#after") || p.Has("#waiting li") || p.Has("#homes form") {
			t.Errorf("before anybody is marked: %d %s", p.Status, p.Words("main"))
		}
		marked := worker.Press(worker.Open(file), "button[value='tonight']", nil)
		if !marked.Has("button[value='not-tonight']") {
			t.Fatalf("marked: %d %s", marked.Status, marked.Words("#tonight"))
		}
		look := marked.Find("#tonight a").AttrOr("href", "/missing")
		if p := worker.Open(look); p.Has("#homes form") || !p.Has("#homes .note.alert") {
			t.Errorf("before two vetted it: %s", p.Words("#homes"))
		}
		must(b.Households.Step(ctx, b.worker, c.ID, instance.TakeCase, ""))
		for _, by := range []instance.Account{b.worker, b.lead} {
			must(b.Households.Step(ctx, by, c.ID, instance.VetCase, ""))
		}
		unknown := worker.Open(look)
		if unknown.Has("#homes form") || !unknown.Has("#homes a[href='"+file+"/homes']") {
			t.Errorf("nobody asked who lives there: %s", unknown.Words("#homes"))
		}
		must(b.Households.Learn(ctx, b.worker, c.ID, home.URI, instance.Residents{Women: 1}))
		found := worker.Open(look)
		if n := found.Find("#homes form button").Length(); n != households.MostTonight {
			t.Fatalf("found %d buttons: %s", n, found.Words("#homes"))
		}
		if board := worker.Open("/programmes/" + b.programme.Group.ID.String() + "/cases"); !board.Has("#tonight + ul a[href='" + look + "']") {
			t.Errorf("the board: %s", board.Words("main"))
		}
		held := worker.Press(found, "#homes button[value='2']", nil)
		if held.Status != http.StatusOK || !strings.Contains(held.Path, "/holds/") {
			t.Fatalf("asked: %d %s", held.Status, held.Words("main"))
		}
		if p := worker.Open(page); !p.Has("#waiting .badge.ok") {
			t.Errorf("with a bed held: %s", p.Words("#waiting"))
		}
		worker.Press(worker.Open(file), "button[value='sign']", nil)
		holds, err := b.Households.Holds(ctx, b.worker, c.ID)
		must(err)
		if len(holds) != 1 || holds[0].State != instance.HoldHeld || holds[0].Stay.Nights() != 2 {
			t.Fatalf("signed by one: %+v", holds)
		}
		lead.Press(lead.Open(file), "button[value='sign']", nil)
		if holds, err = b.Households.Holds(ctx, b.worker, c.ID); err != nil || holds[0].State != instance.HoldAgreed {
			t.Errorf("signed by two: %+v, %v", holds, err)
		}
		if p := worker.Press(worker.Open(file), "button[value='not-tonight']", nil); !p.Has("button[value='tonight']") {
			t.Errorf("taken back: %s", p.Words("#tonight"))
		}
		if p := worker.Press(found, "#homes button[value='1']", nil); p.Status != http.StatusUnprocessableEntity || !p.Has(".problems") {
			t.Errorf("asked for a case that is not marked: %d", p.Status)
		}
		neighbour := b.SignedIn(b.Resident("ivo", b.Place("quai", "neighbourhood")))
		for _, at := range []string{page, look} {
			if p := neighbour.Open(at); p.Status != http.StatusNotFound {
				t.Errorf("a neighbour opens %s: %d", at, p.Status)
			}
		}
		for what, canary := range caseCanaries {
			if strings.Contains(log.String(), canary) || strings.Contains(found.Body, canary) {
				t.Errorf("%s stands in the log or on the page", what)
			}
		}
	})
}
