package federationtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/go-fed/activity/pub"
	"github.com/go-fed/activity/streams/vocab"
)

// protocol is what go-fed asks of a server: its CommonBehavior and its
// FederatingProtocol.
type protocol struct{ *Peer }

// entryKey is the key in a context under which the [Received] stands that a
// request becomes.
type entryKey struct{}

// AuthenticatePostInbox lets through what is signed by its own actor.
func (p protocol) AuthenticatePostInbox(ctx context.Context, w http.ResponseWriter, r *http.Request) (context.Context, bool, error) {
	entry := ctx.Value(entryKey{}).(*Received)
	entry.Signer, entry.Scheme, entry.SignErr = verify(r, entry.Body, p.personAt(entry.Path).findKey, p.now())
	if entry.SignErr == nil && entry.Signer != entry.ID("actor") {
		entry.SignErr = fmt.Errorf("signed by %q, and the actor is %q", entry.Signer, entry.ID("actor"))
	}
	good := entry.SignErr == nil
	if !good {
		entry.Signer, entry.Scheme = "", ""
		w.WriteHeader(http.StatusUnauthorized)
	}
	return ctx, good, nil
}

// PostInboxRequestBodyHook adds nothing.
func (protocol) PostInboxRequestBodyHook(ctx context.Context, _ *http.Request, _ pub.Activity) (context.Context, error) {
	return ctx, nil
}

// Blocked bars nobody.
func (protocol) Blocked(context.Context, []*url.URL) (bool, error) { return false, nil }

// FederatingCallbacks returns what happens with each kind of activity beyond or
// instead of what go-fed does.
func (p protocol) FederatingCallbacks(context.Context) (pub.FederatingWrappedCallbacks, []any, error) {
	return pub.FederatingWrappedCallbacks{OnFollow: pub.OnFollowAutomaticallyAccept}, []any{p.create, p.announce}, nil
}

var errForeign = errors.New("object is not of the actor's server")

// create stores the objects of a Create that are its actor's to create.
func (p protocol) create(ctx context.Context, c vocab.ActivityStreamsCreate) error {
	objects := c.GetActivityStreamsObject()
	if objects == nil {
		return pub.ErrObjectRequired
	}
	for i := objects.Begin(); i != objects.End(); i = i.Next() {
		v := i.GetType()
		if v == nil {
			continue // unknown to go-fed: none of its things
		}
		id, err := pub.GetId(v)
		if err != nil {
			return err
		}
		if id.Host != c.GetJSONLDId().Get().Host {
			return fmt.Errorf("%s: %w", id, errForeign)
		}
		if err := p.db.Create(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// announce fetches what is announced by its id, as servers do that show it. It
// takes no activities within: it has never heard of FEP-1b12.
func (p protocol) announce(ctx context.Context, a vocab.ActivityStreamsAnnounce) error {
	objects := a.GetActivityStreamsObject()
	if objects == nil || objects.Len() != 1 || !objects.At(0).IsIRI() {
		return nil
	}
	entry := ctx.Value(entryKey{}).(*Received)
	v, err := p.personAt(entry.Path).Fetch(ctx, objects.At(0).GetIRI().String())
	if err != nil {
		return err
	}
	return p.db.Create(ctx, v)
}

// DefaultCallback takes everything else.
func (protocol) DefaultCallback(context.Context, pub.Activity) error { return nil }

// MaxInboxForwardingRecursionDepth bounds how deep go-fed looks for something to
// forward.
func (protocol) MaxInboxForwardingRecursionDepth(context.Context) int { return 1 }

// MaxDeliveryRecursionDepth lets it look into a collection of recipients.
func (protocol) MaxDeliveryRecursionDepth(context.Context) int { return 2 }

// FilterForwarding forwards nothing.
func (protocol) FilterForwarding(context.Context, []*url.URL, pub.Activity) ([]*url.URL, error) {
	return nil, nil
}
