package inbox_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/federation/client"
	"palier/federation/discovery"
	"palier/federation/inbox"
	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/proof"
)

// web is all other servers: documents by their address.
type web struct {
	mu    sync.Mutex
	pages map[string]page
	asked []string
}

type page struct {
	body   string
	status int    // instead of a document
	at     string // where it finally was, if elsewhere
}

func (w *web) Document(_ context.Context, url string) (client.Fetched, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, url)
	p, ok := w.pages[url]
	switch {
	case !ok:
		return client.Fetched{}, &client.StatusError{Status: http.StatusNotFound}
	case p.status != 0:
		return client.Fetched{}, &client.StatusError{Status: p.status, After: time.Minute}
	case p.at == "":
		p.at = url
	}
	return client.Fetched{URL: p.at, Body: []byte(p.body), ContentType: "application/activity+json"}, nil
}

func (w *web) JSON(context.Context, string, string) (client.Fetched, error) {
	return client.Fetched{}, &client.StatusError{Status: http.StatusNotFound}
}

func (w *web) File(context.Context, string, ...string) (client.Fetched, error) {
	return client.Fetched{}, &client.StatusError{Status: http.StatusNotFound}
}

func (w *web) put(url, body string) { w.set(url, page{body: body}) }

func (w *web) set(url string, p page) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[url] = p
}

// requests returns how often anything was asked for, and forgets it.
func (w *web) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := w.asked
	w.asked = nil
	return asked
}

// The keys of these tests. RSA keys take long to make, so actors share three.
var rsaKeys = sync.OnceValue(func() []*signature.PrivateKey {
	var keys []*signature.PrivateKey
	for range 3 {
		k, err := signature.Generate(signature.RSA, "https://x.example/key", "https://x.example/")
		if err != nil {
			panic(err)
		}
		keys = append(keys, k)
	}
	return keys
})

// actor is somebody on another server.
type actor struct {
	id  string
	rsa *signature.PrivateKey
	ed  ed25519.PrivateKey
}

// world is our server among others.
type world struct {
	*inbox.Inbox
	*inbox.Preparer
	web      *web
	intake   *intake
	stored   *stored
	barred   map[string]bool
	resolver *discovery.Resolver
	verifier *signature.Verifier
	now      time.Time
	actors   int
}

func isOurs(uri string) bool { return strings.HasPrefix(uri, "https://ours.example/") }

