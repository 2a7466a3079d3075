package mastodon_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/outreach/outreachtest"
	"palier/instance/store"
)

const pushPath = "/api/v1/push/subscription"

// subscribed has a program told of everything at a push service.
func subscribed(t *testing.T, p *apptest.Program, at string, standard bool, more ...string) outreachtest.Program {
	t.Helper()
	keys := outreachtest.NewProgram(t)
	form := append([]string{
		"subscription[endpoint]", at, "subscription[keys][p256dh]", keys.P256DH(), "subscription[keys][auth]", keys.Secret(),
		"subscription[standard]", strconv.FormatBool(standard), "data[alerts][mention]", "true", "data[alerts][follow_request]", "1", "data[alerts][favourite]", "true",
	}, more...)
	p.Post(pushPath, form...).Is(http.StatusOK)
	return keys
}

// came returns the next message at a push service.
func came(t *testing.T, s *outreachtest.PushService) outreachtest.Message {
	t.Helper()
	select {
	case m := <-s.Came:
		return m
	case <-time.After(soon):
		t.Fatal("no message came")
	}
	panic("unreachable")
}

func TestPushSubscriptionsAreKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina := s.Resident("amina")
		p, other := s.Program(amina), s.Program(amina)
		p.Get(pushPath).Is(http.StatusNotFound)
		if got := p.Get(pushPath).Sentence(); got != "Record not found" {
			t.Errorf("nothing: %q", got)
		}
		keys := outreachtest.NewProgram(t)
		made := p.JSON(http.MethodPost, pushPath, map[string]any{
			"subscription": map[string]any{
				"endpoint": "https://push.example/1", "standard": true, "keys": map[string]any{"p256dh": keys.P256DH() + "=", "auth": keys.Secret() + "=="},
			},
			"data": map[string]any{"alerts": map[string]any{"mention": true, "follow": false, "singing": true}, "policy": "followed"},
		}).Object()
		alerts := made["alerts"].(map[string]any)
		if made["id"] != 1.0 || made["endpoint"] != "https://push.example/1" || made["standard"] != true || made["policy"] != "followed" ||
			alerts["mention"] != true || alerts["follow"] != false || len(alerts) != 10 {
			t.Errorf("made %v", made)
		}
		key := p.Get("/api/v2/instance").Object()["configuration"].(map[string]any)["vapid"].(map[string]any)["public_key"].(string)
		app := p.Post("/api/v1/apps", "client_name", "Essai", "redirect_uris", "urn:ietf:wg:oauth:2.0:oob").Object()["vapid_key"]
		if point, err := base64.RawURLEncoding.DecodeString(key); err != nil || len(point) != 65 || made["server_key"] != key || app != key {
			t.Errorf("keys: %v, %v, %v", key, made["server_key"], app)
		}
		other.Get(pushPath).Is(http.StatusNotFound)
		changed := p.Form(http.MethodPut, pushPath, "data[alerts][follow]", "true").Object()
		if alerts := changed["alerts"].(map[string]any); alerts["follow"] != true || alerts["mention"] != false || changed["policy"] != "followed" {
			t.Errorf("changed %v", changed)
		}
		subscribed(t, other, "https://push.example/2", false)
		if got := other.Get(pushPath).Object(); got["id"] != 2.0 || got["standard"] != false {
			t.Errorf("the other's: %v", got)
		}
		p.Form(http.MethodDelete, pushPath).Is(http.StatusOK)
		p.Form(http.MethodDelete, pushPath).Is(http.StatusOK)
		p.Get(pushPath).Is(http.StatusNotFound)
		p.Form(http.MethodPut, pushPath, "data[alerts][follow]", "true").Is(http.StatusNotFound)
		s.Program(amina, "read", "write").Get(pushPath).Is(http.StatusForbidden)
		s.Nobody().Get(pushPath).Is(http.StatusUnauthorized)
	})
}

