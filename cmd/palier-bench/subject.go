package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"palier/cmd/palier-bench/load"
	"palier/cmd/palier-bench/loopback"
	"palier/cmd/palier-bench/machine"
	"palier/cmd/palier-bench/peers"
	"palier/cmd/palier-bench/target"
	"palier/federation/signature"
)

// targetFlags say which server is measured.
type targetFlags struct {
	Target  string        `help:"Address of the server, on this machine." required:"" placeholder:"URL"`
	PID     []int         `name:"pid" help:"Its processes, to tell what processor time it takes." placeholder:"PID"`
	Timeout time.Duration `help:"How long one answer may take." default:"30s"`
	Header  []string      `help:"Sent when something is counted, listed or read, as «Authorization: Bearer …»." placeholder:"NAME: VALUE" sep:"none"`
	Limits  time.Duration `name:"machine" help:"How long each limit of the machine is measured before; 0 for not at all." default:"300ms"`
}

// peerFlags say what the peers are like.
type peerFlags struct {
	PeerName string `help:"What the peers are called, beside their ports; has to lead here." default:"127.0.0.1" placeholder:"HOST"`
	PeerCert string `help:"Certificate, if the peers speak https." type:"existingfile" placeholder:"FILE"`
	PeerKey  string `help:"Its key." type:"existingfile" placeholder:"FILE"`
	Scheme   string `help:"How the peers sign: cavage-12 or rfc9421." enum:"cavage-12,rfc9421" default:"cavage-12"`
	Key      string `help:"With which kind of key: rsa, or ed25519 under rfc9421." enum:"rsa,ed25519" default:"rsa"`
}

// subject is the server that is measured, and its peers.
type subject struct {
	base   *url.URL
	wire   load.Target
	server *target.Server
	town   *peers.Town
	pen    peers.Pen
	header http.Header
	pids   func() []int // nil if it is not known which they are
	limits machine.Limits
}

// open measures the machine and lets the peers listen. close ends it.
func (f targetFlags) open(ctx context.Context, p peerFlags, hosts, actors int) (_ *subject, err error) {
	s := &subject{pen: peers.Pen{Scheme: signature.Scheme(p.Scheme), Kind: signature.Kind(p.Key)}}
	if s.base, err = loopback.Check(ctx, f.Target); err != nil {
		return nil, err
	}
	if s.header, err = parseHeader(f.Header); err != nil {
		return nil, err
	}
	if len(f.PID) > 0 {
		s.pids = func() []int { return f.PID }
	}
	if f.Limits > 0 {
		if s.limits, err = (limits{For: f.Limits}).measure(ctx); err != nil {
			return nil, err
		}
	}
	o := peers.Options{Hosts: hosts, Actors: actors, Name: p.PeerName, Keys: min(1+actors/100, 4)}
	if p.PeerCert != "" {
		cert, err := tls.LoadX509KeyPair(p.PeerCert, p.PeerKey)
		if err != nil {
			return nil, fmt.Errorf("certificate of the peers: %w", err)
		}
		o.Certificate = &cert
	}
	if s.town, err = peers.Open(ctx, o); err != nil {
		return nil, err
	}
	s.wire = load.To(s.base, f.Timeout)
	s.server = target.New(s.base, target.Options{Header: s.header, Sign: func(r *http.Request) error {
		return s.pen.Sign(r, s.town.Actors()[0], signature.Digest{}, time.Now())
	}})
	return s, nil
}

func (s *subject) close() error {
	s.server.Close()
	return s.town.Close()
}

func parseHeader(lines []string) (http.Header, error) {
	h := make(http.Header)
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("header %q is not «Name: value»", line)
		}
		h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return h, nil
}

// within returns an error unless n lies between least and most.
func within(flag string, n, least, most int) error {
	if n < least || n > most {
		return fmt.Errorf("%s %d: at least %d, at most %d", flag, n, least, most)
	}
	return nil
}
