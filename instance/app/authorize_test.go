package app_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/auth"
	"palier/instance/config"
	"palier/instance/store"
)

const (
	iceCubes = "icecubesapp://"
	phanpy   = "https://phanpy.example/?x=1"
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)

func challengeOf(verifier string) string {
	h := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// register makes a program known to a server.
func register(s *apptest.Server, scopes string, uris ...string) (auth.App, string) {
	s.T.Helper()
	all, err := auth.ParseScopes(scopes)
	if err != nil {
		s.T.Fatal(err)
	}
	app, secret, err := s.Apps.Register(s.T.Context(), auth.App{Name: "Glaçon", Website: "https://glacon.example/", RedirectURIs: uris, Scopes: all})
	if err != nil {
		s.T.Fatal(err)
	}
	return app, secret
}

// request is what a program asks, with what is given changed; an empty value
// leaves it out.
func request(app auth.App, changed ...string) string {
	q := url.Values{"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {app.RedirectURIs[0]}, "scope": {"read write"}, "state": {"a b&c=é"}}
	for i := 0; i < len(changed); i += 2 {
		if q.Set(changed[i], changed[i+1]); changed[i+1] == "" {
			q.Del(changed[i])
		}
	}
	return "/oauth/authorize?" + q.Encode()
}

// decide presses a button of a consent page and returns where that leads,
// without going there.
func decide(b *apptest.Browser, p *apptest.Page, decision string) *apptest.Page {
	b.T.Helper()
	form := p.Find("form[action='/oauth/authorize']")
	if form.Length() != 1 || form.Find("button[value='"+decision+"']").Length() != 1 {
		b.T.Fatalf("%s asks for no consent: %d %s", p.Path, p.Status, p.Find("h1").Text())
	}
	fields := url.Values{"decision": {decision}}
	form.Find("input").Each(func(_ int, in *goquerySelection) { fields.Add(in.AttrOr("name", ""), in.AttrOr("value", "")) })
	return b.Do(b.Request(http.MethodPost, "/oauth/authorize", "application/x-www-form-urlencoded", []byte(fields.Encode())))
}

// led returns what a program is told where it waits.
func led(t *testing.T, p *apptest.Page, uri string) url.Values {
	t.Helper()
	to := p.Header.Get("Location")
	query, ok := strings.CutPrefix(to, uri)
	if p.Status != http.StatusSeeOther || !ok || query == "" || query[0] != '?' && query[0] != '&' {
		t.Fatalf("%d leads to %q, want %s", p.Status, to, uri)
	}
	v, err := url.ParseQuery(query[1:])
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAProgramIsLetIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		for _, uri := range []string{iceCubes, phanpy, "http://127.0.0.1:9/cb", "tokodon://oauth", "com.tapbots.Ivory.22:/request_token"} {
			app, _ := register(v.Server, "read write", uri)
			b := v.Browser()
			asked := b.Open(request(app, "code_challenge", challengeOf(verifier), "code_challenge_method", "S256"))
			if !strings.HasPrefix(asked.Path, "/signin?") {
				t.Fatalf("a stranger is led to %s", asked.Path)
			}
			p := b.Press(asked, "form[action='/signin'] button", apptest.Fields{"email": {v.cem.Email}, "password": {apptest.Password}})
			if p.Status != http.StatusOK || !strings.Contains(p.Find("h1").Text(), "Glaçon") || !strings.Contains(p.Find("main").Text(), "glacon.example") {
				t.Fatalf("%s: %d %s", uri, p.Status, p.Find("h1").Text())
			}
			yes := led(t, decide(b, p, "allow"), uri)
			if yes.Get("state") != "a b&c=é" || yes.Get("iss") != v.URL || yes.Has("error") {
				t.Errorf("%s: told %v", uri, yes)
			}
			token, _, err := v.Apps.Redeem(t.Context(), auth.Redemption{App: app, Code: yes.Get("code"), RedirectURI: uri, Verifier: verifier})
			if err != nil {
				t.Fatal(err)
			}
			if x, err := v.Apps.Access(t.Context(), token); err != nil || x.Person != v.cem.ID || x.Scopes.String() != "read write" {
				t.Errorf("%s: access %+v, %v", uri, x, err)
			}
			no := led(t, decide(b, b.Open(request(app)), "deny"), uri)
			if diff := cmp.Diff(url.Values{"error": {"access_denied"}, "state": {"a b&c=é"}, "iss": {v.URL}}, no); diff != "" {
				t.Errorf("%s: after a no:\n%s", uri, diff)
			}
		}
	})
}

