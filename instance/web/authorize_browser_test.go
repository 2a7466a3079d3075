//go:build browser

package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"palier/instance/apptest"
	"palier/instance/auth"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// program is a client program on the web: it opens consent in a window of its
// own and waits there to be told.
func program(t *testing.T, ask func(redirect string) string) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	page := func(path, html string, args ...any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprintf(w, "<!doctype html><title>waiting</title>"+html, args...)
		})
	}
	app := httptest.NewServer(mux)
	t.Cleanup(app.Close)
	page("/{$}", `<button onclick="window.open('%s')">in</button><script>onmessage = (e) => { document.title = e.data; };</script>`, ask(app.URL+"/cb"))
	page("/cb", `<p id="back">back</p><script>if (opener) opener.postMessage(location.search, "*"); else document.title = "alone";</script>`)
	return app
}

// press fills in what a page asks and presses a button, and waits for what
// comes then.
func press(t *testing.T, ctx context.Context, button, then string, fields ...string) {
	t.Helper()
	for i := 0; i < len(fields); i += 2 {
		if err := chromedp.Do(ctx, chromedp.SendKeys(fields[i], fields[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := chromedp.Do(ctx, chromedp.Click(button), chromedp.WaitVisible(then)); err != nil {
		t.Fatal(err)
	}
}

// phone looks at a page as on a phone.
func phone(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	resize(t, ctx, 360)
	fits(t, ctx, name)
	screenshot(t, ctx, name)
}

func TestProgramsAreLetInInABrowser(t *testing.T) {
	s := apptest.Open(t, store.SQLite, nil)
	amina := s.Resident("amina", s.Place("centre", "neighbourhood"))
	register := func(redirect string) auth.App {
		app, _, err := s.Apps.Register(t.Context(), auth.App{
			Name: "Glaçon", Website: "https://glacon.example", RedirectURIs: []string{redirect}, Scopes: auth.Scopes{"read", "write", "follow", "push"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return app
	}
	var web auth.App
	ask := func(app auth.App) string {
		return s.URL + "/oauth/authorize?" + url.Values{
			"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": app.RedirectURIs, "scope": {"read write follow push"}, "state": {"s"},
		}.Encode()
	}
	app := program(t, func(redirect string) string {
		web = register(redirect)
		return ask(web)
	})
	ctx, heard := browser(t)
	heard.Host = strings.TrimPrefix(s.URL, "http://")

	open(t, ctx, app.URL)
	opened := chromedp.WaitNewTarget(ctx, func(w *target.Info) bool { return w.Type == "page" && strings.HasPrefix(w.URL, s.URL) })
	if err := chromedp.Do(ctx, chromedp.Click("button")); err != nil {
		t.Fatal(err)
	}
	window, closed := chromedp.NewContext(ctx, chromedp.WithTargetID(<-opened))
	defer closed()
	if err := chromedp.Do(window, chromedp.WaitVisible("#password")); err != nil {
		t.Fatal(err)
	}
	phone(t, window, "flow-signin-360")
	press(t, window, "form[action='/signin'] button", "button[value='allow']", "#email", amina.Email, "#password", apptest.Password)
	phone(t, window, "flow-consent-360")
	press(t, window, "button[value='allow']", "#back")
	if title := evaluate[string](t, window, `document.title`); title == "alone" {
		t.Fatal("the window is cut off from the program that opened it")
	}
	told, err := chromedp.Run(ctx, chromedp.Poll[string](`document.title.startsWith("?") && document.title`))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := url.ParseQuery(strings.TrimPrefix(told, "?"))
	if err != nil || answer.Get("state") != "s" {
		t.Fatalf("the program is told %q, %v", told, err)
	}
	if _, x, err := s.Apps.Redeem(t.Context(), auth.Redemption{App: web, Code: answer.Get("code"), RedirectURI: app.URL + "/cb"}); err != nil || x.Person != amina.ID {
		t.Errorf("access %+v, %v", x, err)
	}

	closed() // beside a window of the same server that stays open, this one never finishes loading
	typed := register(auth.OutOfBand)
	open(t, ctx, ask(typed))
	phone(t, ctx, "flow-code-consent-360")
	press(t, ctx, "button[value='allow']", "input#code")
	phone(t, ctx, "flow-code-360")
	code := evaluate[string](t, ctx, `document.getElementById("code").value`)
	at := evaluate[string](t, ctx, `location.search`)
	if at != "?code="+code {
		t.Errorf("the page at %q shows %q", at, code)
	}
	if _, x, err := s.Apps.Redeem(t.Context(), auth.Redemption{App: typed, Code: code, RedirectURI: auth.OutOfBand}); err != nil || x.Person != amina.ID {
		t.Errorf("access %+v, %v", x, err)
	}
	open(t, ctx, s.URL+"/settings/apps")
	phone(t, ctx, "flow-apps-360")
	if n := evaluate[int](t, ctx, `document.querySelectorAll("main ul.rows > li").length`); n != 2 {
		t.Errorf("%d apps are connected, want 2", n)
	}
	for _, complaint := range heard.Take() {
		if !strings.HasPrefix(complaint, "asked for "+app.URL) && !strings.Contains(complaint, "favicon") && !strings.HasPrefix(complaint, "Failed to load resource") {
			t.Error(complaint)
		}
	}
}
