package activitypub_test

import (
	"context"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/activitypub"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestAServerSignsWhateverItsClockSays asks for keys after they were changed and, as
// on a server whose clock was put back, before there were any.
func TestAServerSignsWhateverItsClockSays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, made := t.Context(), time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
		now := made
		keyring := func() *activitypub.Keyring {
			return activitypub.NewKeyring(db, func() time.Time { return now }, nil)
		}
		a := instance.Actor{ID: 1, URI: "https://dinan.example/u/marie", Kind: instance.Person, Username: "marie", Name: "Marie"}
		keep, err := keyring().Mint()
		if err != nil {
			t.Fatal(err)
		}
		if err := db.InTx(ctx, func(tx store.Tx) error {
			if err := actors.Save(ctx, tx, a, ""); err != nil {
				return err
			}
			return keep(ctx, tx, a)
		}); err != nil {
			t.Fatal(err)
		}
		of := func(at time.Time) (rsa, ed25519 string, next int) {
			t.Helper()
			now = at
			keys, err := keyring().Of(context.WithoutCancel(ctx), db.Read(), a.ID, a.URI)
			if err != nil {
				t.Fatalf("at %s: %v", at, err)
			}
			return keys.RSA.ID, keys.Ed25519.ID, len(keys.Next)
		}
		first, proof, _ := of(made)
		now = made.Add(time.Hour)
		if err := keyring().Rotate(ctx, a); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			at    time.Time
			first bool
			next  int
		}{
			{made.Add(-3 * time.Hour), true, 2}, {made, true, 2}, {made.Add(time.Hour), true, 2},
			{made.Add(time.Hour + activitypub.Published), false, 0}, {made.Add(9000 * time.Hour), false, 0},
		} {
			rsa, ed25519, next := of(x.at)
			if (rsa == first) != x.first || (ed25519 == proof) != x.first || next != x.next {
				t.Errorf("at %s it signs with %s and %s, and publishes %d more", x.at, rsa, ed25519, next)
			}
		}
	})
}
