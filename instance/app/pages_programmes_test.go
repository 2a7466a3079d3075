package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/organisations"
	"palier/instance/people"
	"palier/instance/store"
	"palier/protocol/vocab"
)

// office is an association with what its people see in browsers.
type office struct {
	*apptest.Server
	lead, worker, visitor, stranger, admin *apptest.Browser
	path                                   string // of its programme
}

// openOffice has a programme opened in browsers, from the mandate to the team.
func openOffice(t *testing.T, engine store.Engine, name string) *office {
	t.Helper()
	s := apptest.Open(t, engine, nil)
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
		{"pets": {"no"}, "smoking": {"outside"}, "languages": {"fr", "uk"}},
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
