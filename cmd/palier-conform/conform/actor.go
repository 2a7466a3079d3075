package conform

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/origin"
	"palier/protocol/proof"
	"palier/protocol/vocab"
)

// actorRules are about section 3.
var actorRules = []rule{
	{"server-actor", "3.6", "The server's actor is an Application that anyone may read, and says what the server can do", serverActorIsThere},
	{"actor-type", "3.1", "Actors are of a type of the protocol", eachActor(actorType)},
	{"actor-name", "3.3", "Names are letters, digits and underscores, at most thirty", eachActor(actorName)},
	{"actor-keys", "3.4", "Actors have an RSA key of 2048 bits and an Ed25519 key, both their own", eachActor(actorKeys)},
	{"actor-addresses", "11.5", "Everything an actor names as its own is at its origin", eachActor(actorAddresses)},
	{"actor-generator", "3.6", "Actors repeat what their server implements", eachActor(actorGenerator)},
}

// eachActor holds all actors that are looked at to a rule.
func eachActor(keeps func(context.Context, *visit, as2.Actor) error) func(context.Context, *visit) error {
	return func(ctx context.Context, v *visit) error {
		s, err := v.survey(ctx)
		if err != nil {
			return err
		}
		if len(s.actors) == 0 {
			return errors.Join(s.missing...)
		}
		var errs []error
		for _, a := range s.actors {
			if err := keeps(ctx, v, a); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", a.ID, err))
			}
		}
		return errors.Join(errs...)
	}
}

func serverActorIsThere(ctx context.Context, v *visit) error {
	id, err := v.serverActor(ctx)
	if err != nil {
		return err
	}
	a, d, err := v.actor(ctx, id)
	if err != nil {
		return err
	}
	if a.Type != as2.TypeApplication {
		return fmt.Errorf("%s is a %s", id, a.Type)
	}
	var errs []error
	for _, what := range []string{vocab.Groups1b12, vocab.Signatures9421} {
		if !vocab.Implements(a, what) {
			errs = append(errs, fmt.Errorf("%s does not say that it implements %s", id, what))
		}
	}
	return errors.Join(append(errs, d.as2())...)
}

func actorType(_ context.Context, _ *visit, a as2.Actor) error {
	switch a.Type {
	case as2.TypePerson, as2.TypeGroup, as2.TypeOrganization, as2.TypeApplication:
		return nil
	}
	return fmt.Errorf("type %q", a.Type)
}

func actorName(_ context.Context, _ *visit, a as2.Actor) error {
	name := a.PreferredUsername
	if a.Type == as2.TypeApplication {
		return nil // has its host for a name
	}
	if len(name) == 0 || len(name) > 30 || strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return fmt.Errorf("name %q", name)
	}
	return nil
}

func actorKeys(_ context.Context, _ *visit, a as2.Actor) error {
	var errs []error
	rsa := 0
	for _, k := range a.PublicKeys {
		key, err := signature.ParsePublicPEM(k.ID, k.Owner, k.PEM)
		switch {
		case err != nil:
			errs = append(errs, err)
		case k.Owner != a.ID:
			errs = append(errs, fmt.Errorf("key %s belongs to %s", k.ID, k.Owner))
		case key.Kind == signature.RSA:
			rsa++
		}
	}
	if rsa == 0 {
		errs = append(errs, errors.New("no RSA key in publicKey"))
	}
	if len(proofKeys(a)) == 0 {
		errs = append(errs, errors.New("no Ed25519 key of its own in assertionMethod"))
	}
	return errors.Join(errs...)
}

// proofKeys returns the Ed25519 keys of an actor by their ids.
func proofKeys(a as2.Actor) map[string]ed25519.PublicKey {
	keys := map[string]ed25519.PublicKey{}
	for _, k := range a.Assertion {
		decoded, err := proof.DecodeKey(k.Multibase)
		if key, ok := decoded.(ed25519.PublicKey); err == nil && ok && k.Controller == a.ID && origin.Same(k.ID, a.ID) {
			keys[k.ID] = key
		}
	}
	return keys
}

func actorAddresses(_ context.Context, _ *visit, a as2.Actor) error {
	var errs []error
	for name, address := range map[string]string{
		"inbox": a.Inbox, "outbox": a.Outbox, "followers": a.Followers, "following": a.Following,
		"featured": a.Featured, "sharedInbox": a.SharedInbox, "moderators": moderatorsOf(a),
	} {
		if address != "" && !origin.Same(address, a.ID) {
			errs = append(errs, fmt.Errorf("%s is %s", name, address))
		}
	}
	if u, err := url.Parse(a.Inbox); err != nil || u.Host == "" {
		errs = append(errs, fmt.Errorf("inbox is %q", a.Inbox))
	}
	return errors.Join(errs...)
}

func actorGenerator(ctx context.Context, v *visit, a as2.Actor) error {
	if a.Type == as2.TypeApplication {
		return nil
	}
	id, err := v.serverActor(ctx)
	if err != nil {
		return err
	}
	if a.Generator == nil || a.Generator.ID != id {
		return fmt.Errorf("generator is not %s", id)
	}
	for _, what := range []string{vocab.Groups1b12, vocab.Signatures9421} {
		server, err := v.implements(ctx, what)
		if err != nil {
			return err
		}
		if vocab.Implements(a, what) != server {
			return fmt.Errorf("generator and the server's actor differ about %s", what)
		}
	}
	return nil
}
