package app_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
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
		c := atHalfPastFour(zone)
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

// atHalfPastFour is a clock in the afternoon of the day that it is for tonight.
func atHalfPastFour(zone *time.Location) *clock {
	c, today := new(clock), tonight().Date()
	c.set(time.Date(today.Year(), today.Month(), today.Day(), 16, 30, 0, 0, zone))
	return c
}

// TestJ17_SomebodyGoesWithThemToTheDoorInBrowsers has a lead name a volunteer, who agrees,
// is asked for tonight, reads where the door is from the evening on and says that they are
// there; and looks for where they meet in all that anybody else is answered, in what is
// written and in what is kept.
func TestJ17_SomebodyGoesWithThemToTheDoorInBrowsers(t *testing.T) {
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
		log, c, ctx := &heard{}, atHalfPastFour(zone), t.Context()
		b := openBureau(t, apptest.OpenHeardAt(t, engine, c.now, log), "toit")
		l := lodgingOn(t, b, 30)
		l.movesIn()
		must(b.Households.Call(ctx, b.worker, l.id, "Oksa"))
		eve, noe := b.Resident("eve", b.Place("ilot", "neighbourhood")), b.Resident("noe", b.Place("quai", "neighbourhood"))
		b.Watch()
		x := &planting{t: t}
		browser := func(who instance.Account, reader string) *apptest.Browser {
			s := b.SignedIn(who)
			s.Reader = reader
			return s
		}
		lead, worker, escort, other := browser(b.lead, "team"), browser(b.worker, "team"), browser(eve, "escort"), browser(noe, "another")
		host, family := browser(l.zoe, "host"), browser(l.oksana, "family")
		team, page := "/programmes/"+b.programme.Group.ID.String()+"/team", "/cases/"+l.id.String()+"/escort"

		if p := lead.Press(lead.Open(team), "#escorts button[value='name']", apptest.Fields{"escort": {"personne"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#escort[aria-invalid]") {
			t.Errorf("nobody of that name: %d", p.Status)
		}
		if p := lead.Press(lead.Open(team), "#escorts button[value='name']", apptest.Fields{"escort": {"eve"}}); p.Status != http.StatusOK || !p.Has("#escorts button[value='remove']") {
			t.Fatalf("named: %d %s", p.Status, p.Words("#escorts"))
		}
		if p := worker.Open(team); p.Has("#escorts button") || !p.Has("#escorts li") {
			t.Errorf("a caseworker on the page of the team: %s", p.Words("#escorts"))
		}
		if p := worker.Open(page); p.Has("main form") {
			t.Error("somebody can be asked who did not agree")
		}
		if p := escort.Press(escort.Open("/escort"), "button[value='agree']", nil); p.Has("button[value='agree']") || !p.Has("button[value='end']") {
			t.Fatalf("agreed: %s", p.Words("main"))
		}
		if p := worker.Open("/cases/" + l.id.String()); !p.Has("#tonight a[href='" + page + "']") {
			t.Errorf("the page of the case leads not to it: %s", p.Words("#tonight"))
		}
		if p := worker.Press(worker.Open(page), "button[value='ask']", apptest.Fields{"hour": {"11:00"}, "meet": {"gare"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#meet").AttrOr("value", "") != "gare" {
			t.Errorf("at eleven in the morning: %d", p.Status)
		}
		meet := x.word("where they meet", "team", "escort", "family")
		asked := worker.Press(worker.Open(page), "button[value='ask']", apptest.Fields{"hour": {"20:30"}, "meet": {meet.word}, "called": {"yes"}})
		if asked.Has("form button[value='ask']") || !asked.Has("#walks li") {
			t.Fatalf("asked: %s", asked.Words("main"))
		}
		apptest.Settle(t, b.Server)
		letters := b.Letters(eve.Email)
		if n := len(letters); n != 2 || letters[n-1].Stop != "" || !strings.Contains(letters[n-1].Text, "/escort") {
			t.Errorf("the escort got %+v", letters)
		}
		address := "69001 Lyon"
		list := escort.Open("/escort")
		way := list.Find("#tonight a").AttrOr("href", "/missing")
		if p := escort.Open(way); p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "Oksa") || strings.Contains(p.Body, address) || strings.Contains(p.Body, "Zénobie") {
			t.Errorf("before the evening: %d %s", p.Status, p.Words("main"))
		}
		if p := escort.Press(escort.Open(way), "button[value='coming']", nil); !p.Has("button[value='there']") {
			t.Fatalf("coming: %s", p.Words("main"))
		}
		if p := host.Open(l.stay + "/first-night"); !strings.Contains(p.Words("main"), "jusqu’à la porte") {
			t.Errorf("the host reads %s", p.Words("main"))
		}
		if p := family.Open(l.family + "/first-night"); !strings.Contains(p.Words("main"), "vous accompagne") {
			t.Errorf("the household reads %s", p.Words("main"))
		}
		c.set(c.now().Add(time.Hour))
		if p := escort.Open(way); !strings.Contains(p.Words("#door"), address) || strings.Contains(p.Body, "Tournemire") {
			t.Errorf("in the evening: %s", p.Words("main"))
		}
		for at, want := range map[string]int{way: http.StatusNotFound, page: http.StatusNotFound, "/escort": http.StatusOK} {
			if p := other.Open(at); p.Status != want || p.Has("#tonight a") {
				t.Errorf("another opens %s: %d", at, p.Status)
			}
		}
		if p := escort.Open(page); p.Status != http.StatusNotFound {
			t.Errorf("the escort opens the page of the team: %d", p.Status)
		}
		evening := escort.Open(way)
		for range 2 { // pressed twice it is said once
			if p := escort.Press(evening, "button[value='there']", nil); p.Status != http.StatusOK || p.Has("button[value='not']") {
				t.Errorf("there: %d %s", p.Status, p.Words("main"))
			}
		}
		if p := worker.Open(page); !p.Has("#walks .badge.ok") {
			t.Errorf("the team reads %s", p.Words("#walks"))
		}
		if p := lead.Open("/programmes/" + b.programme.Group.ID.String() + "/readings"); !strings.Contains(p.Body, "eve") {
			t.Error("that the escort read of it stands not among the readings")
		}
		c.set(c.now().Add(13 * time.Hour))
		if p := escort.Open(way); p.Status != http.StatusNotFound {
			t.Errorf("the next morning: %d", p.Status)
		}
		must(b.Households.Sweep(ctx))
		apptest.Settle(t, b.Server)
		x.read(b.Server, regexp.MustCompile(`^(/programmes/|/notifications|/h/|/g/|/admin/)`))
		x.kept(b.Server)
		columnsAre(t, b.Server)
		written := writtenSince(t, b.Server, map[string]bool{})
		if len(written) < 2 {
			t.Errorf("%d letters were written", len(written))
		}
		for _, l := range written {
			x.nowhere("a letter", l.text, nil)
		}
		x.nowhere("the log", log.String(), nil)
		if !meet.seen {
			t.Error("nobody read where they meet: was it kept?")
		}
	})
}
