package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"palier/instance/proofs/council"
)

// OIDC is the council whose accounts prove where somebody lives.
type OIDC struct {
	// Issuer is its address, https://…; empty: none.
	Issuer string `toml:"issuer"`
	// ClientID and SecretFile are who we are there; the address it leads back to
	// is /prove/council/return.
	ClientID   string `toml:"client_id"`
	SecretFile string `toml:"secret_file"`
	// Claim is the name of the claim with the INSEE code of the commune.
	Claim string `toml:"claim"`
	// AddressClaim is the name of the claim with the postal address; empty: it is
	// not asked for.
	AddressClaim string `toml:"address_claim"`
	// Scopes are asked for besides openid.
	Scopes []string `toml:"scopes"`
}

// Settings are those of o with the secret from its file.
func (o OIDC) Settings() (council.Settings, error) {
	s := council.Settings{Issuer: o.Issuer, ClientID: o.ClientID, Claim: o.Claim, Address: o.AddressClaim, Scopes: o.Scopes}
	if o.Issuer == "" || o.SecretFile == "" {
		return s, nil
	}
	text, err := os.ReadFile(o.SecretFile)
	if err != nil {
		return s, fmt.Errorf("secret of the council's accounts: %w", err)
	}
	s.Secret = strings.TrimSpace(string(text))
	return s, nil
}

// check returns why the council cannot be asked.
func (o OIDC) check() error {
	if o.Issuer == "" {
		return nil
	}
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost"):
		return fmt.Errorf("issuer %q of the council's accounts is no https address", o.Issuer)
	case o.ClientID == "" || o.Claim == "":
		return errors.New("the council's accounts need a client_id and the claim with the code of the commune")
	}
	return nil
}