func TestAProgramWithoutAnAddressGetsACodeToType(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		app, _ := register(v.Server, "read", auth.OutOfBand)
		b := v.SignedIn(v.cem)
		shown := b.Press(b.Open(request(app, "scope", "")), "button[value='allow']", nil)
		code := shown.Find("input#code").AttrOr("value", "")
		if shown.Status != http.StatusOK || code == "" || shown.Path != "/oauth/authorize/native?code="+code || shown.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %s shows %q", shown.Status, shown.Path, code)
		}
		if _, x, err := v.Apps.Redeem(t.Context(), auth.Redemption{App: app, Code: code, RedirectURI: auth.OutOfBand}); err != nil || x.Scopes.String() != "read" {
			t.Errorf("the code gives %+v, %v", x, err)
		}
		if p := b.Press(b.Open(request(app, "scope", "")), "button[value='deny']", nil); p.Path != "/home" || p.Find(".flash").Length() != 1 {
			t.Errorf("after a no: %d %s", p.Status, p.Path)
		}
		for _, code := range []string{"", "<b>", strings.Repeat("a", 23), "Appelez le 08 99 00 00 00 pour votre code !"} {
			if p := b.Open("/oauth/authorize/native?code=" + url.QueryEscape(code)); p.Status != http.StatusNotFound {
				t.Errorf("shows %q: %d", code, p.Status)
			}
		}
	})
}

// TestG05_WrongRequestsLeadNowhere: whoever registers a program chooses its
// address, so that none is gone to before somebody here said so (RFC 9700
// §4.11.2).
func TestG05_WrongRequestsLeadNowhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		app, _ := register(v.Server, "read write", "https://app.example/cb")
		other, _ := register(v.Server, "read", "https://other.example/cb")
		twice := request(app) + "&redirect_uri=" + url.QueryEscape("https://evil.example/")
		for _, c := range []struct{ what, path string }{
			{"no program", request(app, "client_id", "")},
			{"an unknown program", request(app, "client_id", "x")},
			{"a program's name with a zero byte", request(app, "client_id", "x\x00")},
			{"no address", request(app, "redirect_uri", "")},
			{"another address", request(app, "redirect_uri", "https://evil.example/cb")},
			{"a longer address", request(app, "redirect_uri", "https://app.example/cb/../../evil")},
			{"a longer host", request(app, "redirect_uri", "https://app.example.evil.example/cb")},
			{"an address with a query", request(app, "redirect_uri", "https://app.example/cb?x=1")},
			{"an address with a fragment", request(app, "redirect_uri", "https://app.example/cb#x")},
			{"an address in capitals", request(app, "redirect_uri", "https://APP.example/cb")},
			{"an address with a user", request(app, "redirect_uri", "https://app.example@evil.example/cb")},
			{"an escaped address", request(app, "redirect_uri", "https://app.example/%63b")},
			{"another program's address", request(app, "redirect_uri", other.RedirectURIs[0])},
			{"out of band unasked", request(app, "redirect_uri", auth.OutOfBand)},
			{"a script", request(app, "redirect_uri", "javascript:alert(1)")},
			{"two addresses", twice},
			{"two programs", request(app) + "&client_id=" + other.ClientID},
			{"two states", request(app) + "&state=x"},
			{"a token at once", request(app, "response_type", "token")},
			{"no kind of answer", request(app, "response_type", "")},
			{"another mode of answer", request(app, "response_mode", "fragment")},
			{"an unknown scope", request(app, "scope", "read everything")},
			{"a wider scope", request(app, "scope", "read write push")},
			{"an administrator's scope", request(app, "scope", "admin:write")},
			{"a plain challenge", request(app, "code_challenge", verifier, "code_challenge_method", "plain")},
			{"a challenge of no kind", request(app, "code_challenge", challengeOf(verifier))},
			{"a short challenge", request(app, "code_challenge", "x", "code_challenge_method", "S256")},
			{"a kind without a challenge", request(app, "code_challenge_method", "S256")},
		} {
			for who, b := range map[string]*apptest.Browser{"a stranger": v.Browser(), "cem": v.SignedIn(v.cem)} {
				get := b.Do(b.Request(http.MethodGet, c.path, "", nil))
				post := b.Do(b.Request(http.MethodPost, "/oauth/authorize", "application/x-www-form-urlencoded",
					[]byte(strings.TrimPrefix(c.path, "/oauth/authorize?")+"&decision=allow&as="+v.cem.ID.String())))
				for how, p := range map[string]*apptest.Page{"asks": get, "sends": post} {
					if p.Status != http.StatusBadRequest || p.Header.Get("Location") != "" || p.Find("main h1").Length() != 1 || p.Has("form[action='/oauth/authorize']") {
						t.Errorf("%s: %s %s: %d, leads to %q", c.what, who, how, p.Status, p.Header.Get("Location"))
					}
				}
			}
		}
	})
}

