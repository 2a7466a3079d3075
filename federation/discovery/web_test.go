package discovery_test

import (
	"fmt"
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
	"palier/federation/discovery"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a settable clock.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

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

// host is another server on loopback. Its pages are served by path and query;
// $BASE and $HOST in them stand for itself.
type host struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]page
	asked []string
}

type page struct {
	status int
	typ    string
	body   string
	to     string // where it redirects
	header http.Header
}

const (
	as2JSON = "application/activity+json"
	jrdJSON = "application/jrd+json"
)

func newHost(t testing.TB) *host {
	t.Helper()
	h := &host{pages: map[string]page{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *host) name() string { return strings.TrimPrefix(h.URL, "http://") }

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked = append(h.asked, r.URL.RequestURI())
	p, ok := h.pages[r.URL.RequestURI()]
	h.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	for name, values := range p.header {
		w.Header()[name] = values
	}
	if p.to != "" {
		http.Redirect(w, r, p.to, http.StatusFound)
		return
	}
	w.Header().Set("Content-Type", p.typ)
	if p.status != 0 {
		w.WriteHeader(p.status)
	}
	_, _ = w.Write([]byte(p.body))
}

// serve puts a page at a path; $BASE and $HOST in body are the host itself.
func (h *host) serve(path, typ, body string) { h.put(path, page{typ: typ, body: body}) }

func (h *host) put(path string, p page) {
	p.body = strings.NewReplacer("$BASE", h.URL, "$HOST", h.name()).Replace(p.body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pages[path] = p
}

func (h *host) requests() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.asked)
}

func (h *host) count(path string) int {
	n := 0
	for _, r := range h.requests() {
		if r == path {
			n++
		}
	}
	return n
}

// finger puts a WebFinger answer for name@host: subject and self as given.
func (h *host) finger(acct, subject, self string) {
	h.serve("/.well-known/webfinger?resource="+strings.NewReplacer("@", "%40", ":", "%3A", "/", "%2F").Replace("acct:"+acct), jrdJSON,
		fmt.Sprintf(`{"subject":%q,"links":[{"rel":"self","type":"application/activity+json","href":%q}]}`, subject, self))
}

// actor puts an actor document and returns its id. extra is more JSON members.
func (h *host) actor(path, name, extra string) string {
	h.serve(path, as2JSON, fmt.Sprintf(`{"@context":"https://www.w3.org/ns/activitystreams","id":"$BASE%s","type":"Person",
		"preferredUsername":%q,"inbox":"$BASE%s/inbox"%s}`, path, name, path, extra))
	return h.URL + path
}

type resolver struct {
	*discovery.Resolver
	clock *clock
}

func newResolver(t testing.TB, change func(*discovery.Options)) *resolver {
	t.Helper()
	r := &resolver{clock: &clock{t: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}}
	out := client.New(client.Options{
		UserAgent:  "palier-test",
		PeersAllow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Now:        r.clock.now,
	})
	t.Cleanup(out.Close)
	o := discovery.Options{
		Client: out,
		Local:  func(uri string) bool { return strings.HasPrefix(uri, "https://ours.example/") },
		Now:    r.clock.now,
		Jitter: func() float64 { return 0 },
	}
	if change != nil {
		change(&o)
	}
	r.Resolver = discovery.New(o)
	return r
}