// TestE01_PushEndpointsAreStrangers refuses addresses of our own network.
func TestE01_PushEndpointsAreStrangers(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, func(c *config.Config) { c.PeersAllow = []netip.Prefix{} })
	p := s.Program(s.Resident("amina"))
	keys := outreachtest.NewProgram(t)
	for name, test := range map[string][3]string{
		"plain http":    {"http://push.example/1", keys.P256DH(), keys.Secret()},
		"this machine":  {"http://127.0.0.1:8080/", keys.P256DH(), keys.Secret()},
		"another port":  {"https://push.example:8443/1", keys.P256DH(), keys.Secret()},
		"no address":    {"", keys.P256DH(), keys.Secret()},
		"a script":      {"javascript:alert(1)", keys.P256DH(), keys.Secret()},
		"a long one":    {"https://push.example/" + strings.Repeat("x", 3000), keys.P256DH(), keys.Secret()},
		"no key":        {"https://push.example/1", "", keys.Secret()},
		"no point":      {"https://push.example/1", base64.RawURLEncoding.EncodeToString(make([]byte, 65)), keys.Secret()},
		"a short auth":  {"https://push.example/1", keys.P256DH(), "AAAA"},
		"auth is noise": {"https://push.example/1", keys.P256DH(), "§"},
	} {
		got := p.Post(pushPath, "subscription[endpoint]", test[0], "subscription[keys][p256dh]", test[1], "subscription[keys][auth]", test[2])
		if got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	p.Post(pushPath, "subscription[endpoint]", "https://push.example/1", "subscription[keys][p256dh]", keys.P256DH(),
		"subscription[keys][auth]", keys.Secret(), "data[policy]", "whoever").Is(http.StatusUnprocessableEntity)
}

func TestNoticesArePushed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		for _, standard := range []bool{true, false} {
			service := outreachtest.NewPushService(t)
			p := s.Program(amina)
			keys := subscribed(t, p, service.URL+"/endpoint", standard)
			post := s.Program(bo).Post("/api/v1/statuses", "status", "@amina tu as une **échelle** ?", "visibility", "direct").Object()
			m := came(t, service)
			text, err := keys.Open(m.Header, m.Body)
			if err != nil {
				t.Fatalf("standard %v: %v, %v", standard, err, m.Header)
			}
			var told map[string]any
			if err := json.Unmarshal(text, &told); err != nil {
				t.Fatal(err)
			}
			notice := p.Get("/api/v1/notifications").List()[0]
			id, _ := notice["id"].(string)
			if want := `"notification_id":` + id + `,`; !strings.Contains(string(text), want) {
				t.Errorf("told %s, want %s", text, want)
			}
			if told["access_token"] != p.Token || told["notification_type"] != "mention" || told["preferred_locale"] != "fr" ||
				told["title"] != "bo vous a mentionné" || !strings.Contains(told["body"].(string), "échelle") || told["icon"] == nil {
				t.Errorf("told %s of %v", text, post["id"])
			}
			if m.Header.Get("TTL") != "172800" || m.Path != "/endpoint" {
				t.Errorf("came to %s with %v", m.Path, m.Header)
			}
			checkVAPID(t, s, service, m, standard)
			p.Form(http.MethodDelete, pushPath).Is(http.StatusOK)
		}
	})
}

