package app_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
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

// lodging is a household that is to live with a host, each with an account.
type lodging struct {
	*bureau
	home         instance.Listing
	host         instance.HostID
	zoe, oksana  instance.Account
	id           instance.CaseID
	hold         instance.Hold
	stay, family string // where host and household read of it
}

// openLodging leads a household as far as beds are agreed to in the home of a host.
func openLodging(t *testing.T, engine store.Engine, log *heard) *lodging {
	t.Helper()
	return lodgingOn(t, openBureau(t, apptest.OpenHeard(t, engine, log), "toit"), 30)
}

// lodgingOn is [openLodging] at an association that there is, for some nights.
func lodgingOn(t *testing.T, b *bureau, nights ledger.Night) *lodging {
	t.Helper()
	ctx, l := t.Context(), &lodging{bureau: b}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	centre := b.Place("port", "neighbourhood")
	l.zoe, l.oksana, l.home = b.Resident("zoe", centre), b.Resident("oksana", centre), b.offer(2)
	var err error
	l.host, err = b.Housing.HostOf(ctx, b.worker, l.home.ID)
	must(err)
	l.do(`UPDATE housing_hosts SET person_id = $2 WHERE id = $1`, l.host, l.zoe.ID)
	c, err := b.Households.Open(ctx, b.worker, b.programme.Group.ID, instance.ByCaseworker, households.File{
		Household: instance.Household{Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Female}}, Languages: []string{"uk"}, Stay: ledger.Stay{From: tonight(), Until: tonight() + nights}},
		Names:     []string{caseCanaries["the name of a household"]}, Reach: caseCanaries["its telephone"], Needs: caseCanaries["what it needs"], Plan: caseCanaries["where it goes next"],
	})
	must(err)
	l.id = c.ID
	l.do(`UPDATE housing_cases SET person_id = $2 WHERE id = $1`, l.id, l.oksana.ID)
	step := func(by instance.Account, s instance.CaseStep) {
		t.Helper()
		must(b.Households.Step(ctx, by, l.id, s, ""))
	}
	step(b.worker, instance.TakeCase)
	step(b.worker, instance.VetCase)
	step(b.lead, instance.VetCase)
	must(b.Households.SetConsent(ctx, b.worker, l.id, households.TellHost, true))
	must(b.Households.Learn(ctx, b.worker, l.id, l.home.URI, instance.Residents{Women: 1}))
	must(b.Households.Show(ctx, b.worker, l.id, l.home.URI))
	shown, err := b.Households.Proposals(ctx, b.worker, l.id)
	must(err)
	must(b.Households.Answer(ctx, l.oksana, l.id, shown[0].ID, true))
	step(b.worker, instance.MeetCase)
	l.hold, err = b.Households.Hold(ctx, b.worker, l.id, l.home.URI)
	must(err)
	step(b.worker, instance.SettleCase)
	for _, by := range []instance.Account{b.worker, b.lead} {
		_, err := b.Households.Sign(ctx, by, l.hold.ID)
		must(err)
	}
	holds, err := b.Households.Holds(ctx, b.worker, l.id)
	must(err)
	must(b.Housing.Place(ctx, b.worker, l.home.ID, holds[0].Number))
	l.stay = "/hosting/" + l.host.String() + "/stays/" + l.id.String()
	l.family = "/household/" + l.id.String()
	return l
}

func (l *lodging) do(sql string, args ...any) {
	l.T.Helper()
	if err := l.DB.InTx(l.T.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(l.T.Context(), sql, args...)
		return err
	}); err != nil {
		l.T.Fatal(err)
	}
}

