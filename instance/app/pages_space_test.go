package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/organisations"
	"palier/instance/store"
)

// J12: the people of a house share its works, its meeting and its papers, and
// whoever manages it sees what they address to it.
func TestJ12_TheSpaceOfAHouse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		ctx := t.Context()
		marc := v.Resident("marc")
		syndic, err := v.Organisations.Open(ctx, organisations.Plan{Username: "cabinet", Title: "Cabinet Martin", Sort: instance.Syndic, Place: v.tilleuls.ID, Agent: marc.ID})
		if err != nil {
			t.Fatal(err)
		}
		amina, bo, agent := v.SignedIn(v.amina), v.SignedIn(v.bo), v.SignedIn(marc)
		const space = "/g/tilleuls/space"
		if p := amina.Open("/@tilleuls"); !p.Has("a[href='" + space + "']") {
			t.Error("the page of the house does not lead to its space")
		}
		for who, b := range map[string]*apptest.Browser{"a neighbour of the next street": v.SignedIn(v.dora), "who runs the server": v.SignedIn(clerk(v))} {
			if p := b.Open(space); p.Status != http.StatusNotFound {
				t.Errorf("%s comes in: %d", who, p.Status)
			}
		}
		if p := v.Browser().Open(space); p.Status == http.StatusOK && p.Path == space {
			t.Error("a passer-by comes in")
		}
		put := func(b *apptest.Browser, sort string, with apptest.Fields, files ...apptest.File) *apptest.Page {
			t.Helper()
			p := b.Press(b.Open(space+"/new?sort="+sort), "main form.form button.button", with, files...)
			if p.Status != http.StatusOK || at(p) != space {
				t.Fatalf("%s: %d at %s: %s", sort, p.Status, p.Path, p.Words("main"))
			}
			return p
		}
		bad := amina.Press(amina.Open(space+"/new?sort=works"), "main form.form button.button", apptest.Fields{"title": {"Colonne d’eau"}, "starts": {typedIn(48 * time.Hour)}, "ends": {typedIn(24 * time.Hour)}})
		if bad.Status != http.StatusUnprocessableEntity || !bad.Has("#ends-problem") || bad.Find("#title").AttrOr("value", "") != "Colonne d’eau" {
			t.Errorf("works that end before they begin: %d: %s", bad.Status, bad.Words("main"))
		}
		put(amina, "works", apptest.Fields{"title": {"Colonne d’eau"}, "cut": {"water"}, "starts": {typedIn(24 * time.Hour)}, "ends": {typedIn(26 * time.Hour)}, "concerns": {"Escalier B"}})
		put(agent, "meetings", apptest.Fields{"starts": {typedIn(72 * time.Hour)}, "where": {"Salle du port"}, "agenda": {"1. Comptes\n2. Toiture"}})
		seen := bo.Open(space)
		if !strings.Contains(seen.Words("#works"), "Colonne d’eau") || !strings.Contains(seen.Words("#works"), "eau coupée") || !strings.Contains(seen.Words("#meetings"), "Salle du port") || !strings.Contains(seen.Words("#meetings"), "Cabinet Martin") {
			t.Errorf("bo reads %s", seen.Words("main"))
		}
		add := seen.Find("#meetings a[href*='sort=documents']").AttrOr("href", "")
		p := bo.Press(bo.Open(add), "main form.form button.button", apptest.Fields{"title": {"Devis de toiture"}}, apptest.File{Field: "file", Name: "devis.pdf", Content: []byte("%PDF-1.7 devis")})
		if at(p) != space || !strings.Contains(p.Words("#meetings"), "Devis de toiture") {
			t.Errorf("the paper beside the meeting: %s", p.Words("#meetings"))
		}
		paper := p.Find("#meetings a[href*='/documents/']").AttrOr("href", "")
		file := amina.Open(paper)
		if file.Body != "%PDF-1.7 devis" || file.Header.Get("Content-Disposition") == "" || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") || file.Header.Get("Cache-Control") != "private, no-store" || !strings.Contains(file.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("the file: %d %v", file.Status, file.Header)
		}
		if got := agent.Open(paper).Status; got != http.StatusNotFound {
			t.Errorf("the syndic opens what was not addressed to it: %d", got)
		}
		bad = amina.Press(amina.Open(space+"/new?sort=documents"), "main form.form button.button", apptest.Fields{"title": {"page"}}, apptest.File{Field: "file", Name: "x.pdf", Content: []byte("<html>")})
		if bad.Status != http.StatusUnprocessableEntity || !bad.Has("#file-problem") {
			t.Errorf("a page as a document: %d", bad.Status)
		}
		put(amina, "incidents", apptest.Fields{"title": {"La porte grince"}})
		p = put(amina, "incidents", apptest.Fields{"title": {"Fuite au parking"}, "where": {"Niveau -1"}, "to": {syndic.ID.String()}})
		if !strings.Contains(p.Words("#incidents"), "aussi pour Cabinet Martin") {
			t.Errorf("incidents: %s", p.Words("#incidents"))
		}
		desk := agent.Open(space)
		if strings.Contains(desk.Body, "grince") || strings.Contains(desk.Body, "Colonne") || strings.Contains(desk.Body, "Devis") || !strings.Contains(desk.Words("#incidents"), "Fuite au parking") || desk.Has("#polls") {
			t.Errorf("the syndic reads %s", desk.Words("main"))
		}
		agent.Press(desk, "#incidents button[value=taken]", apptest.Fields{})
		if seen = bo.Open(space); !strings.Contains(seen.Words("#incidents"), "pris en charge") || !strings.Contains(seen.Words("#incidents"), "Cabinet Martin ·") {
			t.Errorf("taken up: %s", seen.Words("#incidents"))
		}

		asked := amina.Press(amina.Open(space), "#questions form button", apptest.Fields{"text": {"Quand viendra le plombier ?"}, "shared": {"yes"}})
		if at(asked) != space || !strings.Contains(asked.Words("#questions"), "plombier") || strings.Contains(bo.Open(space).Body, "plombier") {
			t.Errorf("asked: %d at %s: %s", asked.Status, asked.Path, asked.Words("#questions"))
		}
		box := agent.Open(agent.Open(space).Find("#questions a[href$='/questions']").AttrOr("href", ""))
		agent.Press(box, "form[action*='/questions/'] button", apptest.Fields{"answer": {"Mardi matin."}})
		if got := bo.Open(space).Words("#questions"); !strings.Contains(got, "Mardi matin.") {
			t.Errorf("bo reads %s", got)
		}
		if got := v.SignedIn(v.dora).Post(space+"/question", apptest.Fields{"to": {syndic.ID.String()}, "text": {"moi"}}).Status; got != http.StatusNotFound {
			t.Errorf("a stranger asks about the house: %d", got)
		}

		poll := amina.Open(seen.Find("#polls a[href^='/compose']").AttrOr("href", ""))
		if !poll.Has("#poll[open]") || poll.Find("input[name=audience][checked]").AttrOr("value", "") != "building" {
			t.Errorf("a poll begins with %q", poll.Find("input[name=audience][checked]").AttrOr("value", ""))
		}
		amina.Press(poll, "main form.form button.button", apptest.Fields{"text": {"Repeindre la cage ?"}, "option": {"oui", "non"}})
		if got := bo.Open(space).Words("#polls"); !strings.Contains(got, "Repeindre la cage") {
			t.Errorf("polls: %s", got)
		}
		if p = amina.Press(amina.Open(space), "#works form button", nil); strings.Contains(p.Words("#works"), "Colonne") {
			t.Errorf("taken out: %s", p.Words("#works"))
		}
		if p := agent.Open("/@cabinet"); !p.Has("a[href='" + space + "']") {
			t.Error("the page of the syndic does not lead to the house")
		}
	})
}

