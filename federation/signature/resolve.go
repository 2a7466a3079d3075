package signature

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"palier/federation/client"
	"palier/protocol/as2"
	"palier/protocol/origin"
	"palier/protocol/proof"
)

// maxKeys is how many keys of each kind an actor may list.
const maxKeys = 10

// Resolver fetches keys and believes only those that their owners claim.
//
// A key's document may be the actor itself, a document of its own, or a part of
// the actor served under the key's id; it need not have a fragment in its id.
// Whatever says who owns the key, the owner is then looked at itself: fetched by
// its own id, from the origin it shares with the key, and listing that key in
// publicKey or assertionMethod (FEP-fe34, FEP-521a). What an actor document says
// about other actors, and actors embedded in anything, are never believed.
type Resolver struct {
	// Dereference fetches a document; normally [client.Client.Document]. Its
	// errors are those of package client.
	Dereference func(ctx context.Context, url string) (client.Fetched, error)
	// Local reports ids of our own, which are never fetched and never accepted
	// from the wire. Nil means there are none.
	Local func(id string) bool
	// Learned is told of every actor that was fetched and believed, so that it
	// need not be fetched again to be known. Nil means nobody is told.
	Learned func(ctx context.Context, actor *as2.Object)
}

// Fetch returns the key with the given id and its owner. Errors wrap [ErrGone]
// if its origin answered 410, [ErrKeyUnavailable] if another try may help, and
// [ErrKey] if it will not.
func (r *Resolver) Fetch(ctx context.Context, keyID string) (PublicKey, error) {
	key, err := r.fetch(ctx, keyID)
	if err != nil {
		return PublicKey{}, fmt.Errorf("fetch key %q: %w", clip(keyID), meaning(err))
	}
	return key, nil
}

func (r *Resolver) fetch(ctx context.Context, keyID string) (PublicKey, error) {
	if err := checkKeyID(keyID); err != nil {
		return PublicKey{}, err
	}
	first, at, err := r.document(ctx, keyID)
	if err != nil {
		return PublicKey{}, err
	}
	standalone, owner, err := ownerOf(first, keyID)
	if err != nil {
		return PublicKey{}, err
	}
	if !origin.Same(owner, keyID) {
		return PublicKey{}, fmt.Errorf("%w: owner %q on another origin", ErrKey, clip(owner))
	}
	actor := first
	if first.ID() != owner || at != owner {
		if actor, _, err = r.document(ctx, owner); err != nil {
			return PublicKey{}, err
		}
	}
	key, err := listed(actor, owner, keyID, standalone)
	if err != nil {
		return PublicKey{}, err
	}
	if r.Learned != nil {
		r.Learned(ctx, actor)
	}
	return key, nil
}

// document fetches the document behind an id and the URL where it finally was.
// Its origin must be that of the id asked for, and so must that of its own id:
// a redirect elsewhere, or a copy of somebody else's document, is no evidence.
func (r *Resolver) document(ctx context.Context, id string) (_ *as2.Object, at string, err error) {
	if r.Local != nil && r.Local(id) {
		return nil, "", fmt.Errorf("%w: %q is our own", ErrKey, clip(id))
	}
	url, _, _ := strings.Cut(id, "#")
	f, err := r.Dereference(ctx, url)
	if err != nil {
		return nil, "", err
	}
	if !origin.Same(f.URL, id) {
		return nil, "", fmt.Errorf("%w: %q led to %q", ErrKey, clip(id), clip(f.URL))
	}
	o, err := as2.Parse(f.Body)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrKey, err)
	}
	if !origin.Same(o.ID(), f.URL) {
		return nil, "", fmt.Errorf("%w: %q holds the document of %q", ErrKey, clip(f.URL), clip(o.ID()))
	}
	return o, f.URL, nil
}

// ownerOf reads the first document: a key by itself, or an actor that lists the
// key. It returns whom to ask whether that is so, and the key by itself if it
// was one.
func ownerOf(o *as2.Object, keyID string) (standalone *as2.Object, owner string, err error) {
	if o.ID() == keyID && hasMaterial(o) {
		if owner = ownerIn(o); owner == "" {
			return nil, "", fmt.Errorf("%w: no owner", ErrKey)
		}
		return o, owner, nil
	}
	item, ok := find(o, keyID)
	if !ok {
		return nil, "", fmt.Errorf("%w: not in its document", ErrKey)
	}
	if item.Embedded() {
		if standalone, err = item.Parse(); err != nil {
			return nil, "", fmt.Errorf("%w: %w", ErrKey, err)
		}
	}
	return standalone, o.ID(), nil
}

// listed returns the key that an actor lists, from what the actor embeds, else
// from the document that the actor refers to.
func listed(actor *as2.Object, owner, keyID string, standalone *as2.Object) (PublicKey, error) {
	if actor.ID() != owner {
		return PublicKey{}, fmt.Errorf("%w: %q calls itself %q", ErrKey, clip(owner), clip(actor.ID()))
	}
	if !isActor(actor) {
		return PublicKey{}, fmt.Errorf("%w: owner is no actor", ErrKey)
	}
	item, ok := find(actor, keyID)
	if !ok {
		return PublicKey{}, fmt.Errorf("%w: owner does not list it", ErrKey)
	}
	material := standalone
	if item.Embedded() {
		var err error
		if material, err = item.Parse(); err != nil {
			return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
		}
	}
	if material == nil {
		return PublicKey{}, fmt.Errorf("%w: nothing but its id", ErrKey)
	}
	if claimed := ownerIn(material); claimed != "" && claimed != owner {
		return PublicKey{}, fmt.Errorf("%w: listed by %q, claimed by %q", ErrKey, clip(owner), clip(claimed))
	}
	return readKey(material, keyID, owner)
}

func isActor(o *as2.Object) bool {
	for _, t := range o.Types() {
		if as2.IsActor(t) {
			return true
		}
	}
	return false
}

// find returns the entry of an actor's key lists with the given id.
func find(actor *as2.Object, keyID string) (as2.Item, bool) {
	for _, property := range []string{"publicKey", "assertionMethod"} {
		items := actor.Items(property)
		for _, item := range items[:min(len(items), maxKeys)] {
			if item.IRI == keyID {
				return item, true
			}
		}
	}
	return as2.Item{}, false
}

func hasMaterial(o *as2.Object) bool {
	return o.Has("publicKeyPem") || o.Has("publicKeyMultibase")
}

// ownerIn returns whom a key says it belongs to: owner in security/v1,
// controller in a Multikey.
func ownerIn(key *as2.Object) string {
	if owner := key.IRI("owner"); owner != "" {
		return owner
	}
	return key.IRI("controller")
}

func readKey(o *as2.Object, keyID, owner string) (PublicKey, error) {
	if multibase := o.Text("publicKeyMultibase"); multibase != "" {
		k, err := proof.DecodeKey(multibase)
		if err != nil {
			return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
		}
		return NewPublicKey(keyID, owner, k)
	}
	return ParsePublicPEM(keyID, owner, o.Text("publicKeyPem"))
}

// meaning gives an error of the network its meaning for a key.
func meaning(err error) error {
	switch {
	case errors.Is(err, ErrKey), errors.Is(err, ErrMalformed), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, client.ErrGone):
		return fmt.Errorf("%w: %w", ErrGone, err)
	case client.Temporary(err), errors.Is(err, client.ErrBudget):
		return fmt.Errorf("%w: %w", ErrKeyUnavailable, err)
	}
	return fmt.Errorf("%w: %w", ErrKey, err)
}