// TestH28_AHostReadsOfAStayInBrowsers has host, household and team talk on their
// pages, and everybody else knock at the host's.
func TestH28_AHostReadsOfAStayInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		l := openLodging(t, engine, log)
		zoe, oksana, worker, lead := l.SignedIn(l.zoe), l.SignedIn(l.oksana), l.SignedIn(l.worker), l.SignedIn(l.lead)

		oksana.Press(oksana.Open(l.family), "button[value='call']", apptest.Fields{"called": {"Oksi"}})
		own := zoe.Open("/hosting/" + l.host.String())
		if own.Find("#stays a").AttrOr("href", "") != l.stay {
			t.Fatalf("the host's page: %s", own.Words("main"))
		}
		p := zoe.Open(l.stay)
		if p.Status != http.StatusOK || p.Words("h1") != "Oksi" || p.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("the stay: %d %s", p.Status, p.Words("main"))
		}
		for what, canary := range caseCanaries {
			if strings.Contains(p.Body, canary) {
				t.Errorf("the host reads %s", what)
			}
		}
		p = zoe.Press(p, "button[value='say']", apptest.Fields{"to": {"all"}, "text": {"Bienvenue, appelez le 06 12 34 56 78"}})
		if p.Status != http.StatusOK || strings.Contains(p.Words("#talk"), "06 12") || !strings.Contains(p.Words("#talk"), households.Mark) {
			t.Errorf("said: %d %s", p.Status, p.Words("main"))
		}
		if home := oksana.Open(l.family); !strings.Contains(home.Words("#talk"), "Bienvenue") || !home.Has("input[name='to'][value='all']") {
			t.Errorf("the household: %s", home.Words("#talk"))
		}
		oksana.Press(oksana.Open(l.family), "button[value='say']", apptest.Fields{"to": {"household"}, "text": {"secret-entre-nous"}})
		oksana.Press(oksana.Open(l.family), "button[value='say']", apptest.Fields{"to": {"all"}, "text": {"merci-a-tous"}})
		worker.Press(worker.Open("/cases/"+l.id.String()+"/talk"), "form.form button", apptest.Fields{"to": {"host"}, "text": {"seulement-zoe"}})
		if talk := zoe.Open(l.stay).Words("#talk"); strings.Contains(talk, "secret-entre-nous") || !strings.Contains(talk, "merci-a-tous") || !strings.Contains(talk, "seulement-zoe") {
			t.Errorf("the host reads %s", talk)
		}
		if strings.Contains(oksana.Open(l.family).Words("#talk"), "seulement-zoe") {
			t.Error("the household reads what was said to its host alone")
		}
		empty := zoe.Press(zoe.Open(l.stay), "button[value='complain']", nil)
		if empty.Status != http.StatusUnprocessableEntity || !empty.Has("#complaint-problem") {
			t.Errorf("an empty complaint: %d", empty.Status)
		}
		done := zoe.Press(empty, "button[value='complain']", apptest.Fields{"complaint": {"plainte-de-zoe"}})
		if done.Status != http.StatusOK || len(done.List("#complain li")) != 1 {
			t.Errorf("complained: %d %s", done.Status, done.Words("#complain"))
		}
		board := "/programmes/" + l.programme.Group.ID.String() + "/cases"
		if worker.Open(board).Has("a[href^='/incidents/']") || !lead.Open(board).Has("a[href^='/incidents/']") {
			t.Error("the complaint does not go past who keeps the case")
		}

		sum := sha256.Sum256([]byte("ABCDEF"))
		l.do(`UPDATE housing_hosts SET link_hash = $2, link_until = $3 WHERE id = $1`, l.host, hex.EncodeToString(sum[:]), store.Millis(time.Now().Add(time.Hour)))
		link := "/hosting/link/ABCDEF/stays/" + l.id.String()
		visitor := l.Browser()
		if p := visitor.Press(visitor.Open(link), "button[value='say']", apptest.Fields{"to": {"host"}, "text": {"par-le-lien"}}); !strings.Contains(p.Words("#talk"), "par-le-lien") {
			t.Errorf("by the link: %d %s", p.Status, p.Words("main"))
		}
		other := "/hosting/" + l.ApprovedHost(l.programme.Group.ID).String() + "/stays/" + l.id.String()
		strangers := map[string]*apptest.Browser{"a neighbour": l.SignedIn(l.Resident("ivo", l.Place("quai", "neighbourhood"))), "the household": oksana, "the team": worker}
		for who, browser := range strangers {
			for _, at := range []string{l.stay, other, "/hosting/link/ABCDEG/stays/" + l.id.String()} {
				if p := browser.Open(at); p.Status != http.StatusNotFound {
					t.Errorf("%s opens %s: %d", who, at, p.Status)
				}
			}
		}
		for _, at := range []string{other, "/hosting/" + l.host.String() + "/stays/9", "/hosting/link/ABCDEF/stays/9"} {
			if p := zoe.Open(at); p.Status != http.StatusNotFound {
				t.Errorf("the host opens %s: %d", at, p.Status)
			}
		}
		l.do(`UPDATE housing_hosts SET state = 'ended' WHERE id = $1`, l.host)
		for who, p := range map[string]*apptest.Page{"with an account": zoe.Open(l.stay), "by the link": visitor.Open(link)} {
			if p.Status != http.StatusNotFound {
				t.Errorf("a host no longer, %s: %d", who, p.Status)
			}
		}
		for _, canary := range []string{"plainte-de-zoe", "merci-a-tous", "Oksi", "ABCDEF"} {
			if strings.Contains(log.String(), canary) {
				t.Errorf("%s stands in the log", canary)
			}
		}
	})
}

