package peers_test

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"palier/cmd/palier-bench/peers"
	"palier/federation/client"
	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/jrd"
	"palier/protocol/nodeinfo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, o peers.Options) *peers.Town {
	t.Helper()
	town, err := peers.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := town.Close(); err != nil {
			t.Error(err)
		}
	})
	return town
}

// stranger returns how another server reaches the town.
func stranger(t *testing.T) *client.Client {
	t.Helper()
	c := client.New(client.Options{UserAgent: "stranger", PeersAllow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Now: time.Now})
	t.Cleanup(c.Close)
	return c
}

func TestActorsAreSpreadOverHosts(t *testing.T) {
	t.Parallel()
	town := open(t, peers.Options{Hosts: 3, Actors: 7})
	var on []int
	ids := map[string]bool{}
	for _, a := range town.Actors() {
		on = append(on, a.Host.Number)
		ids[a.ID] = true
		if !strings.HasPrefix(a.ID, a.Host.Base+"/") {
			t.Errorf("%s is not on %s", a.ID, a.Host.Base)
		}
	}
	if diff := cmp.Diff([]int{0, 1, 2, 0, 1, 2, 0}, on); diff != "" || len(ids) != 7 || len(town.Hosts()) != 3 {
		t.Errorf("hosts of the actors: %s, ids %v", diff, ids)
	}
}

