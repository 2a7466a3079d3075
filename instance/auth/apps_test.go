package auth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/auth"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

const (
	callback = "icecubesapp://"
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636, appendix B
)

// desk is a village with a program that people use.
type desk struct {
	*apptest.Village
	app auth.App
	ada instance.Account
}

func eachDesk(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := &desk{Village: apptest.NewVillage(t, db)}
		d.ada = d.Person("ada")
		d.app = d.register("read write", callback)
		test(t, d)
	})
}

func (d *desk) register(scopes string, uris ...string) auth.App {
	d.T.Helper()
	s, err := auth.ParseScopes(scopes)
	if err != nil {
		d.T.Fatal(err)
	}
	app, _, err := d.Apps.Register(d.T.Context(), auth.App{Name: "Glaçon", RedirectURIs: uris, Scopes: s})
	if err != nil {
		d.T.Fatal(err)
	}
	return app
}

func (d *desk) token(person instance.ActorID) string {
	d.T.Helper()
	token, err := d.Apps.Issue(d.T.Context(), d.app, person, auth.Scopes{"read"})
	if err != nil {
		d.T.Fatal(err)
	}
	return token
}

// refused says that a token opens nothing.
func (d *desk) refused(token, after string) {
	d.T.Helper()
	if x, err := d.Apps.Access(d.T.Context(), token); !errors.Is(err, instance.ErrUnauthenticated) {
		d.T.Errorf("after %s: %+v, %v", after, x, err)
	}
}

func (d *desk) opens(token string) auth.Access {
	d.T.Helper()
	x, err := d.Apps.Access(d.T.Context(), token)
	if err != nil {
		d.T.Fatal(err)
	}
	return x
}

func challengeOf(verifier string) string {
	h := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

func TestATokenOpensWhatItWasIssuedFor(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		x := d.opens(d.token(d.ada.ID))
		if x.Person != d.ada.ID || x.App.ID != d.app.ID || x.App.Name != "Glaçon" || x.Scopes.String() != "read" || x.Since.IsZero() || x.Token == 0 {
			t.Errorf("access %+v", x)
		}
		if x := d.opens(d.token(0)); x.Person != 0 || x.App.ClientID != d.app.ClientID {
			t.Errorf("access of the program itself %+v", x)
		}
		for _, bearer := range []string{"", "x", "a\x00b", "\xff", strings.Repeat("a", 100_000)} {
			d.refused(bearer, "nothing")
		}
	})
}

func TestG05_NoTokenGoesFurtherThanItsApp(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		for _, s := range []auth.Scopes{{"push"}, {"read", "admin:read"}, {"admin:write:accounts"}} {
			if _, err := d.Apps.Issue(t.Context(), d.app, d.ada.ID, s); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("token for %s: %v", s, err)
			}
			g := auth.Grant{App: d.app, Person: d.ada.ID, Scopes: s, RedirectURI: callback}
			if _, err := d.Apps.Authorize(t.Context(), g); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("code for %s: %v", s, err)
			}
		}
	})
}

func TestG06_TokensEndWithWhatTheyStandOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		do   func(context.Context, *desk) error
	}{
		{"another password", func(ctx context.Context, d *desk) error {
			return d.People.ChangePassword(ctx, d.ada.ID, apptest.Password, "un autre mot de passe")
		}},
		{"closing and opening the account", func(ctx context.Context, d *desk) error {
			return errors.Join(d.People.SetDisabled(ctx, d.ada.ID, true), d.People.SetDisabled(ctx, d.ada.ID, false))
		}},
		{"a suspension that is lifted", func(ctx context.Context, d *desk) error {
			by := d.Person("cem")
			by.Role = instance.Admin
			return errors.Join(d.Moderation.SetSuspended(ctx, by, d.ada.ID, true, "essai"), d.Moderation.SetSuspended(ctx, by, d.ada.ID, false, "essai"))
		}},
		{"signing out everywhere", func(ctx context.Context, d *desk) error {
			return d.DB.InTx(ctx, func(tx store.Tx) error { return d.Apps.SignOutEverywhere(ctx, tx, d.ada.ID) })
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			eachDesk(t, func(t *testing.T, d *desk) {
				ended, stop := d.DB.Listen(t.Context(), auth.Ended)
				defer stop()
				bo := d.Person("bo")
				token, others, own := d.token(d.ada.ID), d.token(bo.ID), d.token(0)
				code, err := d.Apps.Authorize(t.Context(), auth.Grant{App: d.app, Person: d.ada.ID, Scopes: auth.Scopes{"read"}, RedirectURI: callback})
				if err != nil {
					t.Fatal(err)
				}
				id := d.opens(token).Token
				if err := c.do(t.Context(), d); err != nil {
					t.Fatal(err)
				}
				d.refused(token, c.what)
				if got := (<-ended).Payload; got != id.String() {
					t.Errorf("told that %q ended, want %s", got, id)
				}
				if _, _, err := d.Apps.Redeem(t.Context(), auth.Redemption{App: d.app, Code: code, RedirectURI: callback}); !errors.Is(err, instance.ErrInvalid) {
					t.Errorf("the code from before: %v", err)
				}
				d.opens(others)
				d.opens(own)
			})
		})
	}
}

