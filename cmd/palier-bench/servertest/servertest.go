// Package servertest is a small ActivityPub server for the tests of the load
// generator: it verifies signatures, answers 202, sends Accept, keeps notes and
// posts to followers. It can be told to do each of these wrong.
package servertest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"palier/federation/client"
	"palier/federation/signature"
)

// Options says what the server does, and what it does wrong.
type Options struct {
	// Listen is where; default a free port of 127.0.0.1.
	Listen string
	// URL is what the server calls itself; default what it listens on.
	URL string
	// Journal is the file in which notes are kept; empty means only in memory.
	Journal string

	// Lose makes the server forget every so manyth note that it acknowledged.
	Lose int
	// Lazy lets the server write so many notes at once, after it acknowledged
	// them.
	Lazy int
	// Twice lets every delivery go out twice.
	Twice bool
	// Forge breaks the signature of every delivery.
	Forge bool
	// Deaf lets no Follow be answered, and Refuse every one with Reject.
	Deaf, Refuse bool
}

// Server is a running server.
type Server struct {
	URL string

	o        Options
	key      *signature.PrivateKey
	verifier *signature.Verifier
	client   *client.Client
	http     *http.Server
	served   chan error
	work     sync.WaitGroup
	ctx      context.Context // of the work that outlives requests, ended by Close
	end      context.CancelFunc

	mu        sync.Mutex
	notes     *journal
	followers map[string][]follower // by whom they follow
	posts     int
}

type follower struct{ id, inbox string }

// Open starts a server. [Server.Close] ends it.
func Open(o Options) (*Server, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", o.Listen)
	if err != nil {
		return nil, err
	}
	s := &Server{URL: o.URL, o: o, served: make(chan error, 1), followers: make(map[string][]follower)}
	if s.URL == "" {
		s.URL = "http://" + l.Addr().String()
	}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s.ctx, s.end = context.WithCancel(context.Background())
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.http.Serve(l) }()
	return s, nil
}

func (s *Server) prepare() (err error) {
	if s.notes, err = openJournal(s.o.Journal, s.o.Lazy); err != nil {
		return err
	}
	if s.key, err = signature.Generate(signature.RSA, "http://key", "http://owner"); err != nil {
		return err
	}
	s.client = client.New(client.Options{
		UserAgent: "servertest", PeersAllow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Now: time.Now,
	})
	resolver := &signature.Resolver{Dereference: s.client.Document}
	keys := signature.NewKeyCache(signature.CacheOptions{Fetch: resolver.Fetch, Now: time.Now})
	s.verifier, err = signature.NewVerifier(keys, signature.Policy{Origins: []string{s.URL}, Now: time.Now})
	return err
}

// Close ends the server and all it does.
func (s *Server) Close() error {
	s.end()
	err := s.http.Close()
	if end := <-s.served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	s.work.Wait()
	s.client.Close()
	return errors.Join(err, s.notes.close())
}

// Actor returns the id of whoever has that name here. Every name has somebody.
func (s *Server) Actor(name string) string { return s.URL + "/users/" + name }

// List returns the address of the collection of all notes.
func (s *Server) List() string { return s.URL + "/o/1/replies" }

// keyOf returns the key of somebody here; all share one.
func (s *Server) keyOf(actor string) (*signature.PrivateKey, error) {
	k, err := signature.NewPrivateKey(actor+"#main-key", actor, s.key.Key)
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", actor, err)
	}
	return k, nil
}
