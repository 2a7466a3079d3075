package signature_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/federation/client"
	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/proof"
)

// web is the documents of strangers: what each URL answers with.
type web struct {
	mu        sync.Mutex
	documents map[string]string
	redirects map[string]string
	errs      map[string]error
	asked     []string
}

func (w *web) fetch(_ context.Context, url string) (client.Fetched, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, url)
	if err := w.errs[url]; err != nil {
		return client.Fetched{}, err
	}
	if to, ok := w.redirects[url]; ok {
		url = to
	}
	if doc, ok := w.documents[url]; ok {
		return client.Fetched{URL: url, Body: []byte(doc), ContentType: "application/activity+json"}, nil
	}
	return client.Fetched{}, &client.StatusError{Status: http.StatusNotFound}
}

func (w *web) times() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}

// obj is a JSON object.
type obj map[string]any

func text(t testing.TB, o obj) string {
	t.Helper()
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// actor is the document of a key's owner, with changes.
func actor(t testing.TB, k *signature.PrivateKey, change obj) string {
	t.Helper()
	o := obj{"@context": "https://www.w3.org/ns/activitystreams", "id": k.Owner, "type": "Person", "inbox": k.Owner + "/inbox", "publicKey": keyObject(t, k)}
	for name, v := range change {
		o[name] = v
	}
	return text(t, o)
}

func keyObject(t testing.TB, k *signature.PrivateKey) obj {
	t.Helper()
	pem, err := k.Public().MarshalPEM()
	if err != nil {
		t.Fatal(err)
	}
	return obj{"id": k.ID, "owner": k.Owner, "publicKeyPem": pem}
}

func multikey(t testing.TB, k *signature.PrivateKey) obj {
	t.Helper()
	s, err := proof.EncodeKey(k.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return obj{"id": k.ID, "type": "Multikey", "controller": k.Owner, "publicKeyMultibase": s}
}

// renamed is a key with another id and owner.
func renamed(t testing.TB, k *signature.PrivateKey, id, owner string) *signature.PrivateKey {
	t.Helper()
	n, err := signature.NewPrivateKey(id, owner, k.Key)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestKeysInEveryHonestForm(t *testing.T) {
	t.Parallel()
	apart := renamed(t, aminaRSA(), "https://paris.example/u/amina/main-key", "https://paris.example/u/amina")
	for name, tc := range map[string]struct {
		key       *signature.PrivateKey
		documents map[string]string
		fetches   int
	}{
		"in the actor": {aminaRSA(), map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}, 1},
		"one of several": {aminaRSA(), map[string]string{
			aminaRSA().Owner: actor(t, aminaRSA(), obj{"publicKey": []any{keyObject(t, boRSA()), keyObject(t, aminaRSA())}}),
		}, 1},
		"a Multikey": {aminaEd(), map[string]string{
			aminaEd().Owner: actor(t, aminaRSA(), obj{"assertionMethod": []any{multikey(t, aminaEd())}}),
		}, 1},
		"an RSA Multikey": {aminaRSA(), map[string]string{
			aminaRSA().Owner: actor(t, aminaRSA(), obj{"publicKey": nil, "assertionMethod": multikey(t, aminaRSA())}),
		}, 1},
		"a document of its own, listed by id": {apart, map[string]string{
			apart.ID:    text(t, keyObject(t, apart)),
			apart.Owner: actor(t, apart, obj{"publicKey": apart.ID}),
		}, 2},
		"a document of its own, listed whole": {apart, map[string]string{
			apart.ID:    text(t, keyObject(t, apart)),
			apart.Owner: actor(t, apart, nil),
		}, 2},
		"a stub of the actor under the key's id": {apart, map[string]string{
			apart.ID:    text(t, obj{"id": apart.Owner, "type": "Person", "preferredUsername": "amina", "publicKey": keyObject(t, apart)}),
			apart.Owner: actor(t, apart, nil),
		}, 2},
		"no owner inside the actor": {aminaRSA(), map[string]string{
			aminaRSA().Owner: actor(t, aminaRSA(), obj{"publicKey": obj{"id": aminaRSA().ID, "publicKeyPem": keyObject(t, aminaRSA())["publicKeyPem"]}}),
		}, 1},
		"types in a list": {aminaRSA(), map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), obj{"type": []string{"schema:Person", "Person"}})}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &web{documents: tc.documents}
			var learned []string
			r := signature.Resolver{Dereference: w.fetch, Learned: func(_ context.Context, o *as2.Object) { learned = append(learned, o.ID()) }}
			got, err := r.Fetch(t.Context(), tc.key.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Equal(tc.key.Public()) || got.ID != tc.key.ID || got.Owner != tc.key.Owner || got.Kind != tc.key.Kind {
				t.Errorf("got %s of %s", got.ID, got.Owner)
			}
			if diff := cmp.Diff([]string{tc.key.Owner}, learned); diff != "" {
				t.Errorf("learned (-want +got):\n%s", diff)
			}
			if w.times() != tc.fetches {
				t.Errorf("asked for %v, want %d fetches", w.asked, tc.fetches)
			}
		})
	}
}

