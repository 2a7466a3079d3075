package app_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// heard is a log that a test reads.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(b)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// TestG05_NoSecretIsLogged has a program let in, and has everything fail that
// comes with a secret, on a server that logs all it can.
func TestG05_NoSecretIsLogged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		c := config.Default()
		c.Database, c.Limits, c.MediaDir = storetest.URL(t, engine), config.Limits{}, filepath.Join(t.TempDir(), "media")
		a, err := app.Open(t.Context(), c, app.Options{
			Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: time.Now, Version: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
		amina, err := a.People.Create(t.Context(), people.Newcomer{Username: "amina", Name: "Amina", Email: "amina@people.example", Password: apptest.Password})
		if err != nil {
			t.Fatal(err)
		}
		var cookies []*http.Cookie
		send := func(method, path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			for _, cookie := range cookies {
				r.AddCookie(cookie)
			}
			w := httptest.NewRecorder()
			a.Handler().ServeHTTP(w, r)
			answer := w.Result()
			cookies = append(cookies, answer.Cookies()...)
			if err := answer.Body.Close(); err != nil {
				t.Fatal(err)
			}
			return w
		}
		into := func(res *httptest.ResponseRecorder, v any) {
			if err := json.NewDecoder(res.Body).Decode(v); err != nil {
				t.Fatal(err)
			}
		}
		var client struct {
			ID     string `json:"client_id"`
			Secret string `json:"client_secret"`
		}
		into(send("POST", "/api/v1/apps", url.Values{"client_name": {"x"}, "redirect_uris": {iceCubes}}), &client)
		send("POST", "/signin", url.Values{"email": {amina.Email}, "password": {apptest.Password}})
		ask := url.Values{
			"response_type": {"code"}, "client_id": {client.ID}, "redirect_uri": {iceCubes}, "state": {"a-state-nobody-guesses"},
			"code_challenge": {challengeOf(verifier)}, "code_challenge_method": {"S256"},
			"as": {amina.ID.String()}, "decision": {"allow"},
		}
		to, err := url.Parse(send("POST", "/oauth/authorize", ask).Header().Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		code := to.Query().Get("code")
		trade := url.Values{
			"grant_type": {"authorization_code"}, "client_id": {client.ID}, "client_secret": {client.Secret}, "code": {code},
			"redirect_uri": {iceCubes}, "code_verifier": {verifier},
		}
		var token struct {
			Access string `json:"access_token"`
		}
		into(send("POST", "/oauth/token", trade), &token)
		secrets := []string{client.Secret, code, verifier, "a-state-nobody-guesses", token.Access, apptest.Password}
		everything := func() {
			send("POST", "/oauth/token", trade)
			send("POST", "/oauth/token?"+trade.Encode(), nil)
			send("POST", "/oauth/token", url.Values{"grant_type": {"client_credentials"}}, "Authorization", "Basic "+client.Secret)
			send("POST", "/oauth/revoke", url.Values{"client_id": {client.ID}, "client_secret": {"x"}, "token": {token.Access}})
			send("GET", "/api/v1/accounts/verify_credentials", nil, "Authorization", "Bearer "+token.Access)
			send("GET", "/api/v1/accounts/verify_credentials?access_token="+token.Access, nil)
			send("GET", "/oauth/authorize?"+ask.Encode(), nil)
			send("POST", "/oauth/authorize", ask)
			send("GET", "/oauth/authorize/native?code="+code, nil)
			send("POST", "/signin", url.Values{"email": {amina.Email}, "password": {apptest.Password}})
		}
		everything()
		for _, table := range []string{"authorization_codes", "access_tokens", "apps", "people"} {
			err := a.DB.InTx(t.Context(), func(tx store.Tx) error {
				_, err := tx.Exec(t.Context(), "ALTER TABLE "+table+" RENAME TO missing_"+table)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			everything()
		}
		if !strings.Contains(log.String(), "/oauth/token") {
			t.Fatalf("nothing failed:\n%s", log)
		}
		for i, secret := range secrets {
			if len(secret) < 10 {
				t.Fatalf("secret %d is %q", i, secret)
			}
			if strings.Contains(log.String(), secret) || strings.Contains(log.String(), url.QueryEscape(secret)) {
				t.Errorf("secret %d stands in the log", i)
			}
		}
	})
}
