package app_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/households"
	"palier/instance/housing"
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

// TestJ17_AHostSaysThatABedIsFreeInBrowsers has a team ask its hosts on a night of
// emergency, and a host without an account answer by the link in the letter, change their
// mind, and stop being asked.
func TestJ17_AHostSaysThatABedIsFreeInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		zone, err := time.LoadLocation("Europe/Paris")
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(err)
		c, today := new(clock), time.Now().In(zone)
		c.set(time.Date(today.Year(), today.Month(), today.Day(), 16, 30, 0, 0, zone))
		b, ctx := bureauIn(t, engine, c, "toit", "FR", "Europe/Paris"), t.Context()
		programme := b.programme.Group.ID
		host := b.ApprovedHost(programme)
		home := b.vettedFrom(ledger.NightOf(c.now().In(zone)), 2, host)
		must(b.Housing.Step(ctx, b.lead, home.ID, instance.OfferListing, ""))
		do := func(query string, args ...any) {
			t.Helper()
			must(b.DB.InTx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, query, args...)
				return err
			}))
		}
		sum := sha256.Sum256([]byte("ABCDEF"))
		do(`UPDATE housing_hosts SET link_hash = $2, link_until = $3 WHERE id = $1`, host, hex.EncodeToString(sum[:]), store.Millis(c.now().AddDate(0, 1, 0)))

		zoe, worker, page := b.Browser(), b.SignedIn(b.worker), "/programmes/"+programme.String()+"/tonight"
		own := zoe.Open("/hosting/link/ABCDEF")
		if own.Has("#asked[checked]") {
			t.Error("somebody is asked who did not say so")
		}
		if own = zoe.Press(own, "form[action$='/tonight'] button", apptest.Fields{"asked": {"yes"}}); !own.Has("#asked[checked]") || own.Has("#tonight a.button") {
			t.Fatalf("wished: %d %s", own.Status, own.Words("#tonight"))
		}
		if p := worker.Press(worker.Open(page), "button[value='begin']", apptest.Fields{"for": {"15"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#for[aria-invalid]") {
			t.Errorf("for fifteen nights: %d %s", p.Status, p.Words("#hosts"))
		}
		begun := worker.Press(worker.Open(page), "button[value='begin']", apptest.Fields{"for": {"3"}})
		if begun.Status != http.StatusOK || !begun.Has("#hosts button[value='end']") {
			t.Fatalf("begun: %d %s", begun.Status, begun.Words("#hosts"))
		}
		apptest.Settle(t, b.Server)
		link := linkTo(t, b.Server, "zenobie@people.example")
		if !strings.HasPrefix(link, "/hosting/tonight/") {
			t.Fatalf("the letter leads to %s", link)
		}
		if p := zoe.Open("/hosting/link/ABCDEF"); !p.Has("#tonight a[href='" + link + "']") {
			t.Errorf("asked, the page of the host says %s", p.Words("#tonight"))
		}
		asked := zoe.Open(link)
		if n := asked.Find("main form button").Length(); asked.Status != http.StatusOK || n != 2 || asked.Has("main a[href^='/@']") {
			t.Fatalf("the link: %d, %d buttons: %s", asked.Status, n, asked.Words("main"))
		}
		work := func() (n int) {
			must(b.DB.Read().QueryRow(ctx, `SELECT COUNT(*) FROM river_job WHERE kind NOT IN ('tick')`).Scan(&n))
			return n
		}
		before := work()
		for range 2 { // pressed twice it is said once
			if p := zoe.Press(asked, "button[value='yes']", apptest.Fields{"beds": {"1"}}); !p.Has("main .note.ok") {
				t.Fatalf("answered: %d %s", p.Status, p.Words("main"))
			}
		}
		if after := work(); after != before {
			t.Errorf("an answer has %d things done: does it leave the server?", after-before)
		}
		night := worker.Open(page)
		if night.Find("#answers li").Length() != 1 || !strings.Contains(night.Words("#answers .badge"), "1") || !night.Has("#homes .badge.ok") || !strings.Contains(night.Words("#homes h2"), "1") {
			t.Errorf("the team reads %s and %s", night.Words("#answers"), night.Words("#homes h2"))
		}
		if strings.Contains(night.Body, "Tournemire") || strings.Contains(asked.Body, "Tournemire") {
			t.Error("a page says who the host is")
		}
		for _, beds := range []string{"3", "0", ""} {
			if p := zoe.Press(asked, "button[value='yes']", apptest.Fields{"beds": {beds}}); p.Status != http.StatusUnprocessableEntity || !p.Has(".problems") {
				t.Errorf("%q beds of two: %d", beds, p.Status)
			}
		}
		zoe.Press(asked, "button[value='no']", nil)
		if night = worker.Open(page); night.Has("#answers .badge") || night.Has("#homes article") || night.Find("#answers details li").Length() != 1 {
			t.Errorf("not tonight: %s and %s", night.Words("#answers"), night.Words("#homes"))
		}
		zoe.Press(asked, "button[value='yes']", apptest.Fields{"beds": {"2"}})
		cut := housing.Cut{Programme: programme, Functions: []housing.Function{housing.CutHolds}, Areas: []string{"69"}, Reason: "essai"}
		must(b.Housing.SwitchOff(ctx, b.lead, cut))
		if night = worker.Open(page); night.Has("#answers li") || night.Has("#homes article") {
			t.Errorf("switched off: %s and %s", night.Words("#answers"), night.Words("#homes"))
		}
		cuts, err := b.Housing.Cuts(ctx, b.lead, programme, 1)
		must(err)
		must(b.Housing.SwitchOn(ctx, b.lead, programme, cuts[0].ID))
		if night = worker.Open(page); night.Find("#answers li").Length() != 1 || !night.Has("#homes article") {
			t.Errorf("switched on: %s", night.Words("#answers"))
		}
		_, err = b.Households.Report(ctx, b.worker, programme, households.Report{Home: home.URI, Severity: households.SeveritySerious, Text: "une porte forcée", Freeze: true})
		must(err)
		if night = worker.Open(page); night.Has("#answers li") || night.Has("#homes article") {
			t.Errorf("frozen: %s and %s", night.Words("#answers"), night.Words("#homes"))
		}
		if p := zoe.Open(link); p.Has("main form") {
			t.Errorf("a host is asked for a home that is frozen: %s", p.Words("main"))
		}
		do(`UPDATE housing_frozen_homes SET lifted_at = 1`)

		letters := b.Letters("zenobie@people.example")
		stop := strings.TrimPrefix(letters[len(letters)-1].Stop, b.Site.Base())
		if p := b.Browser().Open(stop); p.Status != http.StatusOK || !p.Has("main form button") {
			t.Errorf("the link that stops: %d", p.Status)
		}
		if own = zoe.Open("/hosting/link/ABCDEF"); !own.Has("#asked[checked]") {
			t.Error("a program that looks at links stopped the letters")
		}
		if p := b.Browser().Post(stop, apptest.Fields{"List-Unsubscribe": {"One-Click"}}); p.Status != http.StatusNoContent {
			t.Errorf("stopped by a mail program: %d", p.Status)
		}
		if own = zoe.Open("/hosting/link/ABCDEF"); own.Has("#asked[checked]") {
			t.Error("stopped, they are asked still")
		}
		if p := b.Browser().Open(stop); p.Has("main form button") {
			t.Error("the link that stops says not that it did")
		}
		if p := zoe.Open(link); p.Has("main form") {
			t.Error("whoever stopped is asked still")
		}
		c.set(c.now().Add(14 * time.Hour))
		if p := zoe.Open(link); p.Status != http.StatusOK || p.Has("main form") {
			t.Errorf("the next morning: %d", p.Status)
		}
		if p := zoe.Open(strings.Replace(link, "/2", "/3", 1)); p.Status != http.StatusNotFound {
			t.Errorf("a link for another night: %d", p.Status)
		}
		if p := worker.Press(worker.Open(page), "#hosts button[value='end']", nil); p.Has("#hosts button[value='end']") {
			t.Errorf("ended: %s", p.Words("#hosts"))
		}
	})
}
