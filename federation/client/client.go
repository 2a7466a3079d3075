// Package client is the only way out to strangers. Keys, actors, objects,
// WebFinger, NodeInfo, media and deliveries all leave through one [Client],
// so that one set of rules holds for all of them:
//
//   - the address is judged when it is dialled, after resolution, on every
//     connection and every hop of a redirect;
//   - https and port 443 only, except towards addresses the administrator listed;
//   - every answer has a limit in bytes (after decompression) and in time;
//   - redirects are few, never leave https, and are signed anew for each host;
//   - one job has one budget ([WithBudget]), however its requests are chained;
//   - a host is asked a few things at a time, never flooded.
//
// There is no switch that turns the address guard off.
package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// Options configures a [Client]. Zero fields take the defaults named.
type Options struct {
	// UserAgent names the program and the instance; it must not be empty, since
	// some servers refuse requests without one.
	UserAgent string
	// PeersAllow lists addresses that may be reached although they are not
	// public, on any port and without TLS. Empty in production.
	PeersAllow []netip.Prefix
	// RootCAs are the certificate authorities to trust; nil means the system's,
	// which SSL_CERT_FILE overrides.
	RootCAs *x509.CertPool
	// Resolver looks names up; nil means the system's.
	Resolver *net.Resolver
	// Sign signs GET requests for documents, usually with the key of the
	// instance's own actor. It is called once per hop. Nil means unsigned.
	Sign Sign
	// Timeout bounds one request with all its redirects and its body. Default 10 s.
	Timeout time.Duration
	// MediaTimeout is the same for [Client.Media]. Default 60 s.
	MediaTimeout time.Duration
	// DocumentLimit is the most bytes a document may have. Default 1 MiB.
	DocumentLimit int64
	// PerHost is how many requests one host gets at a time. Default 2.
	PerHost int
	// Now is the clock for budgets and Retry-After; required.
	Now func() time.Time
}

// Sign adds a signature to a request that is about to leave.
type Sign func(*http.Request) error

const (
	maxRedirects   = 3
	maxHeaderBytes = 64 << 10
)

// Client asks strangers for things and delivers to them. It is safe for
// concurrent use; [Client.Close] ends its idle connections.
type Client struct {
	guard  *guard
	secure *http.Transport
	plain  *http.Transport
	hosts  *slots
	o      Options
}

// New returns a client. It panics if Options has no UserAgent or no Now, which
// is a mistake of the program and not of its surroundings.
func New(o Options) *Client {
	if o.UserAgent == "" || o.Now == nil {
		panic("client: Options needs UserAgent and Now")
	}
	o.Timeout = or(o.Timeout, 10*time.Second)
	o.MediaTimeout = or(o.MediaTimeout, time.Minute)
	o.DocumentLimit = or(o.DocumentLimit, 1<<20)
	o.PerHost = or(o.PerHost, 2)
	g := newGuard(o.PeersAllow)
	return &Client{
		guard:  g,
		secure: transport(o, g.dial),
		plain:  transport(o, g.dialPlain),
		hosts:  newSlots(o.PerHost),
		o:      o,
	}
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Close ends idle connections. Requests in flight end by themselves.
func (c *Client) Close() {
	c.secure.CloseIdleConnections()
	c.plain.CloseIdleConnections()
}

// transport is tuned for a few requests to each of very many hosts. It has no
// proxy, even if the environment names one: behind a proxy the address that is
// dialled would no longer be the one that is reached.
func transport(o Options, control func(network, address string, _ syscall.RawConn) error) *http.Transport {
	d := &net.Dialer{
		Timeout:   5 * time.Second,
		KeepAlive: 30 * time.Second,
		Resolver:  o.Resolver,
		Control:   control,
	}
	return &http.Transport{
		DialContext:            d.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    5 * time.Second,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    o.PerHost,
		MaxResponseHeaderBytes: maxHeaderBytes,
		// A connection that many requests share must not die unnoticed.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			RootCAs:            o.RootCAs,
			ClientSessionCache: tls.NewLRUClientSessionCache(1024),
		},
	}
}