func TestG07_NobodyConsentsUnseen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		app, _ := register(v.Server, "read write", "https://app.example/cb")
		b := v.SignedIn(v.cem)
		p := b.Open(request(app))
		csp := p.Header.Get("Content-Security-Policy")
		for _, want := range []string{"frame-ancestors 'none'", "; form-action 'self' https://app.example", "default-src 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("policy %q lacks %q", csp, want)
			}
		}
		if got := p.Header.Get("Cross-Origin-Opener-Policy"); got != "unsafe-none" {
			t.Errorf("opener policy %q", got)
		}
		body := []byte(strings.TrimPrefix(request(app), "/oauth/authorize?") + "&decision=allow&as=" + v.cem.ID.String())
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			r := b.Request(http.MethodPost, "/oauth/authorize", "application/x-www-form-urlencoded", body)
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set(name, value)
			if got := b.Do(r); got.Status != http.StatusForbidden || got.Header.Get("Location") != "" {
				t.Errorf("a form sent with %s %s: %d to %q", name, value, got.Status, got.Header.Get("Location"))
			}
		}
		// Whoever saw the page has to be who presses the button.
		dora := v.SignedIn(v.dora)
		if got := decide(dora, p, "allow"); !strings.HasPrefix(got.Header.Get("Location"), "/oauth/authorize?") {
			t.Errorf("somebody else presses the button: %d to %q", got.Status, got.Header.Get("Location"))
		}
		if got := decide(v.Browser(), p, "allow"); !strings.HasPrefix(got.Header.Get("Location"), "/oauth/authorize?") {
			t.Errorf("nobody presses the button: %d to %q", got.Status, got.Header.Get("Location"))
		}
		sent := b.Do(b.Request(http.MethodPost, "/oauth/authorize", "application/x-www-form-urlencoded", []byte(strings.Replace(string(body), "allow", "perhaps", 1))))
		if sent.Status != http.StatusBadRequest || sent.Header.Get("Location") != "" {
			t.Errorf("neither yes nor no: %d", sent.Status)
		}
	})
}

// A window that a program opened has to stay in its reach all the way.
func TestEveryStepToConsentKeepsTheOpener(t *testing.T) {
	t.Parallel()
	v := newVillage(t, store.SQLite, nil)
	app, _ := register(v.Server, "read write", "https://app.example/cb")
	b := v.Browser()
	path := request(app, "force_login", "true", "lang", "en")
	for step := 0; ; step++ {
		p := b.Do(b.Request(http.MethodGet, path, "", nil))
		if got := p.Header.Get("Cross-Origin-Opener-Policy"); got != "unsafe-none" {
			t.Errorf("%s: opener policy %q", path, got)
		}
		if path = p.Header.Get("Location"); path == "" {
			if p.Find("form[action='/signin']").Length() != 1 || p.Find("html").AttrOr("lang", "") != "en" || step != 1 {
				t.Errorf("step %d: %d in %s", step, p.Status, p.Find("html").AttrOr("lang", ""))
			}
			break
		}
	}
	back := request(app)
	r := b.Request(http.MethodPost, "/signin", "application/x-www-form-urlencoded",
		[]byte(url.Values{"email": {v.cem.Email}, "password": {apptest.Password}, "back": {back}}.Encode()))
	if p := b.Do(r); p.Header.Get("Cross-Origin-Opener-Policy") != "unsafe-none" || p.Header.Get("Location") != back {
		t.Errorf("signing in: %q to %q", p.Header.Get("Cross-Origin-Opener-Policy"), p.Header.Get("Location"))
	}
	if p := b.Open("/home"); p.Header.Get("Cross-Origin-Opener-Policy") != "same-origin" {
		t.Errorf("elsewhere: %q", p.Header.Get("Cross-Origin-Opener-Policy"))
	}
}

func TestAProgramCanAskForAnotherAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		app, _ := register(v.Server, "read write", iceCubes)
		b := v.SignedIn(v.cem)
		asked := b.Open(request(app, "force_login", "true"))
		if !asked.Has("form[action='/signin']") {
			t.Fatalf("led to %s", asked.Path)
		}
		p := b.Press(asked, "form[action='/signin'] button", apptest.Fields{"email": {v.dora.Email}, "password": {apptest.Password}})
		if !strings.Contains(p.Find("main").Text(), "@dora") {
			t.Fatalf("%s is for another than dora", p.Path)
		}
		code := led(t, decide(b, p, "allow"), iceCubes).Get("code")
		if _, x, err := v.Apps.Redeem(t.Context(), auth.Redemption{App: app, Code: code, RedirectURI: iceCubes}); err != nil || x.Person != v.dora.ID {
			t.Errorf("access %+v, %v", x, err)
		}
	})
}

