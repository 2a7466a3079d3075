package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance/apptest"
	"palier/instance/store"
)

// TestH5_ALeadImportsAListInBrowsers takes a list of offers in, reads what became of
// it, and looks for what stood in it on every page and in the log.
func TestH5_ALeadImportsAListInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		b := openBureau(t, apptest.OpenHeard(t, engine, log), "toit")
		at := "/programmes/" + b.programme.Group.ID.String()
		worker, lead := b.SignedIn(b.worker), b.SignedIn(b.lead)
		form := lead.Open(lead.Open(at+"/hosts").Find("a[href$='/hosts/import']").AttrOr("href", ""))
		if form.Status != http.StatusOK || worker.Open(at+"/hosts/import").Status != http.StatusNotFound {
			t.Fatalf("the form: %d", form.Status)
		}
		if p := lead.Press(form, "form[enctype] button", nil, apptest.File{Field: "list", Name: "offres.csv", Content: []byte("commune;prix\nLyon;3\n")}); p.Status != http.StatusUnprocessableEntity || !p.Has("#list-problem") {
			t.Errorf("another table: %d", p.Status)
		}
		list := "nom;courriel;telephone;adresse;places\nTournemire-Canari;zenobie@people.example;0611223344;12 rue du Canari;3\nSans;;;;2\n"
		done := lead.Press(form, "form[enctype] button", nil, apptest.File{Field: "list", Name: "offres.csv", Content: []byte(list)})
		if done.Status != http.StatusOK || !strings.Contains(done.Words(".note.ok"), "1 personne") || len(done.List("ul.rows li")) != 1 || !strings.Contains(done.Words("ul.rows"), "courriel") {
			t.Fatalf("imported: %d %s", done.Status, done.Words("main"))
		}
		letters, err := b.Mail.Letters(t.Context(), "zenobie@people.example", 0, 10)
		if err != nil || len(letters) != 1 || strings.Contains(letters[0].Subject+letters[0].Text, "Canari") {
			t.Errorf("got %+v, %v", letters, err)
		}
		for _, canary := range []string{"Tournemire-Canari", "0611223344", "rue du Canari", "zenobie@people.example"} {
			if strings.Contains(log.String(), canary) || strings.Contains(done.Body, canary) {
				t.Errorf("%s is told", canary)
			}
		}
		if p := lead.Open(at + "/log"); !strings.Contains(p.Words("main"), "A importé une liste") {
			t.Errorf("the log: %s", p.Words("main"))
		}
	})
}

// TestH22_APartnersVisitIsCheckedOnAPage asks a partner, over real HTTP, for what it
// signed of the visit to a home.
func TestH22_APartnersVisitIsCheckedOnAPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := twoBureaus(t, engine)
		l := rhone.offer(2)
		apptest.Settle(t, rhone.Server, isere.Server)
		worker := isere.SignedIn(isere.worker)
		found := worker.Open("/programmes/" + isere.programme.Group.ID.String() + "/search")
		home := worker.Open(found.Find("main a[href*='/found/']").AttrOr("href", ""))
		at := home.Find("a[href$='/visited']").AttrOr("href", "")
		if p := worker.Open(at); p.Status != http.StatusOK || !p.Has(".note.alert") || p.Has("pre") {
			t.Fatalf("without a visit at %q: %d %s", at, p.Status, p.Words("main"))
		}
		err := rhone.DB.InTx(t.Context(), func(tx store.Tx) error {
			now := time.Now()
			_, err := tx.Exec(t.Context(), `
				INSERT INTO housing_host_visits (id, host_id, visitor_id, at, until, passed, file)
				SELECT 1, l.host_id, 1, CAST($2 AS BIGINT), CAST($3 AS BIGINT), TRUE, h.file FROM housing_listings l JOIN housing_hosts h ON h.id = l.host_id WHERE l.id = $1`,
				l.ID, store.Millis(now.AddDate(0, 0, -3)), store.Millis(now.AddDate(0, 11, 0)))
			if err == nil {
				_, err = tx.Exec(t.Context(), `UPDATE housing_hosts SET visit_until = $1, approved_until = $1`, store.Millis(now.AddDate(0, 11, 0)))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p := worker.Open(at)
		if p.Status != http.StatusOK || !p.Has(".note.ok") || !strings.Contains(p.Words("main"), "palier housing visited") || !strings.Contains(p.Words("main"), l.URI) || strings.Contains(p.Words("main"), "programme.said") {
			t.Errorf("a visit: %d %s", p.Status, p.Words("main"))
		}
		if q := isere.SignedIn(isere.Resident("ivo", isere.Place("port", "neighbourhood"))).Open(at); q.Status != http.StatusNotFound {
			t.Errorf("a neighbour: %d", q.Status)
		}
	})
}
