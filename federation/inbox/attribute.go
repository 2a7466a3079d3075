package inbox

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"palier/federation/client"
	"palier/protocol/as2"
	"palier/protocol/origin"
	"palier/protocol/proof"
)

// kinds are the types of activities that anything is done about. Others are
// answered like these and forgotten (D08).
var kinds = []string{
	as2.TypeAccept, as2.TypeAdd, as2.TypeAnnounce, as2.TypeBlock, as2.TypeCreate, as2.TypeDelete, as2.TypeFlag,
	as2.TypeFollow, as2.TypeJoin, as2.TypeLeave, as2.TypeLike, as2.TypeMove, as2.TypeOffer, as2.TypeReject, as2.TypeRemove, as2.TypeTentativeAccept, as2.TypeUndo, as2.TypeUpdate,
}

// attribute decides whose the activity is, now that it is known who signed the
// request: its actor's if that one signed (B02). What somebody else passed on is
// its actor's if it carries the actor's integrity proof; from a group it is kept
// to be asked for at its origin; otherwise it is nobody's.
func (b *Inbox) attribute(ctx context.Context, a as2.Activity, signer string, body []byte) (Item, Outcome, bool) {
	item := Item{Actor: a.Actor, ActivityID: a.ID, Kind: a.Type, Body: body, ReceivedAt: b.o.Now()}
	if signer != a.Actor {
		var out Outcome
		var ok bool
		if item, out, ok = b.forwarded(ctx, a, signer, item); !ok {
			return item, out, false
		}
	}
	if !slices.Contains(kinds, a.Type) {
		return item, accepted, false
	}
	return item, Outcome{}, true
}

func (b *Inbox) forwarded(ctx context.Context, a as2.Activity, signer string, item Item) (Item, Outcome, bool) {
	barred, err := b.o.Policy.Barred(ctx, hostOf(signer))
	switch {
	case err != nil:
		return item, trouble(fmt.Errorf("policy for %s: %w", hostOf(signer), err)), false
	case barred:
		return item, fault(http.StatusForbidden, "blocked", "This server does not take messages from yours.", nil), false
	}
	err = provedBy(ctx, b.o.Keys, item.Body, a.Actor, b.o.Now())
	switch {
	case err == nil:
		return item, Outcome{}, true
	case !proof.Ignorable(err):
		return item, fault(http.StatusUnauthorized, "proof_invalid", "The integrity proof is not the actor's.", err), false
	}
	group, known, err := b.o.Stored.Actor(ctx, signer)
	switch {
	case err != nil:
		return item, trouble(fmt.Errorf("look up %s: %w", clip(signer), err)), false
	case known && group.Type == as2.TypeGroup:
		item.Actor, item.Kind = signer, Forward
		return item, Outcome{}, true
	case hasLinkedDataSignature(item.Body):
		// Servers that forward replies this way are in order; we only cannot
		// believe it (D01). An error would have them try for days.
		return item, accepted, false
	}
	return item, fault(http.StatusUnauthorized, "actor_is_not_signer", "The request is signed by somebody else than the activity's actor.", nil), false
}

func hasLinkedDataSignature(body []byte) bool {
	o, err := as2.Parse(body)
	return err == nil && o.Has("signature")
}

// provedBy returns nil if doc carries an integrity proof made with a key of
// actor. The other errors are those of package proof.
func provedBy(ctx context.Context, keys Keys, doc []byte, actor string, now time.Time) error {
	result, err := proof.Verify(doc, now, func(method string) (ed25519.PublicKey, string, error) {
		if !origin.Same(method, actor) {
			return nil, "", proof.ErrOwner
		}
		k, err := keys.Key(ctx, method)
		if err != nil {
			return nil, "", err
		}
		ed, ok := k.Key.(ed25519.PublicKey)
		if !ok {
			return nil, "", fmt.Errorf("%w: %s", proof.ErrKey, k.Kind)
		}
		return ed, k.Owner, nil
	})
	if err != nil {
		return err
	}
	return result.CheckOwner(actor)
}

// gone reports whether the actor's own origin says that the actor is no more. A
// key that is gone is not enough: whoever sent the request chose its name.
func (b *Inbox) gone(r *http.Request, a as2.Activity) bool {
	_, err := b.o.Lookup.Actor(r.Context(), a.Actor)
	return errors.Is(err, client.ErrGone)
}
