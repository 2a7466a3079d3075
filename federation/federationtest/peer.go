package federationtest

import (
	"context"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-fed/activity/pub"
	"github.com/go-fed/activity/streams/vocab"
)

// Peer is an ActivityPub server that we did not design. What it sends, how it
// reads what it is sent and what it then believes is decided by go-fed.
//
// Where go-fed's defaults would be a danger to any server on an open network,
// the peer replaces them: it stores only what its owner sent, and what is
// announced it fetches from its own origin. The rest is as go-fed has it: a
// Follow is accepted at once, within the request that brings it; nothing is
// tried twice; there is no shared inbox; success is 200.
type Peer struct {
	*Host
	journal

	t     testing.TB
	now   func() time.Time
	db    *database
	actor pub.FederatingActor
	web   *http.Client

	mu     sync.Mutex
	people map[string]*Person // by name
}

// Peer returns a new go-fed server on the network, without people.
func (n *Network) Peer() *Peer {
	n.t.Helper()
	h := n.Host()
	p := &Peer{
		Host: h, t: n.t, now: n.now, db: newDatabase(h.URL), people: map[string]*Person{},
		web: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}},
	}
	p.actor = pub.NewFederatingActor(protocol{p}, protocol{p}, p.db, clock(n.now))
	h.Serve(p.routes())
	n.t.Cleanup(p.web.CloseIdleConnections)
	return p
}

// clock is a time function as go-fed wants it.
type clock func() time.Time

// Now returns the time.
func (c clock) Now() time.Time { return c() }

// Person is somebody who lives on a [Peer].
type Person struct {
	// ID is the actor's id, Handle is name@host.
	ID, Handle string

	peer *Peer
	name string
	key  *rsa.PrivateKey
}

// Person returns a new person of the peer.
func (p *Peer) Person(name string) *Person {
	p.t.Helper()
	a := &Person{ID: p.URL + "/people/" + name, Handle: name + "@" + p.Name, peer: p, name: name, key: p.n.newKey()}
	doc, err := a.document()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.db.Create(p.t.Context(), doc); err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.people[name] = a
	return a
}

func (p *Peer) person(name string) *Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.people[name]
}

func (a *Person) keyID() string  { return a.ID + "#main-key" }
func (a *Person) inbox() string  { return a.ID + "/inbox" }
func (a *Person) outbox() string { return a.ID + "/outbox" }

// Followers is the id of the collection of those who follow the person.
func (a *Person) Followers() string { return a.ID + "/followers" }

// Followed returns the ids of the actors whose Accept of a follow go-fed has
// taken.
func (a *Person) Followed() []string { return a.peer.db.list(a.ID + "/following") }

// FollowedBy returns the ids of the actors whose Follow go-fed has accepted.
func (a *Person) FollowedBy() []string { return a.peer.db.list(a.Followers()) }

// Holds returns what the peer has stored under an id, nil if it is nothing.
func (p *Peer) Holds(ctx context.Context, id string) vocab.Type {
	u, err := url.Parse(id)
	if err != nil {
		return nil
	}
	v, err := p.db.Get(ctx, u)
	if err != nil {
		return nil
	}
	return v
}

// Refused is an answer to a request of the peer's that was no success.
type Refused struct {
	URL    string
	Status int
}

// Error says the status in words.
func (e *Refused) Error() string { return fmt.Sprintf("%s answered %d", e.URL, e.Status) }
