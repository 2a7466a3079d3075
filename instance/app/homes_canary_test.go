package app_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/hosts"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// confidence is all that is told in confidence between two associations, those who
// lend homes and those who come to live there.
type confidence struct {
	planting
	rhone, isere                *office
	host, friend, family, other *apptest.Browser

	hostFile string // the page of the host
	home     string // the page of the home
	uri      string
	file     string // the page of the case
	hold     string
}

// TestNothingThatIsToldOfHomesAndPeopleLeaves goes every way that a programme has,
// between two servers and in browsers, with a word of its own in every field that
// words can be written into, and looks for each of them in all that anybody is
// answered or sent who may not read it, and in all that is kept.
func TestNothingThatIsToldOfHomesAndPeopleLeaves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log, clock := &heard{}, &ahead{}
		open := func() *apptest.Server { return apptest.OpenHeardAt(t, engine, clock.Now, log) }
		c := &confidence{planting: planting{t: t}}
		c.rhone, c.isere = officeOn(t, open(), "rhone"), officeOn(t, open(), "isere")
		lodging := lodgingOn(t, openBureau(t, open(), "toit"), stayed)
		gard := apptest.OpenAt(t, storetest.URL(t, store.SQLite), clock.Now, nil)
		servers := []*apptest.Server{c.rhone.Server, c.isere.Server, lodging.Server, gard}
		for _, s := range servers {
			s.Watch()
		}
		for name, o := range map[string]*office{"rhone": c.rhone, "isere": c.isere} {
			o.lead.Reader, o.worker.Reader, o.visitor.Reader = name, name, name
		}
		c.isere.sees(c.rhone)
		c.lends()
		unanswered := c.waitsFor()
		c.offers()
		c.seeks()
		c.agrees()
		c.lives()
		c.goesWrong()
		c.leaves()
		c.looksAround(gard)
		c.reaches(lodging)
		apptest.Settle(t, servers...)
		c.kept(lodging.Server) // while its contact is open
		columnsAre(t, lodging.Server)
		c.timePasses(clock, unanswered, servers...)
		endsWereTold(t, lodging)

		c.everyField()
		deaf := regexp.MustCompile(`^(/programmes/[0-9]+/((statistics|log|holds|search|partners|team)\b[^/]*$|holds/[0-9]+$)|/notifications|/h/|/g/|/admin/)`)
		for _, s := range servers {
			c.read(s, deaf)
		}
		for _, s := range servers[:3] {
			c.kept(s)
			columnsAre(t, s)
			counted := metricsOf(t, s)
			labelsAreListed(t, s, counted)
			c.nowhere("the metrics", counted, nil)
			rekeyed(t, s)
		}
		c.nowhere("the log", log.String(), nil)
		for _, w := range c.words {
			if !w.seen && len(w.readers) > 0 {
				t.Errorf("nobody read %s: was it kept?", w.what)
			}
		}
		if len(c.words) < 50 {
			t.Errorf("%d words were planted only", len(c.words))
		}
	})
}

