package federationtest

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-fed/activity/pub"
	"github.com/go-fed/activity/streams/vocab"
	"github.com/go-fed/httpsig"
)

// NewTransport returns what signs and sends for the person whose inbox or outbox
// it is.
func (p protocol) NewTransport(_ context.Context, box *url.URL, _ string) (pub.Transport, error) {
	return p.personAt(box.Path).transport()
}

// personAt returns whose path it is.
func (p *Peer) personAt(path string) *Person {
	rest, _ := strings.CutPrefix(path, "/people/")
	name, _, _ := strings.Cut(rest, "/")
	return p.person(name)
}

// transport is go-fed's own, with the status of each answer noted: go-fed tells
// of it in words only.
type transport struct {
	*pub.HttpSigTransport
	answers *answers
}

type answers struct {
	web    *http.Client
	status int
}

// Do sends a request.
func (a *answers) Do(r *http.Request) (*http.Response, error) {
	a.status = 0
	resp, err := a.web.Do(r)
	if err == nil {
		a.status = resp.StatusCode
	}
	return resp, err
}

func (a *Person) transport() (*transport, error) {
	get, err := signer("(request-target)", "host", "date")
	if err != nil {
		return nil, err
	}
	post, err := signer("(request-target)", "host", "date", "digest")
	if err != nil {
		return nil, err
	}
	record := &answers{web: a.peer.web}
	return &transport{
		pub.NewHttpSigTransport(record, "federationtest", clock(a.peer.now), get, post, a.keyID(), a.key), record,
	}, nil
}

func signer(headers ...string) (httpsig.Signer, error) {
	s, _, err := httpsig.NewSigner([]httpsig.Algorithm{httpsig.RSA_SHA256}, httpsig.DigestSha256, headers, httpsig.Signature, 0)
	return s, err
}

// refused gives an error of go-fed's its status.
func (t *transport) refused(err error, at *url.URL) error {
	if err != nil && t.answers.status != 0 {
		return &Refused{URL: at.String(), Status: t.answers.status}
	}
	return err
}

// Dereference gets a document.
func (t *transport) Dereference(ctx context.Context, id *url.URL) ([]byte, error) {
	b, err := t.HttpSigTransport.Dereference(ctx, id)
	return b, t.refused(err, id)
}

// Deliver posts a document to an inbox.
func (t *transport) Deliver(ctx context.Context, b []byte, to *url.URL) error {
	return t.refused(t.HttpSigTransport.Deliver(ctx, b, to), to)
}

// BatchDeliver posts it to several.
func (t *transport) BatchDeliver(ctx context.Context, b []byte, to []*url.URL) error {
	var errs []error
	for _, u := range to {
		errs = append(errs, t.Deliver(ctx, b, u))
	}
	return errors.Join(errs...)
}

// Fetch gets a document with a signed request and reads it in go-fed's
// vocabulary. It returns a [*Refused] for an answer that is no success.
func (a *Person) Fetch(ctx context.Context, id string) (vocab.Type, error) {
	u, err := url.Parse(id)
	if err != nil {
		return nil, err
	}
	t, err := a.transport()
	if err != nil {
		return nil, err
	}
	b, err := t.Dereference(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", id, err)
	}
	v, err := typed(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", id, err)
	}
	if got := v.GetJSONLDId(); got == nil || got.Get().String() != u.String() {
		return nil, fmt.Errorf("fetch %s: the document has the id %v", id, got)
	}
	return v, nil
}

// keyed is an actor that publishes keys.
type keyed interface {
	GetW3IDSecurityV1PublicKey() vocab.W3IDSecurityV1PublicKeyProperty
}

// findKey returns a key from the document of the actor that publishes it.
func (a *Person) findKey(ctx context.Context, keyID string) (publicKey, error) {
	owner, _, _ := strings.Cut(keyID, "#")
	v, err := a.Fetch(ctx, owner)
	if err != nil {
		return publicKey{}, err
	}
	actor, ok := v.(keyed)
	if !ok || actor.GetW3IDSecurityV1PublicKey() == nil {
		return publicKey{}, fmt.Errorf("%s: %w", keyID, errNoKey)
	}
	keys := actor.GetW3IDSecurityV1PublicKey()
	for i := keys.Begin(); i != keys.End(); i = i.Next() {
		key := i.Get()
		if key == nil || key.GetJSONLDId().Get().String() != keyID || key.GetW3IDSecurityV1Owner().Get().String() != owner {
			continue
		}
		var found *rsa.PublicKey
		if found, err = parseKey(key.GetW3IDSecurityV1PublicKeyPem().Get()); err != nil {
			return publicKey{}, err
		}
		return publicKey{owner: owner, key: found}, nil
	}
	return publicKey{}, fmt.Errorf("%s: %w", keyID, errNoKey)
}
