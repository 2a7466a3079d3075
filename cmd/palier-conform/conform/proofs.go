package conform

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"palier/protocol/as2"
	"palier/protocol/proof"
)

// proofRules are about section 9.
var proofRules = []rule{
	{"proofs", "9.1", "Every public activity carries a proof by its actor that verifies", activitiesAreProved},
	{"proofs-absent", "9.2", "Actors and collections carry no proof, and neither does what is not public", othersAreNotProved},
}

func activitiesAreProved(ctx context.Context, v *visit) error {
	s, err := v.survey(ctx)
	if err != nil {
		return err
	}
	var errs []error
	proved := 0
	for _, d := range s.activities {
		if !public(d.Object) {
			continue
		}
		// A share is believed for who sends it, and may go without.
		if may := d.Type() == as2.TypeAnnounce || d.Type() == as2.TypeUndo; may && !d.Has("proof") {
			continue
		}
		proved++
		if err := v.proved(ctx, d); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", d.id, err))
		}
	}
	if proved == 0 {
		return skipf("no outbox shows an activity that needs a proof")
	}
	return errors.Join(errs...)
}

// proved returns nil if an activity has a proof by its actor.
func (v *visit) proved(ctx context.Context, d *document) error {
	activity, err := as2.ReadActivity(d.Object)
	if err != nil {
		return err
	}
	result, err := proof.Verify(d.body, v.o.Now(), func(method string) (ed25519.PublicKey, string, error) {
		a, _, err := v.actor(ctx, activity.Actor)
		if err != nil {
			return nil, "", err
		}
		key, ok := proofKeys(a)[method]
		if !ok {
			return nil, "", fmt.Errorf("%s does not list the key %s", a.ID, method)
		}
		return key, a.ID, nil
	})
	if err != nil {
		return err
	}
	return result.CheckOwner(activity.Actor)
}

func othersAreNotProved(ctx context.Context, v *visit) error {
	if _, err := v.survey(ctx); err != nil {
		return err
	}
	var errs []error
	for _, d := range v.seen {
		if d.Has("proof") && (as2.IsActor(d.Type()) || as2.IsCollection(d.Type()) || as2.IsActivity(d.Type()) && !public(d.Object)) {
			errs = append(errs, fmt.Errorf("%s is a %s and carries a proof", d.id, d.Type()))
		}
	}
	return errors.Join(errs...)
}