// lends has somebody be led from a first word to a host who is approved.
func (c *confidence) lends() {
	t, o := c.t, c.rhone
	t.Helper()
	c.host, c.friend = o.Browser(), o.Browser()
	c.host.Reader, c.friend.Reader = "host", "friend"
	c.press(c.host, c.host.Open(o.path+"/host"), "main form button.button", apptest.Fields{"born": {"1957"}, "from": {tonight().String()}}, "rhone", "host")
	c.last["name"].readers = append(c.last["name"].readers, "friend")
	mailbox := c.last["email"].word + "@guests.example"
	c.last["phone"].readers = []string{"rhone", "host"}
	c.host.Press(c.host.Open(linkTo(t, o.Server, mailbox)), "main form button.button", nil)
	c.press(o.worker, o.worker.Open(o.path+"/hosts"), "button[value='plan']", apptest.Fields{"at": {time.Now().AddDate(0, 0, 7).Format("2006-01-02T15:04")}, "places": {"30"}}, "rhone", "host", "patient")
	o.worker.Press(o.worker.Open(o.path+"/hosts"), "button[value='invite']", apptest.Fields{"many": {"20"}})
	apptest.Settle(t, o.Server)
	own := c.host.Open(linkTo(t, o.Server, mailbox))
	page := own.Path
	c.hostFile = o.worker.Open(o.path+"/hosts?state=invited").Find("main ul.rows a.name").AttrOr("href", "/missing")
	o.worker.Press(o.worker.Open(c.hostFile), "button[value='inform']", nil)

	c.press(c.host, c.host.Open(page), "form[action$='/change'] button", apptest.Fields{"address": {"12 rue du " + here + ", 69100 Villeurbanne"}}, "rhone", "host")
	c.press(c.host, c.host.Open(page), "form[action$='/rule'] button", nil, "rhone", "host")
	c.host.Press(c.host.Open(page), "form[action$='/check'] button", apptest.Fields{"yes": hosts.Questions})
	c.press(c.host, c.host.Open(page), "form[action$='/adult'] button", nil, "rhone", "host")
	for i := range 2 {
		c.press(c.host, c.host.Open(page), "form[action$='/reference'] button", nil, "rhone", "host")
		link := linkTo(t, o.Server, c.last["email"].word+"@guests.example")
		c.last["email"].readers = nil
		asked := c.friend.Open(link)
		if i == 1 {
			c.friend.Press(asked, "button[value='decline']", nil)
			continue
		}
		c.press(c.friend, asked, "button[value='write']", apptest.Fields{"text": {here + strings.Repeat(" une phrase de plus", 8)}}, "rhone", "friend")
		c.last["known"].readers = nil
	}
	o.worker.Press(o.worker.Open(c.hostFile), "button[value='identity']", apptest.Fields{"of-age": {"yes"}})
	for _, deed := range []string{"heard", "record"} {
		for range 5 {
			if p := o.worker.Open(c.hostFile); p.Has("button[value='" + deed + "']") {
				o.worker.Press(p, "button[value='"+deed+"']", nil)
			}
		}
	}
	c.press(o.visitor, o.visitor.Open(c.hostFile), "button[value='visit']", apptest.Fields{"must": {"smoke", "heating", "damp", "private", "lock", "exits", "water"}, "room": {"12"}}, "rhone")
	o.worker.Press(o.worker.Open(c.hostFile), "button[value='propose']", nil)
	approved := o.lead.Press(o.lead.Open(c.hostFile), "button[value='approve']", apptest.Fields{"places": {"2"}, "nights": {"90"}, "children": {"on"}})
	if !strings.Contains(approved.Words(".badge"), "Accepté") {
		t.Fatalf("approved: %d %s", approved.Status, approved.Words("main"))
	}
}

// offers has the home be described, sent back, vetted and offered.
func (c *confidence) offers() {
	t, o := c.t, c.rhone
	t.Helper()
	p := o.worker.Open(o.path + "/homes/new")
	for _, fields := range []apptest.Fields{
		{"commune": {"69266"}, "from": {tonight().String()}, "until": {(tonight() + 90).String()}},
		{"category": {"private-room"}, "bedrooms": {"1"}, "places": {"2"}, "adults": {"2"}, "children": {"1"}},
		{"pets": {"no"}, "smoking": {"no"}, "company": {"women"}, "languages": {"fr", "uk"}},
		{"features": {"internet", "lock"}},
		nil,
	} {
		p = o.worker.Press(p, "button[value='next']", fields)
	}
	c.home = p.Path
	o.worker.Press(o.worker.Open(c.hostFile), "button[value='assign']", nil)
	name := c.word("the name of a photograph")
	if p = o.worker.Press(p, "#photographs form.form button", nil, apptest.File{Field: "photograph", Name: name.word + ".jpg", Content: tagged(t)}); p.Status != http.StatusOK {
		t.Fatalf("a photograph: %d %s", p.Status, p.Words("main"))
	}
	o.worker.Press(o.worker.Open(c.home), "button[value='submit']", nil)
	c.press(o.lead, o.lead.Open(c.home), "button[value='return']", nil, "rhone")
	o.worker.Press(o.worker.Open(c.home), "button[value='submit']", nil)
	p = o.lead.Press(o.lead.Press(o.lead.Open(c.home), "button[value='vet']", nil), "button[value='offer']", nil)
	if !strings.Contains(p.Words(".badge"), "Disponible") {
		t.Fatalf("offered: %s", p.Words("main"))
	}
	apptest.Settle(t, o.Server, c.isere.Server)
	homes, err := c.isere.Housing.Homes(t.Context(), c.isere.desk.lead, c.isere.desk.programme.Group.ID, 10)
	if err != nil || len(homes) != 1 {
		t.Fatalf("the partner sees %+v, %v", homes, err)
	}
	c.uri = homes[0].ID
}

