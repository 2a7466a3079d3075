package app_test

import (
	"net/http"
	"strings"
	"testing"

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