// refusedKey expects that nothing at all is believed of a key.
func refusedKey(t *testing.T, w *web, id string, want error) {
	t.Helper()
	r := signature.Resolver{Dereference: w.fetch, Learned: func(_ context.Context, o *as2.Object) {
		t.Errorf("%s was believed", o.ID())
	}}
	if k, err := r.Fetch(t.Context(), id); !errors.Is(err, want) {
		t.Errorf("got key of %q, %v; want %v", k.Owner, err, want)
	}
}

func TestB01_VictimsKeyIDAttackersKey(t *testing.T) {
	t.Parallel()
	w := &web{documents: map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}}
	forged := renamed(t, malRSA(), aminaRSA().ID, aminaRSA().Owner)
	for _, s := range []signature.Scheme{signature.Cavage, signature.RFC9421} {
		v := verifier(t, cacheOf(t, w, nil))
		if got, err := v.Verify(arrive(t, signed(t, forged, s)), note); !errors.Is(err, signature.ErrInvalid) {
			t.Errorf("%s: got %+v, %v; want ErrInvalid", s, got, err)
		}
		if got, err := v.Verify(arrive(t, signed(t, aminaRSA(), s)), note); err != nil || got.Owner != aminaRSA().Owner {
			t.Errorf("%s by herself: got %+v, %v", s, got, err)
		}
	}
}

func TestB02_OwnerIsTheKeysNotTheRequests(t *testing.T) {
	t.Parallel()
	w := &web{documents: map[string]string{malRSA().Owner: actor(t, malRSA(), nil), aminaRSA().Owner: actor(t, aminaRSA(), nil)}}
	v := verifier(t, cacheOf(t, w, nil))
	got, err := v.Verify(arrive(t, signed(t, malRSA(), signature.Cavage)), note) // note's actor is amina
	if err != nil || got.Owner != malRSA().Owner {
		t.Errorf("got %+v, %v; want the owner of the key", got, err)
	}
}

func TestB03_OwnerNotReciprocal(t *testing.T) {
	t.Parallel()
	amina := aminaRSA().Owner
	evil := renamed(t, malRSA(), "https://evil.example/key", amina)
	neighbour := renamed(t, malRSA(), "https://paris.example/u/mal/key", amina)
	fragment := renamed(t, malRSA(), "https://paris.example/u/mal#k", amina)
	for name, tc := range map[string]struct {
		key  *signature.PrivateKey
		docs map[string]string
	}{
		"a key document on another origin": {evil, map[string]string{evil.ID: text(t, keyObject(t, evil)), amina: actor(t, aminaRSA(), nil)}},
		"even if she listed it": {evil, map[string]string{
			evil.ID: text(t, keyObject(t, evil)), amina: actor(t, aminaRSA(), obj{"publicKey": []any{evil.ID}}),
		}},
		"a key document on her origin": {neighbour, map[string]string{neighbour.ID: text(t, keyObject(t, neighbour)), amina: actor(t, aminaRSA(), nil)}},
		"an actor lists a key of hers": {fragment, map[string]string{
			"https://paris.example/u/mal": actor(t, fragment, obj{"id": "https://paris.example/u/mal"}), amina: actor(t, aminaRSA(), nil),
		}},
		"no owner at all": {neighbour, map[string]string{
			neighbour.ID: text(t, obj{"id": neighbour.ID, "publicKeyPem": keyObject(t, neighbour)["publicKeyPem"]}), amina: actor(t, aminaRSA(), nil),
		}},
		"two owners": {neighbour, map[string]string{
			neighbour.ID: text(t, obj{"id": neighbour.ID, "owner": []string{amina, "https://paris.example/u/mal"}, "publicKeyPem": keyObject(t, neighbour)["publicKeyPem"]}), amina: actor(t, aminaRSA(), nil),
		}},
		"the owner is a note": {renamed(t, malRSA(), "https://paris.example/o/1#k", "https://paris.example/o/1"), map[string]string{
			"https://paris.example/o/1": actor(t, renamed(t, malRSA(), "https://paris.example/o/1#k", "https://paris.example/o/1"), obj{"type": "Note"}),
		}},
		"the eleventh key":                   {aminaEd(), map[string]string{amina: actor(t, aminaRSA(), obj{"assertionMethod": append(manyKeys(10), multikey(t, aminaEd()))})}},
		"the key under another actor's nose": {aminaRSA(), map[string]string{amina: actor(t, aminaRSA(), obj{"publicKey": keyObject(t, boRSA()), "endpoints": obj{"publicKey": keyObject(t, aminaRSA())}})}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusedKey(t, &web{documents: tc.docs}, tc.key.ID, signature.ErrKey)
		})
	}
}