// step takes the case a step on.
func (c *confidence) step(by *apptest.Browser, name string, with apptest.Fields) {
	c.t.Helper()
	p := by.Press(by.Open(c.file), "form:has(input[name='step'][value='"+name+"']) button", with)
	if p.Status != http.StatusOK {
		c.t.Fatalf("%s: %d %s", name, p.Status, p.Words("main .problems"))
	}
}

// household is the form of a mother and her child.
func ofTwo() apptest.Fields {
	return apptest.Fields{
		"age-1": {"adult"}, "sex-1": {"female"}, "age-2": {"child"}, "sex-2": {"female"}, "parent1-2": {"1"}, "age-3": {""}, "name-3": {""}, "area": {"69"},
		"languages": {"uk", "ti"}, "from": {tonight().String()}, "until": {(tonight() + 30).String()}, "nogo": {"smoke"}, "consent": {"yes"},
	}
}

// seeks has a household be taken down, vetted and shown the home, and say yes.
func (c *confidence) seeks() {
	t, o := c.t, c.isere
	t.Helper()
	fields := ofTwo()
	fields["came"] = []string{"referrer"}
	c.file = c.press(o.worker, o.worker.Open(o.path+"/cases/new"), "form.form p.submit button", fields, "isere").Path
	delete(fields, "came")
	delete(fields, "consent")
	o.lead.Open(c.file)
	c.press(o.worker, o.worker.Open(c.file+"/edit"), "form.form p.submit button", fields, "isere")
	c.step(o.worker, "take", nil)
	c.step(o.worker, "vet", nil)
	c.step(o.lead, "vet", nil)
	for _, kind := range []string{"note", "call", "visit", "task"} {
		c.press(o.worker, o.worker.Open(c.file), "button[value='note']", apptest.Fields{"kind": {kind}, "due": {tonight().String()}}, "isere")
	}
	for _, to := range households.Tellings {
		o.worker.Press(o.worker.Open(c.file), "form:has(input[value='"+string(to)+"']) button[value='agree']", nil)
	}
	o.worker.Press(o.worker.Open(c.file), "button[value='reference']", nil)
	code := o.worker.Press(o.worker.Open(c.file), "button[value='code']", nil).Find(".note.sun bdi").Text()
	port := o.Place("port", "neighbourhood")
	c.family = o.SignedIn(o.Resident("oksana", port))
	c.family.Reader = "family"
	c.family.Press(c.family.Open("/household"), "form.form button", apptest.Fields{"code": {code}})
	c.press(o.worker, o.worker.Open(c.file+"/talk"), "form.form button", nil, "isere", "family")

	homes := o.worker.Press(o.worker.Open(c.file+"/homes"), "#home-1 button[value='learn']", apptest.Fields{"men": {"1"}, "women": {"1"}})
	if p := o.worker.Press(homes, "#home-1 button[value='show']", nil); p.Status != http.StatusOK {
		t.Fatalf("shown: %d %s", p.Status, p.Words("main"))
	}
	own := strings.Replace(c.file, "/cases/", "/household/", 1)
	c.family.Press(c.family.Open(own), "button[value='yes']", nil)
	c.step(o.worker, "meet", nil)
	p := o.worker.Press(o.worker.Open(c.file+"/homes"), "#home-1 button[value='hold']", nil)
	if !strings.Contains(p.Words("#holds"), "retenu") {
		t.Fatalf("held: %d %s", p.Status, p.Words("main"))
	}
	c.step(o.worker, "settle", nil)
	c.hold = o.worker.Open(o.path+"/holds").Find("ul.rows a.name").AttrOr("href", "/missing")
	apptest.Settle(t, o.Server, c.rhone.Server)

	c.other = c.rhone.SignedIn(c.rhone.Resident("olha", c.rhone.Place("port", "neighbourhood")))
	c.other.Reader = "other"
	c.press(c.other, c.other.Open(c.rhone.path+"/ask"), "form.form p.submit button", ofTwo(), "rhone")
	for _, field := range []string{"referrer", "notes"} {
		if w := c.last[field]; w != nil {
			w.readers = nil
		}
	}
	self := c.rhone.worker.Open(c.rhone.path+"/cases").Find("a[href^='/cases/']:not([href$='new'])").AttrOr("href", "/missing")
	c.rhone.worker.Open(self)
}

