package app_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/organisations"
	"palier/instance/people"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// office is an association with what its people see in browsers.
type office struct {
	*apptest.Server
	lead, worker, visitor, stranger, admin *apptest.Browser
	path                                   string // of its programme
	// desk is the same association as programs know it.
	desk *bureau
}

// openOffice has a programme opened in browsers, from the mandate to the team.
func openOffice(t *testing.T, engine store.Engine, name string) *office {
	t.Helper()
	return officeOn(t, apptest.Open(t, engine, nil), name)
}

// officeOn is [openOffice] on a server.
func officeOn(t *testing.T, s *apptest.Server, name string) *office {
	t.Helper()
	o := &office{Server: s}
	centre := s.Place("centre", vocab.LevelCommune)
	lea, casimir, vera, dora := s.Resident("lea", centre), s.Resident("casimir", centre), s.Resident("vera", centre), s.Resident("dora", centre)
	ada, err := s.People.Create(t.Context(), people.Newcomer{Username: "ada", Name: "Ada", Email: "ada@people.example", Password: apptest.Password, Role: instance.Admin})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Organisations.Open(t.Context(), organisations.Plan{Username: name + "_asso", Title: "Association " + name, Sort: instance.Association, Place: centre.ID, Agent: lea.ID}); err != nil {
		t.Fatal(err)
	}
	o.lead, o.worker, o.visitor, o.stranger, o.admin = s.SignedIn(lea), s.SignedIn(casimir), s.SignedIn(vera), s.SignedIn(dora), s.SignedIn(ada)

	if p := o.lead.Open("/programmes/new"); p.Status != http.StatusNotFound {
		t.Fatalf("without a mandate a programme is opened: %d", p.Status)
	}
	if p := o.lead.Open("/admin/mandates"); p.Status != http.StatusNotFound {
		t.Errorf("mandates are shown to somebody: %d", p.Status)
	}
	mandates := o.admin.Open("/admin/mandates")
	if p := o.admin.Press(mandates, "main form button.button", apptest.Fields{"association": {"dora"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#association-problem") {
		t.Errorf("a mandate for a person: %d", p.Status)
	}
	if p := o.admin.Press(mandates, "main form button.button", apptest.Fields{"association": {name + "_asso"}}); p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "Association "+name) {
		t.Fatalf("the mandate: %d %s", p.Status, p.Words("main"))
	}
	form := o.lead.Open("/programmes/new")
	bad := o.lead.Press(form, "main form button.button", apptest.Fields{"title": {""}, "username": {name}})
	if bad.Status != http.StatusUnprocessableEntity || !bad.Has("#title-problem") {
		t.Errorf("without a name: %d", bad.Status)
	}
	opened := o.lead.Press(bad, "main form button.button", apptest.Fields{"title": {"Un toit pour " + name}, "summary": {"Des chambres pour quelques mois."}})
	if opened.Status != http.StatusOK || !strings.HasPrefix(opened.Path, "/programmes/") {
		t.Fatalf("opened: %d at %s", opened.Status, opened.Path)
	}
	o.path = opened.Path
	id, err := instance.ParseID(strings.TrimPrefix(o.path, "/programmes/"))
	if err != nil {
		t.Fatal(err)
	}
	o.desk = &bureau{Server: s, programme: instance.Programme{Group: instance.Actor{ID: instance.ActorID(id)}}, lead: lea, worker: casimir}
	for who, role := range map[string]string{"casimir": "caseworker", "vera": "visitor"} {
		if p := o.lead.Press(o.lead.Open(o.path+"/team"), "button[value='add']", apptest.Fields{"person": {who}, "role": {role}}); p.Status != http.StatusOK || !strings.Contains(p.Words("main"), who) {
			t.Fatalf("the team: %d %s", p.Status, p.Words("main"))
		}
	}
	return o
}

// describe writes a home down, one question after another.
func (o *office) describe(by *apptest.Browser) *apptest.Page {
	o.T.Helper()
	p := by.Open(o.path + "/homes/new")
	for _, fields := range []apptest.Fields{
		{"commune": {"69266"}, "from": {tonight().String()}, "until": {(tonight() + 90).String()}},
		{"category": {"private-room"}, "bedrooms": {"1"}, "places": {"2"}, "adults": {"2"}, "children": {"1"}},
		{"pets": {"no"}, "smoking": {"outside"}, "company": {"family"}, "languages": {"fr", "uk"}},
		{"features": {"internet", "lock"}},
		nil,
	} {
		if p = by.Press(p, "button[value='next']", fields); p.Status != http.StatusOK {
			o.T.Fatalf("%v: %d %s", fields, p.Status, p.Words("main"))
		}
	}
	if !strings.HasPrefix(p.Path, o.path+"/homes/") {
		o.T.Fatalf("after the last question one is at %s", p.Path)
	}
	id, err := instance.ParseID(p.Path[strings.LastIndexByte(p.Path, '/')+1:])
	if err == nil {
		err = o.Housing.Assign(o.T.Context(), o.desk.worker, id, o.ApprovedHost(o.desk.programme.Group.ID))
	}
	if err != nil {
		o.T.Fatal(err)
	}
	o.lend(p.Path)
	return p
}

// lend has the home at a path be that of a host who was approved.
func (o *office) lend(path string) {
	o.T.Helper()
	var ids []instance.ID
	for _, part := range []string{strings.TrimPrefix(o.path, "/programmes/"), path[strings.LastIndexByte(path, '/')+1:]} {
		id, err := instance.ParseID(part)
		if err != nil {
			o.T.Fatal(err)
		}
		ids = append(ids, id)
	}
	lea, err := o.People.Named(o.T.Context(), "lea")
	if err != nil {
		o.T.Fatal(err)
	}
	lead := instance.Account{Actor: instance.Actor{ID: lea.ID}}
	if err := o.Housing.Assign(o.T.Context(), lead, ids[1], o.ApprovedHost(instance.ActorID(ids[0]))); err != nil {
		o.T.Fatal(err)
	}
}

func TestH10_AHomeIsDescribedVettedAndOfferedInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := openOffice(t, engine, "rhone")
		form := o.worker.Open(o.path + "/homes/new")
		bad := o.worker.Press(form, "button[value='next']", apptest.Fields{"commune": {"Nullepart"}, "from": {"2020-01-01"}, "until": {tonight().String()}})
		if bad.Status != http.StatusUnprocessableEntity || !bad.Has("#commune-problem") || !bad.Has("#from-problem") {
			t.Errorf("a place that is none and a day that is over: %d %s", bad.Status, bad.Words("main"))
		}
		home := o.describe(o.worker)
		for _, want := range []string{"Villeurbanne (69)", "Chambre privée", "2 lits", "français, ukrainien", "Internet, Une serrure", "Brouillon"} {
			if !strings.Contains(home.Words("main"), want) {
				t.Errorf("the draft does not say %q: %s", want, home.Words("main"))
			}
		}
		edited := o.worker.Open(home.Path + "/edit")
		for _, fields := range []apptest.Fields{nil, {"places": {"3"}}, nil, nil, nil} {
			edited = o.worker.Press(edited, "button[value='next']", fields)
		}
		if edited.Path != home.Path || !strings.Contains(edited.Words("main"), "3 lits") {
			t.Fatalf("changed: %s %s", edited.Path, edited.Words("main"))
		}

		submitted := o.worker.Press(edited, "button[value='submit']", nil)
		if !strings.Contains(submitted.Words("main"), "une autre personne de l’équipe doit le vérifier") || submitted.Has("button[value='vet']") {
			t.Errorf("who wrote it may vet it: %s", submitted.Words("main"))
		}
		post := url.Values{"deed": {"vet"}}.Encode()
		own := o.worker.Do(o.worker.Request(http.MethodPost, home.Path, "application/x-www-form-urlencoded", []byte(post)))
		if own.Status != http.StatusSeeOther || !strings.HasSuffix(own.Header.Get("Location"), "?said=own") {
			t.Errorf("vetting one's own home: %d %s", own.Status, own.Header.Get("Location"))
		}
		if p := o.visitor.Open(home.Path); p.Status != http.StatusOK || p.Has("#deeds") {
			t.Errorf("a visitor sees %d, and changes: %v", p.Status, p.Has("#deeds"))
		}
		if p := o.visitor.Do(o.visitor.Request(http.MethodPost, home.Path, "application/x-www-form-urlencoded", []byte(post))); p.Status != http.StatusForbidden {
			t.Errorf("a visitor vets: %d", p.Status)
		}
		why := o.lead.Press(o.lead.Open(home.Path), "button[value='return']", nil)
		if why.Status != http.StatusUnprocessableEntity || !why.Has("#reason-return-problem") {
			t.Errorf("sent back without a reason: %d", why.Status)
		}
		if p := o.lead.Press(why, "button[value='return']", apptest.Fields{"reason": {"Il manque un lit"}}); !strings.Contains(p.Words("main"), "Il manque un lit") {
			t.Errorf("the reason: %s", p.Words("main"))
		}
		o.worker.Press(o.worker.Open(home.Path), "button[value='submit']", nil)
		vetted := o.lead.Press(o.lead.Open(home.Path), "button[value='vet']", nil)
		if !strings.Contains(vetted.Words("main"), "vérifié par lea") {
			t.Errorf("vetted: %s", vetted.Words("main"))
		}
		offered := o.lead.Press(vetted, "button[value='offer']", nil)
		if !strings.Contains(offered.Words(".badge"), "Disponible") {
			t.Errorf("offered: %s", offered.Words("main"))
		}
		stale := o.worker.Do(o.worker.Request(http.MethodPost, home.Path, "application/x-www-form-urlencoded", []byte(url.Values{"deed": {"submit"}}.Encode())))
		if stale.Status != http.StatusSeeOther || !strings.HasSuffix(stale.Header.Get("Location"), "?said=overtaken") {
			t.Errorf("a step from a state it is not taken from: %d %s", stale.Status, stale.Header.Get("Location"))
		}
		if got := o.lead.Open(o.path + "/homes?state=available").List("ul.rows .name"); !slices.Equal(got, []string{"Villeurbanne (69)"}) {
			t.Errorf("available are %q", got)
		}
		log := strings.Join(o.lead.Open(o.path+"/log").List("ul.rows li"), "\n")
		for _, want := range []string{"A décrit un logement", "A vérifié un logement", "A renvoyé un logement", "A donné un rôle à · casimir", "A ouvert le programme"} {
			if !strings.Contains(log, want) {
				t.Errorf("the log does not say %q: %s", want, log)
			}
		}
		if strings.Contains(log, "manque un lit") {
			t.Error("the log holds what somebody typed")
		}
		if p := o.worker.Open(o.path + "/log"); p.Status != http.StatusForbidden {
			t.Errorf("who does not lead reads the log: %d", p.Status)
		}
	})
}

