package discovery

import (
	"context"
	"errors"
	"fmt"

	"palier/federation/client"
	"palier/protocol/as2"
	"palier/protocol/jrd"
)

// Found is somebody, or something, that was looked for.
type Found struct {
	// Document is the actor, or the post that an address led to.
	Document *as2.Object
	// Handle is the actor's handle as its host confirms it; zero for a post, and
	// for an actor that has none.
	Handle jrd.Handle
}

const acceptJRD = "application/jrd+json, application/json"

// Handle finds the actor behind a handle. The handle that comes back is the one
// the actor goes by, which may be another (FEP-2c59), and its host has confirmed
// it (B13). Errors wrap those of package jrd, or are those of [Resolver.Actor].
func (r *Resolver) Handle(ctx context.Context, h jrd.Handle) (Found, error) {
	f, err := r.handles.get(ctx, h.Key(), func(ctx context.Context) (Found, error) { return r.handle(ctx, h) })
	if err != nil {
		return Found{}, fmt.Errorf("find %s: %w", h, err)
	}
	return f, nil
}

func (r *Resolver) handle(ctx context.Context, h jrd.Handle) (Found, error) {
	known, id, err := r.finger(ctx, h)
	if err != nil {
		return Found{}, err
	}
	actor, err := r.Actor(ctx, id)
	if err != nil {
		return Found{}, err
	}
	if actor.ID() != id {
		return Found{}, fmt.Errorf("%w: %s leads to %q, which is %q", ErrForged, h, clip(id), clip(actor.ID()))
	}
	claim, err := claimOf(actor)
	if err != nil {
		return Found{}, err
	}
	if !claim.Same(known) {
		if known, err = r.confirm(ctx, claim, id); err != nil {
			return Found{}, err
		}
	}
	return Found{Document: actor, Handle: known}, nil
}

// HandleOf returns the handle of an actor that was found by its id. It is the
// one that the actor claims, and only if the host named there says so too (B13).
// Errors wrap those of package jrd or are the network's.
func (r *Resolver) HandleOf(ctx context.Context, actor *as2.Object) (jrd.Handle, error) {
	claim, err := claimOf(actor)
	if err != nil {
		return jrd.Handle{}, err
	}
	h, err := r.confirm(ctx, claim, actor.ID())
	if err != nil {
		return jrd.Handle{}, fmt.Errorf("handle of %q: %w", clip(actor.ID()), err)
	}
	return h, nil
}

func claimOf(actor *as2.Object) (jrd.Handle, error) {
	return jrd.Claim(actor.ID(), actor.Line("preferredUsername"), actor.Line("webfinger"))
}

// confirm has the host of a claimed handle say that it is the actor's.
func (r *Resolver) confirm(ctx context.Context, claim jrd.Handle, id string) (jrd.Handle, error) {
	known, self, err := r.finger(ctx, claim)
	if err != nil {
		return jrd.Handle{}, err
	}
	if self != id {
		return jrd.Handle{}, fmt.Errorf("%w: %s is %q, not %q", jrd.ErrUnconfirmed, claim, clip(self), clip(id))
	}
	return known, nil
}

// finger asks the host of h about it, and once more the host that this one hands
// over to. It returns the handle in the words of its own host, and the actor.
func (r *Resolver) finger(ctx context.Context, h jrd.Handle) (known jrd.Handle, id string, err error) {
	answer, err := r.webfinger(ctx, h.Host, jrd.Resource{Handle: h})
	if err != nil {
		return jrd.Handle{}, "", err
	}
	known, done, err := jrd.Confirm(h, answer)
	if err != nil {
		return jrd.Handle{}, "", err
	}
	if id, err = answer.Self(); err != nil || done {
		return known, id, err
	}
	second, err := r.webfinger(ctx, known.Host, jrd.Resource{Handle: known})
	if err != nil {
		return jrd.Handle{}, "", err
	}
	return known, id, jrd.Confirmed(known, id, second)
}

// webfinger asks host about a resource: where everybody has it, then where its
// host-meta says, if there is nothing at the first place.
func (r *Resolver) webfinger(ctx context.Context, host string, about jrd.Resource) (*jrd.Document, error) {
	var answer *jrd.Document
	err := r.at(host, func(base string) error {
		var err error
		answer, err = r.jrd(ctx, jrd.WellKnown(base, about))
		if !elsewhere(err) {
			return err
		}
		template, merr := r.hostMeta(ctx, base)
		if merr != nil {
			return err // what WebFinger itself said is what matters
		}
		second := jrd.Expand(template, about.String())
		if second == jrd.WellKnown(base, about) {
			return err
		}
		answer, err = r.jrd(ctx, second)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("webfinger %s: %w", about, err)
	}
	return answer, nil
}

// elsewhere reports an answer that says there is nothing here, but perhaps at
// another place.
func elsewhere(err error) bool {
	return errors.Is(err, client.ErrNotFound) || errors.Is(err, client.ErrContentType)
}

func (r *Resolver) jrd(ctx context.Context, url string) (*jrd.Document, error) {
	f, err := r.o.Client.JSON(ctx, url, acceptJRD)
	if err != nil {
		return nil, err
	}
	d, err := jrd.Parse(f.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return d, nil
}

func (r *Resolver) hostMeta(ctx context.Context, base string) (template string, err error) {
	f, err := r.o.Client.File(ctx, base+"/.well-known/host-meta",
		jrd.HostMetaType, jrd.MediaType, "application/xml", "text/xml", "application/json")
	if err != nil {
		return "", err
	}
	return jrd.ParseHostMeta(f.Body)
}

// at does something at a host over https, and over http only if that could not
// even be connected to and the client allows http, as it does between peers that
// the administrator listed.
func (r *Resolver) at(host string, do func(base string) error) error {
	err := do("https://" + host)
	if _, answered := errors.AsType[*client.StatusError](err); answered || !client.Temporary(err) {
		return err
	}
	plain := do("http://" + host)
	if errors.Is(plain, client.ErrBadURL) || errors.Is(plain, client.ErrBlockedAddress) {
		return err
	}
	return plain
}
