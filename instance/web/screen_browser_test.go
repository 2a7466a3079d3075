//go:build browser

package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/screens"
	"palier/instance/store"
	"palier/instance/web"
)

// A card of a screen is read from three metres: on a television nothing has to be
// scrolled to, and no letter is smaller than 32 pixels.
func TestAScreenIsReadFromThreeMetres(t *testing.T) {
	checker := axe(t)
	book := httptest.NewServer(web.Storybook(newSet(t)))
	t.Cleanup(book.Close)
	ctx, heard := browser(t)
	heard.Host = strings.TrimPrefix(book.URL, "http://")
	for _, story := range []string{"screen/many", "screen/code", "screen/empty", "screen/easy", "screen_pairing/code"} {
		for _, language := range []string{"fr", "ar"} {
			open(t, ctx, book.URL+"/_stories/"+story+"?lang="+language)
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(1920, 1080)); err != nil {
				t.Fatal(err)
			}
			evaluate[chromedp.Void](t, ctx, checker)
			faults := evaluate[[]string](t, ctx, `(async () => {
				const faults = [];
				const cards = [...document.querySelectorAll(".hall-card")];
				for (const card of cards.length > 0 ? cards : [document.body]) { // each as if its turn had come
					for (const other of cards) other.style.cssText = "animation: none; visibility: " + (other === card ? "visible" : "hidden");
					if (document.documentElement.scrollHeight > 1080) faults.push("scrolls to " + document.documentElement.scrollHeight + ": " + card.innerText.slice(0, 60));
					for (const e of card.querySelectorAll("p, h2, a, time")) {
						const size = parseFloat(getComputedStyle(e).fontSize);
						if (size < 32 && e.textContent.trim() !== "") faults.push(size + " px: " + e.textContent.slice(0, 40));
					}
					const found = await axe.run(document, `+everyRule+`);
					for (const v of found.violations) faults.push(v.id + " " + v.nodes.map((n) => n.html).join(" ").slice(0, 300));
				}
				for (const card of cards) card.style.cssText = "";
				return faults;
			})()`)
			for _, fault := range faults {
				t.Errorf("%s in %s: %s", story, language, fault)
			}
			fits(t, ctx, story+" in "+language+" at 1920 px")
			screenshot(t, ctx, strings.ReplaceAll(story, "/", "_")+"-"+language+"-1920")
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(320, 640)); err != nil {
				t.Fatal(err)
			}
			fits(t, ctx, story+" in "+language+" at 320 px")
			for _, complaint := range heard.Take() {
				t.Error(complaint)
			}
		}
	}
}

// J13: without a connection a screen goes on with what it showed last, until it is
// told otherwise.
func TestJ13_AScreenGoesOnWithoutAConnection(t *testing.T) {
	s := apptest.Open(t, store.SQLite, nil)
	centre := s.Place("centre", "neighbourhood")
	tilleuls := s.Place("tilleuls", "building", centre.URI)
	amina := s.Resident("amina", tilleuls)
	s.Post(amina, tilleuls.ID, instance.ToPublic, "Bonjour")
	line := newWire(t, s.URL)
	ctx, heard := browser(t)
	heard.Host = strings.TrimPrefix(line.URL, "http://")
	open(t, ctx, line.URL+"/screen")
	words := func() string { t.Helper(); return evaluate[string](t, ctx, `document.body.innerText`) }
	code := evaluate[string](t, ctx, `document.querySelector(".hall-code").textContent`)
	id, err := s.Screens.Bind(t.Context(), s.Viewer(amina), true, tilleuls.ID, code, instance.ScreenPlan{Name: "Hall", Playlist: []string{"building", "codes"}, Language: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	again := func() {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(line.URL+"/screen")); err != nil {
			t.Fatal(err)
		}
	}
	again()
	evaluate[chromedp.Void](t, ctx, `navigator.serviceWorker.ready`)
	again() // under the worker from now on
	evaluate[chromedp.Void](t, ctx, `(async () => {
		while (!await caches.match("/screen/bundle") || !(await (await caches.match("/screen/idle")).text()).includes('lang="fr"')) await new Promise((r) => setTimeout(r, 50));
	})()`)
	line.cut.Store(true)
	again()
	if got := words(); !strings.Contains(got, "tilleuls") || !strings.Contains(got, "Nouvelles du") {
		t.Errorf("without a connection it says %s", got)
	}
	if kept := evaluate[string](t, ctx, `caches.match("/screen/bundle").then((b) => b.text())`); !strings.Contains(kept, "eddsa-jcs-2022") {
		t.Errorf("it keeps %s", kept)
	}
	if until := evaluate[float64](t, ctx, `caches.match("/screen").then((p) => Date.parse(p.headers.get("X-Screen-Until")) - Date.now())`); until > float64(screens.Keeps.Milliseconds()) || until < float64(screens.Keeps.Milliseconds())-600_000 {
		t.Errorf("it keeps that for %.0f ms", until)
	}
	// What is older than it may be is shown no longer.
	evaluate[chromedp.Void](t, ctx, `(async () => {
		const cache = await caches.open("screen"), held = await cache.match("/screen");
		await cache.put(location.origin + "/screen", new Response(await held.text(), {headers: {"Content-Type": "text/html", "X-Screen-Until": new Date(Date.now() - 1000).toISOString()}}));
	})()`)
	again()
	if got := words(); strings.Contains(got, "tilleuls") || !strings.Contains(got, "connexion") {
		t.Errorf("after seven days it says %s", got)
	}
	line.cut.Store(false)
	again()
	if got := words(); !strings.Contains(got, "tilleuls") {
		t.Errorf("once the connection is back: %s", got)
	}
	if err := s.Screens.Unbind(t.Context(), s.Viewer(amina), true, tilleuls.ID, id); err != nil {
		t.Fatal(err)
	}
	again()
	line.cut.Store(true)
	again()
	if got := words(); strings.Contains(got, "tilleuls") {
		t.Errorf("taken down and cut off it says %s", got)
	}
}
