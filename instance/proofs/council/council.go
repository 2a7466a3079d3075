// Package council asks a council's accounts, by OpenID Connect, where somebody
// lives. What it learns beside that it forgets.
package council

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"palier/instance"
)

// Settings are what an operator says about the accounts of a council.
type Settings struct {
	Issuer   string // https://…; empty: there are none
	ClientID string
	Secret   string
	// Claim is the name of the claim with the code of the commune, such as insee.
	Claim string
	// Address is the name of the claim with the postal address, as a text or an
	// object of OpenID Connect; empty: it is not asked for.
	Address string
	Scopes  []string // besides openid
}

// Council asks one council.
type Council struct {
	settings Settings
	back     string // address on this server that the council leads back to
	client   *http.Client
	now      func() time.Time

	mu       sync.Mutex
	provider *oidc.Provider
}

// Options are what a [Council] stands on.
type Options struct {
	Settings
	Back   string
	Client *http.Client // nil: one of its own
	Now    func() time.Time
}

// patience is how long a council may take to answer.
const patience = 10 * time.Second

// New returns what asks the council of o, nil if o names none.
func New(o Options) *Council {
	if o.Issuer == "" {
		return nil
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: patience}
	}
	return &Council{settings: o.Settings, back: o.Back, client: o.Client, now: o.Now}
}

// Origin is where the council's own page is, as a browser names it.
func (c *Council) Origin() string {
	u, err := url.Parse(c.settings.Issuer)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// Handshake is what ties an answer to the question and to the browser that
// asked; it stays in the session.
type Handshake struct {
	State, Nonce, Verifier string
}

// Said is what a council says of somebody.
type Said struct {
	Subject string // whose account it is, for the council alone
	Commune string // its code, such as 22050; empty if it does not say
	Address string // the postal address; empty if it does not say
}

// Begin returns where the browser is to go. It returns
// [instance.ErrUnreachable] if the council does not answer.
func (c *Council) Begin(ctx context.Context) (string, Handshake, error) {
	config, _, err := c.dial(ctx)
	if err != nil {
		return "", Handshake{}, err
	}
	h := Handshake{State: secret(), Nonce: secret(), Verifier: oauth2.GenerateVerifier()}
	return config.AuthCodeURL(h.State, oidc.Nonce(h.Nonce), oauth2.S256ChallengeOption(h.Verifier)), h, nil
}

// secret is a text nobody can guess.
func secret() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// dial finds out once how the council speaks.
func (c *Council) dial(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.provider == nil {
		// What is found lasts longer than the request that finds it.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), c.client), c.settings.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("council: %w: %w", instance.ErrUnreachable, err)
		}
		c.provider = p
	}
	return &oauth2.Config{
		ClientID: c.settings.ClientID, ClientSecret: c.settings.Secret, Endpoint: c.provider.Endpoint(), RedirectURL: c.back,
		Scopes: append([]string{oidc.ScopeOpenID}, c.settings.Scopes...),
	}, c.provider, nil
}

// End trades the code that the browser came back with. It returns an
// [instance.ErrForbidden] for an answer that is not one to h, and
// [instance.ErrUnreachable] if the council does not answer.
func (c *Council) End(ctx context.Context, h Handshake, state, code string) (Said, error) {
	if h.State == "" || state != h.State || code == "" {
		return Said{}, fmt.Errorf("council: %w", instance.ErrForbidden)
	}
	config, provider, err := c.dial(ctx)
	if err != nil {
		return Said{}, err
	}
	ctx = oidc.ClientContext(ctx, c.client)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(h.Verifier))
	if err != nil {
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) { // its text may hold what was sent
			return Said{}, fmt.Errorf("council refuses the code: %w", instance.ErrForbidden)
		}
		return Said{}, fmt.Errorf("council: %w", instance.ErrUnreachable)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: c.settings.ClientID, Now: c.now}).Verify(ctx, raw)
	if err != nil || id.Nonce != h.Nonce {
		return Said{}, fmt.Errorf("council's answer is not signed for this question: %w", instance.ErrForbidden)
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return Said{}, fmt.Errorf("council's answer cannot be read: %w", instance.ErrForbidden)
	}
	return c.said(id.Subject, claims), nil
}

func (c *Council) said(subject string, claims map[string]any) Said {
	s := Said{Subject: c.settings.Issuer + " " + subject}
	commune, _ := claims[c.settings.Claim].(string)
	s.Commune = strings.TrimPrefix(strings.TrimSpace(commune), "FR:COG:")
	switch address := claims[c.settings.Address].(type) {
	case string:
		s.Address = address
	case map[string]any:
		var parts []string
		for _, name := range []string{"street_address", "postal_code", "locality"} {
			if part, ok := address[name].(string); ok {
				parts = append(parts, part)
			}
		}
		s.Address = strings.Join(parts, " ")
	}
	return s
}