func TestTownsAreBounded(t *testing.T) {
	t.Parallel()
	for _, o := range []peers.Options{
		{Hosts: 0, Actors: 1}, {Hosts: 2, Actors: 1}, {Hosts: 1001, Actors: 2000}, {Hosts: 1, Actors: 10_001}, {Hosts: 1, Actors: 1, Name: "192.0.2.1"},
	} {
		if town, err := peers.Open(t.Context(), o); err == nil {
			t.Errorf("%+v is opened", o)
			if err := town.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestStrangersBelieveThePeers asks everything that a server asks when it meets
// an actor, by the code that ours does it with.
func TestStrangersBelieveThePeers(t *testing.T) {
	t.Parallel()
	town := open(t, peers.Options{Hosts: 2, Actors: 3, Name: "localhost"})
	c := stranger(t)
	keys := &signature.Resolver{Dereference: c.Document}
	for _, a := range town.Actors() {
		for _, key := range []*signature.PrivateKey{a.RSA, a.Ed25519} {
			got, err := keys.Fetch(t.Context(), key.ID)
			if err != nil || got.Owner != a.ID || !got.Equal(key.Public()) {
				t.Errorf("key %s: owner %q, %v", key.ID, got.Owner, err)
			}
		}
		h, err := jrd.ParseHandle(a.Handle())
		if err != nil {
			t.Fatal(err)
		}
		f, err := c.JSON(t.Context(), jrd.WellKnown(a.Host.Base, jrd.Resource{Handle: h}), jrd.MediaType)
		if err != nil {
			t.Fatal(err)
		}
		d, err := jrd.Parse(f.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := jrd.Confirmed(h, a.ID, d); err != nil {
			t.Errorf("handle %s: %v", h, err)
		}
		for _, name := range []string{"outbox", "followers", "following", "featured"} {
			f, err := c.Document(t.Context(), a.ID+"/"+name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			o, err := as2.Parse(f.Body)
			if err != nil {
				t.Fatal(err)
			}
			if list, err := as2.ReadCollection(o); err != nil || list.Total == nil || *list.Total != 0 {
				t.Errorf("%s: %+v, %v", name, list, err)
			}
		}
	}
	links, err := c.JSON(t.Context(), town.Hosts()[0].Base+nodeinfo.WellKnown, "application/json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := jrd.Parse(links.Body)
	if err != nil {
		t.Fatal(err)
	}
	href, err := nodeinfo.Newest(d)
	if err != nil {
		t.Fatal(err)
	}
	info, err := c.JSON(t.Context(), href, "application/json")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := nodeinfo.Parse(info.Body); err != nil || n.Software.Name != "palier-bench" {
		t.Errorf("NodeInfo: %+v, %v", n, err)
	}
	if id, ok := nodeinfo.Application(d); !ok {
		t.Error("NodeInfo names no actor of the server")
	} else if _, err := keys.Fetch(t.Context(), id+"#main-key"); err != nil {
		t.Errorf("server's own actor: %v", err)
	}
	if n := town.Asked()["/users/{name}/{collection}"]; n != 12 {
		t.Errorf("%d collections were asked for, want 12", n)
	}
}

func TestNotesAreServedWhenPublished(t *testing.T) {
	t.Parallel()
	town := open(t, peers.Options{Hosts: 1, Actors: 1})
	c := stranger(t)
	id := town.Hosts()[0].Base + "/notes/1"
	if _, err := c.Document(t.Context(), id); err == nil {
		t.Error("there is a note before any was published")
	}
	town.Publish(func(asked string) ([]byte, bool) { return []byte(`{"type":"Note"}`), asked == id })
	if f, err := c.Document(t.Context(), id); err != nil || string(f.Body) != `{"type":"Note"}` {
		t.Errorf("note: %s, %v", f.Body, err)
	}
	if _, err := c.Document(t.Context(), id+"2"); err == nil {
		t.Error("another note is served")
	}
}

func TestSignedRequestsVerify(t *testing.T) {
	t.Parallel()
	town := open(t, peers.Options{Hosts: 1, Actors: 1})
	by := town.Actors()[0]
	resolver := &signature.Resolver{Dereference: stranger(t).Document}
	keys := signature.NewKeyCache(signature.CacheOptions{Fetch: resolver.Fetch, Now: time.Now})
	v, err := signature.NewVerifier(keys, signature.Policy{Origins: []string{"http://127.0.0.1:1"}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, pen := range []peers.Pen{
		{Scheme: signature.Cavage, Kind: signature.RSA},
		{Scheme: signature.RFC9421, Kind: signature.RSA},
		{Scheme: signature.RFC9421, Kind: signature.Ed25519},
	} {
		body := []byte(`{"type":"Create"}`)
		post, err := pen.Post(t.Context(), by, "http://127.0.0.1:1/inbox", body, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Verify(post, body); err != nil || got.Owner != by.ID || got.Kind != pen.Kind {
			t.Errorf("%+v: POST: %+v, %v", pen, got, err)
		}
		get, err := pen.Get(t.Context(), by, "http://127.0.0.1:1/users/anna?page=1", "text/html", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Verify(get, nil); err != nil || got.Scheme != pen.Scheme {
			t.Errorf("%+v: GET: %+v, %v", pen, got, err)
		}
	}
	if _, err := (peers.Pen{Scheme: signature.Cavage, Kind: signature.Ed25519}).Get(t.Context(), by, "http://127.0.0.1:1/", "text/html", time.Now()); err == nil {
		t.Error("cavage signs with Ed25519")
	}
}

// desk takes deliveries and lets the senders wait.
type desk struct {
	wait     time.Duration
	arrived  chan peers.Delivery
	mu       sync.Mutex
	answered int
}

func (d *desk) Arrived(got peers.Delivery) time.Duration {
	d.arrived <- got
	return d.wait
}

func (d *desk) Answered(peers.Delivery, time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answered++
}

const follow = `{"id":"http://127.0.0.1:1/f","type":"Follow","actor":"http://127.0.0.1:1/a","object":"http://127.0.0.1:2/b"}`

func deliver(ctx context.Context, inbox, body string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, inbox, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func TestDeliveriesReachTheDesk(t *testing.T) {
	t.Parallel()
	town := open(t, peers.Options{Hosts: 2, Actors: 2})
	a := town.Actors()[1]
	if status, err := deliver(t.Context(), a.Inbox(), follow); err != nil || status != http.StatusAccepted {
		t.Errorf("without a desk: %d, %v", status, err)
	}
	d := &desk{arrived: make(chan peers.Delivery, 2)}
	town.Receive(d)
	for _, inbox := range []string{a.Inbox(), a.Host.Base + "/inbox"} {
		if status, err := deliver(t.Context(), inbox, follow); err != nil || status != http.StatusAccepted {
			t.Errorf("%s: %d, %v", inbox, status, err)
		}
		got := <-d.arrived
		if got.Host != a.Host || got.Activity.Type != as2.TypeFollow || string(got.Body) != follow || got.Arrived.IsZero() {
			t.Errorf("%s: %+v", inbox, got)
		}
	}
	if status, err := deliver(t.Context(), a.Inbox(), "rubbish"); err != nil || status != http.StatusBadRequest {
		t.Errorf("rubbish: %d, %v", status, err)
	}
	if d.answered != 2 {
		t.Errorf("%d answered, want 2", d.answered)
	}
}

func TestSlowHostsAnswerLate(t *testing.T) {
	t.Parallel()
	town := open(t, peers.Options{Hosts: 1, Actors: 1})
	town.Receive(&desk{wait: 60 * time.Millisecond, arrived: make(chan peers.Delivery, 1)})
	start := time.Now()
	if status, err := deliver(t.Context(), town.Actors()[0].Inbox(), follow); err != nil || status != http.StatusAccepted {
		t.Errorf("%d, %v", status, err)
	}
	if took := time.Since(start); took < 60*time.Millisecond {
		t.Errorf("the answer took %s", took)
	}
}

func TestHangingHostsHangUntilTheTownEnds(t *testing.T) {
	t.Parallel()
	town, err := peers.Open(t.Context(), peers.Options{Hosts: 1, Actors: 1})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{wait: peers.Forever, arrived: make(chan peers.Delivery, 1)}
	town.Receive(d)
	failed := make(chan error, 1)
	go func() {
		_, err := deliver(context.Background(), town.Actors()[0].Inbox(), follow)
		failed <- err
	}()
	<-d.arrived
	if err := town.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("a host that hangs has answered")
	}
	if d.answered != 0 {
		t.Error("the desk was told of an answer")
	}
}
