package app_test

import (
	"net/http"
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/store"
)

// An account of the council signs in whom tied it while they were signed in, and
// nobody by the address of mail that the council says is theirs (security.md G04).
func TestP7_AnAccountOfACouncilSignsIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		hall := newTownHall(t)
		v := newVillage(t, engine, func(c *config.Config) {
			c.OIDC = config.OIDC{Issuer: hall.URL, ClientID: "palier", Claim: "insee", AddressClaim: "address"}
		})
		goes := func(b *apptest.Browser, path, form string, claims map[string]any) *apptest.Page {
			t.Helper()
			p := b.Do(b.Request(http.MethodPost, path, "application/x-www-form-urlencoded", []byte(form)))
			at := p.Header.Get("Location")
			if p.Status != http.StatusSeeOther || !strings.HasPrefix(at, hall.URL+"/authorize?") {
				t.Fatalf("%s: %d to %q", path, p.Status, at)
			}
			return b.Open(hall.comes(at, claims))
		}
		isIn := func(b *apptest.Browser) bool { return b.Open("/settings").Path == "/settings" }
		amina := map[string]any{"sub": "amina", "insee": "22050", "email": v.amina.Email, "email_verified": true}

		visitor := v.Browser()
		if !visitor.Open("/signin").Has("a[href^='/signin/council']") {
			t.Error("the page to sign in does not name it")
		}
		if p := visitor.Open("/signin/council?back=/events"); !strings.Contains(p.Header.Get("Content-Security-Policy"), "form-action 'self' "+hall.URL) {
			t.Errorf("policy %q", p.Header.Get("Content-Security-Policy"))
		}
		if p := goes(visitor, "/signin/council", "back=/events", amina); p.Status != http.StatusUnprocessableEntity || !p.Has("#council-problem") || isIn(visitor) {
			t.Errorf("by the address of her mail: %d: %s", p.Status, p.Words("main"))
		}

		b := v.SignedIn(v.amina)
		if p := goes(b, "/settings/council", "deed=tie", amina); p.Status != http.StatusOK || !p.Has(".note.ok") {
			t.Fatalf("tying it: %d: %s", p.Status, p.Words("main"))
		}
		if p := goes(visitor, "/signin/council", "back=/events", amina); p.Status != http.StatusOK || p.Path != "/events" || !isIn(visitor) {
			t.Errorf("signing in by it: %d at %s", p.Status, p.Path)
		}
		if p := goes(v.SignedIn(v.bo), "/settings/council", "deed=tie", amina); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("somebody else ties it: %d", p.Status)
		}
		// What one asked as somebody is not taken as somebody else, nor by nobody.
		shared := v.SignedIn(v.bo)
		at := shared.Do(shared.Request(http.MethodPost, "/settings/council", "application/x-www-form-urlencoded", []byte("deed=tie"))).Header.Get("Location")
		shared.Do(shared.Request(http.MethodPost, "/signout", "application/x-www-form-urlencoded", nil))
		if p := shared.Open(hall.comes(at, map[string]any{"sub": "bo", "insee": "22050"})); strings.Contains(p.Path, "/settings/council") {
			t.Errorf("signed out meanwhile: %d at %s", p.Status, p.Path)
		}
		// A sign-in that somebody began is not ended in another browser.
		other := v.Browser()
		theirs := other.Do(other.Request(http.MethodPost, "/signin/council", "application/x-www-form-urlencoded", nil)).Header.Get("Location")
		victim := v.Browser()
		if victim.Open(hall.comes(theirs, amina)); isIn(victim) {
			t.Error("an answer to another browser signs in")
		}
		// An account that was closed signs nobody in.
		err := v.DB.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE people SET disabled_at = 1 WHERE actor_id = $1`, v.amina.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		late := v.Browser()
		if p := goes(late, "/signin/council", "", amina); p.Status != http.StatusUnprocessableEntity || isIn(late) {
			t.Errorf("an account that was closed: %d", p.Status)
		}
	})
}
