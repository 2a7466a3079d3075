package conform

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"palier/protocol/as2"
	"palier/protocol/jrd"
	"palier/protocol/nodeinfo"
	"palier/protocol/origin"
)

// acceptAS2 is how documents are asked for (2.7).
const acceptAS2 = `application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`

// How much of a server is looked at.
const (
	mostGroups = 3
	mostPeople = 3
	mostPosts  = 10
	mostPages  = 20
)

// visit is what was seen of a server so far.
type visit struct {
	base  string // the server's origin
	host  string // as in handles
	o     Options
	web   *web
	self  *stranger // who we are there, once that was needed
	known map[string]any
	seen  []*document // every document that was fetched by its id
}

func newVisit(base string, o Options) *visit {
	_, host, _ := strings.Cut(base, "://")
	return &visit{base: base, host: host, o: o, web: newWeb(o), known: map[string]any{}}
}

// outcome is what was found, or why not.
type outcome[T any] struct {
	value T
	err   error
}

// once finds something and remembers it, so that each check may ask for all it
// needs and nothing is asked for twice.
func once[T any](v *visit, key string, find func() (T, error)) (T, error) {
	if kept, ok := v.known[key].(outcome[T]); ok {
		return kept.value, kept.err
	}
	value, err := find()
	v.known[key] = outcome[T]{value, err}
	return value, err
}

// document is one that was fetched by its id.
type document struct {
	answer
	id string // it was asked for
	*as2.Object
}

// document fetches what has an id of the server's.
func (v *visit) document(ctx context.Context, id string) (*document, error) {
	return once(v, "document "+id, func() (*document, error) {
		if !origin.Same(id, v.base) {
			return nil, fmt.Errorf("%q is not at %s", id, v.base)
		}
		a, err := v.web.get(ctx, id, acceptAS2, unsigned)
		if err != nil {
			return nil, err
		}
		if err := a.is(200); err != nil {
			return nil, err
		}
		o, err := as2.Parse(a.body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		d := &document{a, id, o}
		v.seen = append(v.seen, d)
		return d, nil
	})
}

// json asks for a document that is not ActivityStreams.
func (v *visit) json(ctx context.Context, path string) (answer, error) {
	return once(v, "json "+path, func() (answer, error) {
		return v.web.get(ctx, v.base+path, "application/json", unsigned)
	})
}

func webFingerPath(resource string) string {
	return "/.well-known/webfinger?resource=" + url.QueryEscape(resource)
}

// links returns the links of the server's NodeInfo.
func (v *visit) links(ctx context.Context) (*jrd.Document, error) {
	a, err := v.json(ctx, nodeinfo.WellKnown)
	if err == nil {
		err = a.is(200)
	}
	if err != nil {
		return nil, err
	}
	return jrd.Parse(a.body)
}

// info returns the server's NodeInfo.
func (v *visit) info(ctx context.Context) (nodeinfo.Document, answer, error) {
	links, err := v.links(ctx)
	if err != nil {
		return nodeinfo.Document{}, answer{}, err
	}
	href, err := nodeinfo.Newest(links)
	if err != nil {
		return nodeinfo.Document{}, answer{}, err
	}
	path, here := strings.CutPrefix(href, v.base)
	if !here {
		return nodeinfo.Document{}, answer{}, fmt.Errorf("NodeInfo is elsewhere: %s", href)
	}
	a, err := v.json(ctx, path)
	if err == nil {
		err = a.is(200)
	}
	if err != nil {
		return nodeinfo.Document{}, a, err
	}
	d, err := nodeinfo.Parse(a.body)
	return d, a, err
}

// serverActor returns the id of the server's own actor.
func (v *visit) serverActor(ctx context.Context) (string, error) {
	links, err := v.links(ctx)
	if err != nil {
		return "", err
	}
	id, ok := nodeinfo.Application(links)
	if !ok {
		return "", errors.New("NodeInfo names no actor of the server")
	}
	return id, nil
}

// find returns the id that WebFinger has for a handle.
func (v *visit) find(ctx context.Context, handle string) (string, error) {
	h, err := jrd.ParseHandle(handle)
	if err != nil {
		return "", err
	}
	if h.Host != v.host {
		return "", fmt.Errorf("handle %s is of another server: %w", handle, ErrUnknown)
	}
	a, err := v.json(ctx, webFingerPath(h.URI()))
	if err == nil {
		err = a.is(200)
	}
	if err != nil {
		return "", err
	}
	d, err := jrd.Parse(a.body)
	if err != nil {
		return "", err
	}
	return d.Self()
}

// groups returns the ids of groups of the server: the one that was asked for,
// and some that it names itself.
func (v *visit) groups(ctx context.Context) ([]string, error) {
	return once(v, "groups", func() ([]string, error) {
		var ids []string
		if v.o.Handle != "" {
			id, err := v.find(ctx, v.o.Handle)
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
		info, _, err := v.info(ctx)
		if err == nil && info.Metadata.Neighbourhood != nil {
			for _, id := range info.Metadata.Neighbourhood.Groups {
				if len(ids) < mostGroups && !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
		if len(ids) == 0 {
			return nil, skipf("the server names no group; tell one with --handle")
		}
		return ids, nil
	})
}

// group returns the one that most checks are about.
func (v *visit) group(ctx context.Context) (as2.Actor, *document, error) {
	ids, err := v.groups(ctx)
	if err != nil {
		return as2.Actor{}, nil, err
	}
	return v.actor(ctx, ids[0])
}

func (v *visit) actor(ctx context.Context, id string) (as2.Actor, *document, error) {
	d, err := v.document(ctx, id)
	if err != nil {
		return as2.Actor{}, nil, err
	}
	a, err := as2.ReadActor(d.Object)
	return a, d, err
}