func newWorld(t testing.TB, change func(*inbox.Options)) *world {
	t.Helper()
	w := &world{
		web:    &web{pages: map[string]page{}},
		intake: &intake{seen: map[string]bool{}},
		stored: &stored{actors: map[string]inbox.Known{}, owners: map[string]string{}, moderators: map[string]bool{}},
		barred: map[string]bool{},
		now:    time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
	}
	now := func() time.Time { return w.now }
	w.resolver = discovery.New(discovery.Options{Client: w.web, Local: isOurs, Now: now})
	fetch := &signature.Resolver{Dereference: w.web.Document, Local: isOurs, Learned: w.resolver.Learn}
	keys := signature.NewKeyCache(signature.CacheOptions{Fetch: fetch.Fetch, Now: now})
	verifier, err := signature.NewVerifier(keys, signature.Policy{Origins: []string{"https://ours.example"}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	w.verifier = verifier
	o := inbox.Options{Verifier: verifier, Keys: keys, Intake: w.intake, Policy: w, Stored: w.stored, Lookup: w.resolver, Local: isOurs, Now: now}
	if change != nil {
		change(&o)
	}
	w.Inbox = inbox.New(o)
	w.Preparer = inbox.NewPreparer(inbox.PrepareOptions{Lookup: w.resolver, Stored: w.stored, Keys: keys, Policy: w, Local: isOurs, Now: now})
	return w
}

// Barred is the inbox.Policy of the world.
func (w *world) Barred(_ context.Context, host string) (bool, error) { return w.barred[host], nil }

// actor makes somebody whose document others serve.
func (w *world) actor(t testing.TB, id, typ, more string) *actor {
	t.Helper()
	keys := rsaKeys()
	k := keys[w.actors%len(keys)]
	w.actors++
	key, err := signature.NewPrivateKey(id+"#main-key", id, k.Key)
	if err != nil {
		t.Fatal(err)
	}
	seed := bytes.Repeat([]byte{byte(w.actors)}, ed25519.SeedSize)
	a := &actor{id: id, rsa: key, ed: ed25519.NewKeyFromSeed(seed)}
	pem, err := key.Public().MarshalPEM()
	if err != nil {
		t.Fatal(err)
	}
	multi, err := proof.EncodeKey(a.ed.Public())
	if err != nil {
		t.Fatal(err)
	}
	w.web.put(id, fmt.Sprintf(`{"@context":"https://www.w3.org/ns/activitystreams","id":%q,"type":%q,"preferredUsername":"x","inbox":%q,
		"featured":%q,"publicKey":{"id":%q,"owner":%q,"publicKeyPem":%q},
		"assertionMethod":[{"id":%q,"type":"Multikey","controller":%q,"publicKeyMultibase":%q}]%s}`,
		id, typ, id+"/inbox", id+"/featured", id+"#main-key", id, pem, id+"#ed25519", id, multi, more))
	return a
}

func (w *world) person(t testing.TB, id string) *actor { return w.actor(t, id, "Person", "") }

func (w *world) group(t testing.TB, id string) *actor {
	return w.actor(t, id, "Group", `,"attributedTo":"`+id+`/moderators"`)
}

// known stores an actor.
func (w *world) known(a *actor, typ string) {
	w.stored.actors[a.id] = inbox.Known{Type: typ, Featured: a.id + "/featured", Moderators: a.id + "/moderators"}
}

// proved returns doc with the actor's integrity proof.
func (a *actor) proved(t testing.TB, doc string, at time.Time) string {
	t.Helper()
	b, err := proof.Sign([]byte(doc), a.ed, a.id+"#ed25519", at)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// request is a POST of body to our inbox, signed by a unless that is nil.
func (w *world) request(t testing.TB, a *actor, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "https://ours.example/inbox", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/activity+json")
	if a == nil {
		return r
	}
	if err := signature.Sign(r, a.rsa, signature.Cavage, signature.DigestOf([]byte(body)), w.now); err != nil {
		t.Fatal(err)
	}
	return r
}

// post sends body, signed by a, and returns what became of it.
func (w *world) post(t testing.TB, a *actor, body string) inbox.Outcome {
	t.Helper()
	return w.Take(w.request(t, a, body))
}

// prepare prepares what a sent, as if it had been received.
func (w *world) prepare(t testing.TB, a *actor, body string) (inbox.Prepared, error) {
	t.Helper()
	o, err := as2.Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return w.Prepare(t.Context(), inbox.Item{ID: 1, Actor: a.id, ActivityID: o.ID(), Kind: o.Type(), Body: []byte(body), ReceivedAt: w.now})
}

// intake is an inbox.Intake in memory.
type intake struct {
	mu    sync.Mutex
	seen  map[string]bool
	items []inbox.Item
	fail  error
}

func (i *intake) Accept(_ context.Context, item inbox.Item) (bool, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.fail != nil {
		return false, i.fail
	}
	key := item.Actor + "\n" + item.ActivityID
	if i.seen[key] {
		return false, nil
	}
	i.seen[key] = true
	item.ID = int64(len(i.items) + 1)
	i.items = append(i.items, item)
	return true, nil
}

// stored is an inbox.Stored in memory.
type stored struct {
	actors     map[string]inbox.Known
	owners     map[string]string
	moderators map[string]bool // actor + " " + group
}

func (s *stored) Actor(_ context.Context, uri string) (inbox.Known, bool, error) {
	k, ok := s.actors[uri]
	return k, ok, nil
}

func (s *stored) Owner(_ context.Context, uri string) (string, bool, error) {
	a, ok := s.owners[uri]
	return a, ok, nil
}

func (s *stored) Moderates(_ context.Context, actor, group string) (bool, error) {
	return s.moderators[actor+" "+group], nil
}

// doc fills the placeholders of a document: $A, $B and so on.
func doc(text string, values ...string) string {
	for i, v := range values {
		text = strings.ReplaceAll(text, "$"+string(rune('A'+i)), v)
	}
	return text
}

// note is a Create{Note} of an actor with that number.
func note(by string, n int) string {
	return fmt.Sprintf(`{"@context":"https://www.w3.org/ns/activitystreams","id":"%[1]s/a/%[2]d","type":"Create","actor":"%[1]s",
		"to":["https://www.w3.org/ns/activitystreams#Public"],"object":{"id":"%[1]s/o/%[2]d","type":"Note","attributedTo":"%[1]s",
		"to":["https://www.w3.org/ns/activitystreams#Public"],"content":"<p>Coupure d'eau mardi</p>"}}`, by, n)
}
