package mastodon_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"mime/multipart"
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
	waitsAt  = "https://app.example/cb"
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)

func challenge() string {
	h := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// fields are what a form says, name by name; without, what is empty.
type fields map[string]string

func (f fields) with(changed ...string) fields {
	all := fields{}
	for name, v := range f {
		all[name] = v
	}
	for i := 0; i < len(changed); i += 2 {
		all[changed[i]] = changed[i+1]
	}
	for name, v := range all {
		if v == "" {
			delete(all, name)
		}
	}
	return all
}

func (f fields) pairs() []string {
	var all []string
	for name, v := range f {
		all = append(all, name, v)
	}
	return all
}

// send sends fields in one of the ways there are.
func (f fields) send(p *apptest.Program, path, way string) *apptest.Answer {
	p.T.Helper()
	switch way {
	case "form":
		return p.Post(path, f.pairs()...)
	case "json":
		return p.JSON(http.MethodPost, path, f)
	case "multipart":
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for name, v := range f {
			if err := w.WriteField(name, v); err != nil {
				p.T.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			p.T.Fatal(err)
		}
		return p.Do(http.MethodPost, path, w.FormDataContentType(), b.Bytes())
	case "query":
		q := url.Values{}
		for name, v := range f {
			q.Set(name, v)
		}
		return p.Do(http.MethodPost, path+"?"+q.Encode(), "", nil)
	}
	p.T.Fatalf("no way %s", way)
	return nil
}

// known registers a program by the API and returns how it proves itself.
func known(s *apptest.Server, scopes string) fields {
	s.T.Helper()
	app := s.Nobody().Post("/api/v1/apps", "client_name", "Glaçon", "redirect_uris", waitsAt, "scopes", scopes).Object()
	return fields{"client_id": app["client_id"].(string), "client_secret": app["client_secret"].(string)}
}

// consent lets somebody say yes in their browser, and returns the code.
func consent(b *apptest.Browser, app fields, changed ...string) string {
	b.T.Helper()
	asks := fields{"response_type": "code", "client_id": app["client_id"], "redirect_uri": waitsAt, "scope": "read write", "state": "s"}.with(changed...)
	q := url.Values{}
	for name, v := range asks {
		q.Set(name, v)
	}
	p := b.Open("/oauth/authorize?" + q.Encode())
	form := url.Values{"decision": {"allow"}}
	for _, in := range p.Find("form[action='/oauth/authorize'] input").EachIter() {
		form.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	}
	yes := b.Do(b.Request(http.MethodPost, "/oauth/authorize", "application/x-www-form-urlencoded", []byte(form.Encode())))
	to, err := url.Parse(yes.Header.Get("Location"))
	if err != nil || to.Query().Get("code") == "" {
		b.T.Fatalf("%d leads to %q", yes.Status, yes.Header.Get("Location"))
	}
	return to.Query().Get("code")
}

// trade is how a code is traded.
func trade(app fields, code string) fields {
	return app.with("grant_type", "authorization_code", "code", code, "redirect_uri", waitsAt)
}

func TestAProgramRegistersAsksAndIsLetIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina := s.Resident("amina")
		b := s.SignedIn(amina)
		nobody := s.Nobody()
		for _, way := range []string{"form", "json", "multipart", "query"} {
			asks := fields{"client_name": "Glaçon", "redirect_uris": waitsAt, "scopes": "read write follow push", "website": "https://glacon.example"}
			app := asks.send(nobody, "/api/v1/apps", way).Object()
			for name, want := range map[string]any{
				"name": "Glaçon", "website": "https://glacon.example", "redirect_uri": waitsAt, "client_secret_expires_at": 0.0,
			} {
				if app[name] != want {
					t.Errorf("%s: %s is %v, want %v", way, name, app[name], want)
				}
			}
			about := nobody.Get("/api/v2/instance").Object()["configuration"].(map[string]any)["vapid"].(map[string]any)
			if app["vapid_key"] == "" || app["vapid_key"] != about["public_key"] {
				t.Errorf("%s: vapid_key is %v, that of the server %v", way, app["vapid_key"], about["public_key"])
			}
			if diff := cmp.Diff([]any{waitsAt}, app["redirect_uris"]); diff != "" {
				t.Errorf("%s: redirect_uris:\n%s", way, diff)
			}
			if _, err := instance.ParseID(app["id"].(string)); err != nil {
				t.Errorf("%s: id %v", way, app["id"])
			}
			proof := fields{"client_id": app["client_id"].(string), "client_secret": app["client_secret"].(string)}
			code := consent(b, proof, "code_challenge", challenge(), "code_challenge_method", "S256")
			answer := trade(proof, code).with("code_verifier", verifier).send(nobody, "/oauth/token", way)
			token := answer.Object()
			if token["token_type"] != "Bearer" || token["scope"] != "read write" || token["created_at"].(float64) < 1e9 ||
				answer.Header.Get("Cache-Control") != "no-store" || answer.Header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: token %v", way, token)
			}
			in := &apptest.Program{T: t, URL: s.URL, Token: token["access_token"].(string)}
			if me := in.Get("/api/v1/accounts/verify_credentials").Object(); me["username"] != "amina" {
				t.Errorf("%s: speaks for %v", way, me["username"])
			}
			if own := in.Get("/api/v1/apps/verify_credentials").Object(); own["name"] != "Glaçon" || own["id"] != app["id"] || own["client_secret"] != nil {
				t.Errorf("%s: knows itself as %v", way, own)
			}
			if who := in.Get("/oauth/userinfo").Object(); who["sub"] != amina.URI || who["preferred_username"] != "amina" || who["iss"] != s.URL {
				t.Errorf("%s: user info %v", way, who)
			}
			if got := proof.with("token", in.Token).send(nobody, "/oauth/revoke", way).Object(); len(got) != 0 {
				t.Errorf("%s: revoking answers %v", way, got)
			}
			in.Get("/api/v1/accounts/verify_credentials").Is(http.StatusUnauthorized)
		}
	})
}