func TestH23_AProgrammeIsPausedAndGoesOnInBrowsers(t *testing.T) {
	t.Parallel()
	o := openOffice(t, store.SQLite, "rhone")
	if p := o.visitor.Open(o.path); p.Has("button[value='freeze']") {
		t.Error("a visitor may pause")
	}
	paused := o.worker.Press(o.worker.Open(o.path), "button[value='freeze']", nil)
	if !strings.Contains(paused.Words("main"), "Le programme est en pause.") || paused.Has("button[value='thaw']") {
		t.Errorf("paused: %s", paused.Words("main"))
	}
	post := []byte(url.Values{"deed": {"thaw"}}.Encode())
	if p := o.worker.Do(o.worker.Request(http.MethodPost, o.path+"/freeze", "application/x-www-form-urlencoded", post)); p.Status != http.StatusForbidden {
		t.Errorf("who does not lead lets it go on: %d", p.Status)
	}
	if p := o.lead.Press(o.lead.Open(o.path), "button[value='thaw']", nil); strings.Contains(p.Words("main"), "est en pause") {
		t.Errorf("it goes on: %s", p.Words("main"))
	}
	soon := time.Now().AddDate(0, 0, 10).Format(time.DateOnly)
	if p := o.admin.Press(o.admin.Open("/admin/mandates"), "button[value='until']", apptest.Fields{"until": {"2020-01-01"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#until").AttrOr("value", "") != "2020-01-01" || !p.Has("#until-problem") {
		t.Errorf("until a day that is past: %d %s", p.Status, p.Words("main"))
	}
	if p := o.admin.Press(o.admin.Open("/admin/mandates"), "button[value='until']", apptest.Fields{"until": {soon}}); p.Status != http.StatusOK || p.Find("input[name='until']").AttrOr("value", "") != soon {
		t.Errorf("until in ten days: %d %s", p.Status, p.Words("main"))
	}
	if p := o.lead.Open(o.path + "/today"); !strings.Contains(p.Words("main"), "Fin du mandat") || !o.lead.Open(o.path).Has("#mandate") {
		t.Errorf("the lead is not told until when: %s", p.Words("main"))
	}
	if p := o.worker.Open(o.path + "/today"); strings.Contains(p.Words("main"), "Fin du mandat") {
		t.Errorf("it waits for who cannot do anything about it: %s", p.Words("main"))
	}
	o.admin.Press(o.admin.Open("/admin/mandates"), "button[value='end']", nil)
	if p := o.lead.Open(o.path); !strings.Contains(p.Words("main"), "n’a plus de mandat") {
		t.Errorf("without a mandate: %s", p.Words("main"))
	}
	if p := o.stranger.Open(o.path); p.Status != http.StatusNotFound {
		t.Errorf("without a mandate it is there for others: %d", p.Status)
	}
	last := o.lead.Press(o.lead.Open(o.path+"/team"), "ul.rows li:first-child button[value='remove']", nil)
	if !strings.Contains(last.Words("main"), "au moins une personne responsable") {
		t.Errorf("the last lead leaves: %s", last.Words("main"))
	}
}

// TestProgrammesTellVisitorsNothingOfHomes reads every page that is there for
// anyone.
func TestProgrammesTellVisitorsNothingOfHomes(t *testing.T) {
	t.Parallel()
	o := openOffice(t, store.SQLite, "rhone")
	home := o.describe(o.worker)
	nobody := o.Browser()
	for _, who := range []*apptest.Browser{o.stranger, nobody} {
		public := who.Open(o.path)
		if public.Status != http.StatusOK || !strings.Contains(public.Words("main"), "Des chambres pour quelques mois.") || !public.Has("a[href*='rhone_asso']") {
			t.Errorf("the public page: %d %s", public.Status, public.Words("main"))
		}
		for _, path := range []string{"/programmes", o.path, "/@rhone"} {
			if p := who.Open(path); p.Status != http.StatusOK || strings.Contains(p.Body, "Villeurbanne") || strings.Contains(p.Body, home.Path[strings.LastIndexByte(home.Path, '/')+1:]) {
				t.Errorf("%s tells of a home: %d", path, p.Status)
			}
		}
	}
	for _, path := range []string{"", "/team", "/partners", "/log", "/homes", "/homes/new", "/homes/1"} {
		if p := o.stranger.Open(o.path + path); path != "" && p.Status != http.StatusNotFound {
			t.Errorf("a stranger at %s: %d", path, p.Status)
		}
	}
}

// TestJ19_PartnersAreAskedAndAgreedToInBrowsers lets two programmes on two
// servers see one another's homes.
func TestJ19_PartnersAreAskedAndAgreedToInBrowsers(t *testing.T) {
	t.Parallel()
	rhone, isere := openOffice(t, store.SQLite, "rhone"), openOffice(t, store.SQLite, "isere")
	isere.sees(rhone)
	home := rhone.describe(rhone.worker)
	rhone.worker.Press(home, "button[value='submit']", nil)
	rhone.lead.Press(rhone.lead.Press(rhone.lead.Open(home.Path), "button[value='vet']", nil), "button[value='offer']", nil)
	apptest.Settle(t, rhone.Server, isere.Server)
	if p := isere.worker.Open(isere.path + "/partners"); !strings.Contains(p.Words("ul.rows"), "1 logement") || p.Has("button[value='ask']") {
		t.Errorf("who is not lead sees %s", p.Words("ul.rows"))
	}
	gone := rhone.lead.Press(rhone.lead.Open(rhone.path+"/partners"), "button[value='expel']", nil)
	if !strings.Contains(gone.Words("ul.rows"), "Plus maintenant") {
		t.Errorf("expelled: %s", gone.Words("ul.rows"))
	}
	apptest.Settle(t, rhone.Server, isere.Server)
	if p := isere.lead.Open(isere.path + "/partners"); !strings.Contains(p.Words("ul.rows"), "Plus maintenant") || strings.Contains(p.Words("ul.rows"), "1 logement") {
		t.Errorf("who was expelled sees %s", p.Words("ul.rows"))
	}
	stale := []byte(url.Values{"deed": {"accept"}, "seal": {"another"}}.Encode())
	partner := gone.Find("ul.rows form").First().AttrOr("action", "")
	if p := rhone.lead.Do(rhone.lead.Request(http.MethodPost, partner, "application/x-www-form-urlencoded", stale)); !strings.HasSuffix(p.Header.Get("Location"), "?said=overtaken") {
		t.Errorf("a seal that was not shown is agreed to: %d %s", p.Status, p.Header.Get("Location"))
	}
}

// sees has o ask to see the homes of another, whose lead agrees.
func (o *office) sees(of *office) {
	o.T.Helper()
	name := of.lead.Open(of.path + "/partners").Words("#address")
	bad := o.lead.Press(o.lead.Open(o.path+"/partners"), "form[action$='/partners'] button.button", apptest.Fields{"partner": {"@nobody@" + strings.TrimPrefix(of.URL, "http://")}})
	if bad.Status != http.StatusUnprocessableEntity || !bad.Has("#partner-problem") {
		o.T.Errorf("nobody is asked: %d", bad.Status)
	}
	asked := o.lead.Press(bad, "form[action$='/partners'] button.button", apptest.Fields{"partner": {name}})
	if asked.Status != http.StatusOK || !strings.Contains(asked.Words("ul.rows"), "Demandé, sans réponse") {
		o.T.Fatalf("asked: %d %s", asked.Status, asked.Words("main"))
	}
	apptest.Settle(o.T, o.Server, of.Server)
	if p := of.lead.Open(of.path); !strings.Contains(p.Words("main"), "1 association demande à voir vos logements") {
		o.T.Errorf("the overview: %s", p.Words("main"))
	}
	accepted := of.lead.Press(of.lead.Open(of.path+"/partners"), "button[value='accept']", nil)
	if accepted.Status != http.StatusOK || !strings.Contains(accepted.Words("ul.rows"), "Elle voit nos logementsOui") {
		o.T.Fatalf("accepted: %d %s", accepted.Status, accepted.Words("main"))
	}
	apptest.Settle(o.T, o.Server, of.Server)
}

// offered has a home described, vetted and offered, and returns its page.
func (o *office) offered() string {
	o.T.Helper()
	home := o.describe(o.worker)
	o.worker.Press(home, "button[value='submit']", nil)
	p := o.lead.Press(o.lead.Press(o.lead.Open(home.Path), "button[value='vet']", nil), "button[value='offer']", nil)
	if !strings.Contains(p.Words(".badge"), "Disponible") {
		o.T.Fatalf("offered: %s", p.Words("main"))
	}
	return home.Path
}

// TestJ19_AHomeIsFoundHeldPlacedAndLeftInBrowsers goes the whole way between two
// associations on two servers, on their pages.
func TestJ19_AHomeIsFoundHeldPlacedAndLeftInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := openOffice(t, engine, "rhone"), openOffice(t, engine, "isere")
		isere.sees(rhone)
		home := rhone.offered()
		apptest.Settle(t, rhone.Server, isere.Server)
		id := ready(t, isere.desk)

		search := isere.worker.Open(isere.path + "/search")
		none := isere.worker.Press(search, "form[action$='/search'] button.button", apptest.Fields{"area": {"38"}})
		if none.Has("#found .name") {
			t.Errorf("in another département there is %q", none.List("#found .name"))
		}
		from, until := tonight().String(), (tonight() + 30).String()
		found := isere.worker.Press(none, "form[action$='/search'] button.button", apptest.Fields{"area": {"69"}, "from": {from}, "until": {until}, "places": {"2"}, "adults": {"2"}, "smoke": {"smoke-free"}, "company": {"women"}, "features": {"lock"}, "languages": {"uk", "ar"}})
		if got := found.List("#found .name"); !slices.Equal(got, []string{"Villeurbanne (69)"}) || strings.Contains(found.Path, "adults") {
			t.Fatalf("found %q at %s", got, found.Path)
		}
		if p := isere.worker.Press(found, "form[action$='/search'] button.button", apptest.Fields{"from": {until}, "until": {from}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("days the wrong way round: %d", p.Status)
		}
		card := isere.worker.Open(found.Find("#found .name").AttrOr("href", ""))
		if !strings.Contains(card.Words("main"), "dernières nouvelles") || !card.Has("#case") {
			t.Fatalf("the card: %d %s", card.Status, card.Words("main"))
		}
		if p := isere.worker.Press(card, "#hold button.button", nil); !strings.Contains(p.Words("main"), "Rien n’a été réservé") {
			t.Errorf("held for a household that did not say yes: %s", p.Words("main"))
		}
		homes, err := isere.Housing.Homes(t.Context(), isere.desk.lead, isere.desk.programme.Group.ID, 10)
		if err != nil || len(homes) != 1 {
			t.Fatal(homes, err)
		}
		isere.says(id, homes[0].ID)
		hold := isere.worker.Press(card, "#hold button.button", nil)
		if !strings.HasPrefix(hold.Path, isere.path+"/holds/") || hold.Words(".badge") != "Réservé" {
			t.Fatalf("held: %s %s", hold.Path, hold.Words("main"))
		}

		ours := rhone.worker.Open(home)
		if !strings.Contains(ours.Words("#holds"), "Un toit pour isere") || !strings.Contains(ours.Words("#holds"), "Les lits sont gardés") {
			t.Errorf("who keeps the home sees %s", ours.Words("#holds"))
		}
		file := rhone.worker.Open(ours.Find("#holds a[href$='/file']").AttrOr("href", ""))
		empty := rhone.worker.Press(file, "form[action$='/file'] button.button", nil)
		if empty.Status != http.StatusUnprocessableEntity || !empty.Has("#contact-problem") {
			t.Errorf("an empty file: %d", empty.Status)
		}
		sent := rhone.worker.Press(empty, "form[action$='/file'] button.button", apptest.Fields{"contact": {"Casimir"}, "home": {"12 rue du Canari"}, "needs": {"un lit bébé"}})
		if !strings.Contains(sent.Words("main"), "Reçu signé") || strings.Contains(sent.Body, "Canari") {
			t.Errorf("sent: %s", sent.Words("main"))
		}
		if p := rhone.visitor.Open(file.Path); p.Status != http.StatusForbidden {
			t.Errorf("a visitor opens the page of the file: %d", p.Status)
		}
		received := isere.worker.Open(hold.Path + "/file")
		read := isere.worker.Press(received, "form[action$='/read'] button", nil)
		if strings.Contains(received.Body, "Canari") || !strings.Contains(read.Words("#opened"), "12 rue du Canari") || read.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("received %q, read %s", received.Words("main"), read.Words("#opened"))
		}

		signed := isere.worker.Press(isere.worker.Open(hold.Path), "button[value='sign']", nil)
		if !strings.Contains(signed.Words("main"), "1 signature sur 2") || signed.Has("button[value='sign']") || signed.Words(".badge") != "Réservé" {
			t.Errorf("who signed is asked again: %s", signed.Words("main"))
		}
		if p := isere.lead.Press(isere.lead.Open(hold.Path), "button[value='sign']", nil); p.Words(".badge") != "Confirmé" {
			t.Fatalf("signed by two: %s", p.Words("main"))
		}
		placed := rhone.worker.Press(rhone.worker.Open(home), "button[value='place']", nil)
		if !strings.Contains(placed.Words("#holds"), "Des personnes y vivent") {
			t.Fatalf("placed: %s", placed.Words("main"))
		}
		host := rhone.hostAt(home)
		if got := host.page().Words("#lodged"); !strings.Contains(got, "Accueil suivi par Un toit pour isere") || !strings.Contains(got, "sur papier") {
			t.Errorf("the host reads of who comes: %s", host.page().Words("main"))
		}
		apptest.Settle(t, rhone.Server, isere.Server)
		if p := isere.worker.Press(isere.worker.Open(hold.Path), "button[value='arrived']", nil); p.Status != http.StatusUnprocessableEntity || !p.Has("#arrived-problem") {
			t.Errorf("arrived before three signed: %d %s", p.Status, p.Words("main"))
		}
		pact := "/cases/" + id.String() + "/agreement"
		written := isere.worker.Press(isere.worker.Open(pact), "button[value='draft']", nil)
		if !strings.Contains(written.Words("main"), "à l’association de son logement") {
			t.Errorf("of the rules in a partner's home it says %s", written.Words("main"))
		}
		for _, party := range []string{"guest", "host"} {
			written = isere.worker.Press(written, "form:has(input[value='"+party+"']) button", nil)
		}
		if p := isere.lead.Press(isere.lead.Open(pact), "button[value='sign']", apptest.Fields{"understood": {"yes"}}); !p.Has(".done") {
			t.Fatalf("signed by three: %d %s", p.Status, p.Words("main"))
		}
		arrived := isere.worker.Press(isere.worker.Open(hold.Path), "button[value='arrived']", nil)
		if arrived.Words(".badge") != "Accueilli" || arrived.Has("button[value='arrived']") {
			t.Errorf("arrived: %s", arrived.Words("main"))
		}
		if p := isere.worker.Open("/cases/" + id.String()); !strings.Contains(p.Words(".badge"), "Hébergés") || p.Has("input[value='move-in']") || p.Has("a[href$='/first-night']") {
			t.Errorf("noted at the hold, the case says %s", p.Words("main"))
		}
		if p := isere.worker.Press(arrived, "button[value='leave']", nil); p.Status != http.StatusUnprocessableEntity || !p.Has("#leaving-problem") {
			t.Errorf("left on no day: %d", p.Status)
		}
		left := isere.worker.Press(arrived, "button[value='leave']", apptest.Fields{"leaving": {(tonight() + 10).String()}, "why": {"earlier"}})
		if left.Words(".badge") != "Terminé" {
			t.Errorf("left: %s", left.Words("main"))
		}
		if p := host.page(); p.Status != http.StatusOK || p.Has("#lodged") {
			t.Errorf("the host reads of who left: %s", p.Words("main"))
		}
		if got := isere.lead.Open(isere.path + "/holds?state=ended").List("ul.rows .name"); len(got) != 1 {
			t.Errorf("ended are %q", got)
		}

		book := rhone.visitor.Open(home + "/ledger")
		if !book.Has(".note.ok") || !strings.Contains(book.Words("ol"), "Accueil terminé") {
			t.Errorf("the ledger: %s", book.Words("main"))
		}
		whole := rhone.visitor.Press(book, "form[action$='/ledger'] button", nil)
		entries, err := ledger.DecodePage([]byte(whole.Body))
		if err != nil || whole.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("downloaded: %v", err)
		}
		if b, err := ledger.Verify(entries, ledger.Evidence{Now: time.Now()}); err != nil || len(b.Holds()) != 1 {
			t.Errorf("what was downloaded: %v", err)
		}
		for _, o := range []*office{rhone, isere} {
			for _, path := range []string{"", "/homes", "/holds", "/search", "/partners", "/log"} {
				if p := o.lead.Open(o.path + path); p.Status != http.StatusOK || strings.Contains(p.Body, "Canari") {
					t.Errorf("%s%s: %d", o.path, path, p.Status)
				}
			}
		}
		if log := strings.Join(isere.lead.Open(isere.path+"/log").List("ul.rows li"), " "); !strings.Contains(log, "A lu un dossier chiffré · casimir") && !strings.Contains(log, "A lu un dossier chiffré") {
			t.Errorf("who read the file is not noted: %s", log)
		}
	})
}

