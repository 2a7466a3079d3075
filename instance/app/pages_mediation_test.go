package app_test

import (
	"net/http"
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/store"
)

// TestH21_MediationAndInsuranceInBrowsers has a household ask for mediation, somebody
// else than who keeps the case write down what was agreed, and the team say which
// insurance it saw.
func TestH21_MediationAndInsuranceInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		l := openLodging(t, engine, log)
		zoe, oksana, worker, lead := l.SignedIn(l.zoe), l.SignedIn(l.oksana), l.SignedIn(l.worker), l.SignedIn(l.lead)
		file := "/cases/" + l.id.String()
		if p := worker.Open(file); !p.Has("#insurance") {
			t.Errorf("before they move in: %s", p.Words("#steps"))
		}
		pact := worker.Open(file + "/agreement")
		if len(pact.List("#insurance li")) != 3 || !pact.Has("#insurance .note") {
			t.Fatalf("what is asked for: %s", pact.Words("#insurance"))
		}
		for range 3 {
			pact = worker.Press(pact, "button[value='insured']", nil)
		}
		if pact.Has("#insurance .note") || !strings.Contains(pact.Words("#insurance"), "casimir") || worker.Open(file).Has("#insurance") {
			t.Errorf("all were seen: %s", pact.Words("#insurance"))
		}
		if p := worker.Press(pact, "button[value='uninsured']", nil); !p.Has("#insurance .note") {
			t.Errorf("taken back: %s", p.Words("#insurance"))
		}
		l.movesIn()
		if p := oksana.Open(l.family + "/agreement"); len(p.List("#insurance li")) != 1 || p.Has("#insurance button") {
			t.Errorf("the household reads %s", p.Words("#insurance"))
		}

		at := l.family + "/mediation"
		if p := oksana.Press(oksana.Open(at), "button[value='ask']", nil); p.Status != http.StatusUnprocessableEntity || !p.Has("#why-problem") {
			t.Errorf("asked without a word: %d", p.Status)
		}
		if p := oksana.Press(oksana.Open(at), "button[value='ask']", apptest.Fields{"why": {"bruit-canari"}}); p.Status != http.StatusOK || p.Has("button[value='ask']") {
			t.Errorf("asked: %d %s", p.Status, p.Words("main"))
		}
		if p := zoe.Open(l.stay + "/mediation"); p.Status != http.StatusOK || strings.Contains(p.Body, "bruit-canari") {
			t.Errorf("the host reads why: %d", p.Status)
		}
		team := worker.Open(file).Find("nav.tabs a[href$='/mediation']").AttrOr("href", "/missing")
		p := worker.Open(team)
		if p.Has("#mediator option[value='"+l.worker.ID.String()+"']") || !strings.Contains(p.Words("main"), "bruit-canari") {
			t.Errorf("the team reads %s", p.Words("main"))
		}
		if p := worker.Press(p, "button[value='begin']", nil); p.Status != http.StatusUnprocessableEntity || !p.Has("#mediator-problem") {
			t.Errorf("nobody mediates: %d", p.Status)
		}
		if p := worker.Press(p, "button[value='begin']", apptest.Fields{"mediator": {l.lead.ID.String()}}); p.Status != http.StatusOK || p.Has("button[value='record']") {
			t.Errorf("begun: %d %s", p.Status, p.Words("main"))
		}
		day := tonight().String()
		wrong := lead.Press(lead.Open(team), "button[value='record']", apptest.Fields{"on": {day}, "present": {"les deux"}, "point-1": {"le-soir-on-baisse"}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has("#points-problem") || wrong.Find("#present").AttrOr("value", "") != "les deux" {
			t.Errorf("without a date: %d", wrong.Status)
		}
		lead.Press(wrong, "button[value='record']", apptest.Fields{"on": {day}, "point-1": {"le-soir-on-baisse"}, "due-1": {day}, "said": {"entre-nous-canari"}})
		for who, p := range map[string]*apptest.Page{"the household": oksana.Open(at), "the host": zoe.Open(l.stay + "/mediation")} {
			if !strings.Contains(p.Words("main"), "le-soir-on-baisse") || strings.Contains(p.Body, "entre-nous-canari") || !strings.Contains(p.Words("main"), "lea") {
				t.Errorf("%s reads %s", who, p.Words("main"))
			}
		}
		if p := worker.Open(file); !strings.Contains(p.Words("#text"), "le-soir-on-baisse") || !p.Has("button[value='done']") {
			t.Errorf("the tasks: %s", p.Words("#text"))
		}
		if p := lead.Press(lead.Open(team), "button[value='end']", apptest.Fields{"outcome": {"failed"}, "ending": {"rien-canari"}}); !p.Has("a[href^='/incidents/']") {
			t.Errorf("it failed: %d %s", p.Status, p.Words("main"))
		}
		stranger := l.SignedIn(l.Resident("ivo", l.Place("quai", "neighbourhood")))
		for _, at := range []string{team, at, l.stay + "/mediation"} {
			if p := stranger.Open(at); p.Status != http.StatusNotFound {
				t.Errorf("a stranger opens %s: %d", at, p.Status)
			}
		}
		for _, canary := range []string{"bruit-canari", "entre-nous-canari", "rien-canari", "le-soir-on-baisse"} {
			if strings.Contains(log.String(), canary) {
				t.Errorf("%s stands in the log", canary)
			}
		}
	})
}
