// Package target asks the server that is measured what any peer could ask it:
// who its actors are, how many things a collection holds, which ones.
package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"palier/cmd/palier-bench/loopback"
	"palier/federation/client"
	"palier/protocol/as2"
	"palier/protocol/jrd"
)

// Accept asks for an ActivityStreams document.
const Accept = as2.MediaType + `, application/ld+json; profile="` + as2.Namespace + `"`

// maxBody is the most that is read of an answer.
const maxBody = 4 << 20

// Server is the one that is measured.
type Server struct {
	base   *url.URL
	client *http.Client
	sign   func(*http.Request) error
	header http.Header
}

// Options says how a server is asked.
type Options struct {
	// Sign signs each GET; nil means unsigned.
	Sign func(*http.Request) error
	// Header is sent with each GET for a count or a list.
	Header http.Header
}

// New returns the server at a base address that [loopback.Check] accepted. Close
// it in the end.
func New(base *url.URL, o Options) *Server {
	return &Server{base: base, client: loopback.Client(30 * time.Second), sign: o.Sign, header: o.Header}
}

// Close ends idle connections.
func (s *Server) Close() { s.client.CloseIdleConnections() }

// Resolve returns the address that a path or an address means.
func (s *Server) Resolve(ref string) (string, error) {
	u, err := s.base.Parse(ref)
	if err != nil {
		return "", fmt.Errorf("address %q: %w", ref, err)
	}
	return u.String(), nil
}

// Actor finds an actor of the server by its address, or by its handle with or
// without host, which WebFinger is asked about.
func (s *Server) Actor(ctx context.Context, who string) (as2.Actor, error) {
	id := who
	if !strings.Contains(who, "://") {
		var err error
		if id, err = s.find(ctx, who); err != nil {
			return as2.Actor{}, fmt.Errorf("find %s: %w", who, err)
		}
	}
	f, err := s.Document(ctx, id)
	if err != nil {
		return as2.Actor{}, err
	}
	o, err := as2.Parse(f.Body)
	if err != nil {
		return as2.Actor{}, fmt.Errorf("actor %s: %w", id, err)
	}
	a, err := as2.ReadActor(o)
	if err != nil {
		return a, fmt.Errorf("actor %s: %w", id, err)
	}
	if a.Inbox == "" {
		return a, fmt.Errorf("actor %s has no inbox", id)
	}
	return a, nil
}

func (s *Server) find(ctx context.Context, handle string) (id string, err error) {
	name, host, ok := strings.Cut(strings.TrimPrefix(handle, "@"), "@")
	if !ok {
		host = s.base.Host
	}
	ask, err := s.Resolve("/.well-known/webfinger?resource=" + url.QueryEscape("acct:"+name+"@"+host))
	if err != nil {
		return "", err
	}
	body, _, err := s.get(ctx, ask, http.Header{"Accept": {jrd.MediaType}}, nil)
	if err != nil {
		return "", err
	}
	d, err := jrd.Parse(body)
	if err != nil {
		return "", err
	}
	return d.Self()
}

// Document fetches an ActivityStreams document, in the form in which package
// signature wants the documents of keys.
func (s *Server) Document(ctx context.Context, address string) (client.Fetched, error) {
	body, header, err := s.get(ctx, address, http.Header{"Accept": {Accept}}, s.sign)
	if err != nil {
		return client.Fetched{}, err
	}
	contentType := header.Get("Content-Type")
	if !client.IsAS2(contentType) {
		return client.Fetched{}, fmt.Errorf("%s is %q and no ActivityStreams document", address, contentType)
	}
	return client.Fetched{URL: address, Body: body, ContentType: contentType}, nil
}

// Page fetches a list or a count, as a browser, a program or a peer would,
// depending on the headers asked for.
func (s *Server) page(ctx context.Context, address string) ([]byte, http.Header, error) {
	header := http.Header{"Accept": {Accept + ", application/json;q=0.9, text/html;q=0.8"}}
	for name, values := range s.header {
		header[name] = values
	}
	return s.get(ctx, address, header, s.sign)
}

func (s *Server) get(ctx context.Context, address string, header http.Header, sign func(*http.Request) error) (_ []byte, _ http.Header, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("ask for %s: %w", address, err)
	}
	r.Header = header
	if sign != nil {
		if err := sign(r); err != nil {
			return nil, nil, err
		}
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return nil, nil, fmt.Errorf("ask: %w", err) // the address is in it
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", address, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("ask for %s: status %d: %.200q", address, resp.StatusCode, body)
	}
	return body, resp.Header, nil
}

// Post sends a body to an address with the headers of the options, by which
// something is posted. The answer has to be a success.
func (s *Server) Post(ctx context.Context, address, body string) (err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("post to %s: %w", address, err)
	}
	for name, values := range s.header {
		r.Header[name] = values
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if resp.StatusCode > 299 {
		said, err := io.ReadAll(io.LimitReader(resp.Body, 200))
		return errors.Join(fmt.Errorf("post to %s: status %d: %q", address, resp.StatusCode, said), err)
	}
	return nil
}