// TestH10_PhotographsAreShownInStages has a picture with an address in it be kept:
// it is written anew, and shown to the team once the home is vetted.
func TestH10_PhotographsAreShownInStages(t *testing.T) {
	t.Parallel()
	o := openOffice(t, store.SQLite, "rhone")
	home := o.describe(o.worker)
	bad := o.worker.Press(home, "#photographs form.form button", nil, apptest.File{Field: "photograph", Name: "a.jpg", Content: []byte("no picture")})
	if bad.Status != http.StatusUnprocessableEntity || !bad.Has("#photograph-problem") {
		t.Errorf("what is no picture: %d", bad.Status)
	}
	kept := o.worker.Press(home, "#photographs form.form button", nil, apptest.File{Field: "photograph", Name: "12_rue_du_canari.jpg", Content: tagged(t)})
	src := kept.Find("#photographs img").AttrOr("src", "")
	if src == "" {
		t.Fatalf("kept: %d %s", kept.Status, kept.Words("main"))
	}
	seen := o.worker.Open(src)
	if seen.Status != http.StatusOK || !strings.HasPrefix(seen.Header.Get("Content-Type"), "image/") || strings.Contains(seen.Body, "canari") || seen.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("the picture: %d %v", seen.Status, seen.Header)
	}
	if p := o.visitor.Open(src); p.Status != http.StatusNotFound || o.visitor.Open(home.Path).Has("#photographs img") {
		t.Errorf("before it is vetted a visitor sees %d", p.Status)
	}
	if p := o.stranger.Open(src); p.Status != http.StatusNotFound {
		t.Errorf("a stranger sees %d", p.Status)
	}
	o.worker.Press(home, "button[value='submit']", nil)
	o.lead.Press(o.lead.Open(home.Path), "button[value='vet']", nil)
	if p := o.visitor.Open(src); p.Status != http.StatusOK || !o.visitor.Open(home.Path).Has("#photographs img") {
		t.Errorf("once it is vetted a visitor sees %d", p.Status)
	}
	cut := o.worker.Press(o.worker.Open(o.path+"/switches"), "button[value='off']", apptest.Fields{"functions": {"photographs"}, "reason": {"Une façade se voit"}})
	if !strings.Contains(cut.Words("main"), "Une façade se voit") || cut.Has("button[value='on']") {
		t.Errorf("switched off: %s", cut.Words("main"))
	}
	if p := o.lead.Open(src); p.Status != http.StatusNotFound {
		t.Errorf("while photographs are switched off: %d", p.Status)
	}
	o.lead.Press(o.lead.Open(o.path+"/switches"), "button[value='on']", nil)
	gone := o.worker.Press(o.worker.Open(home.Path), "#photographs li button", nil)
	if p := o.worker.Open(src); gone.Has("#photographs img") || p.Status != http.StatusNotFound {
		t.Errorf("taken off: %d", p.Status)
	}
}

