package discovery

import (
	"context"
	"fmt"
	"slices"

	"palier/protocol/as2"
	"palier/protocol/jrd"
	"palier/protocol/nodeinfo"
	"palier/protocol/origin"
	"palier/protocol/vocab"
)

// Server is what another server tells about itself.
type Server struct {
	Host string
	Capabilities
	// Application is its own actor, nil if it has none.
	Application *as2.Object
	// Info is its NodeInfo: for people to read, and for guesses where nothing
	// better is known. It is empty if there is none.
	Info nodeinfo.Document
}

// Capabilities is what a server says it implements (FEP-844e).
type Capabilities struct {
	FEP1b12 bool // takes whole activities that groups announce
	RFC9421 bool // verifies RFC 9421 signatures
	Ed25519 bool // and those with Ed25519 keys
}

// CapabilitiesOf returns what an actor says that it, or the software behind it,
// implements.
func CapabilitiesOf(a as2.Actor) Capabilities {
	return Capabilities{
		FEP1b12: vocab.Implements(a, vocab.Groups1b12),
		RFC9421: vocab.Implements(a, vocab.Signatures9421),
		Ed25519: vocab.Implements(a, vocab.Signatures25519),
	}
}

// speak1b12 is software that takes FEP-1b12 announcements and says so nowhere.
var speak1b12 = []string{"lemmy", "mbin", "piefed", "nodebb", "discourse"}

// GuessFEP1b12 reports whether software of that name is known to take whole
// activities from groups. It is a guess for a host that never told nor showed
// what it takes (FEP-0151 forbids more).
func GuessFEP1b12(software string) bool { return slices.Contains(speak1b12, software) }

// Server asks a host, as host[:port], about itself. A host without NodeInfo or
// without an actor of its own is no error; one that cannot be reached is.
func (r *Resolver) Server(ctx context.Context, host string) (Server, error) {
	s, err := r.servers.get(ctx, host, func(ctx context.Context) (Server, error) { return r.server(ctx, host) })
	if err != nil {
		return Server{}, fmt.Errorf("server %s: %w", host, err)
	}
	return s, nil
}

// RefreshServer is [Resolver.Server] without looking at what is remembered.
func (r *Resolver) RefreshServer(ctx context.Context, host string) (Server, error) {
	r.servers.forget(host)
	return r.Server(ctx, host)
}

func (r *Resolver) server(ctx context.Context, host string) (Server, error) {
	s := Server{Host: host}
	err := r.at(host, func(base string) error {
		links, err := r.jrd(ctx, base+nodeinfo.WellKnown)
		if err != nil && !elsewhere(err) {
			return err
		}
		if links == nil {
			links = &jrd.Document{}
		}
		if err := r.info(ctx, links, &s); err != nil {
			return err
		}
		return r.application(ctx, base, links, &s)
	})
	return s, err
}

// info fetches the NodeInfo document. Only a spent budget is an error: what it
// says is never needed.
func (r *Resolver) info(ctx context.Context, links *jrd.Document, s *Server) error {
	href, err := nodeinfo.Newest(links)
	if err != nil {
		return nil //nolint:nilerr // a server without one is a server all the same
	}
	f, err := r.o.Client.JSON(ctx, href, "application/json")
	if err != nil {
		if private(err) {
			return err
		}
		return nil
	}
	if d, err := nodeinfo.Parse(f.Body); err == nil {
		s.Info = d
	}
	return nil
}

// application fetches the server's own actor, which has to live on that server.
func (r *Resolver) application(ctx context.Context, base string, links *jrd.Document, s *Server) error {
	id, err := r.serverActor(ctx, base, s.Host, links)
	if err == nil && origin.Same(id, base) {
		var o *as2.Object
		if o, err = r.Actor(ctx, id); err == nil {
			s.Application = o
			s.Capabilities = capabilities(o)
		}
	}
	if private(err) {
		return err
	}
	return nil
}

func capabilities(o *as2.Object) Capabilities {
	a, err := as2.ReadActor(o)
	if err != nil {
		return Capabilities{}
	}
	return CapabilitiesOf(a)
}

// serverActor returns the id of a server's own actor, which its NodeInfo names
// (FEP-2677), or else its WebFinger (FEP-d556).
func (r *Resolver) serverActor(ctx context.Context, base, host string, links *jrd.Document) (string, error) {
	if id, ok := nodeinfo.Application(links); ok {
		return id, nil
	}
	answer, err := r.webfinger(ctx, host, jrd.Resource{URL: base + "/"})
	if err != nil {
		return "", err
	}
	return answer.Server()
}