// checkVAPID holds a message to RFC 8292, or to what was before it.
func checkVAPID(t *testing.T, s *apptest.Server, service *outreachtest.PushService, m outreachtest.Message, standard bool) {
	t.Helper()
	key := s.Outreach.PushKey()
	token, ok := strings.CutPrefix(m.Header.Get("Authorization"), "WebPush ")
	if standard {
		token, ok = strings.CutPrefix(m.Header.Get("Authorization"), "vapid t=")
		var k string
		token, k, _ = strings.Cut(token, ",k=")
		ok = ok && k == key
	} else {
		ok = ok && strings.Contains(m.Header.Get("Crypto-Key"), ";p256ecdsa="+key)
	}
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 {
		t.Fatalf("authorized by %q, %q", m.Header.Get("Authorization"), m.Header.Get("Crypto-Key"))
	}
	point, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		t.Fatalf("signature of %d bytes: %v", len(signature), err)
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		t.Error("the signature does not hold")
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	if left := time.Until(time.Unix(claims.Exp, 0)); claims.Aud != service.URL || claims.Sub != s.URL || left <= 0 || left > 24*time.Hour {
		t.Errorf("claims %+v", claims)
	}
}

func TestOnlyWhatIsWantedIsPushed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina, bo, cem := s.Resident("amina"), s.Resident("bo"), s.Resident("cem")
		service := outreachtest.NewPushService(t)
		p := s.Program(amina)
		keys := subscribed(t, p, service.URL, true, "data[policy]", "followed")
		if _, err := s.People.Follow(t.Context(), amina.ID, cem.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.People.Grant(t.Context(), cem.ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		post := p.Post("/api/v1/statuses", "status", "Bonjour", "visibility", "public").Object()["id"].(string)
		s.Program(bo).Post("/api/v1/statuses/" + post + "/favourite").Is(http.StatusOK)  // not followed
		s.Program(cem).Post("/api/v1/statuses/" + post + "/reblog").Is(http.StatusOK)    // not asked for
		s.Program(cem).Post("/api/v1/statuses/" + post + "/favourite").Is(http.StatusOK) // both
		m := came(t, service)
		if text, err := keys.Open(m.Header, m.Body); err != nil || !strings.Contains(string(text), "cem vous remercie") {
			t.Errorf("told %s, %v", text, err)
		}
		apptest.Settle(t, s)
		if len(service.Came) > 0 {
			t.Error("more came than was wanted")
		}
		if err := s.People.Block(t.Context(), amina.ID, cem.ID); err != nil {
			t.Fatal(err)
		}
		// A message that waited while its person left is not sent.
		if err := s.People.SetDisabled(t.Context(), amina.ID, true); err != nil {
			t.Fatal(err)
		}
		err := s.DB.InTx(t.Context(), func(tx store.Tx) error {
			return s.Outreach.Written(t.Context(), tx, amina.ID, "mention", bo.ID, instance.NewIDs(time.Now, 9).Next())
		})
		if err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, s)
		if len(service.Came) > 0 {
			t.Error("somebody whose account is closed was told")
		}
	})
}

func TestPushServicesSayWhatBecomes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina, bo := s.Resident("amina"), s.Resident("bo")
		service := outreachtest.NewPushService(t)
		p, q := s.Program(amina), s.Program(bo)
		tell := func(text string) {
			q.Post("/api/v1/statuses", "status", "@amina "+text, "visibility", "direct").Is(http.StatusOK)
		}
		subscribed(t, p, service.URL, true)
		service.Answer.Store(http.StatusBadRequest)
		tell("refusé")
		came(t, service)
		p.Get(pushPath).Is(http.StatusOK)

		service.After.Store("1")
		service.Answer.Store(http.StatusTooManyRequests)
		tell("plus tard")
		came(t, service)
		service.Answer.Store(http.StatusCreated)
		came(t, service) // when the second has passed

		service.Answer.Store(http.StatusGone)
		tell("parti")
		came(t, service)
		apptest.Settle(t, s)
		p.Get(pushPath).Is(http.StatusNotFound)

		subscribed(t, p, service.URL, true)
		access, err := s.Apps.Access(t.Context(), p.Token)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Apps.End(t.Context(), access.App, p.Token); err != nil {
			t.Fatal(err)
		}
		tell("à personne")
		apptest.Settle(t, s)
		if len(service.Came) > 0 {
			t.Error("a program whose token was revoked was told")
		}
	})
}
