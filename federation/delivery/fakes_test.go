package delivery_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"palier/federation/client"
	"palier/federation/delivery"
	"palier/federation/signature"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const sender = "https://lyon.example/g/croix_rousse"

var rsaKey = sync.OnceValue(func() *signature.PrivateKey {
	k, err := signature.Generate(signature.RSA, sender+"#main-key", sender)
	if err != nil {
		panic(err)
	}
	return k
})

// ring holds the one key of these tests.
type ring struct{}

func (ring) SigningKey(_ context.Context, actor string) (*signature.PrivateKey, error) {
	if actor != sender {
		return nil, delivery.ErrNoKey
	}
	return rsaKey(), nil
}

// clock is a settable clock.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// ledger is a delivery.Ledger in memory.
type ledger struct {
	mu   sync.Mutex
	last int64
	rows []delivery.Held
	fail error // what Hold returns, if set
}

func (l *ledger) Hold(_ context.Context, held []delivery.Held) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return l.fail
	}
	for _, h := range held {
		if slices.ContainsFunc(l.rows, func(r delivery.Held) bool { return r.Inbox == h.Inbox && r.ActivityID == h.ActivityID }) {
			continue
		}
		l.last++
		h.ID = l.last
		l.rows = append(l.rows, h)
	}
	return nil
}

func (l *ledger) Due(_ context.Context, host string, until time.Time, after int64, limit int) ([]delivery.Held, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var due []delivery.Held
	for _, r := range l.rows {
		if r.Host == host && r.ID > after && !r.NextAt.After(until) && len(due) < limit {
			due = append(due, r)
		}
	}
	return due, nil
}

func (l *ledger) Settle(_ context.Context, s delivery.Settlement) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = slices.DeleteFunc(l.rows, func(r delivery.Held) bool {
		return slices.Contains(s.Done, r.ID) || slices.Contains(s.Ended, r.Inbox) || slices.Contains(s.Dead, r.Host)
	})
	for i, r := range l.rows {
		for _, p := range s.Postponed {
			if p.ID == r.ID {
				l.rows[i].Attempts, l.rows[i].NextAt, l.rows[i].LastError = p.Attempts, p.NextAt, p.LastError
			}
		}
		for _, w := range s.Waiting {
			if w.Host == r.Host && l.rows[i].NextAt.Before(w.At) {
				l.rows[i].NextAt = w.At
			}
		}
	}
	return nil
}

func (l *ledger) held() []delivery.Held {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.rows)
}

// registry is a delivery.Registry in memory.
type registry struct {
	mu    sync.Mutex
	known map[string]delivery.Health
	saves int
	fail  error // what Load returns, if set
}

func (r *registry) Load(_ context.Context, hosts []string) (map[string]delivery.Health, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.known), r.fail
}

func (r *registry) Save(_ context.Context, health map[string]delivery.Health) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.Copy(r.known, health)
	r.saves++
	return nil
}

func (r *registry) of(host string) delivery.Health {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known[host]
}

// server is a courier with all that belongs to it.
type server struct {
	*delivery.Courier
	clock    *clock
	ledger   *ledger
	registry *registry
}

// nameless knows no name and asks nobody: tests stay on this machine.
var nameless = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("no name server in tests")
}}

func newServer(t testing.TB, change func(*delivery.Options)) *server {
	t.Helper()
	s := &server{clock: newClock(), ledger: &ledger{}, registry: &registry{known: map[string]delivery.Health{}}}
	out := client.New(client.Options{
		UserAgent:  "palier-test",
		PeersAllow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Timeout:    20 * time.Second,
		Now:        s.clock.now,
		Resolver:   nameless,
	})
	t.Cleanup(out.Close)
	o := delivery.Options{
		Client: out, Keys: ring{}, Ledger: s.ledger, Registry: s.registry,
		Schemes: signature.NewMemory(signature.MemoryOptions{Now: s.clock.now}),
		Now:     s.clock.now,
		Jitter:  func() float64 { return 0 },
	}
	if change != nil {
		change(&o)
	}
	s.Courier = delivery.New(o)
	return s
}

// received is a request that reached a peer.
type received struct {
	path   string
	body   string
	header http.Header
}

// peer is another server on loopback. answer decides on a request; nil accepts.
type peer struct {
	*httptest.Server
	mu     sync.Mutex
	got    []received
	answer func(w http.ResponseWriter, r *http.Request)
}

func newPeer(t testing.TB, answer func(w http.ResponseWriter, r *http.Request)) *peer {
	t.Helper()
	p := &peer{answer: answer}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.got = append(p.got, received{r.URL.Path, string(body), r.Header})
	answer := p.answer
	p.mu.Unlock()
	if answer == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	answer(w, r)
}

func (p *peer) become(answer func(w http.ResponseWriter, r *http.Request)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

func (p *peer) requests() []received {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

// bodies are the documents that came, in order.
func (p *peer) bodies() []string {
	var all []string
	for _, r := range p.requests() {
		all = append(all, r.body)
	}
	return all
}

func (p *peer) host() string { return strings.TrimPrefix(p.URL, "http://") }

func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// parcel is one document for the shared inboxes of peers.
func parcel(id string, peers ...*peer) delivery.Parcel {
	p := delivery.Parcel{Sender: sender, Documents: []delivery.Document{{ActivityID: "https://lyon.example/a/" + id, Body: []byte(id)}}}
	for _, x := range peers {
		p.Targets = append(p.Targets, delivery.Target{Inbox: x.URL + "/inbox", Host: x.host()})
	}
	return p
}

// fanOut fans out and fails the test on an error.
func (s *server) fanOut(t testing.TB, p delivery.Parcel) delivery.Report {
	t.Helper()
	r, err := s.FanOut(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *server) drain(t testing.TB, host string) delivery.Report {
	t.Helper()
	r, err := s.Drain(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var errDisk = errors.New("disk full")

// tell counts down with every delivery that was accepted.
type tell struct {
	delivery.Poster
	left *sync.WaitGroup
}

func (p tell) Post(ctx context.Context, url string, body []byte, sign client.Sign) (client.Answer, error) {
	a, err := p.Poster.Post(ctx, url, body, sign)
	if err == nil && a.OK() {
		p.left.Done()
	}
	return a, err
}
