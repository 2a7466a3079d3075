//go:build browser

package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// signIn signs somebody in in a browser.
func signIn(t *testing.T, ctx context.Context, site, email string) {
	t.Helper()
	open(t, ctx, site+"/signin")
	press(t, ctx, "form[action='/signin'] button", "details.me", "#email", email, "#password", apptest.Password)
}

// wire is a connection to a server that can be cut, for pages and for the worker
// behind them alike.
type wire struct {
	*httptest.Server
	cut atomic.Bool
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	address, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{}
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(address); r.Out.Host = r.In.Host }}
	w.Server = httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		if !w.cut.Load() {
			through.ServeHTTP(answer, r)
			return
		}
		panic(http.ErrAbortHandler) // hangs up
	}))
	t.Cleanup(w.Close)
	return w
}

// R17: the digest can be read without a connection, until one signs out.
func TestR17_TheDigestIsReadOffline(t *testing.T) {
	s := apptest.Open(t, store.SQLite, nil)
	centre := s.Place("centre", "neighbourhood")
	amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
	s.Post(bo, centre.ID, instance.ToNeighbourhood, "Le chat est revenu")
	line := newWire(t, s.URL)
	ctx, heard := browser(t)
	heard.Host = strings.TrimPrefix(line.URL, "http://")
	signIn(t, ctx, line.URL, amina.Email)
	// Nobody has opened the digest: the worker keeps it by itself.
	evaluate[chromedp.Void](t, ctx, `(async () => {
		await navigator.serviceWorker.ready;
		for (;;) {
			const offline = await caches.match("/offline");
			if (await caches.match("/digest") && offline && (await offline.text()).includes('lang="fr"')) return;
			await new Promise((r) => setTimeout(r, 50));
		}
	})()`)
	open(t, ctx, line.URL+"/home") // under the worker from now on
	for _, complaint := range heard.Take() {
		if !strings.Contains(complaint, "404") { // pages that are kept and not there yet
			t.Error(complaint)
		}
	}
	line.cut.Store(true)
	words := func(path string) string {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(line.URL+path)); err != nil {
			t.Fatal(err)
		}
		return evaluate[string](t, ctx, `document.querySelector("main").innerText`)
	}
	if got := words("/digest"); !strings.Contains(got, "Le chat est revenu") {
		t.Errorf("the digest offline: %s", got)
	}
	if style := evaluate[string](t, ctx, `getComputedStyle(document.body).backgroundColor`); style == "rgba(0, 0, 0, 0)" {
		t.Error("the digest has no style offline")
	}
	screenshot(t, ctx, "flow-digest-offline")
	if got := words("/home"); !strings.Contains(got, "connexion") {
		t.Errorf("another page offline: %s", got)
	}
	line.cut.Store(false)
	open(t, ctx, line.URL+"/home")
	evaluate[chromedp.Void](t, ctx, `document.querySelector("form[action='/signout']").submit()`)
	if err := chromedp.Do(ctx, chromedp.WaitVisible(`a[href='/signin']`)); err != nil {
		t.Fatal(err)
	}
	left := evaluate[bool](t, ctx, `(async () => {
		for (let i = 0; i < 100; i++) {
			if (!await caches.match("/digest")) return false;
			await new Promise((r) => setTimeout(r, 50));
		}
		return true;
	})()`)
	if left {
		t.Error("what was kept outlives signing out")
	}
}

// §5.1: what one can press on the pages people use is 44 px high at 360 px.
func TestMainPagesCanBePressed(t *testing.T) {
	s := apptest.Open(t, store.SQLite, nil)
	centre := s.Place("centre", "neighbourhood")
	amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
	p := s.Post(bo, centre.ID, instance.ToNeighbourhood, "Le chat est revenu")
	ctx, _ := browser(t)
	for _, path := range []string{"/", "/signin", "/@centre"} {
		open(t, ctx, s.URL+path)
		resize(t, ctx, 360)
		fits(t, ctx, path)
		reachable(t, ctx)
	}
	signIn(t, ctx, s.URL, amina.Email)
	for _, path := range []string{"/home", "/@centre", "/@bo/" + p.ID.String(), "/compose?in=" + centre.ID.String(), "/digest", "/notifications", "/settings", "/settings/notices", "/search", "/messages"} {
		t.Run(path, func(t *testing.T) {
			open(t, ctx, s.URL+path)
			resize(t, ctx, 360)
			fits(t, ctx, path)
			reachable(t, ctx)
		})
	}
}