// TestS1_ThreeSignInBrowsers has household, host and association read an agreement,
// each in their language, and sign it.
func TestS1_ThreeSignInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		l := openLodging(t, engine, log)
		zoe, oksana, worker := l.SignedIn(l.zoe), l.SignedIn(l.oksana), l.SignedIn(l.worker)
		hosting := "/hosting/" + l.host.String()
		told := zoe.Press(zoe.Open(hosting), "form[action$='/rule'] button", apptest.Fields{"rules": {"Appelez le 06 12 34 56 78"}})
		if told.Status != http.StatusUnprocessableEntity || !strings.Contains(told.Words("#rules-problem"), "téléphone") {
			t.Errorf("a number in the rules: %d %s", told.Status, told.Words("#rules-problem"))
		}
		if p := zoe.Press(told, "form[action$='/rule'] button", apptest.Fields{"rules": {"On se déchausse."}}); p.Status != http.StatusOK {
			t.Fatalf("the rules of the house: %d", p.Status)
		}
		for who, p := range map[string]*apptest.Page{"the household": oksana.Open(l.family + "/agreement"), "the host": zoe.Open(l.stay + "/agreement")} {
			if p.Status != http.StatusNotFound {
				t.Errorf("before it is written %s reads it: %d", who, p.Status)
			}
		}
		team, file := "/cases/"+l.id.String()+"/agreement", "/cases/"+l.id.String()
		if p := worker.Open(file); !p.Has("#arrived a[href='"+team+"']") || p.Has("a[href$='/first-night']") {
			t.Errorf("the case does not lead to what is missing: %s", p.Words("main"))
		}
		if p := worker.Press(worker.Open(file), "form:has(input[value='move-in']) button", nil); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Words(".problems"), "Les trois signent d’abord") {
			t.Errorf("moved in before three signed: %d %s", p.Status, p.Words(".problems"))
		}
		if p := worker.Press(worker.Open(team), "button[value='draft']", nil); p.Status != http.StatusOK {
			t.Fatalf("written: %d %s", p.Status, p.Words("main"))
		}
		p := oksana.Open(oksana.Open(l.family).Find("a[href$='/agreement']").AttrOr("href", "/missing") + "?in=ar")
		if p.Find("#pact").AttrOr("lang", "") != "ar" || len(p.List("#pact li")) < 8 || !strings.Contains(p.Words("#facts"), "On se déchausse.") || !p.Has("button[data-aloud='pact'][hidden]") {
			t.Fatalf("the household reads %s", p.Words("main"))
		}
		if p := oksana.Press(p, "button[value='sign']", nil); p.Status != http.StatusUnprocessableEntity || !p.Has("#understood-problem") {
			t.Errorf("signed unread: %d", p.Status)
		}
		if p := oksana.Press(p, "button[value='sign']", apptest.Fields{"understood": {"yes"}}); p.Status != http.StatusOK || p.Has("button[value='sign']") {
			t.Errorf("the household signs: %d %s", p.Status, p.Words("main"))
		}
		if p := zoe.Press(zoe.Open(l.stay+"/agreement"), "button[value='sign']", apptest.Fields{"understood": {"yes"}}); p.Status != http.StatusOK {
			t.Errorf("the host signs: %d %s", p.Status, p.Words("main"))
		}
		if err := l.Households.Step(t.Context(), l.worker, l.id, instance.MoveIn, ""); err == nil {
			t.Fatal("they move in before the association has signed")
		}
		if p := worker.Press(worker.Open(team), "button[value='sign']", apptest.Fields{"understood": {"yes"}}); p.Status != http.StatusOK || !p.Has(".done") {
			t.Errorf("the association signs: %d %s", p.Status, p.Words("main"))
		}
		if err := l.Households.Step(t.Context(), l.worker, l.id, instance.MoveIn, ""); err != nil {
			t.Fatal(err)
		}
		stranger := l.SignedIn(l.Resident("ivo", l.Place("quai", "neighbourhood")))
		for _, at := range []string{team, l.family + "/agreement", l.stay + "/agreement"} {
			if p := stranger.Open(at); p.Status != http.StatusNotFound {
				t.Errorf("a stranger opens %s: %d", at, p.Status)
			}
		}
	})
}

