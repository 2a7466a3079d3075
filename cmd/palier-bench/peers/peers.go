// Package peers is the rest of the network, as far as a server under load can
// tell: hosts on this machine, each a port of its own, with actors, keys and
// inboxes, that answer like any ActivityPub server does.
package peers

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"palier/cmd/palier-bench/loopback"
)

// Options describes a town of peers.
type Options struct {
	// Hosts and Actors are how many of each there are; the actors are spread
	// evenly over the hosts.
	Hosts, Actors int
	// Keys is how many different pairs of keys the actors share. Each has key ids
	// of its own, which is all that a server can tell apart. Default 1.
	Keys int
	// Name is what the hosts are called in ids, beside their port. It has to lead
	// to this machine. Default 127.0.0.1.
	Name string
	// Certificate makes the hosts answer with TLS; nil means plain http.
	Certificate *tls.Certificate
}

// The bounds of a town.
const (
	MaxHosts  = 1000
	MaxActors = 10_000
)

// Town is a number of hosts, all in this process.
type Town struct {
	scheme string
	hosts  []*Host
	actors []*Actor
	server *http.Server
	serves sync.WaitGroup
	over   chan struct{}

	mu       sync.Mutex
	desk     Desk
	document func(path string) ([]byte, bool)
	asked    map[string]int
	serveErr error
}

// Host is one of the servers of a town.
type Host struct {
	Number int
	// Base is its address without a slash at the end.
	Base string

	town   *Town
	actors []*Actor
	own    *Actor
}

// hostKey is the key under which a request's context holds its [*Host].
type hostKey struct{}

// Open makes a town and lets its hosts listen. [Town.Close] ends it.
func Open(ctx context.Context, o Options) (_ *Town, err error) {
	if o.Hosts < 1 || o.Hosts > MaxHosts || o.Actors < o.Hosts || o.Actors > MaxActors {
		return nil, fmt.Errorf("%d actors on %d hosts: at least one on each, at most %d on %d", o.Actors, o.Hosts, MaxActors, MaxHosts)
	}
	if o.Name == "" {
		o.Name = "127.0.0.1"
	}
	if err := loopback.CheckHost(ctx, o.Name); err != nil {
		return nil, err
	}
	t := &Town{scheme: "http", over: make(chan struct{}), asked: make(map[string]int)}
	if o.Certificate != nil {
		t.scheme = "https"
	}
	t.server = &http.Server{
		Handler: t.routes(), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(l net.Listener) context.Context {
			return context.WithValue(context.WithoutCancel(ctx), hostKey{}, l.(hostListener).host)
		},
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.Close())
		}
	}()
	for range o.Hosts {
		if err := t.listen(ctx, o); err != nil {
			return nil, err
		}
	}
	return t, t.settle(o)
}

// hostListener remembers whose it is.
type hostListener struct {
	net.Listener
	host *Host
}

func (t *Town) listen(ctx context.Context, o Options) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return errors.Join(err, l.Close())
	}
	h := &Host{Number: len(t.hosts), Base: t.scheme + "://" + net.JoinHostPort(o.Name, port), town: t}
	t.hosts = append(t.hosts, h)
	if o.Certificate != nil {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*o.Certificate}, MinVersion: tls.VersionTLS12})
	}
	t.serves.Go(func() {
		if err := t.server.Serve(hostListener{l, h}); !errors.Is(err, http.ErrServerClosed) {
			t.mu.Lock()
			t.serveErr = errors.Join(t.serveErr, err)
			t.mu.Unlock()
		}
	})
	return nil
}

// closing is how long requests under way may still take at the end.
const closing = 2 * time.Second

// Close ends the town and everybody who is kept waiting by it. It may be called
// once.
func (t *Town) Close() error {
	close(t.over)
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	err := t.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // connections nobody ended; they are closed now
	}
	err = errors.Join(err, t.server.Close())
	t.serves.Wait()
	return errors.Join(err, t.serveErr)
}

// Hosts returns the hosts of the town.
func (t *Town) Hosts() []*Host { return t.hosts }

// Actors returns the actors of the town; neighbours in the list live on
// different hosts.
func (t *Town) Actors() []*Actor { return t.actors }

// Receive lets desk take what is delivered from now on. Nil means that it is
// accepted and forgotten.
func (t *Town) Receive(desk Desk) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.desk = desk
}

// Publish lets document answer for every path below /notes/.
func (t *Town) Publish(document func(path string) ([]byte, bool)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.document = document
}

// Asked returns how often each kind of thing was asked for with GET.
func (t *Town) Asked() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.asked)
}