func TestConsentTellsInPlainWords(t *testing.T) {
	t.Parallel()
	v := newVillage(t, store.SQLite, nil)
	app, _ := register(v.Server, auth.AllScopes.String(), iceCubes, phanpy)
	b := v.SignedIn(v.cem)
	for _, c := range []struct {
		scope, lang string
		lines       int
		circles     bool
		say         string
	}{
		{"read", "fr", 1, true, "lire tout ce que vous lisez ici"},
		{"read read:statuses profile", "en", 1, true, "read all that you read here"},
		{"write:media push", "fr", 2, false, "envoyer des photos"},
		{"follow", "fr", 1, false, "bloquez ou masquez"},
	} {
		p := b.Open(request(app, "scope", c.scope, "lang", c.lang))
		if n := p.Find(".grants li").Length(); n != c.lines || !strings.Contains(p.Find(".grants").Text(), c.say) || p.Has(".note.sun") != c.circles {
			t.Errorf("%s: %d lines, %q, circles %t", c.scope, n, p.Find(".grants").Text(), p.Has(".note.sun"))
		}
		if !strings.Contains(p.Find("main").Text(), "icecubesapp") {
			t.Errorf("%s: nobody is told where it leads", c.scope)
		}
	}
	if p := b.Open(request(app, "redirect_uri", phanpy)); !strings.Contains(p.Find("main").Text(), "phanpy.example") {
		t.Error("nobody is told that it leads to phanpy.example")
	}
}

func TestG02_AskingToBeLetInIsBounded(t *testing.T) {
	t.Parallel()
	v := newVillage(t, store.SQLite, func(c *config.Config) { c.Limits.Apps = auth.Limit{Burst: 3, Every: 3600e9} })
	app, _ := register(v.Server, "read write", iceCubes)
	b := v.Browser()
	for i := range 4 {
		p := b.Do(b.Request(http.MethodGet, request(app), "", nil))
		want := http.StatusSeeOther
		if i == 3 {
			want = http.StatusTooManyRequests
		}
		if p.Status != want || p.Header.Get("X-RateLimit-Limit") != "3" || p.Header.Get("X-RateLimit-Remaining") != []string{"2", "1", "0", "0"}[i] {
			t.Errorf("try %d: %d, remaining %q", i, p.Status, p.Header.Get("X-RateLimit-Remaining"))
		}
	}
}

func TestAPersonSeesAndEndsWhatIsConnected(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		app, _ := register(v.Server, "read write", iceCubes)
		issue := func(to instance.Account) string {
			token, err := v.Apps.Issue(t.Context(), app, to.ID, auth.Scopes{"read"})
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		open := func(token string) bool {
			_, err := v.Apps.Access(t.Context(), token)
			return err == nil
		}
		first, theirs := issue(v.cem), issue(v.dora)
		b, elsewhere := v.SignedIn(v.cem), v.SignedIn(v.cem)
		p := b.Open("/settings/apps")
		if p.Find("main ul.rows > li").Length() != 1 || !strings.Contains(p.Find("main").Text(), "Glaçon") {
			t.Fatalf("shows %q", p.Find("main").Text())
		}
		end := p.Find("main ul.rows form").AttrOr("action", "")
		if got := v.SignedIn(v.dora).Post(end, nil); got.Status != http.StatusNotFound || !open(first) {
			t.Errorf("somebody else ends it: %d", got.Status)
		}
		if got := b.Press(p, "main ul.rows form button", nil); got.Path != "/settings/apps" || got.Has("main ul.rows") || !got.Has(".flash") || open(first) {
			t.Errorf("after its end: %d %s", got.Status, got.Path)
		}
		if got := b.Post(end, nil); got.Status != http.StatusNotFound {
			t.Errorf("ended again: %d", got.Status)
		}
		second := issue(v.cem)
		if got := b.Press(b.Open("/settings/apps"), "form[action='/settings/apps/end'] button", nil); got.Status != http.StatusOK || got.Path != "/settings/apps" || open(second) {
			t.Errorf("after the end of all: %d %s", got.Status, got.Path)
		}
		if got := elsewhere.Open("/settings/apps"); !got.Has("form[action='/signin']") {
			t.Errorf("another browser is still signed in: %s", got.Path)
		}
		if !open(theirs) {
			t.Error("somebody else's token has ended")
		}
		for range 45 {
			issue(v.cem)
		}
		n := 0
		for path := "/settings/apps"; path != ""; {
			p := b.Open(path)
			n += p.Find("main ul.rows > li").Length()
			path = p.Find("a[rel='next']").AttrOr("href", "")
		}
		if n != 45 {
			t.Errorf("walked past %d apps, want 45", n)
		}
	})
}