// TestH25_ContactIsOpenedAndAStayIsLeftInBrowsers has the two say yes, two of the
// team open contact, and the household leave.
func TestH25_ContactIsOpenedAndAStayIsLeftInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		l := openLodging(t, engine, log)
		l.movesIn()
		zoe, oksana, worker, lead := l.SignedIn(l.zoe), l.SignedIn(l.oksana), l.SignedIn(l.worker), l.SignedIn(l.lead)
		const hers, theirs = "zoe-canari@people.example", "0698127634"
		talk := "/cases/" + l.id.String() + "/talk"
		oksana.Press(oksana.Open(l.family), "button[value='reach']", apptest.Fields{"way": {theirs}})
		if p := zoe.Press(zoe.Open(l.stay), "button[value='reach']", apptest.Fields{"way": {""}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#way-problem") {
			t.Errorf("without a way: %d", p.Status)
		}
		zoe.Press(zoe.Open(l.stay), "button[value='reach']", apptest.Fields{"way": {hers}})
		if p := worker.Press(worker.Open(talk), "button[value='open-contact']", nil); p.Has("button[value='open-contact']") || strings.Contains(p.Body, hers) || strings.Contains(p.Body, theirs) {
			t.Errorf("opened by one: %s", p.Words("#contact"))
		}
		if strings.Contains(zoe.Open(l.stay).Body, theirs) {
			t.Error("opened by one, the host reads the number")
		}
		lead.Press(lead.Open(talk), "button[value='open-contact']", nil)
		if p := zoe.Open(l.stay); !strings.Contains(p.Words("#contact"), theirs) {
			t.Errorf("opened by two: %s", p.Words("#contact"))
		}
		if p := oksana.Open(l.family); !strings.Contains(p.Words("#contact"), hers) {
			t.Errorf("opened by two: %s", p.Words("#contact"))
		}
		oksana.Press(oksana.Open(l.family), "button[value='unreach']", nil)
		if strings.Contains(zoe.Open(l.stay).Body, theirs) {
			t.Error("closed by the household, the host reads the number")
		}

		file := worker.Open("/cases/" + l.id.String())
		hold := worker.Open(file.Find("#holds a").AttrOr("href", "/missing"))
		if p := oksana.Open(l.family); p.Has("#homes") || p.Has("button[value='yes']") || p.Has("button[value='no']") || !strings.Contains(p.Words("#lives"), "Villeurbanne") {
			t.Errorf("who lives there is asked about it: %s", p.Words("main"))
		}
		if hold.Has("button[value='arrived']") || !strings.Contains(hold.Words("main"), "Arrivée") {
			t.Errorf("what the case noted is asked again at the hold: %s", hold.Words("main"))
		}
		if hold.Status != http.StatusOK || !hold.Has("a[href='/cases/"+l.id.String()+"']") {
			t.Errorf("from the case to the hold and back: %d", hold.Status)
		}
		wrong := worker.Press(file, "button[value='leave']", apptest.Fields{"leaving": {"2020-01-01"}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has("#leaving-problem") {
			t.Errorf("long ago: %d %s", wrong.Status, wrong.Words(".problems"))
		}
		left := worker.Press(wrong, "button[value='leave']", apptest.Fields{"leaving": {(tonight() + 2).String()}, "leave-why": {string(ledger.Reasons[0])}})
		if left.Status != http.StatusOK || !strings.Contains(left.Words("main"), "Fin") {
			t.Fatalf("left: %d %s", left.Status, left.Words(".problems"))
		}
		oksana.Press(oksana.Open(l.family), "button[value='close']", apptest.Fields{"closing": {"merci-pour-tout"}})
		zoe.Press(zoe.Open(l.stay), "button[value='close']", apptest.Fields{"closing": {"au-revoir-a-eux"}})
		if p := worker.Open("/cases/" + l.id.String()); !strings.Contains(p.Words("#text"), "merci-pour-tout") || !strings.Contains(p.Words("#text"), "au-revoir-a-eux") {
			t.Errorf("the team reads %s", p.Words("#text"))
		}
		if p := zoe.Open(l.stay); strings.Contains(p.Body, "merci-pour-tout") {
			t.Error("the host reads how the household closes")
		}
		for _, canary := range []string{hers, theirs} {
			if strings.Contains(log.String(), canary) {
				t.Errorf("%s stands in the log", canary)
			}
		}
	})
}