// Check reports whether a URL is one the client would ask, by its form alone.
// It returns the form in which it is asked, or an error wrapping [ErrBadURL].
func (c *Client) Check(raw string) (string, error) {
	u, err := c.guard.check(raw)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// get asks for u with a GET and follows redirects. The caller closes the body,
// which also gives the host's slot back.
func (c *Client) get(ctx context.Context, raw string, header http.Header, sign Sign) (*http.Response, error) {
	u, err := c.guard.check(raw)
	if err != nil {
		return nil, err
	}
	for hop := 0; ; hop++ {
		resp, err := c.ask(ctx, &http.Request{Method: http.MethodGet, URL: u, Header: header.Clone()}, sign)
		if err != nil {
			return nil, err
		}
		if !redirects(resp.StatusCode) {
			return resp, nil
		}
		err = resp.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("close redirect: %w", err)
		}
		if hop == maxRedirects {
			return nil, fmt.Errorf("%w: more than %d", ErrRedirect, maxRedirects)
		}
		if u, err = c.next(u, resp.Header.Get("Location")); err != nil {
			return nil, err
		}
	}
}

// next returns where a redirect leads, judged like any other URL.
func (c *Client) next(from *url.URL, location string) (*url.URL, error) {
	if location == "" || len(location) > maxURL {
		return nil, fmt.Errorf("%w: location of %d bytes", ErrRedirect, len(location))
	}
	to, err := from.Parse(location)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRedirect, err)
	}
	if from.Scheme == "https" && to.Scheme != "https" {
		return nil, fmt.Errorf("%w: from https to %s", ErrRedirect, to.Scheme)
	}
	checked, err := c.guard.check(to.String())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRedirect, err)
	}
	return checked, nil
}

// ask sends one request and follows nothing. Closing the answer's body gives
// the host's slot back.
func (c *Client) ask(ctx context.Context, req *http.Request, sign Sign) (*http.Response, error) {
	if err := budgetOf(ctx).fetch(c.o.Now()); err != nil {
		return nil, fmt.Errorf("ask %s: %w", req.URL.Host, err)
	}
	release, err := c.hosts.take(ctx, req.URL.Host)
	if err != nil {
		return nil, fmt.Errorf("wait for a turn with %s: %w", req.URL.Host, err)
	}
	resp, err := c.send(ctx, req, sign)
	if err != nil {
		release()
		return nil, err
	}
	resp.Body = &body{ReadCloser: resp.Body, budget: budgetOf(ctx), done: release}
	return resp, nil
}

func (c *Client) send(ctx context.Context, req *http.Request, sign Sign) (*http.Response, error) {
	req = req.WithContext(ctx)
	req.Host = req.URL.Host
	req.Header.Set("User-Agent", c.o.UserAgent)
	if sign != nil {
		if err := sign(req); err != nil {
			return nil, fmt.Errorf("sign request to %s: %w", req.URL.Host, err)
		}
	}
	over := c.secure
	if req.URL.Scheme == "http" {
		over = c.plain
	}
	resp, err := over.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", req.URL.Host, err)
	}
	return resp, nil
}

// within returns ctx with the deadline of one request, or what is left of the
// job's time if that is less.
func (c *Client) within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if b := budgetOf(ctx); b != nil {
		d = min(d, b.left(c.o.Now()))
	}
	return context.WithTimeout(ctx, d)
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// retryAfter reads the header of that name: seconds or a date (RFC 9110 §10.2.3).
// It never returns more than a day.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	var d time.Duration
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		d = time.Duration(n) * time.Second
	} else if t, err := http.ParseTime(v); err == nil {
		d = t.Sub(now)
	}
	return min(max(d, 0), 24*time.Hour)
}
