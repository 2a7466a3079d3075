package app_test

import (
	"net/http"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/households"
	"palier/instance/store"
)

// caseCanaries are words in a file that nobody but its team may ever read.
var caseCanaries = map[string]string{
	"the name of a household": "Zvirobiy-Canari", "its telephone": "0698127634", "what it needs": "insuline-canari", "where it goes next": "tante-canari",
	"what it complains of": "plainte-canari", "what is noted of it": "note-canari", "what happened to it": "incident-canari",
}

// filled is the form of a mother and her child.
func filled() apptest.Fields {
	return apptest.Fields{
		"came": {"caseworker"}, "age-1": {"adult"}, "sex-1": {"female"}, "name-1": {caseCanaries["the name of a household"]},
		"age-2": {""}, "age-3": {"child"}, "sex-3": {"female"}, "parent1-3": {"1"}, "languages": {"uk", "fr"},
		"from": {tonight().String()}, "until": {(tonight() + 30).String()}, "reach": {caseCanaries["its telephone"]},
		"needs": {caseCanaries["what it needs"]}, "plan": {caseCanaries["where it goes next"]}, "nogo": {"smoke"}, "consent": {"yes"},
	}
}

// TestJ18_ACaseInBrowsers goes from the first talk to an incident with a freeze, in
// the browsers of two of a team and of the household, and has strangers knock at
// each door.
func TestJ18_ACaseInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		b := openBureau(t, apptest.OpenHeard(t, engine, log), "toit")
		ctx := t.Context()
		l := b.offer(2)
		centre := b.Place("port", "neighbourhood")
		family := b.Resident("oksana", centre)
		worker, lead, oksana := b.SignedIn(b.worker), b.SignedIn(b.lead), b.SignedIn(family)
		board := "/programmes/" + b.programme.Group.ID.String()

		form := worker.Open(board + "/cases/new")
		more := worker.Press(form, "button[value='more']", nil)
		if more.Status != http.StatusOK || !more.Has("#age-6") {
			t.Fatalf("room for more people: %d", more.Status)
		}
		again := worker.Press(more, "form.form p.submit button", apptest.Fields{"consent": {}, "age-1": {"adult"}, "needs": {"du calme"}, "from": {tonight().String()}, "until": {(tonight() + 3).String()}})
		if again.Status != http.StatusUnprocessableEntity || !again.Has("#consent-problem") || again.Find("#needs").Text() != "du calme" {
			t.Fatalf("without consent: %d", again.Status)
		}
		opened := worker.Press(again, "form.form p.submit button", filled())
		if opened.Status != http.StatusOK || !strings.HasPrefix(opened.Path, "/cases/") || !strings.Contains(opened.Words("main"), caseCanaries["the name of a household"]) {
			t.Fatalf("opened: %d at %s: %s", opened.Status, opened.Path, opened.Words("main .problems"))
		}
		path := opened.Path
		step := func(who *apptest.Browser, name string) *apptest.Page {
			t.Helper()
			p := who.Press(who.Open(path), "form:has(input[value='"+name+"']) button", nil)
			if p.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", name, p.Status, p.Words("main .problems"))
			}
			return p
		}
		step(worker, "take")
		step(worker, "vet")
		for who, want := range map[*apptest.Browser]bool{lead: true, worker: false} {
			if p := who.Open(board + "/today"); p.Has("a[href='"+path+"']") != want {
				t.Errorf("at the desk of who signed, or of another, stands %s", p.Words("main"))
			}
		}
		if p := worker.Open(path); p.Has("input[value='vet']") {
			t.Error("who signed is offered to sign once more")
		}
		step(lead, "vet")

		code := worker.Press(worker.Open(path), "button[value='code']", nil)
		joined := oksana.Press(oksana.Open("/household"), "form.form button", apptest.Fields{"code": {code.Find(".note.sun bdi").Text()}})
		if joined.Status != http.StatusOK || !joined.Has("a[href^='/household/']") {
			t.Fatalf("joined: %d %s", joined.Status, joined.Words("main"))
		}
		own := strings.Replace(path, "/cases/", "/household/", 1)

		homes := worker.Open(path + "/homes")
		if !strings.Contains(homes.Words("#home-1"), "On ne sait pas qui vit là") || homes.Has("button[value='show']") {
			t.Fatalf("a room of which nobody knows who lives there: %s", homes.Words("#home-1"))
		}
		alone := worker.Press(homes, "#home-1 button[value='learn']", apptest.Fields{"men": {"1"}})
		if alone.Has("#home-1 button[value='show']") || !strings.Contains(alone.Words("#home-1"), "seules avec des hommes") {
			t.Errorf("with a man alone: %s", alone.Words("#home-1"))
		}
		known := worker.Press(alone, "#home-1 button[value='learn']", apptest.Fields{"men": {"1"}, "women": {"1"}})
		shown := worker.Press(known, "#home-1 button[value='show']", nil)
		if shown.Status != http.StatusOK {
			t.Fatalf("shown: %d %s", shown.Status, shown.Words("main"))
		}
		if p := oksana.Press(oksana.Open(own), "button[value='yes']", nil); p.Status != http.StatusOK || !p.Has(".done") {
			t.Fatalf("they say yes: %d %s", p.Status, p.Words("main"))
		}
		step(worker, "meet")
		held := worker.Press(worker.Open(path+"/homes"), "#home-1 button[value='hold']", nil)
		if held.Status != http.StatusOK || !strings.Contains(held.Words("#holds"), "retenu") {
			t.Fatalf("held: %d %s", held.Status, held.Words("main .problems"))
		}
		step(worker, "settle")
		for _, who := range []*apptest.Browser{worker, lead} {
			if p := who.Open(board + "/today"); p.Has("a[href='"+path+"#holds']") != (who == lead) {
				t.Errorf("at the desk stands %s", p.Words("main"))
			}
			if p := who.Press(who.Open(path), "button[value='sign']", nil); p.Status != http.StatusOK {
				t.Fatalf("signed: %d %s", p.Status, p.Words("main .problems"))
			}
		}
		hold, err := b.Households.Holds(ctx, b.worker, caseID(t, path))
		if err != nil || len(hold) != 1 || hold[0].State != instance.HoldAgreed {
			t.Fatalf("got %+v, %v", hold, err)
		}
		if err := b.Housing.Place(ctx, b.worker, l.ID, hold[0].Number); err != nil {
			t.Fatal(err)
		}
		pact := path + "/agreement"
		written := worker.Press(worker.Open(pact), "button[value='draft']", nil)
		for _, party := range []string{"guest", "host"} {
			written = worker.Press(written, "form:has(input[value='"+party+"']) button", nil)
		}
		if written.Status != http.StatusOK || written.Has("button[value='sign']") {
			t.Fatalf("who wrote down what was signed on paper signs too: %d %s", written.Status, written.Words("main"))
		}
		if p := lead.Press(lead.Open(pact+"?in=uk"), "button[value='sign']", apptest.Fields{"understood": {"yes"}}); p.Status != http.StatusOK || !p.Has(".done") {
			t.Fatalf("signed: %d %s", p.Status, p.Words("main"))
		}
		step(worker, "move-in")

		follow := worker.Press(worker.Open(path+"/followups"), "article button[value='reached']", apptest.Fields{"text": {caseCanaries["what is noted of it"]}})
		if follow.Status != http.StatusOK || !strings.Contains(follow.Words("main"), caseCanaries["what is noted of it"]) {
			t.Errorf("asked how they are: %d", follow.Status)
		}
		said := oksana.Press(oksana.Open(own), "button[value='say']", apptest.Fields{"text": {"appelez le 06 12 34 56 78"}})
		if said.Status != http.StatusOK || strings.Contains(said.Words("#talk"), "06 12") || !strings.Contains(said.Words("#talk"), households.Mark) {
			t.Errorf("said: %s", said.Words("#talk"))
		}
		complained := oksana.Press(said, "button[value='complain']", apptest.Fields{"complaint": {caseCanaries["what it complains of"]}})
		if complained.Status != http.StatusOK {
			t.Fatalf("complained: %d %s", complained.Status, complained.Words("main .problems"))
		}
		if got := worker.Open(board + "/cases").Words("#hosts"); !strings.Contains(got, "1") {
			t.Errorf("on the board stands of hosts: %q", got)
		}
		if worker.Open(board + "/cases").Has("a[href^='/incidents/']") {
			t.Error("who keeps the case sees the complaint")
		}
		complaint := lead.Open(board+"/cases").Find("a[href^='/incidents/']").AttrOr("href", "")
		if p := lead.Open(complaint); !strings.Contains(p.Words("main"), caseCanaries["what it complains of"]) {
			t.Errorf("the lead reads at %s: %s", complaint, p.Words("main"))
		}
		if p := worker.Open(complaint); p.Status != http.StatusNotFound {
			t.Errorf("who keeps the case opens the complaint: %d", p.Status)
		}

		incident := worker.Press(worker.Open(path+"/incident"), "form.form p.submit button", apptest.Fields{
			"severity": {"4"}, "home": {l.URI}, "text": {caseCanaries["what happened to it"]}, "moved": {"1"},
		})
		if incident.Status != http.StatusOK || !incident.Has("a[href='tel:112']") || !strings.Contains(incident.Words("main"), "logement gelé") {
			t.Fatalf("reported: %d %s", incident.Status, incident.Words("main"))
		}
		if p := worker.Open(path); !strings.Contains(p.Words("main"), "gelé") {
			t.Error("the case goes on")
		}
		looked := worker.Press(incident, "button[value='look']", apptest.Fields{"outcome": {"move"}, "text": {"vu"}})
		if looked.Status != http.StatusOK || looked.Has("button[value='decide']") {
			t.Errorf("one looks and decides: %d", looked.Status)
		}
		if p := lead.Press(lead.Open(incident.Path), "button[value='decide']", apptest.Fields{"outcome": {"stop"}, "text": {"non"}}); p.Status != http.StatusOK {
			t.Errorf("decided: %d %s", p.Status, p.Words("main"))
		}
		if frozen := b.one(t, `SELECT COUNT(*) FROM housing_frozen_homes WHERE lifted_at IS NULL AND home = $1`, l.URI); frozen != 1 {
			t.Errorf("%d homes are frozen", frozen)
		}
		readings := lead.Open(board + "/readings")
		if got := len(readings.List("ul.rows li")); got < 10 || worker.Open(board+"/readings").Status != http.StatusNotFound {
			t.Errorf("the lead sees %d readings", got)
		}
		for _, path := range []string{"/statistics", "/statistics.csv", "/statistics.json"} {
			p := worker.Open(board + path)
			if p.Status != http.StatusOK {
				t.Errorf("%s: %d", path, p.Status)
			}
			for what, canary := range caseCanaries {
				if strings.Contains(p.Body, canary) {
					t.Errorf("%s tells %s", path, what)
				}
			}
		}
		strangers := map[string]*apptest.Browser{"a neighbour": b.SignedIn(b.Resident("ivo", centre)), "nobody": b.Browser()}
		for who, browser := range strangers {
			for _, at := range []string{
				path, path + "/edit", path + "/sheet", path + "/homes", path + "/talk", path + "/followups", path + "/incident", own, complaint, incident.Path,
				board + "/cases", board + "/cases/new", board + "/readings", board + "/statistics", board + "/statistics.csv",
			} {
				p, none := browser.Open(at), browser.Open(strings.Replace(at, "/cases/", "/cases/9", 1))
				if p.Status == http.StatusOK && p.Path == at || p.Status == http.StatusForbidden {
					t.Errorf("%s opens %s: %d", who, at, p.Status)
				}
				if strings.HasPrefix(at, "/cases/") && (p.Status != none.Status || p.Words("main") != none.Words("main")) && who != "nobody" {
					t.Errorf("%s learns at %s that there is a case", who, at)
				}
				for what, canary := range caseCanaries {
					if strings.Contains(p.Body, canary) {
						t.Errorf("%s reads %s at %s", who, what, at)
					}
				}
			}
		}
		for what, canary := range caseCanaries {
			if strings.Contains(log.String(), canary) {
				t.Errorf("%s stands in the log", what)
			}
		}
	})
}