func TestAProgramSpeaksForItself(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		app := known(s, "read write:accounts")
		basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(app["client_id"]+":"+app["client_secret"]))
		answer := s.Nobody().Do(http.MethodPost, "/oauth/token", "application/x-www-form-urlencoded",
			[]byte("grant_type=client_credentials&scope=read+write:accounts"), "Authorization", basic)
		token := answer.Object()
		if token["scope"] != "read write:accounts" {
			t.Errorf("token %v", token)
		}
		p := &apptest.Program{T: t, URL: s.URL, Token: token["access_token"].(string)}
		if own := p.Get("/api/v1/apps/verify_credentials").Object(); own["name"] != "Glaçon" {
			t.Errorf("knows itself as %v", own)
		}
		p.Get("/api/v1/accounts/verify_credentials").Is(http.StatusUnauthorized)
		p.Get("/oauth/userinfo").Is(http.StatusUnauthorized)
		if token := app.with("grant_type", "client_credentials").send(s.Nobody(), "/oauth/token", "json").Object(); token["scope"] != "read" {
			t.Errorf("without a scope: %v", token)
		}
	})
}

// TestG05_TokensThatAreRefused tries what RFC 6749 §5.2, RFC 7636 §4.6 and RFC
// 9700 have refused.
func TestG05_TokensThatAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina := s.Resident("amina")
		b, nobody := s.SignedIn(amina), s.Nobody()
		app, other := known(s, "read write"), known(s, "read write")
		basic := func(id, secret string) string {
			return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
		}
		for _, c := range []struct {
			what    string
			change  []string
			asked   []string // with the consent
			status  int
			code    string
			headers []string
		}{
			{what: "no secret", change: []string{"client_secret", ""}, status: 401, code: "invalid_client"},
			{what: "another's secret", change: []string{"client_secret", other["client_secret"]}, status: 401, code: "invalid_client"},
			{what: "no client", change: []string{"client_id", "", "client_secret", ""}, status: 401, code: "invalid_client"},
			{what: "an unknown client", change: []string{"client_id", "x"}, status: 401, code: "invalid_client"},
			{what: "a client with a zero byte", change: []string{"client_id", "x\x00"}, status: 401, code: "invalid_client"},
			{what: "a wrong secret by Basic", change: []string{"client_id", "", "client_secret", ""}, headers: []string{"Authorization", basic(app["client_id"], "x")}, status: 401, code: "invalid_client"},
			{what: "two clients", headers: []string{"Authorization", basic(other["client_id"], other["client_secret"])}, status: 401, code: "invalid_client"},
			{what: "another client", change: other.pairs(), status: 400, code: "invalid_grant"},
			{what: "no code", change: []string{"code", ""}, status: 400, code: "invalid_grant"},
			{what: "another code", change: []string{"code", verifier}, status: 400, code: "invalid_grant"},
			{what: "a code with a zero byte", change: []string{"code", "x\x00"}, status: 400, code: "invalid_grant"},
			{what: "no redirect", change: []string{"redirect_uri", ""}, status: 400, code: "invalid_grant"},
			{what: "another redirect", change: []string{"redirect_uri", waitsAt + "/"}, status: 400, code: "invalid_grant"},
			{what: "a verifier nobody asked for", change: []string{"code_verifier", verifier}, status: 400, code: "invalid_grant"},
			{what: "no verifier", asked: []string{"code_challenge", challenge(), "code_challenge_method", "S256"}, status: 400, code: "invalid_grant"},
			{what: "a wrong verifier", asked: []string{"code_challenge", challenge(), "code_challenge_method", "S256"}, change: []string{"code_verifier", strings.Repeat("x", 43)}, status: 400, code: "invalid_grant"},
			{what: "no grant", change: []string{"grant_type", ""}, status: 400, code: "invalid_request"},
			{what: "a password", change: []string{"grant_type", "password", "username", "amina@people.example", "password", apptest.Password}, status: 400, code: "unsupported_grant_type"},
			{what: "a refresh", change: []string{"grant_type", "refresh_token", "refresh_token", "x"}, status: 400, code: "unsupported_grant_type"},
			{what: "a token at once", change: []string{"grant_type", "implicit"}, status: 400, code: "unsupported_grant_type"},
			{what: "more than declared", change: []string{"grant_type", "client_credentials", "scope", "read push"}, status: 400, code: "invalid_scope"},
			{what: "what does not exist", change: []string{"grant_type", "client_credentials", "scope", "everything"}, status: 400, code: "invalid_scope"},
		} {
			code := consent(b, app, c.asked...)
			form := url.Values{}
			for name, v := range trade(app, code).with(c.change...) {
				form.Set(name, v)
			}
			answer := nobody.Do(http.MethodPost, "/oauth/token", "application/x-www-form-urlencoded", []byte(form.Encode()), c.headers...)
			var got struct {
				Error       string `json:"error"`
				Description string `json:"error_description"`
				Token       string `json:"access_token"`
			}
			if err := json.Unmarshal(answer.Body, &got); err != nil {
				t.Fatal(err)
			}
			if answer.Status != c.status || got.Error != c.code || got.Description == "" || got.Token != "" || answer.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d %s", c.what, answer.Status, answer.Body)
			}
			if basic := answer.Header.Get("WWW-Authenticate") != ""; basic != (c.status == 401 && c.headers != nil) {
				t.Errorf("%s: WWW-Authenticate %q", c.what, answer.Header.Get("WWW-Authenticate"))
			}
		}
	})
}

func TestG05_ScopesDoNotWidenOnTheWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		b, app := s.SignedIn(s.Resident("amina")), known(s, "read write follow push")
		code := consent(b, app, "scope", "read:accounts")
		token := trade(app, code).with("scope", "read write follow push").send(s.Nobody(), "/oauth/token", "form").Object()
		if token["scope"] != "read:accounts" {
			t.Errorf("token %v", token)
		}
		p := &apptest.Program{T: t, URL: s.URL, Token: token["access_token"].(string)}
		p.Get("/api/v1/accounts/verify_credentials").Is(http.StatusOK)
		p.Get("/api/v1/timelines/home").Is(http.StatusForbidden)
		p.Post("/api/v1/statuses", "status", "a").Is(http.StatusForbidden)
	})
}

func TestG05_ACodeWorksOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		b, app := s.SignedIn(s.Resident("amina")), known(s, "read write")
		code := consent(b, app)
		token := trade(app, code).send(s.Nobody(), "/oauth/token", "form").Object()
		p := &apptest.Program{T: t, URL: s.URL, Token: token["access_token"].(string)}
		p.Get("/api/v1/timelines/home").Is(http.StatusOK)
		trade(app, code).send(s.Nobody(), "/oauth/token", "form").Is(http.StatusBadRequest)
		p.Get("/api/v1/timelines/home").Is(http.StatusUnauthorized)
	})
}

func TestATokenIsEndedByItsProgramOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		b, app, other := s.SignedIn(s.Resident("amina")), known(s, "read write"), known(s, "read write")
		token := trade(app, consent(b, app)).send(s.Nobody(), "/oauth/token", "form").Object()["access_token"].(string)
		p := &apptest.Program{T: t, URL: s.URL, Token: token}
		for _, c := range []struct {
			what   string
			form   fields
			status int
		}{
			{"another program", other.with("token", token), 403},
			{"nobody", fields{"token": token}, 403},
			{"a wrong secret", app.with("client_secret", "x", "token", token), 403},
			{"an unknown token", app.with("token", "x"), 200},
			{"no token", app, 200},
		} {
			c.form.send(s.Nobody(), "/oauth/revoke", "form").Is(c.status)
			if got := p.Get("/api/v1/timelines/home"); got.Status != http.StatusOK {
				t.Errorf("ended by %s", c.what)
			}
		}
		// Whatever token comes along says nothing here.
		stale := &apptest.Program{T: t, URL: s.URL, Token: "stale"}
		app.with("token", token).send(stale, "/oauth/revoke", "json").Is(http.StatusOK)
		p.Get("/api/v1/timelines/home").Is(http.StatusUnauthorized)
	})
}

