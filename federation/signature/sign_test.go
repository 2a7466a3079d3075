package signature_test

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dadrus/httpsig"
	fed "github.com/go-fed/httpsig"
	"github.com/google/go-cmp/cmp"

	"palier/federation/signature"
)

func TestWhatIsSignedVerifies(t *testing.T) {
	t.Parallel()
	for _, s := range schemes {
		for name, r := range map[string]struct {
			method, url string
			body        []byte
		}{
			"delivery":           {http.MethodPost, inbox, note},
			"empty body":         {http.MethodPost, inbox, []byte{}},
			"fetch":              {http.MethodGet, "https://lyon.example/u/1", nil},
			"fetch with a query": {http.MethodGet, "https://lyon.example/u/1/outbox?page=2&max=%26", nil},
			"empty query":        {http.MethodGet, "https://lyon.example/u/1?", nil},
			"encoded path":       {http.MethodGet, "https://lyon.example/a%2Fb/%C3%A9", nil},
			"no path":            {http.MethodGet, "https://lyon.example", nil},
			"local port":         {http.MethodPost, "http://localhost:8080/inbox", note},
		} {
			t.Run(s.name+", "+name, func(t *testing.T) {
				t.Parallel()
				req := request(t, r.method, r.url, r.body)
				sign(t, req, s.key(), s.scheme, r.body)
				got, err := verifier(t, ring(s.key())).Verify(arrive(t, req), r.body)
				if err != nil {
					t.Fatal(err)
				}
				want := signature.Verified{KeyID: s.key().ID, Owner: s.key().Owner, Scheme: s.scheme, Kind: s.key().Kind, Signed: noon}
				got.Signed = got.Signed.UTC()
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("verified (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestTheFormOfOurSignatures(t *testing.T) {
	t.Parallel()
	value := func(h, name string) string {
		_, v, _ := strings.Cut(h, name+`="`)
		v, _, _ = strings.Cut(v, `"`)
		return v
	}
	post := signed(t, aminaRSA(), signature.Cavage)
	h := post.Header.Get("Signature")
	got := []string{value(h, "keyId"), value(h, "algorithm"), value(h, "headers"), post.Header.Get("Date"), post.Header.Get("Digest"), post.Header.Get("Signature-Input")}
	sum := sha256.Sum256(note)
	want := []string{"https://paris.example/u/amina#main-key", "rsa-sha256", "(request-target) host date digest", "Sun, 22 Nov 2026 12:00:00 GMT",
		"SHA-256=" + base64.StdEncoding.EncodeToString(sum[:]), ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cavage (-want +got):\n%s", diff)
	}

	post = signed(t, aminaEd(), signature.RFC9421)
	input := `sig1=("@method" "@target-uri" "content-digest");created=1795348800;keyid="https://paris.example/u/amina#ed25519"`
	if diff := cmp.Diff(input, post.Header.Get("Signature-Input")); diff != "" {
		t.Errorf("signature-input (-want +got):\n%s", diff)
	}
	if d := post.Header.Get("Content-Digest"); !strings.HasPrefix(d, "sha-256=:") || post.Header.Get("Digest") != "" {
		t.Errorf("content-digest %q, digest %q", d, post.Header.Get("Digest"))
	}
}

func TestSigningAgainReplaces(t *testing.T) {
	t.Parallel()
	r := signed(t, aminaRSA(), signature.RFC9421)
	sign(t, r, aminaRSA(), signature.Cavage, note)
	if n := len(r.Header.Values("Signature")); n != 1 || r.Header.Get("Signature-Input") != "" || r.Header.Get("Content-Digest") != "" {
		t.Errorf("left over: %v", r.Header)
	}
	if _, err := verifier(t, ring(aminaRSA())).Verify(arrive(t, r), note); err != nil {
		t.Error(err)
	}
}

func TestEd25519HasNoCavage(t *testing.T) {
	t.Parallel()
	err := signature.Sign(request(t, http.MethodGet, inbox, nil), aminaEd(), signature.Cavage, signature.Digest{}, noon)
	if !errors.Is(err, signature.ErrKey) {
		t.Errorf("got %v, want ErrKey", err)
	}
}

// The signatures of other implementations are ours to read, and ours theirs.

func TestGoFedReadsOurCavage(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		r := request(t, method, inbox+"?x=1", note)
		body := note
		if method == http.MethodGet {
			r, body = request(t, method, inbox+"?x=1", nil), nil
		}
		sign(t, r, aminaRSA(), signature.Cavage, body)
		got := arrive(t, r)
		got.Header.Set("Host", got.Host)
		v, err := fed.NewVerifier(got)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Verify(aminaRSA().Key.Public(), fed.RSA_SHA256); err != nil || v.KeyId() != aminaRSA().ID {
			t.Errorf("%s: key %s, %v", method, v.KeyId(), err)
		}
	}
}

func TestWeReadGoFedsCavage(t *testing.T) {
	t.Parallel()
	for _, key := range []*signature.PrivateKey{aminaRSA(), aminaEd()} {
		algorithm := fed.RSA_SHA256
		if key.Kind == signature.Ed25519 {
			algorithm = fed.ED25519
		}
		s, _, err := fed.NewSigner([]fed.Algorithm{algorithm}, fed.DigestSha256, []string{"(request-target)", "host", "date", "digest", "content-type"}, fed.Signature, 0)
		if err != nil {
			t.Fatal(err)
		}
		r := request(t, http.MethodPost, inbox, note)
		r.Header.Set("Host", "lyon.example")
		r.Header.Set("Date", noon.Format(http.TimeFormat))
		if err := s.SignRequest(key.Key, key.ID, r, note); err != nil {
			t.Fatal(err)
		}
		got, err := verifier(t, ring(key)).Verify(arrive(t, r), note)
		if err != nil || got.Owner != key.Owner {
			t.Errorf("%s: got %+v, %v", key.Kind, got, err)
		}
	}
}

func TestDadrusReadsOurRFC9421(t *testing.T) {
	t.Parallel()
	for _, key := range []*signature.PrivateKey{aminaRSA(), aminaEd()} {
		r := request(t, http.MethodPost, inbox, note)
		if err := signature.Sign(r, key, signature.RFC9421, signature.DigestOf(note), time.Now()); err != nil {
			t.Fatal(err)
		}
		got := arrive(t, r)
		got.URL.Scheme, got.URL.Host = "https", got.Host
		v, err := httpsig.NewVerifier(theirKey(key, key.Key.Public()), httpsig.WithValidateAllSignatures(), httpsig.WithExpiredTimestampRequired(false),
			httpsig.WithValidityTolerance(time.Minute), httpsig.WithRequiredComponents("@method", "@target-uri", "content-digest"))
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Verify(httpsig.MessageFromRequest(got)); err != nil {
			t.Errorf("%s: %v", key.Kind, err)
		}
	}
}

func TestWeReadDadrusRFC9421(t *testing.T) {
	t.Parallel()
	for _, key := range []*signature.PrivateKey{aminaRSA(), aminaEd()} {
		for _, components := range [][]string{
			{"@method", "@target-uri", "content-digest"},
			{"content-digest", "@method", "@authority", "@path", "@query", "content-type"},
			{"@method", "@scheme", "@authority", "@request-target", "content-digest", "content-length"},
		} {
			s, err := httpsig.NewSigner(theirKey(key, key.Key), httpsig.WithComponents(components...), httpsig.WithContentDigestAlgorithm(httpsig.Sha256), httpsig.WithLabel("other"), httpsig.WithTTL(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			r := request(t, http.MethodPost, inbox+"?x=1", note)
			r.Header.Set("Content-Length", strconv.Itoa(len(note)))
			h, err := s.Sign(httpsig.MessageFromRequest(r))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = h
			v, err := signature.NewVerifier(ring(key), signature.Policy{Origins: []string{"https://lyon.example"}, Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			got, err := v.Verify(arrive(t, r), note)
			if err != nil || got.Owner != key.Owner || got.Scheme != signature.RFC9421 {
				t.Errorf("%s over %v: got %+v, %v", key.Kind, components, got, err)
			}
		}
	}
}

func theirKey(k *signature.PrivateKey, material any) httpsig.Key {
	alg := httpsig.RsaPkcs1v15Sha256
	if k.Kind == signature.Ed25519 {
		alg = httpsig.Ed25519
	}
	return httpsig.Key{KeyID: k.ID, Algorithm: alg, Key: material}
}

func TestKeysSurvivePEM(t *testing.T) {
	t.Parallel()
	for _, k := range []*signature.PrivateKey{aminaRSA(), aminaEd()} {
		text, err := k.MarshalPEM()
		if err != nil {
			t.Fatal(err)
		}
		again, err := signature.ParsePrivatePEM(k.ID, k.Owner, text)
		if err != nil || !again.Public().Equal(k.Public()) || again.Kind != k.Kind {
			t.Errorf("private %s: got %v, %v", k.Kind, again, err)
		}
		public, err := k.Public().MarshalPEM()
		if err != nil {
			t.Fatal(err)
		}
		p, err := signature.ParsePublicPEM(k.ID, k.Owner, public)
		if err != nil || !p.Equal(k.Public()) || p.Owner != k.Owner || p.ID != k.ID || p.Kind != k.Kind {
			t.Errorf("public %s: got %v, %v", k.Kind, p, err)
		}
	}
	if aminaRSA().Public().Equal(boRSA().Public()) || aminaRSA().Public().Equal(aminaEd().Public()) {
		t.Error("different keys are equal")
	}
	var none crypto.PublicKey
	if _, err := signature.NewPublicKey("x", "y", none); !errors.Is(err, signature.ErrKey) {
		t.Errorf("no key: got %v, want ErrKey", err)
	}
}