// TestS12_AHouseholdReadsThatItIsNotToGo freezes a home to which a household said yes.
func TestS12_AHouseholdReadsThatItIsNotToGo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		l := openLodging(t, engine, &heard{})
		oksana, worker := l.SignedIn(l.oksana), l.SignedIn(l.worker)
		if p := oksana.Open(l.family); !p.Has("#homes button[value='no']") || strings.Contains(p.Words("#homes"), "n’y allez pas") {
			t.Fatalf("before: %s", p.Words("main"))
		}
		incident := worker.Press(worker.Open("/cases/"+l.id.String()+"/incident"), "form.form p.submit button", apptest.Fields{"severity": {"4"}, "home": {l.home.URI}, "text": {"vu"}})
		if incident.Status != http.StatusOK {
			t.Fatalf("reported: %d %s", incident.Status, incident.Words("main .problems"))
		}
		p := oksana.Open(l.family)
		if !strings.Contains(p.Words("#homes"), "n’y allez pas") || p.Has("#homes button") || p.Has("#homes a[href$='/photographs']") || strings.Contains(p.Body, ">vu<") {
			t.Errorf("once it is frozen: %s", p.Words("main"))
		}
	})
}

// movesIn has all three sign on paper, and the household move in.
func (l *lodging) movesIn() {
	l.T.Helper()
	ctx := l.T.Context()
	_, err := l.Households.DraftAgreement(ctx, l.worker, l.id)
	var a households.Agreement
	if err == nil {
		a, err = l.Households.Agreement(ctx, l.worker, l.id)
	}
	for by, parties := range map[*instance.Account][]households.Party{&l.worker: {households.PartyGuest, households.PartyHost}, &l.lead: {households.PartyAssociation}} {
		for _, party := range parties {
			if err == nil {
				err = l.Households.TeamSigns(ctx, *by, l.id, party, a.Hash, "fr")
			}
		}
	}
	if err == nil {
		err = l.Households.Step(ctx, l.worker, l.id, instance.MoveIn, "")
	}
	if err != nil {
		l.T.Fatal(err)
	}
}

