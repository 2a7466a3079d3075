package peers

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"palier/federation/signature"
	"palier/protocol/as2"
)

// Pen is how the peers sign.
type Pen struct {
	Scheme signature.Scheme
	Kind   signature.Kind // of key
}

// userAgent is what the peers call themselves.
const userAgent = "palier-bench/0.1 (+http://127.0.0.1)"

// Post returns the signed request by which an actor sends a document to an
// inbox.
func (p Pen) Post(ctx context.Context, by *Actor, inbox string, body []byte, now time.Time) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, inbox, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("post to %s: %w", inbox, err)
	}
	r.Header.Set("Content-Type", as2.MediaType)
	return r, p.Sign(r, by, signature.DigestOf(body), now)
}

// Get returns the signed request by which an actor asks for something.
func (p Pen) Get(ctx context.Context, by *Actor, url, accept string, now time.Time) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", url, err)
	}
	r.Header.Set("Accept", accept)
	return r, p.Sign(r, by, signature.Digest{}, now)
}

// Sign signs a request as an actor.
func (p Pen) Sign(r *http.Request, by *Actor, d signature.Digest, now time.Time) error {
	r.Header.Set("User-Agent", userAgent)
	key := by.RSA
	if p.Kind == signature.Ed25519 {
		key = by.Ed25519
	}
	return signature.Sign(r, key, p.Scheme, d, now)
}
