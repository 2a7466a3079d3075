package client_test

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"palier/federation/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// only127001 allows the one loopback address on which well-meaning peers of
// these tests live; 127.0.0.2 and ::1 stand for what must not be reached.
func only127001() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} }

// newClient returns a client that is closed with the test.
func newClient(t testing.TB, o client.Options) *client.Client {
	t.Helper()
	if o.UserAgent == "" {
		o.UserAgent = "palier-test"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := client.New(o)
	t.Cleanup(c.Close)
	return c
}

// peer is a server on loopback that counts what reaches it.
type peer struct {
	*httptest.Server
	mu   sync.Mutex
	seen []*http.Request
}

func (p *peer) requests() []*http.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*http.Request(nil), p.seen...)
}

// port is ":n", to write URLs with other names for the same peer.
func (p *peer) port(t testing.TB) string {
	t.Helper()
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	return ":" + u.Port()
}

func (p *peer) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	if c := p.Certificate(); c != nil {
		pool.AddCert(c)
	}
	return pool
}

// newPeer serves h over TLS on addr, or without TLS if plain is asked.
func newPeer(t testing.TB, addr string, plain bool, h http.HandlerFunc) *peer {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{}
	p.Server = &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.seen = append(p.seen, r.Clone(context.WithoutCancel(r.Context())))
		p.mu.Unlock()
		h(w, r)
	})}}
	p.Config.ErrorLog = discard()
	if plain {
		p.Start()
	} else {
		p.EnableHTTP2 = true
		p.StartTLS()
	}
	t.Cleanup(p.Close)
	return p
}

// as2 answers with an ActivityStreams document.
func as2(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/activity+json; charset=utf-8")
		_, _ = w.Write([]byte(body))
	}
}

// names is a DNS server on loopback. answer gives the addresses of a name.
func names(t testing.TB, answer func(name string) []netip.Addr) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if reply, ok := dnsReply(buf[:n], answer); ok {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func dnsReply(query []byte, answer func(string) []netip.Addr) ([]byte, bool) {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil, false
	}
	q := m.Questions[0]
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true},
		Questions: m.Questions,
	}
	for _, a := range answer(strings.TrimSuffix(q.Name.String(), ".")) {
		h := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, Type: q.Type}
		switch {
		case q.Type == dnsmessage.TypeA && a.Is4():
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: a.As4()}})
		case q.Type == dnsmessage.TypeAAAA && a.Is6():
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	b, err := reply.Pack()
	return b, err == nil
}
