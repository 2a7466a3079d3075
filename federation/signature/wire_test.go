package signature_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"palier/federation/signature"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when these tests take place.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

// The people of these tests and their keys: made once, since RSA takes its time.
var (
	aminaRSA = sync.OnceValue(func() *signature.PrivateKey { return made(signature.RSA, "amina", "#main-key") })
	aminaEd  = sync.OnceValue(func() *signature.PrivateKey { return made(signature.Ed25519, "amina", "#ed25519") })
	boRSA    = sync.OnceValue(func() *signature.PrivateKey { return made(signature.RSA, "bo", "#main-key") })
	malRSA   = sync.OnceValue(func() *signature.PrivateKey { return made(signature.RSA, "mal", "#main-key") })
)

func made(kind signature.Kind, who, fragment string) *signature.PrivateKey {
	actor := "https://paris.example/u/" + who
	k, err := signature.Generate(kind, actor+fragment, actor)
	if err != nil {
		panic(err)
	}
	return k
}

// keyring is a [signature.Keys] that knows what it was given.
type keyring struct {
	keys  map[string]signature.PublicKey
	fresh map[string]signature.PublicKey // what a refresh finds
	asked []string
}

func ring(keys ...*signature.PrivateKey) *keyring {
	r := &keyring{keys: map[string]signature.PublicKey{}, fresh: map[string]signature.PublicKey{}}
	for _, k := range keys {
		r.keys[k.ID] = k.Public()
	}
	return r
}

func (r *keyring) Key(_ context.Context, id string) (signature.PublicKey, error) {
	r.asked = append(r.asked, id)
	if k, ok := r.keys[id]; ok {
		return k, nil
	}
	return signature.PublicKey{}, fmt.Errorf("key %s: %w", id, signature.ErrKeyUnavailable)
}

func (r *keyring) Refresh(_ context.Context, id string) (signature.PublicKey, error) {
	if k, ok := r.fresh[id]; ok {
		return k, nil
	}
	return signature.PublicKey{}, fmt.Errorf("refresh %s: %w", id, signature.ErrKeyUnavailable)
}

// still is one key that everybody has.
type still struct{ key signature.PublicKey }

func (s still) Key(context.Context, string) (signature.PublicKey, error)     { return s.key, nil }
func (s still) Refresh(context.Context, string) (signature.PublicKey, error) { return s.key, nil }

func verifier(t testing.TB, keys signature.Keys) *signature.Verifier {
	t.Helper()
	v, err := signature.NewVerifier(keys, signature.Policy{Origins: []string{"https://lyon.example", "http://localhost:8080"}, Now: atNoon})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const inbox = "https://lyon.example/u/1/inbox"

var note = []byte(`{"id":"https://paris.example/a/1","type":"Create","actor":"https://paris.example/u/amina"}`)

// request is one that is about to leave.
func request(t testing.TB, method, url string, body []byte) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == nil {
		r.Body, r.ContentLength = nil, 0
	} else {
		r.Header.Set("Content-Type", "application/activity+json")
	}
	return r
}

// signed is a POST of note to inbox by key.
func signed(t testing.TB, key *signature.PrivateKey, s signature.Scheme) *http.Request {
	t.Helper()
	r := request(t, http.MethodPost, inbox, note)
	sign(t, r, key, s, note)
	return r
}

func sign(t testing.TB, r *http.Request, key *signature.PrivateKey, s signature.Scheme, body []byte) {
	t.Helper()
	var d signature.Digest
	if body != nil {
		d = signature.DigestOf(body)
	}
	if err := signature.Sign(r, key, s, d, noon); err != nil {
		t.Fatal(err)
	}
}

// arrive sends a request through the bytes of HTTP/1.1, as a server reads it.
func arrive(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	once := r.Clone(t.Context()) // so that r can be sent again
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		once.Body = body
	}
	var wire bytes.Buffer
	if err := once.Write(&wire); err != nil {
		t.Fatal(err)
	}
	return parse(t, wire.String())
}

func parse(t testing.TB, wire string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
	if err != nil {
		t.Fatal(err)
	}
	return r.WithContext(t.Context())
}

// schemes are both, with every kind of key each has a use for.
var schemes = []struct {
	name   string
	scheme signature.Scheme
	key    func() *signature.PrivateKey
}{
	{"cavage", signature.Cavage, aminaRSA},
	{"RFC 9421 with RSA", signature.RFC9421, aminaRSA},
	{"RFC 9421 with Ed25519", signature.RFC9421, aminaEd},
}