func TestG06_ATokenFromBeforeThePasswordOpensNothing(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		token := d.token(d.ada.ID)
		// As if the two had crossed.
		err := d.DB.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE people SET credentials_at = $1`, store.Millis(d.Clock.Now()))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		d.refused(token, "another password")
	})
}

func TestAnAppEndsItsOwnTokensOnly(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		token := d.token(d.ada.ID)
		if ended, err := d.Apps.End(t.Context(), d.register("read", callback), token); ended || err != nil {
			t.Errorf("ended by another app: %t, %v", ended, err)
		}
		d.opens(token)
		if ended, err := d.Apps.End(t.Context(), d.app, token); !ended || err != nil {
			t.Errorf("ended by its app: %t, %v", ended, err)
		}
		d.refused(token, "its end")
		if ended, err := d.Apps.End(t.Context(), d.app, token); ended || err != nil {
			t.Errorf("ended again: %t, %v", ended, err)
		}
	})
}

func TestOnlyItsSecretProvesAnApp(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		app, secret, err := d.Apps.Register(t.Context(), auth.App{Name: "Autre", RedirectURIs: []string{callback}, Scopes: auth.Scopes{"read"}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.Apps.Proven(t.Context(), app.ClientID, secret); err != nil || got.ID != app.ID {
			t.Errorf("with its secret: %+v, %v", got, err)
		}
		for _, c := range []struct{ id, secret string }{
			{app.ClientID, ""}, {app.ClientID, secret + "x"}, {d.app.ClientID, secret}, {"", secret}, {"x\x00", secret}, {"", ""},
		} {
			if got, err := d.Apps.Proven(t.Context(), c.id, c.secret); !errors.Is(err, instance.ErrUnauthenticated) {
				t.Errorf("with %q: %+v, %v", c.secret, got, err)
			}
		}
	})
}

func TestUseIsNotedOnceADay(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		token := d.token(d.ada.ID)
		used := func() (at int64) {
			if err := d.DB.Read().QueryRow(t.Context(), `SELECT used_at FROM access_tokens`).Scan(&at); err != nil {
				t.Fatal(err)
			}
			return at
		}
		first := used()
		d.Clock.Advance(23 * time.Hour)
		d.opens(token)
		if got := used(); got != first {
			t.Errorf("used at %d, want still %d", got, first)
		}
		d.Clock.Advance(2 * time.Hour)
		d.opens(token)
		if got := used(); got <= first {
			t.Errorf("used at %d, want later", got)
		}
	})
}

// TestG05_Codes tries every way of trading a code that RFC 6749 §4.1.3, RFC
// 7636 and RFC 9700 refuse.
func TestG05_Codes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what      string
		challenge string
		change    func(*desk, *auth.Redemption)
		ok        bool
	}{
		{"without a challenge", "", func(*desk, *auth.Redemption) {}, true},
		{"with the verifier", challengeOf(verifier), func(_ *desk, r *auth.Redemption) { r.Verifier = verifier }, true},
		{"just in time", "", func(d *desk, _ *auth.Redemption) { d.Clock.Advance(10*time.Minute - time.Second) }, true},
		{"too late", "", func(d *desk, _ *auth.Redemption) { d.Clock.Advance(10 * time.Minute) }, false},
		{"without the verifier", challengeOf(verifier), func(*desk, *auth.Redemption) {}, false},
		{"with another verifier", challengeOf(verifier), func(_ *desk, r *auth.Redemption) { r.Verifier = verifier + "x" }, false},
		{"with the challenge as verifier", challengeOf(verifier), func(_ *desk, r *auth.Redemption) { r.Verifier = challengeOf(verifier) }, false},
		{"with a short verifier", challengeOf("short"), func(_ *desk, r *auth.Redemption) { r.Verifier = "short" }, false},
		{"with a verifier nobody asked for", "", func(_ *desk, r *auth.Redemption) { r.Verifier = verifier }, false},
		{"for another redirect", "", func(_ *desk, r *auth.Redemption) { r.RedirectURI = callback + "x" }, false},
		{"without a redirect", "", func(_ *desk, r *auth.Redemption) { r.RedirectURI = "" }, false},
		{"by another app", "", func(d *desk, r *auth.Redemption) { r.App = d.register("read", callback) }, false},
		{"with another code", "", func(_ *desk, r *auth.Redemption) { r.Code += "x" }, false},
		{"without a code", "", func(_ *desk, r *auth.Redemption) { r.Code = "" }, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			eachDesk(t, func(t *testing.T, d *desk) {
				g := auth.Grant{App: d.app, Person: d.ada.ID, Scopes: auth.Scopes{"read:statuses"}, RedirectURI: callback, Challenge: c.challenge}
				code, err := d.Apps.Authorize(t.Context(), g)
				if err != nil {
					t.Fatal(err)
				}
				r := auth.Redemption{App: d.app, Code: code, RedirectURI: callback}
				c.change(d, &r)
				token, x, err := d.Apps.Redeem(t.Context(), r)
				if !c.ok {
					if !errors.Is(err, instance.ErrInvalid) || token != "" {
						t.Errorf("got %q, %v", token, err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := d.opens(token); got.Person != d.ada.ID || got.Scopes.String() != "read:statuses" || got.Token != x.Token {
					t.Errorf("access %+v", got)
				}
			})
		})
	}
}

func TestG05_ACodeThatComesTwiceEndsWhatItGave(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		other := d.token(d.ada.ID)
		g := auth.Grant{App: d.app, Person: d.ada.ID, Scopes: auth.Scopes{"read"}, RedirectURI: callback}
		code, err := d.Apps.Authorize(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		r := auth.Redemption{App: d.app, Code: code, RedirectURI: callback}
		token, _, err := d.Apps.Redeem(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		theirs := r
		theirs.App = d.register("read", callback)
		if _, _, err := d.Apps.Redeem(t.Context(), theirs); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("by another app: %v", err)
		}
		d.opens(token)
		if _, _, err := d.Apps.Redeem(t.Context(), r); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a second time: %v", err)
		}
		d.refused(token, "its code coming twice")
		d.opens(other)
	})
}

func TestG05_OfManyWhoTradeOneCodeOneGetsAToken(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		g := auth.Grant{App: d.app, Person: d.ada.ID, Scopes: auth.Scopes{"read"}, RedirectURI: callback}
		code, err := d.Apps.Authorize(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		const many = 8
		results := make(chan error, many)
		for range many {
			go func() {
				_, _, err := d.Apps.Redeem(t.Context(), auth.Redemption{App: d.app, Code: code, RedirectURI: callback})
				results <- err
			}()
		}
		given := 0
		for range many {
			if err := <-results; err == nil {
				given++
			} else if !errors.Is(err, instance.ErrInvalid) {
				t.Error(err)
			}
		}
		var left int
		if err := d.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM access_tokens`).Scan(&left); err != nil {
			t.Fatal(err)
		}
		if given != 1 || left != 0 {
			t.Errorf("%d got a token and %d are left, want 1 and 0", given, left)
		}
	})
}

