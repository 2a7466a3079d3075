package discovery

import (
	"context"
	"fmt"
	"strings"
	"time"

	"palier/federation/client"
	"palier/protocol/as2"
	"palier/protocol/origin"
)

// Resolver finds others. It is safe for concurrent use.
type Resolver struct {
	o       Options
	actors  *memo[*as2.Object]
	objects *memo[*as2.Object]
	handles *memo[Found]
	servers *memo[Server]
}

// New returns a resolver. It panics if a required option is missing, which is a
// mistake of the program and not of its surroundings.
func New(o Options) *Resolver {
	if o.Client == nil || o.Local == nil || o.Now == nil {
		panic("discovery: Options needs Client, Local and Now")
	}
	o = o.orDefault()
	brief := o
	brief.Fresh = min(o.Fresh, time.Minute) // posts are kept by whoever asks, and change
	return &Resolver{o: o, actors: newMemo[*as2.Object](o), objects: newMemo[*as2.Object](brief),
		handles: newMemo[Found](o), servers: newMemo[Server](o)}
}

// Actor returns the document of the actor with that id, from its own origin. It
// has an inbox there (E14, E15). Errors wrap [ErrLocal], [ErrForged],
// [ErrNotActor], [ErrMalformed] or one of package client.
func (r *Resolver) Actor(ctx context.Context, uri string) (*as2.Object, error) {
	o, err := r.actors.get(ctx, uri, func(ctx context.Context) (*as2.Object, error) { return r.actor(ctx, uri) })
	if err != nil {
		return nil, fmt.Errorf("actor %q: %w", clip(uri), err)
	}
	return o, nil
}

// Refresh is [Resolver.Actor] without looking at what is remembered.
func (r *Resolver) Refresh(ctx context.Context, uri string) (*as2.Object, error) {
	r.actors.forget(uri)
	return r.Actor(ctx, uri)
}

// Learn remembers the document of an actor that was fetched and believed
// elsewhere, such as by [signature.Resolver] for its key.
func (r *Resolver) Learn(_ context.Context, actor *as2.Object) {
	if checkActor(actor) == nil {
		r.actors.put(actor.ID(), actor, nil)
	}
}

// Object returns the document with that id, from its own origin: a post, an
// activity, a collection, whatever it is. Errors as of [Resolver.Actor].
func (r *Resolver) Object(ctx context.Context, uri string) (*as2.Object, error) {
	if r.o.Spread > 0 && !r.objects.has(uri) {
		if err := r.o.Wait(ctx, time.Duration(r.o.Jitter()*float64(r.o.Spread))); err != nil {
			return nil, fmt.Errorf("object %q: %w", clip(uri), err)
		}
	}
	o, err := r.objects.get(ctx, uri, func(ctx context.Context) (*as2.Object, error) { return r.document(ctx, uri) })
	if err != nil {
		return nil, fmt.Errorf("object %q: %w", clip(uri), err)
	}
	return o, nil
}

// RefreshObject is [Resolver.Object] without looking at what is remembered.
func (r *Resolver) RefreshObject(ctx context.Context, uri string) (*as2.Object, error) {
	r.objects.forget(uri)
	return r.Object(ctx, uri)
}

func (r *Resolver) actor(ctx context.Context, uri string) (*as2.Object, error) {
	o, err := r.document(ctx, uri)
	if err != nil {
		return nil, err
	}
	return o, checkActor(o)
}

// checkActor refuses what cannot be talked to: no actor, no inbox, or one on
// another origin, where we would be made to deliver to a victim (E15).
func checkActor(o *as2.Object) error {
	if !as2.IsActor(o.Type()) {
		return fmt.Errorf("%w: a %q", ErrNotActor, clip(o.Type()))
	}
	if inbox := o.IRI("inbox"); !origin.Same(inbox, o.ID()) {
		return fmt.Errorf("%w: inbox %q is not at its origin", ErrNotActor, clip(inbox))
	}
	return nil
}

// document fetches what has the id uri. A document that says it has another id
// is fetched once more by that id, and has to be there: then uri was only an
// address of it (B04, B05).
func (r *Resolver) document(ctx context.Context, uri string) (*as2.Object, error) {
	ctx, err := client.Deeper(ctx)
	if err != nil {
		return nil, err
	}
	o, at, err := r.fetch(ctx, uri)
	if err != nil {
		return nil, err
	}
	if is(o.ID(), uri, at) {
		return o, nil
	}
	id := o.ID()
	if id == "" {
		return nil, fmt.Errorf("%w: no id", ErrForged)
	}
	if o, at, err = r.fetch(ctx, id); err != nil {
		return nil, err
	}
	if !is(o.ID(), id, at) {
		return nil, fmt.Errorf("%w: %q holds %q", ErrForged, clip(at), clip(o.ID()))
	}
	return o, nil
}

// is reports whether a document with that id, asked for as uri and found at
// another address perhaps, is what it says it is.
func is(id, uri, at string) bool {
	return origin.Same(id, at) && (id == uri || withoutFragment(id) == at || id == at)
}

func withoutFragment(uri string) string {
	s, _, _ := strings.Cut(uri, "#")
	return s
}

func (r *Resolver) fetch(ctx context.Context, uri string) (o *as2.Object, at string, err error) {
	if r.o.Local(uri) {
		return nil, "", fmt.Errorf("%w: %q", ErrLocal, clip(uri))
	}
	f, err := r.o.Client.Document(ctx, uri)
	if err != nil {
		return nil, "", err
	}
	if o, err = as2.Parse(f.Body); err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return o, f.URL, nil
}

// clip keeps a stranger's words short in our errors.
func clip(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}