// tagged is a photograph that says where it was taken.
func tagged(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for x := range 64 {
		for y := range 48 {
			m.Set(x, y, color.RGBA{uint8(x * 4), uint8(y * 5), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	where := "12 rue du canari"
	comment := append([]byte{0xff, 0xfe, 0, byte(len(where) + 2)}, where...)
	return append(append(append([]byte{}, b.Bytes()[:2]...), comment...), b.Bytes()[2:]...)
}

// TestH23_OneActSwitchesFunctionsOffByAreaAndKind holds the pages to it: what is
// cut here is refused there.
func TestH23_OneActSwitchesFunctionsOffByAreaAndKind(t *testing.T) {
	t.Parallel()
	rhone, isere := openOffice(t, store.SQLite, "rhone"), openOffice(t, store.SQLite, "isere")
	isere.sees(rhone)
	rhone.offered()
	apptest.Settle(t, rhone.Server, isere.Server)
	id := ready(t, isere.desk)
	homes, err := isere.Housing.Homes(t.Context(), isere.desk.lead, isere.desk.programme.Group.ID, 10)
	if err != nil || len(homes) != 1 {
		t.Fatal(homes, err)
	}
	isere.says(id, homes[0].ID)
	form := rhone.worker.Open(rhone.path + "/switches")
	if p := rhone.worker.Press(form, "button[value='off']", apptest.Fields{"areas": {"Lyon"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#functions-problem") {
		t.Errorf("nothing, nowhere: %d", p.Status)
	}
	rhone.worker.Press(form, "button[value='off']", apptest.Fields{"functions": {"holds", "placements"}, "areas": {"38, 69"}, "category": {"private-room"}, "reason": {"Signalement"}})
	found := isere.worker.Open(isere.path+"/search").Find("#found .name").AttrOr("href", "")
	refused := isere.worker.Press(isere.worker.Open(found), "#hold button.button", nil)
	if refused.Words(".badge") != "Refusé" || !strings.Contains(refused.Words("main"), "a tout mis en pause") {
		t.Errorf("where holds are cut: %s", refused.Words("main"))
	}
	rhone.lead.Press(rhone.lead.Open(rhone.path+"/switches"), "button[value='on']", nil)

	rhone.admin.Press(rhone.admin.Open("/admin/switches"), "button[value='off']", apptest.Fields{"functions": {"search"}, "reason": {"Crise"}})
	apptest.Settle(t, rhone.Server, isere.Server)
	if p := isere.worker.Open(isere.path + "/search"); p.Has("#found .name") {
		t.Errorf("while homes are hidden a partner finds %q", p.List("#found .name"))
	}
	if p := rhone.lead.Open(rhone.path + "/switches"); !strings.Contains(p.Words("main"), "pour tout le serveur") || p.Has("button[value='on']") {
		t.Errorf("a lead lifts what an administrator did: %s", p.Words("main"))
	}
	rhone.admin.Press(rhone.admin.Open("/admin/switches"), "button[value='on']", nil)
	apptest.Settle(t, rhone.Server, isere.Server)
	if p := isere.worker.Open(isere.path + "/search"); !p.Has("#found .name") {
		t.Error("once it is over the home is not told again")
	}
	if log := strings.Join(rhone.lead.Open(rhone.path+"/log").List("ul.rows li"), " "); strings.Count(log, "A coupé des fonctions") != 2 || strings.Count(log, "A rétabli des fonctions") != 2 {
		t.Errorf("the log: %s", log)
	}
}