// agrees has the two tell one another the minimum, sign and place.
func (c *confidence) agrees() {
	t := c.t
	t.Helper()
	ours := c.rhone.worker.Open(c.home).Find("#holds a[href$='/file']").AttrOr("href", "/missing")
	theirs := c.hold + "/file"
	c.press(c.rhone.worker, c.rhone.worker.Open(ours), "form[action$='/file'] button.button", nil, "isere")
	c.press(c.isere.worker, c.isere.worker.Open(theirs), "form[action$='/file'] button.button", nil, "rhone")
	c.isere.worker.Press(c.isere.worker.Open(theirs), "form[action$='/read'] button", nil)
	c.rhone.worker.Press(c.rhone.worker.Open(ours), "form[action$='/read'] button", nil)
	for _, by := range []*apptest.Browser{c.isere.worker, c.isere.lead} {
		by.Press(by.Open(c.hold), "button[value='sign']", nil)
	}
	p := c.rhone.worker.Press(c.rhone.worker.Open(c.home), "button[value='place']", nil)
	if !strings.Contains(p.Words("#holds"), "Des personnes y vivent") {
		t.Fatalf("placed: %s", p.Words("main"))
	}
	apptest.Settle(t, c.rhone.Server, c.isere.Server)
}

// signsAll has the agreement be written and signed by all three.
func (c *confidence) signsAll() {
	o, pact := c.isere, c.file+"/agreement"
	c.t.Helper()
	written := o.worker.Press(o.worker.Open(pact), "button[value='draft']", nil)
	for _, party := range []string{"guest", "host"} {
		written = o.worker.Press(written, "form:has(input[value='"+party+"']) button", nil)
	}
	if p := o.lead.Press(o.lead.Open(pact), "button[value='sign']", apptest.Fields{"understood": {"yes"}}); !p.Has(".done") {
		c.t.Fatalf("signed by three: %d %s", p.Status, p.Words("main"))
	}
}

// lives has the household move in, be asked how it is, and speak.
func (c *confidence) lives() {
	o := c.isere
	c.t.Helper()
	c.signsAll()
	o.worker.Press(o.worker.Open(c.hold), "button[value='arrived']", nil)
	c.press(o.worker, o.worker.Open(c.file+"/followups"), "article button[value='reached']", nil, "isere")
	for range 2 {
		c.press(o.worker, o.worker.Open(c.file+"/followups"), "article button[value='missed']", nil, "isere")
	}
	own := strings.Replace(c.file, "/cases/", "/household/", 1)
	c.press(c.family, c.family.Open(own), "button[value='say']", nil, "isere", "family")
	c.press(c.family, c.family.Open(own), "button[value='call']", nil, "isere", "family")
	c.press(c.family, c.family.Open(own), "button[value='complain']", nil, "isere")
	c.takesStock()
	c.mediates()
	c.atTheDesk()
	for party, by := range map[string]*apptest.Browser{"guest": o.worker, "host": o.lead} {
		by.Press(by.Open(c.file), "button[value='renew-"+party+"']", apptest.Fields{"until": {(tonight() + 60).String()}})
	}
}

