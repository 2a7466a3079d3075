package app_test

import (
	"net/http"
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/households"
	"palier/instance/store"
)

// TestH21_AnInventoryIsWrittenAndSignedInBrowsers has the team write what is in a home,
// host and household add photographs and remarks, and all three sign; and then the
// other one at the end, beside it.
func TestH21_AnInventoryIsWrittenAndSignedInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		l := openLodging(t, engine, log)
		l.movesIn()
		zoe, oksana, worker, lead := l.SignedIn(l.zoe), l.SignedIn(l.oksana), l.SignedIn(l.worker), l.SignedIn(l.lead)
		team := worker.Open("/cases/"+l.id.String()).Find("nav.tabs a[href$='/inventory']").AttrOr("href", "/missing")
		if p := oksana.Open(l.family + "/inventory"); p.Status != http.StatusOK || p.Has("#entry form") || p.Has("a[href$='/sheet']") {
			t.Errorf("before one is written: %d %s", p.Status, p.Words("main"))
		}
		if p := worker.Open(team + "/sheet"); p.Status != http.StatusOK || len(p.List(".blank li")) < 20 || p.Has("main form") {
			t.Errorf("the empty sheet: %d, %d lines", p.Status, len(p.List(".blank li")))
		}
		form := worker.Open(worker.Open(team).Find("#entry a[href$='/entry']").AttrOr("href", "/missing"))
		more := worker.Press(form, "button[value='more']", apptest.Fields{"text-1": {"Lit de bébé"}, "room-1": {"bedroom"}})
		if len(more.List("fieldset legend")) <= len(form.List("fieldset legend")) || more.Find("#text-1").AttrOr("value", "") != "Lit de bébé" {
			t.Errorf("more lines: %s", more.Words("main"))
		}
		if p := worker.Press(form, "button[value='write']", apptest.Fields{"key-front": {"99"}, "state-bedroom-bed": {"good"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#keys-problem") {
			t.Errorf("99 keys: %d", p.Status)
		}
		written := worker.Press(more, "button[value='write']", apptest.Fields{
			"state-bedroom-bed": {"good"}, "note-bedroom-bed": {"matelas-neuf-canari"}, "state-1": {"worn"}, "key-front": {"2"}, "meter-water": {"00812"},
		})
		if text := written.Words("main"); written.Status != http.StatusOK || !strings.Contains(text, "Lit de bébé") || !strings.Contains(text, "00812") {
			t.Fatalf("written: %d %s", written.Status, text)
		}
		photo := func(b *apptest.Browser, at string) *apptest.Page {
			return b.Press(b.Open(at+"/inventory"), "#entry form[action$='/photographs'] button", apptest.Fields{"room": {"bedroom"}}, apptest.File{Field: "photograph", Name: "lit.jpg", Content: tagged(t)})
		}
		src := photo(zoe, l.stay).Find("#entry img").AttrOr("src", "/missing")
		seen := zoe.Open(src)
		if seen.Status != http.StatusOK || seen.Header.Get("Cache-Control") != "private, no-store" || strings.Contains(seen.Body, "Exif") || strings.Contains(src, "/media") {
			t.Errorf("the photograph at %s: %d %v", src, seen.Status, seen.Header)
		}
		if p := oksana.Press(oksana.Open(l.family+"/inventory"), "#entry form[action$='/photographs'] button", nil); p.Status != http.StatusUnprocessableEntity || !p.Has("#photograph-entry-problem") {
			t.Errorf("no photograph: %d", p.Status)
		}
		if p := zoe.Press(zoe.Open(l.stay+"/inventory"), "#entry button[value='remark']", nil); p.Status != http.StatusUnprocessableEntity || !p.Has("#remark-entry-problem") {
			t.Errorf("an empty remark: %d", p.Status)
		}
		oksana.Press(oksana.Open(l.family+"/inventory"), "#entry button[value='remark']", apptest.Fields{"remark": {"la-fenetre-coince"}})
		worker.Press(worker.Open(team), "#entry button[value='shut']", nil)
		if p := oksana.Press(oksana.Open(l.family+"/inventory"), "#entry button[value='sign']", nil); p.Status != http.StatusUnprocessableEntity || !p.Has("#understood-entry-problem") {
			t.Errorf("signed unread: %d", p.Status)
		}
		understood := apptest.Fields{"understood": {"yes"}}
		oksana.Press(oksana.Open(l.family+"/inventory"), "#entry button[value='sign']", understood)
		zoe.Press(zoe.Open(l.stay+"/inventory"), "#entry button[value='sign']", understood)
		if p := lead.Press(lead.Open(team), "#entry button[value='sign']", understood); !p.Has("#entry .done") || p.Has("#entry form") {
			t.Errorf("signed by three: %d %s", p.Status, p.Words("#entry"))
		}
		exit := worker.Open(team + "/exit")
		if !strings.Contains(exit.Words("main"), "Arrivée : bon état") || exit.Find("#text-1").AttrOr("value", "") != "Lit de bébé" {
			t.Errorf("the form of the end: %s", exit.Words("main"))
		}
		beside := worker.Press(exit, "button[value='write']", apptest.Fields{"state-bedroom-bed": {"damaged"}, "state-1": {"worn"}})
		if n := len(beside.List("#items .badge")); n != 1 {
			t.Errorf("%d things differ: %s", n, beside.Words("#items"))
		}
		stranger := l.SignedIn(l.Resident("ivo", l.Place("quai", "neighbourhood")))
		own := oksana.Open(l.family+"/inventory").Find("#entry img").AttrOr("src", "/missing")
		for _, at := range []string{team, team + "/entry", team + "/sheet", l.family + "/inventory", own, l.stay + "/inventory", src} {
			if p := stranger.Open(at); p.Status != http.StatusNotFound {
				t.Errorf("a stranger opens %s: %d", at, p.Status)
			}
		}
		for _, canary := range []string{"matelas-neuf-canari", "la-fenetre-coince", "Lit de bébé"} {
			if strings.Contains(log.String(), canary) {
				t.Errorf("%s stands in the log", canary)
			}
		}
		if reads, err := l.Households.Readings(t.Context(), l.lead, l.programme.Group.ID, l.id, 0, 100); err != nil || len(reads) == 0 || !readOf(reads, "inventory") {
			t.Errorf("nobody is noted to have read it: %v", err)
		}
	})
}

// readOf tells whether something of a kind was opened.
func readOf(list []households.Reading, what string) bool {
	for _, r := range list {
		if r.What == what {
			return true
		}
	}
	return false
}
