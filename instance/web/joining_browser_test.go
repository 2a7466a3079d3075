//go:build browser

package web_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/store"
)

// onLocalhost gives a server an address that keys of devices can be bound to.
func onLocalhost(c *config.Config) { c.URL = strings.Replace(c.URL, "127.0.0.1", "localhost", 1) }

// authenticator gives the browser a device that holds keys and says yes.
func authenticator(t *testing.T, ctx context.Context) {
	t.Helper()
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	_, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
		HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// join goes from the page of a place to the choice of a way to sign in.
func join(t *testing.T, ctx context.Context, s *apptest.Server, email string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(s.URL+"/join?place=centre")); err != nil {
		t.Fatal(err)
	}
	press(t, ctx, "form[action='/join'] button", "form[action='/join/email'] #email", "#name", "Marie Le Goff")
	press(t, ctx, "form[action='/join/email'] button", "a[href='/join/email']", "#email", email)
	apptest.Settle(t, s)
	letters := s.Letters(email)
	if len(letters) != 1 {
		t.Fatalf("letters: %+v", letters)
	}
	link := regexp.MustCompile(`http\S+`).FindString(letters[0].Text)
	if err := chromedp.Do(ctx, chromedp.Navigate(link)); err != nil {
		t.Fatal(err)
	}
	press(t, ctx, "main form button", "form[action='/join/way'] #password")
}

// TestJoinWithAPasskey joins, signs out, and signs in without typing anything.
func TestJoinWithAPasskey(t *testing.T) {
	s := apptest.Open(t, store.SQLite, onLocalhost)
	s.Place("centre", "neighbourhood")
	ctx, _ := browser(t)
	authenticator(t, ctx)
	join(t, ctx, s, "marie@exemple.fr")
	phone(t, ctx, "join-way")
	press(t, ctx, "[data-passkey=new] button", "a[href^='/prove']")
	phone(t, ctx, "join-circles")
	if err := chromedp.Do(ctx, chromedp.Navigate(s.URL+"/settings/passkeys")); err != nil {
		t.Fatal(err)
	}
	phone(t, ctx, "passkeys")
	if err := chromedp.Do(ctx, chromedp.Click("details.me summary"), chromedp.Click("form[action='/signout'] button"), chromedp.WaitVisible("a[href='/signin']")); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(s.URL+"/signin?back=/settings/seen")); err != nil {
		t.Fatal(err)
	}
	phone(t, ctx, "signin-passkey")
	press(t, ctx, "[data-passkey=in] button", "a[href='/settings/name']")
	list, err := s.People.Accounts(t.Context(), "marie@exemple.fr", 0, 2)
	if err != nil || len(list) != 1 || list[0].HasPassword {
		t.Fatalf("account: %+v, %v", list, err)
	}
	keys, err := s.Passkeys.Keys(t.Context(), list[0].ID)
	if err != nil || len(keys) != 1 || keys[0].Used.IsZero() {
		t.Errorf("keys: %+v, %v", keys, err)
	}
	// A closed account is opened by no key.
	if err := s.People.SetDisabled(t.Context(), list[0].ID, true); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(s.URL+"/signin")); err != nil {
		t.Fatal(err)
	}
	press(t, ctx, "[data-passkey=in] button", "[data-passkey=in] [role=status]:not([hidden])")
}

// TestJoinWithoutScriptInABrowser joins in a browser that runs none.
func TestJoinWithoutScriptInABrowser(t *testing.T) {
	s := apptest.Open(t, store.SQLite, onLocalhost)
	s.Place("centre", "neighbourhood")
	ctx, heard := browser(t)
	heard.Host = strings.TrimPrefix(s.URL, "http://")
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	join(t, ctx, s, "marie@exemple.fr")
	press(t, ctx, "form[action='/join/way'] button", "a[href^='/prove']", "#password", apptest.Password)
	for _, complaint := range heard.Take() {
		t.Error(complaint)
	}
}