// R8: a workplace has colleagues, not neighbours.
func TestR8_AHouseHasWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		admin := v.SignedIn(clerk(v))
		made := admin.Press(admin.Open("/admin/neighbourhoods/new"), "main form.form button", apptest.Fields{"title": {"Troisième étage"}, "username": {"etage3"}, "kind": {"building"}, "house": {"workplace"}})
		if made.Status != http.StatusOK || made.Find("#house option[selected]").AttrOr("value", "") != "workplace" {
			t.Fatalf("made: %d at %s: %s", made.Status, made.Path, made.Words("main"))
		}
		n, err := v.Places.Named(t.Context(), "etage3")
		if err != nil || n.House != instance.Workplace {
			t.Fatalf("kept as %q, %v", n.House, err)
		}
		eve, ida := v.Resident("eve", n), v.Resident("ida", n)
		b := v.SignedIn(eve)
		page := b.Open("/@etage3")
		if got := page.Words(".hero"); !strings.Contains(got, "Lieu de travail") || !strings.Contains(got, "2 collègues vérifiés") || strings.Contains(got, "voisin") {
			t.Errorf("the page says %s", got)
		}
		if got := b.Open("/g/etage3/space").Words("main"); !strings.Contains(got, "L’étage de vos collègues") || !strings.Contains(got, "Réunion de l’équipe") {
			t.Errorf("the space says %s", got)
		}
		if got := v.SignedIn(ida).Open("/g/etage3/managers").Status; got != http.StatusNotFound {
			t.Errorf("a colleague names who manages it: %d", got)
		}
		named := admin.Press(admin.Open("/g/etage3/managers"), "form.inline-form button", apptest.Fields{"organisation": {"nobody"}})
		if named.Status != http.StatusUnprocessableEntity || !named.Has("#organisation-problem") {
			t.Errorf("nobody manages it: %d", named.Status)
		}
		if p := v.SignedIn(v.amina).Open("/@tilleuls"); !strings.Contains(p.Words(".hero"), "voisins vérifiés") {
			t.Errorf("a block of flats says %s", p.Words(".hero"))
		}
	})
}

// at is where a page is, without the part of it that is shown first.
func at(p *apptest.Page) string { path, _, _ := strings.Cut(p.Path, "#"); return path }