// takesStock has the inventories be written, commented, photographed and signed.
func (c *confidence) takesStock() {
	t, o, at := c.t, c.isere, c.file+"/inventory"
	t.Helper()
	own := strings.Replace(c.file, "/cases/", "/household/", 1) + "/inventory"
	states := apptest.Fields{}
	for _, room := range households.InventoryRooms {
		for _, what := range households.InventoryItems[room] {
			states["state-"+string(room)+"-"+what] = []string{"good"}
		}
	}
	for _, moment := range []string{"entry", "exit"} {
		form := o.worker.Open(at + "/" + moment)
		for n := range form.Find("input[name^='text-']").Length() {
			states["state-"+strconv.Itoa(n+1)], states["room-"+strconv.Itoa(n+1)] = []string{"worn"}, []string{"hall"}
		}
		c.press(o.worker, form, "button[value='write']", states, "isere", "family")
		of := "form:has(input[name='moment'][value='" + moment + "']) "
		c.press(o.worker, o.worker.Open(at), of+"button[value='remark']", nil, "isere", "family")
		c.press(c.family, c.family.Open(own), of+"button[value='remark']", nil, "isere", "family")
		name := c.word("the name of a photograph of an inventory")
		p := c.family.Press(c.family.Open(own), "form[action$='/photographs']:has(input[value='"+moment+"']) button", apptest.Fields{"room": {"hall"}}, apptest.File{Field: "photograph", Name: name.word + ".jpg", Content: tagged(t)})
		if src := p.Find("#"+moment+" img").AttrOr("src", "/missing"); p.Status != http.StatusOK || c.family.Open(src).Status != http.StatusOK {
			t.Fatalf("a photograph: %d %s", p.Status, p.Words("main"))
		}
		if p := o.worker.Press(o.worker.Open(at), of+"button[value='shut']", nil); p.Status != http.StatusOK {
			t.Fatalf("put forward: %d %s", p.Status, p.Words(".problems"))
		}
		c.family.Press(c.family.Open(own), of+"button[value='sign']", apptest.Fields{"understood": {"yes"}})
		o.worker.Press(o.worker.Open(at), "form:has(input[value='host']):has(input[value='"+moment+"']) button[value='paper']", nil)
		o.lead.Press(o.lead.Open(at), of+"button[value='sign']", apptest.Fields{"understood": {"yes"}})
		if p := c.family.Open(own); !p.Has("#" + moment + " .done") {
			t.Fatalf("signed by three: %s", p.Words("#"+moment))
		}
	}
}

// mediates has the household ask for somebody who speaks with both, that one write down
// what was said, and it fail.
func (c *confidence) mediates() {
	t, o, at := c.t, c.isere, c.file+"/mediation"
	t.Helper()
	own := strings.Replace(at, "/cases/", "/household/", 1)
	c.press(c.family, c.family.Open(own), "button[value='ask']", nil, "isere", "family")
	c.press(o.worker, o.worker.Open(at), "button[value='begin']", nil, "isere", "family")
	day := []string{tonight().String()}
	c.press(o.lead, o.lead.Open(at), "button[value='record']", apptest.Fields{"on": day, "due-1": day, "due-2": day, "due-3": day}, "isere", "family")
	c.last["said"].readers = []string{"isere"}
	if p := c.family.Open(own); !strings.Contains(p.Body, c.last["point-2"].word) {
		t.Fatalf("what was agreed: %s", p.Words("main"))
	}
	c.press(o.lead, o.lead.Open(at), "button[value='end']", apptest.Fields{"outcome": {"failed"}}, "isere")
	o.worker.Press(o.worker.Open(c.file+"/agreement"), "button[value='insured']", nil)
}

