package app_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/moderation"
	"palier/instance/store"
)

func TestAServerInTroubleIsSeenAskedAndTriedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		var down atomic.Bool
		var came atomic.Int32
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case down.Load():
				w.WriteHeader(http.StatusBadGateway)
			case r.Method == http.MethodPost:
				came.Add(1)
				w.WriteHeader(http.StatusAccepted)
			default:
				w.WriteHeader(http.StatusNotFound)
			}
		}))
		t.Cleanup(peer.Close)
		host := strings.TrimPrefix(peer.URL, "http://")

		h := &hall{Server: apptest.Open(t, engine, func(c *config.Config) { c.FirstRetry = time.Hour })}
		h.claire, h.centre = h.account("claire", instance.Admin), h.Place("centre", "neighbourhood")
		h.kim = h.Resident("kim", h.centre)
		lena := instance.Actor{ID: 77, URI: peer.URL + "/u", Kind: instance.Person, Username: "lena", Host: host, Inbox: peer.URL + "/inbox", CreatedAt: time.Now(), UpdatedAt: time.Now()}
		h.must(h.DB.InTx(t.Context(), func(tx store.Tx) error { return actors.Save(t.Context(), tx, lena, "") }))
		_, err := h.People.Follow(t.Context(), lena.ID, h.centre.ID)
		h.must(err)
		apptest.Settle(t, h.Server)
		before := came.Load()
		down.Store(true)
		h.Post(h.kim, h.centre.ID, instance.ToPublic, "Bonjour")
		apptest.Settle(t, h.Server)

		b := h.SignedIn(h.claire)
		list := b.Open("/admin/servers")
		line := list.Words("tr:contains('" + host + "')")
		if !strings.Contains(line, "Répond mal") {
			t.Errorf("the server in the list: %q", line)
		}
		p := b.Open(list.Find("tbody a").AttrOr("href", ""))
		if got := p.List("section .rows li"); len(got) == 0 || !strings.Contains(got[0], h.URL+"/a/") || !strings.Contains(got[0], "502") {
			t.Errorf("what waits: %q", got)
		}
		if got := p.Words(".note.alert"); !strings.Contains(got, "502") {
			t.Errorf("the last error: %q", got)
		}
		if block := p.Find("a.harm").AttrOr("href", ""); block != "/admin/blocks/new?domain="+strings.ReplaceAll(host, ":", "%3a") {
			t.Errorf("the way to block it: %q", block)
		}
		wantFlash(t, b.Press(p, "button[value='probe']", nil), "n’a pas répondu")
		down.Store(false)
		wantFlash(t, b.Press(p, "button[value='retry']", nil), "repartent maintenant")
		apptest.Settle(t, h.Server)
		if came.Load() == before {
			t.Error("nothing came after it was tried again")
		}
		p = b.Press(b.Open("/admin/servers/"+host), "button[value='probe']", nil)
		wantFlash(t, p, "Le serveur a répondu")
		if got := p.Words("main"); !strings.Contains(got, "Répond bien") || !strings.Contains(got, "Rien n’attend") {
			t.Errorf("the server afterwards: %q", got)
		}
		for path, want := range map[string]int{"/admin/servers/nowhere.example": http.StatusNotFound, "/admin/servers/%ff": http.StatusBadRequest} {
			if p := b.Open(path); p.Status != want {
				t.Errorf("%s: %d, want %d", path, p.Status, want)
			}
		}
	})
}

func TestServersAreBlockedInABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		b := h.SignedIn(h.claire)
		const button = "main form button.button"
		form := b.Open("/admin/blocks/new")
		p := b.Press(form, button, apptest.Fields{"domain": {"pas un domaine"}, "severity": {"limit"}, "reason": {"Trop de bruit"}})
		wantProblem(t, p, "domain", "exemple.fr")
		if p.Find("#domain").AttrOr("value", "") != "pas un domaine" || p.Words("#reason") != "Trop de bruit" || !p.Has("input[value='limit'][checked]") {
			t.Error("the form forgot what was typed")
		}
		wantProblem(t, b.Press(form, button, apptest.Fields{"domain": {"spam.example"}}), "severity", "Choisissez")
		wantProblem(t, b.Press(form, button, apptest.Fields{"domain": {h.Site.Host()}, "severity": {"limit"}}), "domain", "ce serveur-ci")
		wantFlash(t, b.Press(form, button, apptest.Fields{"domain": {"Bruyant.example"}, "severity": {"limit"}, "reason": {"Trop de bruit"}}), "Décision enregistrée")

		// What would end follows is said twice.
		form = b.Open("/admin/blocks/new?domain=loin.example")
		if got := form.Words(".note.sun"); !strings.Contains(got, "1 abonnement entre ici et là-bas prendrait fin") {
			t.Errorf("ties: %q", got)
		}
		confirm := b.Press(form, button, apptest.Fields{"severity": {"suspend"}, "reason": {"Publicité"}})
		if got := confirm.Words("h1"); got != "Couper tout lien avec loin.example ?" {
			t.Fatalf("asked before ties end: %d %q", confirm.Status, got)
		}
		if rules, err := h.Moderation.Domains(t.Context(), "", 10); err != nil || len(rules) != 1 {
			t.Errorf("decided before it was confirmed: %+v, %v", rules, err)
		}
		p = b.Press(confirm, "main form button", nil)
		wantFlash(t, p, "Décision enregistrée")
		if got := spaced(p); len(got) != 2 || !strings.Contains(got[0], "bruyant.example Limité Trop de bruit") || !strings.Contains(got[1], "loin.example Coupé Publicité") {
			t.Errorf("blocks: %q", got)
		}
		if n, err := h.People.CountLinkRequests(t.Context()); err != nil || n != 0 {
			t.Errorf("requests from there: %d, %v", n, err)
		}
		change := b.Open(p.Find("a[href='/admin/blocks/new?domain=loin.example']").AttrOr("href", ""))
		if !change.Has("input[value='suspend'][checked]") || change.Words("#reason") != "Publicité" {
			t.Error("a decision cannot be changed from where it stands")
		}
		p = b.Press(p, "tr:contains('loin') button", nil)
		wantFlash(t, p, "Blocage levé")
		if got := p.List("tbody th"); len(got) != 1 {
			t.Errorf("blocks left: %q", got)
		}
	})
}

func TestABlockListIsImportedInABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		b := h.SignedIn(h.claire)
		form := b.Open("/admin/blocks/import")
		bring := func(content []byte) *apptest.Page {
			t.Helper()
			return b.Press(form, "main form button", nil, apptest.File{Field: "list", Name: "liste.csv", Content: content})
		}
		p := bring([]byte("#domain,#severity,#public_comment\nspam.example,suspend,Publicité\nbruyant.example,silence,\npas un domaine,suspend,\nx.example,burn,\n"))
		if got := p.Words(".note.ok"); p.Status != http.StatusOK || !strings.Contains(got, "2 serveurs enregistrés") {
			t.Errorf("%d: %q", p.Status, got)
		}
		want := []string{"4 pas un domaine,suspend, Ce n’est pas un nom de serveur", "5 x.example,burn, Décision inconnue"}
		if diff := cmp.Diff(want, spaced(p)); diff != "" {
			t.Errorf("lines not taken (-want +got):\n%s", diff)
		}
		rules, err := h.Moderation.Domains(t.Context(), "", 10)
		if err != nil || len(rules) != 2 || rules[0].Severity != moderation.Limited || rules[1].Reason != "Publicité" {
			t.Errorf("rules: %+v, %v", rules, err)
		}
		wantProblem(t, bring([]byte("\x89PNG\r\n\x1a\n\x00\x00")), "list", "pas une liste lisible")
		wantProblem(t, bring(bytes.Repeat([]byte("spam.example,suspend\n"), 120_000)), "list", "2 Mo au plus")
		wantProblem(t, b.Press(form, "main form button", nil), "list", "Écrivez au moins une ligne")
	})
}

// spaced is the cells of every line of a table, a blank between them.
func spaced(p *apptest.Page) (lines []string) {
	rows := p.Find("tbody tr")
	for i := range rows.Length() {
		var cells []string
		row := rows.Eq(i).Find("th, td")
		for j := range row.Length() {
			cells = append(cells, strings.Join(strings.Fields(row.Eq(j).Text()), " "))
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return lines
}

func TestR11_WhatCannotBeDoneIsSeenAndTriedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		b := h.SignedIn(h.claire)
		p := b.Open("/admin/failures")
		if got := p.List(".rows li"); len(got) != 2 || !strings.Contains(got[0], "fan_out") || !strings.Contains(got[0], "pack activity") || !strings.Contains(got[1], "no room") {
			t.Fatalf("failures: %q", got)
		}
		wantFlash(t, b.Press(p, "form[action*='/items/'] button", nil), "Nouvel essai en cours")
		wantFlash(t, b.Press(p, "form[action*='/jobs/'] button", nil), "Nouvel essai en cours")
		apptest.Settle(t, h.Server)
		// It was tried: it is refused for good now, since it is nothing at all.
		var state string
		if err := h.DB.Read().QueryRow(t.Context(), `SELECT state FROM inbox_items WHERE id = $1`, h.item).Scan(&state); err != nil || state == "failed" {
			t.Errorf("what was stuck is %q, %v", state, err)
		}
		if again := b.Post("/admin/failures/items/"+h.item.String(), nil); again.Status != http.StatusNotFound {
			t.Errorf("tried again though it is not stuck: %d", again.Status)
		}
	})
}