func TestCheckChallenge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		challenge, method string
		ok                bool
	}{
		{"", "", true},
		{challengeOf(verifier), "S256", true},
		{challengeOf(verifier), "", false},
		{challengeOf(verifier), "plain", false},
		{challengeOf(verifier), "s256", false},
		{"", "S256", false},
		{challengeOf(verifier) + "=", "S256", false},
		{strings.Repeat("a", 42), "S256", false},
		{strings.Repeat("a", 43) + "\n", "S256", false},
	} {
		err := auth.CheckChallenge(c.challenge, c.method)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("CheckChallenge(%q, %q) = %v", c.challenge, c.method, err)
		}
	}
}

func TestG05_OnlyHashesAreKept(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		var n int
		token := d.token(d.ada.ID)
		err := d.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM access_tokens WHERE hash = $1`, []byte(token)).Scan(&n)
		if err != nil || n != 0 {
			t.Errorf("the token itself is kept: %d, %v", n, err)
		}
		sum := sha256.Sum256([]byte(token))
		err = d.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM access_tokens WHERE hash = $1`, sum[:]).Scan(&n)
		if err != nil || n != 1 {
			t.Errorf("its SHA-256: %d, %v", n, err)
		}
	})
}

func TestCodesAreForgotten(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(t *testing.T, d *desk) {
		g := auth.Grant{App: d.app, Person: d.ada.ID, Scopes: auth.Scopes{"read"}, RedirectURI: callback}
		if _, err := d.Apps.Authorize(t.Context(), g); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{1, 0} {
			if err := auth.Sweep(t.Context(), d.DB, d.Clock.Now()); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := d.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM authorization_codes`).Scan(&n); err != nil || n != want {
				t.Errorf("%d codes, %v, want %d", n, err, want)
			}
			d.Clock.Advance(25 * time.Hour)
		}
	})
}
