package app_test

import (
	"net/http"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/organisations"
	"palier/instance/store"
)

// Who acts for an association lends for it by the form for what is lent; it
// stands in the library, where a neighbour finds it and asks for it without script.
func TestJ4_ALibraryOfThingsOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		o, err := v.Organisations.Open(t.Context(), organisations.Plan{Username: "outils", Title: "Outilthèque", Sort: instance.Association, Place: v.centre.ID, Agent: v.amina.ID})
		if err != nil {
			t.Fatal(err)
		}
		amina, bo := v.SignedIn(v.amina), v.SignedIn(v.bo)
		if got := bo.Open("/@outils/library").Words("main"); !strings.Contains(got, "ne prête encore rien") {
			t.Errorf("at first: %q", got)
		}
		form := amina.Open("/offer/new?kind=lending&category=tools&in=" + v.centre.ID.String())
		if !form.Has("#library option[value='"+o.ID.String()+"']") || bo.Open("/offer/new?kind=lending&category=tools").Has("#library") {
			t.Fatal("who acts for it is not asked in whose name, or who does not is")
		}
		what := apptest.Fields{"title": {"Perceuse"}, "shelf": {"Rayon B"}, "library": {o.ID.String()}, "in": {v.centre.ID.String()}, "audience": {"neighbourhood"}}
		page := amina.Press(form, "main form.form button.button", what)
		for range 4 {
			if strings.HasPrefix(page.Path, "/@") {
				break
			}
			page = amina.Press(page, "main form.form button.button", apptest.Fields{"audience": {"neighbourhood"}})
		}
		if !strings.HasPrefix(page.Path, "/@amina/") {
			t.Fatalf("publishing it: %d at %s: %s", page.Status, page.Path, page.Words("main"))
		}
		shown := bo.Open("/@outils/library?q=perceuses")
		if got := shown.Words("main"); !strings.Contains(got, "Rayon B") || !strings.Contains(got, "disponible") {
			t.Errorf("bo reads %q", got)
		}
		if take := bo.Open(shown.Find("main a[href$='/take']").AttrOr("href", "")); take.Status != http.StatusOK || !take.Has("main form") {
			t.Errorf("reserving it: %d", take.Status)
		}
		if got := v.Browser().Open("/@outils/library").Words("main"); strings.Contains(got, "Perceuse") {
			t.Errorf("a visitor reads what is for neighbours: %q", got)
		}
	})
}