func TestAppsThatCannotBeGetASentence(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		fine := fields{"client_name": "x", "redirect_uris": waitsAt}
		for _, c := range []struct {
			what, says string
			form       fields
		}{
			{"no name", "Application name", fine.with("client_name", "")},
			{"a long name", "60", fine.with("client_name", strings.Repeat("x", 61))},
			{"no redirect", "Redirect URI", fine.with("redirect_uris", "")},
			{"a script", "Redirect URI", fine.with("redirect_uris", "javascript:alert(1)")},
			{"one of two wrong", "Redirect URI", fine.with("redirect_uris", waitsAt+"\nfoo")},
			{"a website that is none", "Website", fine.with("website", "x")},
			{"an unknown scope", "Scopes", fine.with("scopes", "read all")},
		} {
			if got := c.form.send(s.Nobody(), "/api/v1/apps", "form").Is(http.StatusUnprocessableEntity).Sentence(); !strings.Contains(got, c.says) {
				t.Errorf("%s: %q", c.what, got)
			}
		}
		many := []byte(strings.Repeat("a=1&", 10_000))
		s.Nobody().Do(http.MethodPost, "/api/v1/apps", "application/x-www-form-urlencoded", many).Is(http.StatusUnprocessableEntity)
		s.Nobody().Do(http.MethodPost, "/oauth/token", "application/x-www-form-urlencoded", many).Is(http.StatusBadRequest)
		s.Nobody().Do(http.MethodPost, "/oauth/token", "application/x-www-form-urlencoded", bytes.Repeat([]byte("a"), 2<<20)).Is(http.StatusRequestEntityTooLarge)
		s.Nobody().Get("/api/v1/apps/verify_credentials").Is(http.StatusUnauthorized)
		list := s.Nobody().JSON(http.MethodPost, "/api/v1/apps", map[string]any{"client_name": "x", "redirect_uris": []string{waitsAt, "urn:ietf:wg:oauth:2.0:oob"}}).Object()
		if list["redirect_uri"] != waitsAt+"\nurn:ietf:wg:oauth:2.0:oob" || len(list["redirect_uris"].([]any)) != 2 || list["website"] != nil {
			t.Errorf("a list of redirects: %v", list)
		}
		stale := &apptest.Program{T: t, URL: s.URL, Token: "stale"}
		fine.send(stale, "/api/v1/apps", "form").Is(http.StatusOK)
	})
}

func TestG02_AskingForTokensIsBounded(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/api/v1/apps", "/oauth/token", "/oauth/revoke"} {
		s := apptest.Open(t, store.SQLite, func(c *config.Config) { c.Limits.Apps = auth.Limit{Burst: 2, Every: 3600e9} })
		for i := range 3 {
			a := s.Nobody().Post(path, "token", "x")
			if got, want := a.Status == http.StatusTooManyRequests, i == 2; got != want {
				t.Errorf("%s, try %d: %d", path, i, a.Status)
			}
			if a.Header.Get("X-RateLimit-Limit") != "2" || a.Header.Get("X-RateLimit-Remaining") != []string{"1", "0", "0"}[i] || a.Header.Get("X-RateLimit-Reset") == "" {
				t.Errorf("%s, try %d: %v", path, i, a.Header)
			}
			if i == 2 && (a.Sentence() == "" || a.Header.Get("Retry-After") == "") {
				t.Errorf("%s: %v", path, a.Header)
			}
		}
	}
}

func TestTheServerSaysHowProgramsGetIn(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	got := s.Nobody().Get("/.well-known/oauth-authorization-server").Object()
	for name, want := range map[string]any{
		"issuer": s.URL, "authorization_endpoint": s.URL + "/oauth/authorize", "token_endpoint": s.URL + "/oauth/token",
		"revocation_endpoint": s.URL + "/oauth/revoke", "userinfo_endpoint": s.URL + "/oauth/userinfo", "app_registration_endpoint": s.URL + "/api/v1/apps",
		"code_challenge_methods_supported": []any{"S256"}, "response_types_supported": []any{"code"},
		"grant_types_supported": []any{"authorization_code", "client_credentials"}, "authorization_response_iss_parameter_supported": true,
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	for path, method := range map[string]string{"/oauth/token": "POST", "/oauth/revoke": "POST", "/oauth/userinfo": "GET", "/.well-known/oauth-authorization-server": "GET", "/api/v1/apps": "POST"} {
		a := s.Nobody().Do(http.MethodOptions, path, "", nil, "Origin", "https://app.example", "Access-Control-Request-Method", method)
		if a.Status != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
			t.Errorf("%s: preflight %d %v", path, a.Status, a.Header)
		}
	}
	if a := s.Nobody().Get("/oauth/authorize"); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("other pages may read the consent page")
	}
}
