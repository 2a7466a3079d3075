package app_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/places"
	"palier/instance/store"
)

// townHall is a council's OpenID Connect server: whoever comes is the account
// it has at hand.
type townHall struct {
	*httptest.Server

	key    *rsa.PrivateKey
	mu     sync.Mutex
	claims map[string]any
	asked  map[string]url.Values // by code
	forge  func(claims map[string]any)
	// authorize answers who is led to the town hall with a browser.
	authorize http.HandlerFunc
}

func newTownHall(t *testing.T) *townHall {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	h := &townHall{key: key, asked: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		h.json(w, map[string]any{
			"issuer": h.URL, "authorization_endpoint": h.URL + "/authorize", "token_endpoint": h.URL + "/token", "jwks_uri": h.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		h.json(w, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("/token", h.token)
	mux.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		authorize := h.authorize
		h.mu.Unlock()
		authorize(w, r)
	})
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (h *townHall) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // who asked may have gone
}

// comes is somebody who was led to the town hall and says yes; it returns where
// they are led back to.
func (h *townHall) comes(at string, claims map[string]any) string {
	u, _ := url.Parse(at)
	q := u.Query()
	code := "code-" + q.Get("nonce")
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked[code], h.claims = q, claims
	back, _ := url.Parse(q.Get("redirect_uri"))
	back.RawQuery = url.Values{"state": {q.Get("state")}, "code": {code}}.Encode()
	return back.RequestURI()
}

func (h *townHall) token(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	q := h.asked[r.FormValue("code")]
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if q == nil || q.Get("code_challenge") != b64(sum[:]) || q.Get("code_challenge_method") != "S256" {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	delete(h.asked, r.FormValue("code"))
	claims := map[string]any{"iss": h.URL, "aud": q.Get("client_id"), "nonce": q.Get("nonce"), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()}
	for k, v := range h.claims {
		claims[k] = v
	}
	if h.forge != nil {
		h.forge(claims)
	}
	header, _ := json.Marshal(map[string]string{"alg": "RS256", "kid": "1"})
	body, _ := json.Marshal(claims)
	signed := b64(header) + "." + b64(body)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, h.key, crypto.SHA256, digest[:])
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h.json(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": signed + "." + b64(signature)})
}

func TestJ1_TheAccountOfACouncil(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		hall := newTownHall(t)
		v := newVillage(t, engine, func(c *config.Config) {
			c.OIDC = config.OIDC{Issuer: hall.URL, ClientID: "palier", Claim: "insee", AddressClaim: "address"}
		})
		ctx := t.Context()
		dinan, err := v.Places.Create(ctx, places.Plan{Username: "ville", Title: "Ville", Kind: "commune", Territory: "FR:COG:22050"})
		if err != nil {
			t.Fatal(err)
		}
		lannion := v.Place("quartier", "neighbourhood", dinan.URI)
		eve, finn := declared(v, "eve", lannion), declared(v, "finn", lannion)
		// goes leads somebody to the town hall and back, as claims say.
		goes := func(b *apptest.Browser, claims map[string]any) *apptest.Page {
			t.Helper()
			if p := b.Open("/prove/council"); !strings.Contains(p.Header.Get("Content-Security-Policy"), "form-action 'self' "+hall.URL) {
				t.Errorf("policy %q", p.Header.Get("Content-Security-Policy"))
			}
			p := b.Do(b.Request(http.MethodPost, "/prove/council", "application/x-www-form-urlencoded", nil))
			at := p.Header.Get("Location")
			if p.Status != http.StatusSeeOther || !strings.HasPrefix(at, hall.URL+"/authorize?") {
				t.Fatalf("%d to %q", p.Status, at)
			}
			return b.Open(hall.comes(at, claims))
		}
		b := v.SignedIn(eve)
		if p := goes(b, map[string]any{"sub": "eve", "insee": "35238"}); p.Status != http.StatusUnprocessableEntity || !p.Has("#council-problem") {
			t.Errorf("another commune: %d: %s", p.Status, p.Words("main"))
		}
		isVerified(t, goes(b, map[string]any{"sub": "eve", "insee": "22050"}), "compte de la commune")
		st := func(a instance.Account, in instance.Neighbourhood) instance.Standing {
			st, err := v.Places.Standing(ctx, in.ID, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			return st
		}
		if st(eve, dinan) != instance.Verified || st(eve, lannion) != instance.Declared {
			t.Errorf("in the commune %s, in the neighbourhood %s", st(eve, dinan), st(eve, lannion))
		}
		f := v.SignedIn(finn)
		if p := goes(f, map[string]any{"sub": "eve", "insee": "22050"}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("one account of the town for two here: %d", p.Status)
		}
		err = v.DB.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO homes (id, person_id, kind, place_id, label, since)
				VALUES ($1, $2, 'home', $3, '12 Rue de l''Apport, 22100 Dinan', 1)`, finn.ID, finn.ID, lannion.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		address := map[string]any{"street_address": "12, rue de l’Apport", "postal_code": "22100", "locality": "DINAN", "country": "FR"}
		isVerified(t, goes(f, map[string]any{"sub": "finn", "insee": "22050", "address": address}), "compte de la commune")
		if st(finn, lannion) != instance.Verified || st(finn, dinan) != instance.Verified {
			t.Errorf("with the address: in the commune %s, in the neighbourhood %s", st(finn, dinan), st(finn, lannion))
		}

		// What is not an answer to this question is none.
		fresh := v.SignedIn(declared(v, "gwen", lannion))
		ask := func() string {
			return fresh.Do(fresh.Request(http.MethodPost, "/prove/council", "application/x-www-form-urlencoded", nil)).Header.Get("Location")
		}
		gwen := map[string]any{"sub": "gwen", "insee": "22050"}
		for name, try := range map[string]func() string{
			"another state": func() string { return strings.Replace(hall.comes(ask(), gwen), "state=", "state=x", 1) },
			"no code":       func() string { return strings.Replace(hall.comes(ask(), gwen), "code=", "nothing=", 1) },
			"a code of another browser": func() string {
				theirs := f.Do(f.Request(http.MethodPost, "/prove/council", "application/x-www-form-urlencoded", nil)).Header.Get("Location")
				ours, _ := url.Parse(hall.comes(ask(), gwen))
				code, _ := url.Parse(hall.comes(theirs, gwen))
				q := ours.Query()
				q.Set("code", code.Query().Get("code"))
				return ours.Path + "?" + q.Encode()
			},
			"never asked": func() string { return "/prove/council/return?state=&code=x" },
		} {
			if p := fresh.Open(try()); p.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d at %s", name, p.Status, p.Path)
			}
		}
		for name, forge := range map[string]func(map[string]any){
			"for another server":  func(c map[string]any) { c["aud"] = "somebody-else" },
			"of another issuer":   func(c map[string]any) { c["iss"] = "https://nulle-part.example" },
			"that is over":        func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
			"to another question": func(c map[string]any) { c["nonce"] = "x" },
		} {
			hall.mu.Lock()
			hall.forge = forge
			hall.mu.Unlock()
			if p := fresh.Open(hall.comes(ask(), gwen)); p.Status != http.StatusUnprocessableEntity {
				t.Errorf("an answer %s: %d", name, p.Status)
			}
		}
		hall.mu.Lock()
		hall.forge = nil
		hall.mu.Unlock()
		back := hall.comes(ask(), gwen)
		isVerified(t, fresh.Open(back))
		if p := fresh.Open(back); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("the same answer again: %d", p.Status)
		}
	})
}