// TestAHomeIsGivenAHostOnItsPage has a caseworker say whose home one is, as long as
// nobody vetted it.
func TestAHomeIsGivenAHostOnItsPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		b := openBureau(t, apptest.Open(t, engine, nil), "toit")
		worker := b.SignedIn(b.worker)
		vetted := b.offer(2)
		host := b.ApprovedHost(b.programme.Group.ID)
		l, err := b.Housing.Draft(t.Context(), b.worker, b.programme.Group.ID, vetted.ListingFacts)
		if err != nil {
			t.Fatal(err)
		}
		at := "/programmes/" + b.programme.Group.ID.String() + "/homes/"
		p := worker.Press(worker.Open(at+l.ID.String()), "button[value='assign']", apptest.Fields{"host": {host.String()}})
		if p.Status != http.StatusOK || !p.Has("#host-of a[href$='/hosts/"+host.String()+"']") {
			t.Errorf("assigned: %d %s", p.Status, p.Words("#host-of"))
		}
		if p := worker.Open(at + vetted.ID.String()); !p.Has("#host-of a") || p.Has("button[value='assign']") {
			t.Errorf("the host of a home that is vetted: %s", p.Words("#host-of"))
		}
	})
}

// TestH9_TheFirstNightOnPaperAndH10_PhotographsForTheHousehold has the household read
// where it goes, once all three have signed, and see what it said yes to.
func TestH9_TheFirstNightOnPaperAndH10_PhotographsForTheHousehold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		l := openLodging(t, engine, log)
		zoe, oksana, worker := l.SignedIn(l.zoe), l.SignedIn(l.oksana), l.SignedIn(l.worker)
		if p := oksana.Open(l.family + "/first-night"); p.Status != http.StatusNotFound {
			t.Errorf("before three have signed: %d", p.Status)
		}
		l.movesIn()
		for who, p := range map[string]*apptest.Page{
			"the household": oksana.Open(oksana.Open(l.family).Find("a[href$='/first-night']").AttrOr("href", "/missing")),
			"the host":      zoe.Open(zoe.Open(l.stay).Find("a[href$='/first-night']").AttrOr("href", "/missing")),
			"the team":      worker.Open("/cases/" + l.id.String() + "/first-night"),
		} {
			if p.Status != http.StatusOK || !strings.Contains(p.Words("article"), "69001 Lyon") || p.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s reads %d %s", who, p.Status, p.Words("main"))
			}
		}
		if err := l.Housing.AddPhotograph(t.Context(), l.worker, l.home.ID, bytes.NewReader(photograph(t))); err != nil {
			t.Fatal(err)
		}
		shown := oksana.Open(oksana.Open(l.family).Find("#lives a[href$='/photographs']").AttrOr("href", "/missing"))
		src := shown.Find("img.home-photo").AttrOr("src", "/missing")
		if p := oksana.Do(oksana.Request(http.MethodGet, src, "", nil)); p.Status != http.StatusOK || !strings.HasPrefix(p.Header.Get("Content-Type"), "image/") || p.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("a photograph: %d %q", p.Status, p.Header)
		}
		stranger := l.SignedIn(l.Resident("ivo", l.Place("quai", "neighbourhood")))
		for _, at := range []string{src, shown.Path, l.family + "/first-night", l.stay + "/first-night", "/cases/" + l.id.String() + "/first-night"} {
			if p := stranger.Open(at); p.Status != http.StatusNotFound {
				t.Errorf("a stranger opens %s: %d", at, p.Status)
			}
		}
		if strings.Contains(log.String(), "69001 Lyon") {
			t.Error("the address stands in the log")
		}
	})
}