func manyKeys(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = fmt.Sprintf("https://paris.example/u/amina#k%d", i)
	}
	return all
}

func TestB04_DocumentOfTheVictimElsewhere(t *testing.T) {
	t.Parallel()
	forged := renamed(t, malRSA(), aminaRSA().ID, aminaRSA().Owner)
	onEvil := renamed(t, malRSA(), "https://evil.example/amina#main-key", aminaRSA().Owner)
	t.Run("served by the attacker", func(t *testing.T) {
		t.Parallel()
		refusedKey(t, &web{documents: map[string]string{
			"https://evil.example/amina": actor(t, onEvil, nil), aminaRSA().Owner: actor(t, aminaRSA(), nil),
		}}, onEvil.ID, signature.ErrKey)
	})
	t.Run("under another path of her server", func(t *testing.T) {
		t.Parallel()
		upload := renamed(t, malRSA(), "https://paris.example/media/1#main-key", aminaRSA().Owner)
		w := &web{documents: map[string]string{
			"https://paris.example/media/1": actor(t, upload, nil), aminaRSA().Owner: actor(t, aminaRSA(), nil),
		}}
		refusedKey(t, w, upload.ID, signature.ErrKey)
		if diff := cmp.Diff([]string{"https://paris.example/media/1", aminaRSA().Owner}, w.asked); diff != "" {
			t.Errorf("fetches (-want +got):\n%s", diff)
		}
	})
	t.Run("with her own key id", func(t *testing.T) {
		t.Parallel()
		// The document claims the id of another path: it is refetched from there, once.
		upload := "https://paris.example/media/1"
		refusedKey(t, &web{documents: map[string]string{
			upload: strings.ReplaceAll(actor(t, forged, nil), "#main-key", "#stolen"), aminaRSA().Owner: actor(t, aminaRSA(), nil),
		}}, upload+"#stolen", signature.ErrKey)
	})
	t.Run("an id without end", func(t *testing.T) {
		t.Parallel()
		docs := map[string]string{}
		for i := range 50 { // each document says that it is really the next one
			at, next := fmt.Sprintf("https://paris.example/%d", i), fmt.Sprintf("https://paris.example/%d", i+1)
			docs[at] = actor(t, renamed(t, malRSA(), "https://paris.example/0#k", next), nil)
		}
		w := &web{documents: docs}
		refusedKey(t, w, "https://paris.example/0#k", signature.ErrKey)
		if w.times() > 2 {
			t.Errorf("fetched %d times", w.times())
		}
	})
}

func TestB05_OpenRedirectOnTheVictimsHost(t *testing.T) {
	t.Parallel()
	forged := renamed(t, malRSA(), "https://paris.example/go?to=evil", "https://paris.example/u/mal")
	for name, doc := range map[string]string{
		"a key document": text(t, keyObject(t, forged)),
		"an actor":       actor(t, forged, obj{"id": "https://paris.example/go?to=evil"}),
		"its own actor":  actor(t, renamed(t, malRSA(), "https://evil.example/mal#k", "https://evil.example/mal"), nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &web{
				documents: map[string]string{"https://evil.example/mal": doc, forged.Owner: actor(t, forged, nil)},
				redirects: map[string]string{forged.ID: "https://evil.example/mal"},
			}
			refusedKey(t, w, forged.ID, signature.ErrKey)
		})
	}
	w := &web{ // and the owner's own document must not come from elsewhere either
		documents: map[string]string{"https://evil.example/mal": actor(t, forged, nil), forged.ID: text(t, keyObject(t, forged))},
		redirects: map[string]string{forged.Owner: "https://evil.example/mal"},
	}
	refusedKey(t, w, forged.ID, signature.ErrKey)
}

