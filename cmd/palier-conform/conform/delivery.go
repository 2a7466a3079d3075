package conform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"palier/federation/client"
	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/origin"
	"palier/specs/conformity"
)

// deliveryRules are about what the server sends to others (sections 7, 8, 12).
var deliveryRules = []rule{
	{"follow", "7.1", "A group answers a Follow with Accept, unless its moderators decide", followIsAccepted},
	{"delivery-signed", "8.3", "What is delivered is signed by its actor's key and covers what it must", deliveryIsSigned},
	{"delivery-document", "21.1", "What is delivered is as its schema says, and can be read in go-fed's vocabulary", deliveryIsADocument},
}

// accepted follows the group once and returns the Accept that came for it; the
// follow is taken back.
func (v *visit) accepted(ctx context.Context) (delivered, error) {
	return once(v, "accepted", func() (delivered, error) {
		group, _, err := v.group(ctx)
		if err != nil {
			return delivered{}, err
		}
		if group.ManuallyApprovesFollowers {
			return delivered{}, skipf("moderators of %s approve who follows", group.ID)
		}
		self, err := v.stranger(ctx)
		if err != nil {
			return delivered{}, err
		}
		follow, err := self.activity("Follow", group.ID, map[string]any{"to": []string{group.ID}})
		if err != nil {
			return delivered{}, err
		}
		id, err := v.tell(ctx, self, group.Inbox, follow)
		if err != nil {
			return delivered{}, err
		}
		d, err := self.await(ctx, func(o *as2.Object) bool {
			return o.IRI("actor") == group.ID && o.Item("object").IRI == id
		})
		return d, errors.Join(err, v.takeBack(ctx, self, group.Inbox, follow))
	})
}

// tell sends an activity of the stranger's that is in order, and returns its id.
func (v *visit) tell(ctx context.Context, self *stranger, inbox string, body []byte) (string, error) {
	o, err := as2.Parse(body)
	if err != nil {
		return "", err
	}
	a, err := v.web.post(ctx, inbox, as2.MediaType, body, self.signs(signature.Cavage))
	if err != nil {
		return "", err
	}
	return o.ID(), a.is(202)
}

func (v *visit) takeBack(ctx context.Context, self *stranger, inbox string, follow []byte) error {
	undo, err := self.activity("Undo", json.RawMessage(follow), nil)
	if err != nil {
		return err
	}
	_, err = v.tell(ctx, self, inbox, undo)
	return err
}

func followIsAccepted(ctx context.Context, v *visit) error {
	d, err := v.accepted(ctx)
	if err != nil {
		return err
	}
	if d.object.Type() != as2.TypeAccept {
		return fmt.Errorf("the answer to a Follow is %s", d.object.Type())
	}
	return nil
}

func deliveryIsSigned(ctx context.Context, v *visit) error {
	d, err := v.accepted(ctx)
	if err != nil {
		return err
	}
	resolver := &signature.Resolver{Dereference: v.dereference}
	keys := signature.NewKeyCache(signature.CacheOptions{Fetch: resolver.Fetch, Now: v.o.Now})
	verifier, err := signature.NewVerifier(keys, signature.Policy{Origins: []string{v.self.base}, Now: v.o.Now})
	if err != nil {
		return err
	}
	verified, err := verifier.Verify(d.request.WithContext(ctx), d.body)
	if err != nil {
		return err
	}
	if actor := d.object.IRI("actor"); verified.Owner != actor {
		return fmt.Errorf("an activity of %s is signed by %s", actor, verified.Owner)
	}
	return nil
}

// dereference gets a document as [signature.Resolver] wants it.
func (v *visit) dereference(ctx context.Context, id string) (client.Fetched, error) {
	if !origin.Same(id, v.base) {
		return client.Fetched{}, fmt.Errorf("%q is not at %s", id, v.base)
	}
	a, err := v.web.get(ctx, id, acceptAS2, unsigned)
	if err != nil {
		return client.Fetched{}, err
	}
	if a.status != http.StatusOK {
		return client.Fetched{}, &client.StatusError{Status: a.status}
	}
	return client.Fetched{URL: id, Body: a.body, ContentType: a.header.Get("Content-Type")}, nil
}

func deliveryIsADocument(ctx context.Context, v *visit) error {
	d, err := v.accepted(ctx)
	if err != nil {
		return err
	}
	if got := d.request.Header.Get("Content-Type"); !client.IsAS2(got) {
		return fmt.Errorf("delivered as %q", got)
	}
	return errors.Join(conformity.Check(d.body), typed(d.body))
}
