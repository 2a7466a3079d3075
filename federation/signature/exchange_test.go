package signature_test

import (
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/federation/client"
	"palier/federation/signature"
)

// town is a whole server as far as signatures go: it has an instance actor that
// anyone may read, signs what it asks and posts, and verifies what it gets. Its
// other documents are for signed requests only.
type town struct {
	*httptest.Server
	key     *signature.PrivateKey
	client  *client.Client
	verify  *signature.Verifier
	memory  *signature.Memory
	accepts signature.Scheme // the only one this town reads; empty for both

	mu        sync.Mutex
	owners    []string          // of what came to its inbox
	documents map[string]string // path to document
	types     map[string]string // path to content type, if not ActivityStreams
	fetches   int
}

func found(t *testing.T, kind signature.Kind) *town {
	t.Helper()
	w := &town{documents: map[string]string{}, types: map[string]string{}}
	w.Server = httptest.NewUnstartedServer(w)
	w.StartTLS()
	t.Cleanup(w.Close)
	material := map[signature.Kind]*signature.PrivateKey{signature.RSA: aminaRSA(), signature.Ed25519: aminaEd()}[kind]
	w.key = renamed(t, material, w.URL+"/actor#key", w.URL+"/actor")
	w.documents["/actor"] = actor(t, w.key, obj{"type": "Application", "publicKey": nil, "assertionMethod": []any{multikey(t, w.key)}})
	return w
}