func caseID(t *testing.T, path string) instance.CaseID {
	t.Helper()
	id, err := instance.ParseID(strings.TrimPrefix(path, "/cases/"))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (b *bureau) one(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := b.DB.Read().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestJ16_AHouseholdAsksByItself opens a request by the form that anybody can fill
// in, which opens a case and tells nobody who they are.
func TestJ16_AHouseholdAsksByItself(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		b := openBureau(t, apptest.Open(t, engine, nil), "toit")
		family := b.Resident("oksana", b.Place("port", "neighbourhood"))
		oksana := b.SignedIn(family)
		ask := "/programmes/" + b.programme.Group.ID.String() + "/ask"
		form := oksana.Open(ask)
		if form.Status != http.StatusOK || form.Has("input[name='came']") || form.Has("textarea[name='referrer']") {
			t.Fatalf("the form: %d", form.Status)
		}
		fields := filled()
		delete(fields, "came")
		sent := oksana.Press(form, "form.form p.submit button", fields)
		if sent.Status != http.StatusOK || !strings.HasPrefix(sent.Path, "/household/") || !sent.Has("#rights") || !sent.Has("a[href='tel:3919']") {
			t.Fatalf("sent: %d at %s: %s", sent.Status, sent.Path, sent.Words("main .problems"))
		}
		if n := b.one(t, `SELECT COUNT(*) FROM housing_cases WHERE stage = 'intake' AND came = 'self' AND vetted_at IS NULL`); n != 1 {
			t.Errorf("%d cases", n)
		}
		if p := oksana.Press(oksana.Open(ask), "form.form p.submit button", fields); p.Path != "/household" {
			t.Errorf("asked twice: %s", p.Path)
		}
		if err := b.Housing.Freeze(t.Context(), b.lead, b.programme.Group.ID); err != nil {
			t.Fatal(err)
		}
		if p := oksana.Open(ask); p.Status != http.StatusNotFound {
			t.Errorf("a programme that is stopped: %d", p.Status)
		}
	})
}
