package discovery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"palier/federation/client"
	"palier/protocol/as2"
	"palier/protocol/jrd"
	"palier/protocol/origin"
)

// Find finds what people type into a search field: @name@host, name@host, the
// id of an actor or a post, the address of its page, the address of a server.
// Something of ours gives [ErrLocal], and a name without host [jrd.ErrNoHost];
// both are for the caller to look up at home. Other errors are those of
// [Resolver.Handle] and [Resolver.Actor].
func (r *Resolver) Find(ctx context.Context, query string) (Found, error) {
	what, err := jrd.ParseResource(strings.TrimSpace(query))
	if err != nil {
		return Found{}, err
	}
	if what.URL == "" {
		return r.Handle(ctx, what.Handle)
	}
	if r.o.Local(what.URL) {
		return Found{}, fmt.Errorf("find %q: %w", clip(what.URL), ErrLocal)
	}
	f, err := r.handles.get(ctx, what.URL, func(ctx context.Context) (Found, error) { return r.find(ctx, what) })
	if err != nil {
		return Found{}, fmt.Errorf("find %q: %w", clip(what.URL), err)
	}
	return f, nil
}

func (r *Resolver) find(ctx context.Context, what jrd.Resource) (Found, error) {
	o, err := r.read(ctx, what)
	if err != nil || !as2.IsActor(o.Type()) {
		return Found{Document: o}, err
	}
	if err := checkActor(o); err != nil {
		return Found{}, err
	}
	r.actors.put(o.ID(), o, nil)
	h, err := r.handleAtHome(ctx, o)
	if err != nil {
		return Found{}, err
	}
	return Found{Document: o, Handle: h}, nil
}

// handleAtHome is [Resolver.HandleOf] for an actor whose id was typed: if its
// server has no WebFinger, the actor itself may say what it is called there, but
// nowhere else (B13).
func (r *Resolver) handleAtHome(ctx context.Context, actor *as2.Object) (jrd.Handle, error) {
	h, err := r.HandleOf(ctx, actor)
	if !elsewhere(err) {
		return h, err
	}
	claim, cerr := claimOf(actor)
	at, ok := origin.Of(actor.ID())
	if _, host, _ := strings.Cut(at, "://"); cerr != nil || !ok || claim.Host != host {
		return jrd.Handle{}, err
	}
	return claim, nil
}

func (r *Resolver) read(ctx context.Context, what jrd.Resource) (*as2.Object, error) {
	if base, ok := what.Server(); ok {
		_, host, _ := strings.Cut(base, "://")
		s, err := r.Server(ctx, host)
		if err == nil && s.Application == nil {
			err = ErrNotFound
		}
		return s.Application, err
	}
	o, err := r.document(ctx, what.URL)
	if !errors.Is(err, client.ErrContentType) && !errors.Is(err, client.ErrNotFound) {
		return o, err
	}
	id, perr := r.alternate(ctx, what.URL)
	if perr != nil {
		return nil, err
	}
	return r.document(ctx, id)
}

// maxTokens bounds how much of a page is read for its head.
const maxTokens = 2000

// alternate returns the address of the ActivityStreams document that a page
// names in its head. It has to be a document: no page leads to a page (E06).
func (r *Resolver) alternate(ctx context.Context, page string) (string, error) {
	f, err := r.o.Client.File(ctx, page, "text/html", "application/xhtml+xml")
	if err != nil {
		return "", err
	}
	base, err := url.Parse(f.URL)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	z := html.NewTokenizer(bytes.NewReader(f.Body))
	z.SetMaxBuf(64 << 10)
	for range maxTokens {
		switch z.Next() {
		case html.ErrorToken:
			return "", ErrNotFound
		case html.EndTagToken:
			if t := z.Token(); t.DataAtom == atom.Head {
				return "", ErrNotFound
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.DataAtom == atom.Body {
				return "", ErrNotFound
			}
			if href, ok := alternateIn(t); ok {
				to, err := base.Parse(href)
				if err != nil {
					return "", fmt.Errorf("%w: %w", ErrMalformed, err)
				}
				return to.String(), nil
			}
		}
	}
	return "", ErrNotFound
}

// alternateIn returns the address in <link rel=alternate> of an ActivityStreams
// type.
func alternateIn(t html.Token) (href string, ok bool) {
	if t.DataAtom != atom.Link {
		return "", false
	}
	var rel, typ string
	for _, a := range t.Attr {
		switch a.Key {
		case "rel":
			rel = a.Val
		case "type":
			typ = a.Val
		case "href":
			href = a.Val
		}
	}
	for _, word := range strings.Fields(rel) {
		if strings.EqualFold(word, "alternate") {
			return href, href != "" && client.IsAS2(typ)
		}
	}
	return "", false
}
