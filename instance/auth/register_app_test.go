package auth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/auth"
)

// TestG05_AppsThatCannotBe tries what a program may not say of itself.
func TestG05_AppsThatCannotBe(t *testing.T) {
	t.Parallel()
	const fine = "https://app.example/cb"
	eachDesk(t, func(t *testing.T, d *desk) {
		for _, c := range []struct {
			app         auth.App
			field, code string // empty: it can be
		}{
			{auth.App{Name: "Tusky", Website: "https://tusky.app", RedirectURIs: []string{"oauth2redirect://com.keylesspalace.tusky/"}}, "", ""},
			{auth.App{Name: "Ice Cubes", RedirectURIs: []string{"icecubesapp://"}}, "", ""},
			{auth.App{Name: "Ivory", RedirectURIs: []string{"com.tapbots.Ivory.22:/request_token"}}, "", ""},
			{auth.App{Name: "Elk", Website: "https://elk.zone", RedirectURIs: []string{"https://elk.zone/api/dinan.example/oauth/https%3A%2F%2Felk.zone"}}, "", ""},
			{auth.App{Name: "toot", RedirectURIs: []string{auth.OutOfBand}}, "", ""},
			{auth.App{Name: "local", RedirectURIs: []string{"http://127.0.0.1:4567/", "http://[::1]:4567/cb?x=1"}}, "", ""},
			{auth.App{Name: strings.Repeat("é", 60), RedirectURIs: []string{fine}}, "", ""},
			{auth.App{RedirectURIs: []string{fine}}, "client_name", "missing"},
			{auth.App{Name: " \u202e\n\x00", RedirectURIs: []string{fine}}, "client_name", "missing"},
			{auth.App{Name: strings.Repeat("é", 61), RedirectURIs: []string{fine}}, "client_name", "too-long"},
			{auth.App{Name: "x", Website: "javascript:alert(1)", RedirectURIs: []string{fine}}, "website", "malformed"},
			{auth.App{Name: "x", Website: "tusky.app", RedirectURIs: []string{fine}}, "website", "malformed"},
			{auth.App{Name: "x", Website: "https://dinan.example@evil.example", RedirectURIs: []string{fine}}, "website", "malformed"},
			{auth.App{Name: "x", Website: "https://a.example/" + strings.Repeat("a", 2000), RedirectURIs: []string{fine}}, "website", "too-long"},
			{auth.App{Name: "x"}, "redirect_uris", "missing"},
			{auth.App{Name: "x", RedirectURIs: make([]string, 21)}, "redirect_uris", "too-many"},
			{auth.App{Name: "x", RedirectURIs: []string{fine, ""}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"/cb"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"//app.example/cb"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"https:///cb"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{fine + "#x"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"https://a@app.example/cb"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"https://*.example/cb"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"https://app.example;script-src/cb"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"https://exämple.example/cb"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"https://app.example/cb\r\nSet-Cookie: x=1"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"https://app.example/" + strings.Repeat("a", 2000)}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"javascript:alert(1)"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"JavaScript://x/%0aalert(1)"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"data:text/html,x"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"file:///etc/passwd"}}, "redirect_uris", "malformed"},
			{auth.App{Name: "x", RedirectURIs: []string{"urn:ietf:wg:oauth:2.0:oob:auto"}}, "redirect_uris", "malformed"},
		} {
			c.app.Scopes = auth.Scopes{"read"}
			app, secret, err := d.Apps.Register(t.Context(), c.app)
			if c.code == "" {
				if err != nil || secret == "" {
					t.Errorf("%+v: %v", c.app, err)
					continue
				}
				kept, err := d.Apps.Client(t.Context(), app.ClientID)
				if diff := cmp.Diff(app, kept); diff != "" || err != nil {
					t.Errorf("kept differently, %v:\n%s", err, diff)
				}
				continue
			}
			invalid, ok := errors.AsType[*instance.Invalid](err)
			if !ok || invalid.Field != c.field || invalid.Code != c.code || secret != "" {
				t.Errorf("%+v: %v, want %s %s", c.app, err, c.field, c.code)
			}
		}
		app, _, err := d.Apps.Register(t.Context(), auth.App{Name: " Mairie\u202e de\n\tDinan ", RedirectURIs: []string{fine}})
		if err != nil || app.Name != "Mairie de Dinan" {
			t.Errorf("called %q, %v", app.Name, err)
		}
	})
}

func TestReadRedirect(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]auth.Redirect{
		auth.OutOfBand:                      {},
		"icecubesapp://":                    {Scheme: "icecubesapp", Origin: "icecubesapp:"},
		"com.tapbots.Ivory.22:/x":           {Scheme: "com.tapbots.ivory.22", Origin: "com.tapbots.ivory.22:"},
		"https://app.example/cb":            {Host: "app.example", Origin: "https://app.example"},
		"http://127.0.0.1:4567/cb?x=1":      {Host: "127.0.0.1:4567", Origin: "http://127.0.0.1:4567"},
		"http://[::1]:4567/":                {Host: "[::1]:4567", Origin: "http:"},
		"https://app.example/?u=https://b/": {Host: "app.example", Origin: "https://app.example"},
	} {
		if got := auth.ReadRedirect(uri); got != want {
			t.Errorf("ReadRedirect(%q) = %+v, want %+v", uri, got, want)
		}
	}
}

func TestScopesInTheirShortestForm(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                    "",
		"read read:statuses profile":          "read",
		"read:statuses read":                  "read",
		"read write follow push":              "read write push",
		"follow read:blocks write:statuses":   "follow write:statuses",
		"admin:read admin:read:reports write": "admin:read write",
	} {
		s, err := auth.ParseScopes(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Shortest().String(); got != want {
			t.Errorf("%q in short: %q, want %q", in, got, want)
		}
	}
}

func TestTheServersOwnAppIsOne(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		first, err := d.Apps.Own(t.Context(), "palier admin")
		if err != nil {
			t.Fatal(err)
		}
		again, err := d.Apps.Own(t.Context(), "palier admin")
		if err != nil || again.ID != first.ID || !again.Scopes.Cover(auth.AllScopes) || again.RedirectsTo("") || again.RedirectsTo(auth.OutOfBand) {
			t.Errorf("got %+v, then %+v, %v", first, again, err)
		}
	})
}