// meet lets towns know one another's certificates and makes what needs them.
func meet(t *testing.T, towns ...*town) {
	t.Helper()
	roots := x509.NewCertPool()
	for _, w := range towns {
		roots.AddCert(w.Certificate())
	}
	for _, w := range towns {
		scheme := signature.Cavage
		if w.key.Kind == signature.Ed25519 {
			scheme = signature.RFC9421
		}
		w.client = client.New(client.Options{
			UserAgent: "palier-test", RootCAs: roots, PeersAllow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Now: time.Now,
			Sign: func(r *http.Request) error {
				return signature.Sign(r, w.key, scheme, signature.Digest{}, time.Now())
			},
		})
		t.Cleanup(w.client.Close)
		resolver := &signature.Resolver{Dereference: w.client.Document, Local: func(id string) bool { return strings.HasPrefix(id, w.URL+"/") }}
		cache := signature.NewKeyCache(signature.CacheOptions{Fetch: resolver.Fetch, Now: time.Now})
		v, err := signature.NewVerifier(cache, signature.Policy{Origins: []string{w.URL}, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		w.verify = v
		w.memory = signature.NewMemory(signature.MemoryOptions{Now: time.Now})
	}
}

func (w *town) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	if r.Method == http.MethodGet {
		w.mu.Lock()
		w.fetches++
		w.mu.Unlock()
	}
	if r.URL.Path != "/actor" {
		got, err := w.verify.Verify(r, body)
		if err != nil || w.accepts != "" && got.Scheme != w.accepts {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodPost {
			w.mu.Lock()
			w.owners = append(w.owners, got.Owner)
			w.mu.Unlock()
			rw.WriteHeader(http.StatusAccepted)
			return
		}
	}
	w.mu.Lock()
	doc, ok := w.documents[r.URL.Path]
	contentType := w.types[r.URL.Path]
	w.mu.Unlock()
	if !ok {
		rw.WriteHeader(http.StatusNotFound)
		return
	}
	if to, ok := strings.CutPrefix(doc, "→"); ok {
		http.Redirect(rw, r, to, http.StatusFound)
		return
	}
	if contentType == "" {
		contentType = "application/activity+json"
	}
	rw.Header().Set("Content-Type", contentType)
	_, _ = io.WriteString(rw, doc)
}

// post delivers note from one town to another, knocking twice if need be.
func (w *town) post(t *testing.T, to *town, key *signature.PrivateKey) (int, error) {
	t.Helper()
	d := signature.DigestOf(note)
	return w.memory.Knock(t.Context(), to.URL, func(s signature.Scheme) (int, error) {
		a, err := w.client.Post(t.Context(), to.URL+"/inbox", note, func(r *http.Request) error {
			return signature.Sign(r, key, s, d, time.Now())
		})
		return a.Status, err
	})
}

func TestTwoTownsThatSignEverything(t *testing.T) {
	t.Parallel()
	paris, lyon := found(t, signature.RSA), found(t, signature.RSA)
	meet(t, paris, lyon)
	lyon.documents["/u/1"] = actor(t, renamed(t, boRSA(), lyon.URL+"/u/1#main-key", lyon.URL+"/u/1"), nil)

	if _, err := paris.client.Document(t.Context(), lyon.URL+"/u/1"); err != nil {
		t.Errorf("signed fetch: %v", err)
	}
	if _, err := paris.client.DocumentAs(t.Context(), lyon.URL+"/u/1", nil); !errors.Is(err, client.ErrUnauthorized) {
		t.Errorf("unsigned fetch: got %v, want ErrUnauthorized", err)
	}
	// lyon's user is behind a signature, and paris' key behind one more fetch:
	// the instance actors, readable by anyone, end the circle.
	status, err := lyon.post(t, paris, renamed(t, boRSA(), lyon.URL+"/u/1#main-key", lyon.URL+"/u/1"))
	if err != nil || status != http.StatusAccepted || len(paris.owners) != 1 || paris.owners[0] != lyon.URL+"/u/1" {
		t.Errorf("delivery: %d, %v, received of %v", status, err, paris.owners)
	}
}

func TestDoubleKnockBetweenTwoTowns(t *testing.T) {
	t.Parallel()
	paris, lyon := found(t, signature.RSA), found(t, signature.RSA)
	meet(t, paris, lyon)
	lyon.accepts = signature.RFC9421
	for range 2 {
		if status, err := paris.post(t, lyon, paris.key); err != nil || status != http.StatusAccepted {
			t.Errorf("got %d, %v", status, err)
		}
	}
	if got := paris.memory.Scheme(t.Context(), lyon.URL); got != signature.RFC9421 {
		t.Errorf("remembered %s", got)
	}
	if len(lyon.owners) != 2 || lyon.fetches != 0 || paris.fetches != 1 {
		t.Errorf("received %v; paris was asked %d times for its key, want once", lyon.owners, paris.fetches)
	}
}

func TestTownsWithEd25519Only(t *testing.T) {
	t.Parallel()
	paris, lyon := found(t, signature.Ed25519), found(t, signature.Ed25519)
	meet(t, paris, lyon)
	if err := paris.memory.Heard(t.Context(), lyon.URL, signature.RFC9421); err != nil {
		t.Fatal(err)
	}
	if status, err := paris.post(t, lyon, paris.key); err != nil || status != http.StatusAccepted {
		t.Errorf("got %d, %v", status, err)
	}
}

func TestB05_RedirectsOverRealHTTP(t *testing.T) {
	t.Parallel()
	victim, evil, lyon := found(t, signature.RSA), found(t, signature.RSA), found(t, signature.RSA)
	meet(t, victim, evil, lyon)
	forged := renamed(t, malRSA(), victim.URL+"/actor/go", victim.URL+"/actor")
	victim.documents["/actor/go"] = "→" + evil.URL + "/actor"
	evil.documents["/actor"] = text(t, keyObject(t, forged))
	if status, err := evil.post(t, lyon, forged); err != nil || status != http.StatusUnauthorized {
		t.Errorf("got %d, %v; want 401", status, err)
	}
	if len(lyon.owners) != 0 {
		t.Errorf("accepted from %v", lyon.owners)
	}
}

func TestB06_UploadedActor(t *testing.T) {
	t.Parallel()
	victim, lyon := found(t, signature.RSA), found(t, signature.RSA)
	meet(t, victim, lyon)
	for path, contentType := range map[string]string{
		"/media/1": "application/json", "/media/2": "application/octet-stream", "/media/3": "application/ld+json", "/media/4": "text/plain",
	} {
		forged := renamed(t, malRSA(), victim.URL+path+"#k", victim.URL+path)
		victim.documents[path], victim.types[path] = actor(t, forged, nil), contentType
		before := victim.fetches
		if status, err := victim.post(t, lyon, forged); err != nil || status != http.StatusUnauthorized {
			t.Errorf("%s: got %d, %v; want 401", contentType, status, err)
		}
		if victim.fetches == before {
			t.Errorf("%s: nobody looked at it", contentType)
		}
	}
	forged := renamed(t, malRSA(), victim.URL+"/media/5#k", victim.URL+"/media/5")
	victim.documents["/media/5"] = actor(t, forged, nil) // what the type alone decides
	if status, err := victim.post(t, lyon, forged); err != nil || status != http.StatusAccepted {
		t.Errorf("served as ActivityStreams: got %d, %v; want 202", status, err)
	}
	if len(lyon.owners) != 1 {
		t.Errorf("accepted from %v", lyon.owners)
	}
}