func TestB07_KeyIDsThatAreNotOnTheWeb(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"acct:amina@paris.example", "mailto:a@paris.example", "amina", "/u/amina#main-key", "did:key:z6Mk", "urn:uuid:1", "https://amina@paris.example/u/amina#main-key", "file:///etc/passwd", "https://paris.example./u/amina#k"} {
		w := &web{}
		refusedKey(t, w, id, signature.ErrKey)
		keys := ring()
		r := delivery(t)
		r.Header.Set("Signature", `keyId="`+id+`",headers="(request-target) host date digest",signature="AAAA"`)
		refused(t, keys, arrive(t, r), note, signature.ErrKey)
		if w.times() != 0 || len(keys.asked) != 0 {
			t.Errorf("%s: asked for %v and %v", id, w.asked, keys.asked)
		}
	}
	w := &web{errs: map[string]error{"http://paris.example/u/amina": client.ErrBadURL}} // as the client answers in production
	refusedKey(t, w, "http://paris.example/u/amina#main-key", signature.ErrKey)
}

func TestB08_EmbeddedActorsTeachNothing(t *testing.T) {
	t.Parallel()
	// mal's document holds a copy of amina with a key of mal's making.
	forged := renamed(t, malRSA(), "https://paris.example/u/mal#amina", aminaRSA().Owner)
	w := &web{documents: map[string]string{
		malRSA().Owner:   actor(t, malRSA(), obj{"attributedTo": obj{"id": aminaRSA().Owner, "type": "Person", "publicKey": keyObject(t, forged)}, "publicKey": []any{keyObject(t, malRSA()), keyObject(t, forged)}}),
		aminaRSA().Owner: actor(t, aminaRSA(), nil),
	}}
	refusedKey(t, w, forged.ID, signature.ErrKey)
}

func TestB09_OurOwnActorsAsRemoteSigners(t *testing.T) {
	t.Parallel()
	w := &web{documents: map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}}
	r := signature.Resolver{Dereference: w.fetch, Local: func(id string) bool { return strings.HasPrefix(id, "https://paris.example/") }}
	if _, err := r.Fetch(t.Context(), aminaRSA().ID); !errors.Is(err, signature.ErrKey) {
		t.Errorf("got %v, want ErrKey", err)
	}
	if w.times() != 0 {
		t.Errorf("asked for %v", w.asked)
	}
}

func TestB12_GoneCanBeTold(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]error{
		410: signature.ErrGone, 404: signature.ErrKey, 401: signature.ErrKey, 500: signature.ErrKeyUnavailable, 429: signature.ErrKeyUnavailable,
	} {
		w := &web{errs: map[string]error{aminaRSA().Owner: fmt.Errorf("fetch: %w", &client.StatusError{Status: status})}}
		refusedKey(t, w, aminaRSA().ID, want)
		v := verifier(t, cacheOf(t, w, nil))
		for range 3 { // a server that closes sends many; only the first costs a fetch
			if _, err := v.Verify(arrive(t, signed(t, aminaRSA(), signature.Cavage)), note); !errors.Is(err, want) {
				t.Errorf("%d: got %v, want %v", status, err, want)
			}
		}
		if w.times() != 2 {
			t.Errorf("%d: asked %d times, want 2", status, w.times())
		}
	}
}

func TestB14_UnsignedFetchOfAnInstanceActor(t *testing.T) {
	t.Parallel()
	// The peer's instance actor is fetched like any other key. Nothing here needs
	// a signature verified to fetch a key, so two servers cannot wait for one
	// another for ever.
	peer := renamed(t, boRSA(), "https://paris.example/actor#main-key", "https://paris.example/actor")
	w := &web{documents: map[string]string{peer.Owner: actor(t, peer, obj{"type": "Application"})}}
	v := verifier(t, cacheOf(t, w, nil))
	r := request(t, http.MethodGet, "https://lyon.example/actor", nil)
	sign(t, r, peer, signature.Cavage, nil)
	if got, err := v.Verify(arrive(t, r), nil); err != nil || got.Owner != peer.Owner {
		t.Errorf("got %+v, %v", got, err)
	}
	if w.times() != 1 {
		t.Errorf("asked for %v", w.asked)
	}
}

func FuzzKeyDocument(f *testing.F) {
	f.Add(actor(f, aminaRSA(), nil))
	f.Add(actor(f, aminaRSA(), obj{"assertionMethod": []any{multikey(f, aminaEd())}}))
	f.Add(text(f, keyObject(f, renamed(f, aminaRSA(), aminaRSA().Owner, "https://paris.example/u/bo"))))
	f.Fuzz(func(t *testing.T, doc string) {
		w := &web{documents: map[string]string{aminaRSA().Owner: doc}}
		r := signature.Resolver{Dereference: w.fetch}
		k, err := r.Fetch(t.Context(), aminaRSA().ID)
		if err == nil && (k.Owner != aminaRSA().Owner || k.ID != aminaRSA().ID) {
			t.Fatalf("%q gave the key %q of %q", doc, k.ID, k.Owner)
		}
	})
}