// atTheDesk has the team hand over, write a letter and answer an authority.
func (c *confidence) atTheDesk() {
	o := c.isere
	c.t.Helper()
	moment := func(in time.Duration) []string { return []string{time.Now().Add(in).Format("2006-01-02T15:04")} }
	o.worker.Press(o.worker.Open(o.path+"/rota"), "button[value='plan']", apptest.Fields{"from": moment(-2 * time.Hour), "until": moment(20 * time.Hour)})
	c.press(o.worker, o.worker.Open(o.path+"/rota"), "button[value='hand']", nil, "isere")
	c.press(o.lead, o.lead.Open(o.path+"/letters"), "button[value='keep']", apptest.Fields{"title": {"Papiers"}}, "isere")
	c.press(o.worker, o.worker.Open(c.file+"/letter"), "form[method='post'] p.submit button", apptest.Fields{"title": {"Papiers"}}, "isere")
	requests := o.path + "/requests?case=" + c.file[len("/cases/"):]
	c.press(o.worker, o.worker.Open(requests), "button[value='take']", apptest.Fields{"ground": {"court"}}, "isere")
	c.press(o.worker, o.worker.Open(o.path+"/requests"), "button[value='answer']", nil, "isere")
	o.lead.Press(o.lead.Open(o.path+"/requests"), "button[value='decide']", nil)
}

// goesWrong has the complaint be looked into, an incident reported, decided and
// appealed, and functions switched off.
func (c *confidence) goesWrong() {
	o := c.isere
	c.t.Helper()
	for _, href := range o.lead.Open(o.path + "/cases").Find("a[href^='/incidents/']").EachIter() {
		at := href.AttrOr("href", "/missing")
		c.press(o.lead, o.lead.Open(at), "button[value='add']", nil, "isere")
	}
	c.answers()
	c.appeals()
	// Who decided takes no part in what comes after an appeal.
	third := o.Resident("theodora", o.Place("berges", "neighbourhood"))
	if err := o.Housing.SetTeam(c.t.Context(), o.desk.lead, o.desk.programme.Group.ID, third.ID, instance.Caseworker); err != nil {
		c.t.Fatal(err)
	}
	other := o.SignedIn(third)
	other.Reader = "isere"
	p := c.press(o.worker, o.worker.Open(c.file+"/incident"), "form.form p.submit button", apptest.Fields{"severity": {"4"}, "home": {c.uri}, "freeze": {"1"}}, "isere")
	if !p.Has("main a[href='" + c.hold + "/file']") {
		c.t.Errorf("the incident does not lead to whose home it is: %s", p.Words("main"))
	}
	for _, x := range []struct {
		by   *apptest.Browser
		deed string
	}{{o.worker, "look"}, {o.lead, "decide"}, {o.worker, "appeal"}, {o.worker, "look"}, {other, "decide"}, {o.lead, "close"}} {
		var outcome apptest.Fields
		if x.deed == "look" || x.deed == "decide" {
			outcome = apptest.Fields{"outcome": {"talk"}}
		}
		c.press(x.by, x.by.Open(p.Path), "button[value='"+x.deed+"']", outcome, "isere")
	}
	for name, o := range map[string]*office{"rhone": c.rhone, "isere": c.isere} {
		c.press(o.worker, o.worker.Open(o.path+"/switches"), "button[value='off']", apptest.Fields{"functions": {"holds"}}, name)
		o.lead.Press(o.lead.Open(o.path+"/switches"), "button[value='on']", nil)
	}
}

