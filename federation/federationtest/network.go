package federationtest

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Network is several servers on this machine. Everything on it ends with the
// test.
type Network struct {
	t   testing.TB
	now func() time.Time

	mu    sync.Mutex
	hosts []*Host
	keys  int // given out
}

// NewNetwork returns a network without servers. now is the clock of the servers
// of this package that will be on it; nil means the real one.
func NewNetwork(t testing.TB, now func() time.Time) *Network {
	if now == nil {
		now = time.Now
	}
	return &Network{t: t, now: now}
}

// Host is one server of a network: an address, and what answers there.
type Host struct {
	// Name is host:port, as it stands in handles.
	Name string
	// URL is the public address, http://Name.
	URL string

	n *Network

	mu      sync.Mutex
	handler http.Handler
	server  *http.Server
	done    chan struct{} // closed when server has ended
	tap     *Tap
}

// Host returns a new host. It takes connections at once and answers 503 until
// [Host.Serve] is called, so that its address is known before what answers
// there is made.
func (n *Network) Host() *Host {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	h := &Host{n: n}
	// The first address is left to servers that know nothing of networks.
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", len(n.hosts)+2))
	if err != nil {
		n.t.Fatalf("a loopback address for each host: %v", err)
	}
	h.Name = l.Addr().String()
	h.URL = "http://" + h.Name
	n.hosts = append(n.hosts, h)
	h.start(l)
	n.t.Cleanup(h.Down)
	return h
}

// Serve has the host answered by a handler from now on.
func (h *Host) Serve(handler http.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handler = handler
}

// ServeHTTP answers a request that came to the host.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	handler := h.handler
	h.mu.Unlock()
	if handler == nil {
		http.Error(w, "not there yet", http.StatusServiceUnavailable)
		return
	}
	handler.ServeHTTP(w, r)
}

func (h *Host) start(l net.Listener) {
	done := make(chan struct{})
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(silence{}, "", 0)}
	h.mu.Lock()
	h.server, h.done = server, done
	h.mu.Unlock()
	go func() {
		defer close(done)
		if err := server.Serve(watched{l, h}); err != http.ErrServerClosed {
			h.n.t.Errorf("serve %s: %v", h.Name, err)
		}
	}()
}

// silence is where a server says that a client went away.
type silence struct{}

func (silence) Write(b []byte) (int, error) { return len(b), nil }

// Down ends the host: connections to it are refused. Requests that are being
// answered are cut off.
func (h *Host) Down() {
	h.mu.Lock()
	server, done := h.server, h.done
	h.server = nil
	h.mu.Unlock()
	if server == nil {
		return
	}
	if err := server.Close(); err != nil {
		h.n.t.Errorf("close %s: %v", h.Name, err)
	}
	<-done
}

// Up brings the host back at its address.
func (h *Host) Up() {
	h.n.t.Helper()
	l, err := net.Listen("tcp", h.Name)
	if err != nil {
		h.n.t.Fatalf("bring %s back: %v", h.Name, err)
	}
	h.start(l)
}
