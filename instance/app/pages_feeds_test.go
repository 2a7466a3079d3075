package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/store"
)

// A moderator has the place follow a site; what it says is shown to everyone as
// written elsewhere, in no timeline, and goes when the site is no longer followed.
func TestP5_ASiteIsFollowedOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		if err := v.Places.SetModerator(t.Context(), v.centre.ID, v.cem.ID, true); err != nil {
			t.Fatal(err)
		}
		var unchanged atomic.Int32
		town := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" {
				unchanged.Add(1)
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
			w.Header().Set("ETag", `"1"`)
			_, _ = fmt.Fprintf(w, `<rss version="2.0"><channel><title>Mairie</title><item><guid>1</guid><link>https://mairie.example/1</link><title>Piscine ouverte</title>
				<description>&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;Dès lundi&lt;/b&gt;</description><pubDate>%s</pubDate></item></channel></rss>`, time.Now().Add(-time.Hour).UTC().Format(time.RFC1123Z))
		}))
		t.Cleanup(town.Close)
		cem, visitor := v.SignedIn(v.cem), v.Browser()
		if page := v.SignedIn(v.amina).Open("/@centre/feeds"); page.Status != http.StatusNotFound {
			t.Errorf("a neighbour is shown them: %d", page.Status)
		}
		form := cem.Open("/@centre/feeds")
		if page := cem.Press(form, ".submit button", nil); page.Status != http.StatusUnprocessableEntity || !page.Has("#feed[aria-invalid]") {
			t.Errorf("without anything: %d", page.Status)
		}
		page := cem.Press(form, ".submit button", apptest.Fields{"feed": {town.URL + "/flux.xml"}})
		if page.Status != http.StatusOK || !page.Has(".flash") {
			t.Fatalf("after adding: %d %s", page.Status, page.Path)
		}
		apptest.Settle(t, v.Server)
		for _, path := range []string{"/@centre", "/g/centre/news"} {
			shown := visitor.Open(path)
			if got := shown.Words("main"); !strings.Contains(got, "Écrit ailleurs Piscine ouverte") || !strings.Contains(got, "Dès lundi") || !strings.Contains(got, "Mairie") || shown.Has("main script") {
				t.Errorf("a visitor reads at %s: %q", path, got)
			}
			if link := shown.Find(`a[href="https://mairie.example/1"]`).AttrOr("rel", ""); !strings.Contains(link, "noreferrer") {
				t.Errorf("the link at %s is %q", path, link)
			}
		}
		if body := visitor.Do(visitor.Request(http.MethodGet, "/g/centre/dashboard.json", "", nil)).Body; !strings.Contains(body, `"source":"Mairie"`) {
			t.Errorf("programs read %s", body)
		}
		for _, path := range []string{"/@centre.atom", "/search?q=Piscine"} {
			if body := visitor.Do(visitor.Request(http.MethodGet, path, "", nil)).Body; strings.Contains(body, "Piscine ouverte") {
				t.Errorf("it is a post at %s", path)
			}
		}
		err := v.DB.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE feeds SET read_at = read_at - 14400000`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if page = cem.Press(cem.Open("/@centre/feeds"), `button[value="read"]`, nil); page.Status != http.StatusOK {
			t.Fatalf("reading it again: %d", page.Status)
		}
		apptest.Settle(t, v.Server)
		if unchanged.Load() == 0 {
			t.Error("the site was not told what is known")
		}
		if page = cem.Press(cem.Open("/@centre/feeds"), `button[value="remove"]`, nil); page.Status != http.StatusOK {
			t.Fatalf("removing it: %d", page.Status)
		}
		if got := visitor.Open("/g/centre/news").Words("main"); strings.Contains(got, "Piscine") {
			t.Errorf("it stays: %q", got)
		}
	})
}

// An address that leads into the house's own network is asked by nobody.
func TestP5_ASiteInsideIsNotAsked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, func(c *config.Config) { c.PeersAllow = nil })
		if err := v.Places.SetModerator(t.Context(), v.centre.ID, v.cem.ID, true); err != nil {
			t.Fatal(err)
		}
		var asked atomic.Int32
		inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
		t.Cleanup(inside.Close)
		cem := v.SignedIn(v.cem)
		if page := cem.Press(cem.Open("/@centre/feeds"), ".submit button", apptest.Fields{"feed": {inside.URL + "/f.xml"}}); page.Status != http.StatusOK {
			t.Fatalf("an address inside: %d", page.Status)
		}
		apptest.Settle(t, v.Server)
		if got := cem.Open("/@centre/feeds").List("section .note"); len(got) != 1 || asked.Load() != 0 {
			t.Errorf("it was asked %d times, and %q", asked.Load(), got)
		}
	})
}