// answers has two who lead look into the complaint of the household, and answer it.
func (c *confidence) answers() {
	t, o := c.t, c.isere
	t.Helper()
	role := func(role string) {
		err := o.DB.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE housing_team SET role = $1 WHERE person_id = (SELECT id FROM actors WHERE username = 'vera' AND host = '')`, role)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	role("lead")
	for _, href := range o.lead.Open(o.path + "/cases").Find("a[href^='/incidents/']").EachIter() {
		at := href.AttrOr("href", "/missing")
		if p := o.lead.Open(at); !strings.Contains(p.Words("h1"), "Plainte") {
			continue
		}
		c.press(o.lead, o.lead.Open(at), "button[value='look']", apptest.Fields{"outcome": {"talk"}}, "isere")
		c.press(o.visitor, o.visitor.Open(at), "button[value='decide']", apptest.Fields{"outcome": {"talk"}}, "isere")
		c.press(o.lead, o.lead.Open(at), "button[value='close']", nil, "isere")
		c.last["answer"].readers = []string{"isere", "family"}
	}
	role("visitor")
	if c.last["answer"] == nil {
		t.Fatal("no complaint was answered")
	}
	if p := c.family.Open(strings.Replace(c.file, "/cases/", "/household/", 1)); !strings.Contains(p.Words("#complain"), c.last["answer"].word) {
		t.Fatalf("the household reads %s", p.Words("#complain"))
	}
}

// appeals has somebody notice what two look at, and the household appeal that.
func (c *confidence) appeals() {
	o := c.isere
	c.t.Helper()
	c.press(o.worker, o.worker.Open(c.file+"/followups"), "article button[value='reached']", apptest.Fields{"signs": {"many-accounts"}}, "isere")
	signs := listed[int64](c.t, o.Server, `SELECT id FROM housing_incidents WHERE kind = 'sign' AND case_id IS NOT NULL AND state = 'open'`)
	if len(signs) == 0 {
		c.t.Fatal("nothing was noticed")
	}
	for _, id := range signs {
		at := fmt.Sprintf("/incidents/%d", id)
		c.press(o.worker, o.worker.Open(at), "button[value='look']", apptest.Fields{"outcome": {"talk"}}, "isere")
		c.press(o.lead, o.lead.Open(at), "button[value='decide']", apptest.Fields{"outcome": {"talk"}}, "isere")
	}
	c.press(c.family, c.family.Open(strings.Replace(c.file, "/cases/", "/household/", 1)), "#decided button", nil, "isere", "family")
}

// leaves has the stay end, the talk after it be written down, and the case closed.
func (c *confidence) leaves() {
	t, o := c.t, c.isere
	t.Helper()
	left := o.worker.Press(o.worker.Open(c.hold), "button[value='leave']", apptest.Fields{"leaving": {(tonight() + 10).String()}, "why": {"earlier"}})
	if left.Words(".badge") != "Terminé" {
		t.Fatalf("left: %s", left.Words("main"))
	}
	apptest.Settle(t, c.rhone.Server, o.Server)
	if p := o.lead.Open(c.file); p.Has("button[value='thaw']") {
		o.lead.Press(p, "button[value='thaw']", nil)
	}
	c.press(c.family, c.family.Open(strings.Replace(c.file, "/cases/", "/household/", 1)), "button[value='close']", nil, "isere")
	c.press(o.worker, o.worker.Open(c.file), "button[value='note']", apptest.Fields{"kind": {"closing"}}, "isere")
	c.insiders()
	c.step(o.worker, "close", apptest.Fields{"why": {"own-home"}})
	c.press(c.rhone.lead, c.rhone.lead.Open(c.home), "form:has(textarea) button[value='close']", nil, "rhone")
	apptest.Settle(t, c.rhone.Server, o.Server)
}

// insiders has everybody who may read something open all that leads on.
func (c *confidence) insiders() {
	c.t.Helper()
	for _, o := range []*office{c.rhone, c.isere} {
		for _, by := range []*apptest.Browser{o.lead, o.worker, o.visitor} {
			wander := wander(by)
			roamFrom(c.t, by.Reader, wander, o.path, o.path+"/cases", o.path+"/homes", o.path+"/hosts", o.path+"/holds", o.path+"/switches", c.file, c.hostFile, c.home,
				o.path+"/statistics", o.path+"/statistics.csv", o.path+"/statistics.json", o.path+"/readings", o.path+"/log", o.path+"/today", o.path+"/rota", o.path+"/letters", o.path+"/requests", o.path+"/requests.csv", c.file+"/sheet", c.file+"/inventory", c.file+"/mediation", c.file+"/readings", "/notifications")
		}
	}
	roamFrom(c.t, "host", wander(c.host), "/", c.rhone.path)
	roamFrom(c.t, "family", wander(c.family), "/household", "/notifications", "/home", c.isere.path, strings.Replace(c.file, "/cases/", "/household/", 1))
	roamFrom(c.t, "other", wander(c.other), "/household", "/notifications", "/home", c.rhone.path)
}

// looksAround has everybody open what they can who may read nothing of it: on
// pages, as programs, and as servers that are and are not partners.
func (c *confidence) looksAround(gard *apptest.Server) {
	t, ctx := c.t, c.t.Context()
	t.Helper()
	eve := gard.Resident("eve", gard.Place("croixrousse", "neighbourhood"))
	for _, o := range []*office{c.rhone, c.isere} {
		start := []string{
			o.path, c.file, c.file + "/sheet", c.hostFile, c.home, c.hold, "/programmes", "/household", "/hosting", "/nodeinfo/2.1", "/metrics", "/debug/vars", "/debug/pprof/",
			"/.well-known/nodeinfo", "/feeds", "/sitemap.xml", o.path + "/statistics.csv", strings.TrimPrefix(c.uri, c.rhone.URL), strings.TrimPrefix(c.uri, c.rhone.URL) + "/visited",
		}
		dora, err := o.People.Named(ctx, "dora")
		if err != nil {
			t.Fatal(err)
		}
		program := o.Program(dora)
		roamFrom(t, "a passer-by", wander(o.Browser()), start...)
		roamFrom(t, "a neighbour", wander(o.stranger), append(start, "/home", "/notifications")...)
		for _, path := range append(start, "/api/v1/timelines/public", "/api/v1/notifications", "/api/v2/search?q=toit", "/api/v1/directory", "/api/v2/instance") {
			program.Get(path)
		}
		for _, name := range []string{"rhone", "isere", "rhone_asso", "isere_asso", "lea", "casimir"} {
			for _, end := range []string{"", "/outbox", "/followers", "/following", "/desk", "/twins"} {
				o.Get("/g/"+name+end, "application/activity+json")
				o.Get("/@"+name, "application/activity+json")
			}
		}
	}
	for _, from := range []*apptest.Server{gard, c.isere.Server} {
		for _, end := range []string{"", "/ledger", "/visited"} {
			_, _ = from.Federation.Fetch(ctx, c.uri+end) // whatever is answered is looked at
		}
	}
	away := gard.SignedIn(eve)
	for _, words := range []string{"toit", "Villeurbanne"} {
		found(wander(away), words)
	}
}

// roamFrom opens what leads on from some pages, within the part of a server that is
// about homes, and fails for answers that are the server's fault.
func roamFrom(t *testing.T, who string, open func(string) (int, string, []string), start ...string) {
	t.Helper()
	about := regexp.MustCompile(`^/(programmes|cases|incidents|household|hosting|references|h/|notifications|@)`)
	seen := map[string]bool{}
	for waiting := start; len(waiting) > 0 && len(seen) < 80; waiting = waiting[1:] {
		path := waiting[0]
		if seen[path] {
			continue
		}
		seen[path] = true
		status, _, links := open(path)
		if status >= http.StatusInternalServerError {
			t.Errorf("%s at %s: %d", who, path, status)
		}
		for _, link := range links {
			link, _, _ = strings.Cut(link, "#")
			if about.MatchString(link) {
				waiting = append(waiting, link)
			}
		}
	}
}
