package peers

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/proof"
	"palier/protocol/vocab"
)

// Actor is somebody on a host of a town.
type Actor struct {
	ID   string
	Name string
	Host *Host
	// RSA and Ed25519 are its keys.
	RSA, Ed25519 *signature.PrivateKey

	document []byte
}

// Inbox returns the address of its own inbox.
func (a *Actor) Inbox() string { return a.ID + "/inbox" }

// Handle returns name@host.
func (a *Actor) Handle() string { return a.Name + "@" + a.Host.name() }

func (h *Host) name() string {
	_, name, _ := strings.Cut(h.Base, "://")
	return name
}

// joined is when every actor came to the network.
var joined = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// settle gives the town its actors.
func (t *Town) settle(o Options) error {
	keys, err := newPool(o.Keys)
	if err != nil {
		return err
	}
	for _, h := range t.hosts {
		if h.own, err = h.newActor("instance", h.Base+"/actor", as2.TypeApplication, keys); err != nil {
			return err
		}
	}
	for n := range o.Actors {
		h := t.hosts[n%len(t.hosts)]
		name := fmt.Sprintf("u%d", len(h.actors))
		a, err := h.newActor(name, h.Base+"/users/"+name, as2.TypePerson, keys)
		if err != nil {
			return err
		}
		h.actors = append(h.actors, a)
		t.actors = append(t.actors, a)
	}
	return nil
}

func (h *Host) newActor(name, id, kind string, keys *pool) (*Actor, error) {
	a := &Actor{ID: id, Name: name, Host: h}
	pair := keys.next()
	var err error
	if a.RSA, err = signature.NewPrivateKey(id+"#main-key", id, pair.rsa); err != nil {
		return nil, err
	}
	if a.Ed25519, err = signature.NewPrivateKey(id+"#ed25519", id, pair.ed25519); err != nil {
		return nil, err
	}
	a.document, err = as2.Encode(as2.Actor{
		Context: vocab.ActorContext(), ID: id, Type: kind, PreferredUsername: name, WebFinger: a.Handle(),
		Name: "Peer " + name, Summary: "<p>Made for measuring.</p>", URL: id,
		Inbox: a.Inbox(), Outbox: id + "/outbox", Followers: id + "/followers", Following: id + "/following", Featured: id + "/featured",
		SharedInbox: h.Base + "/inbox", Published: joined, Discoverable: true,
		PublicKeys: []as2.PublicKey{{ID: a.RSA.ID, Owner: id, PEM: pair.pem}},
		Assertion:  []as2.Multikey{{ID: a.Ed25519.ID, Type: as2.TypeMultikey, Controller: id, Multibase: pair.multibase}},
	})
	if err != nil {
		return nil, fmt.Errorf("document of %s: %w", id, err)
	}
	return a, nil
}

// pair is an RSA and an Ed25519 key, ready to be published.
type pair struct {
	rsa, ed25519   crypto.Signer
	pem, multibase string
}

// pool is the keys that the actors share, since making one for each would take
// longer than the measurement.
type pool struct {
	pairs []pair
	given int
}

func (p *pool) next() pair {
	p.given++
	return p.pairs[p.given%len(p.pairs)]
}

func newPool(n int) (*pool, error) {
	n = max(n, 1)
	p := &pool{pairs: make([]pair, n)}
	errs := make([]error, n)
	var makers sync.WaitGroup
	for i := range n {
		makers.Go(func() { p.pairs[i], errs[i] = newPair() })
	}
	makers.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("make keys: %w", err)
		}
	}
	return p, nil
}

func newPair() (pair, error) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return pair{}, err
	}
	public, err := signature.NewPublicKey("", "", rsaKey.Public())
	if err != nil {
		return pair{}, err
	}
	pem, err := public.MarshalPEM()
	if err != nil {
		return pair{}, err
	}
	edPublic, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return pair{}, err
	}
	multibase, err := proof.EncodeKey(edPublic)
	return pair{rsaKey, edKey, pem, multibase}, err
}

// find returns the actor of this host that WebFinger is asked about: by its
// handle or its id.
func (h *Host) find(resource string) *Actor {
	for _, a := range h.actors {
		if resource == a.ID || resource == "acct:"+a.Handle() {
			return a
		}
	}
	if u, err := url.Parse(resource); err == nil && (resource == h.own.ID || u.Scheme+"://"+u.Host == h.Base) {
		return h.own
	}
	return nil
}
