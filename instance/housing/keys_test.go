package housing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// TestKeysThatStoodInTheDatabaseAreMovedOutOfIt begins with what a server had
// before keys were kept apart.
func TestKeysThatStoodInTheDatabaseAreMovedOutOfIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		s := newWorld().side(t, "rhone", db)
		key := s.key()
		identity, err := age.GenerateX25519Identity()
		must(t, err)
		s.exec(`DELETE FROM vault_keys`)
		s.exec(`UPDATE housing_programmes SET seal_key = $1, recipient = $2, recipient_key = $3`, key.Seed(), identity.Recipient().String(), identity.String())

		must(t, s.housing.KeepKeysApart(ctx))
		must(t, s.housing.KeepKeysApart(ctx))

		var sealed []byte
		var plain string
		must(t, db.Read().QueryRow(ctx, `SELECT seal_key, recipient_key FROM housing_programmes`).Scan(&sealed, &plain))
		if plain != "" || bytes.Contains(sealed, key.Seed()) {
			t.Errorf("in the database: %q, %x", plain, sealed)
		}
		if !s.vault.Has(identity.Recipient().String()) || s.one(`SELECT COUNT(*) FROM vault_keys`) != 1 {
			t.Error("the key of files is not in the vault, or moved twice")
		}
		if got := s.key(); !got.Equal(key) {
			t.Error("the seal is another one")
		}
		if l := s.offer(1); s.state(l.ID) != instance.ListingAvailable {
			t.Error("nothing is signed with it any more")
		}
	})
}

// TestReasonsThatStoodInTheDatabaseAreSealed begins with what a server had before
// reasons and the keys of photographs were sealed.
func TestReasonsThatStoodInTheDatabaseAreSealed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		s := newWorld().side(t, "rhone", db)
		l := s.offer(1)
		const why = "ils se sont séparés"
		s.exec(`UPDATE housing_listings SET reason = $1`, why)
		s.exec(`INSERT INTO housing_cuts (id, programme_id, functions, areas, category, reason, cut_by, cut_at) VALUES (1, $1, 'holds', '', '', $2, NULL, 1)`, s.programme.Group.ID, why)
		s.exec(`INSERT INTO housing_photographs (id, listing_id, file, seal, kind, added_at) VALUES (1, $1, 'housing/x', $2, 'image/webp', 1)`, l.ID, bytes.Repeat([]byte("k"), 32))
		must(t, s.housing.KeepKeysApart(ctx))
		must(t, s.housing.KeepKeysApart(ctx))

		var reason, cut string
		var key []byte
		must(t, db.Read().QueryRow(ctx, `SELECT l.reason, c.reason, p.seal FROM housing_listings l, housing_cuts c, housing_photographs p`).Scan(&reason, &cut, &key))
		if strings.Contains(reason+cut, "sépar") || bytes.Contains(key, []byte("kkkk")) {
			t.Errorf("in the database: %q, %q, %q", reason, cut, key)
		}
		if got, err := s.housing.Listing(ctx, s.lead, l.ID); err != nil || got.Reason != why {
			t.Errorf("the team reads %q, %v", got.Reason, err)
		}
		if list, err := s.housing.Cuts(ctx, s.lead, s.programme.Group.ID, 5); err != nil || len(list) != 1 || list[0].Reason != why {
			t.Errorf("the team reads %+v, %v", list, err)
		}
		keys, err := s.vault.Keys(ctx, db.Read(), s.programme.Group.ID)
		must(t, err)
		if got, err := keys.Open("home-photograph", 1, key); err != nil || !bytes.Equal(got, bytes.Repeat([]byte("k"), 32)) {
			t.Errorf("the key is %q, %v", got, err)
		}
	})
}

// TestWithoutItsKeysAProgrammeSaysNothingAndIsReadStill loses the folder of keys
// of a server in which a home is held and a file waits.
func TestWithoutItsKeysAProgrammeSaysNothingAndIsReadStill(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rhone := w.side(t, "rhone", storetest.Open(t, store.SQLite))
	isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
	isere.sees(rhone)
	ctx := t.Context()
	l := rhone.offer(2)
	ask := ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 5}}
	h, err := isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ask, 0)
	must(t, err)
	m := housing.Minimum{Contact: "Casimir", Address: "12 rue du Canari"}
	r, err := rhone.housing.Send(ctx, rhone.worker, rhone.programme.Group.ID, l.URI, h.Number, m)
	must(t, err)

	away := filepath.Join(t.TempDir(), "away")
	must(t, os.Rename(isere.keys, away))
	if _, err := isere.housing.Read(ctx, isere.worker, isere.programme.Group.ID, r.File); !errors.Is(err, instance.ErrSealed) {
		t.Errorf("read a file without its key: %v", err)
	}
	if _, err := isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ask, 0); !errors.Is(err, instance.ErrSealed) {
		t.Errorf("asked without a key to sign with: %v", err)
	}
	if p, _, err := isere.housing.Programme(ctx, isere.worker, isere.programme.Group.ID); err != nil || p.Seal != isere.programme.Seal {
		t.Errorf("the programme: %+v, %v", p, err)
	}
	if homes, err := isere.housing.Homes(ctx, isere.worker, isere.programme.Group.ID, 10); err != nil || len(homes) != 1 {
		t.Errorf("homes of partners: %+v, %v", homes, err)
	}

	must(t, os.Rename(away, isere.keys))
	if got, err := isere.housing.Read(ctx, isere.worker, isere.programme.Group.ID, r.File); err != nil || got != m {
		t.Errorf("once the keys are back: %+v, %v", got, err)
	}
}

// TestTheSealOfOneProgrammeDoesNotServeAnother has somebody who can write to the
// database exchange keys.
func TestTheSealOfOneProgrammeDoesNotServeAnother(t *testing.T) {
	t.Parallel()
	s := newWorld().side(t, "rhone", storetest.Open(t, store.SQLite))
	ctx := t.Context()
	keys, err := s.vault.Keys(ctx, s.db.Read(), s.programme.Group.ID)
	must(t, err)
	other, err := keys.Seal("seal-key", instance.ID(s.programme.Group.ID), bytes.Repeat([]byte{7}, 32))
	must(t, err)
	l, err := s.housing.Draft(ctx, s.worker, s.programme.Group.ID, facts(ledger.NightOf(s.now())+1, 1))
	must(t, err)
	must(t, s.housing.Assign(ctx, s.worker, l.ID, s.approved()))
	must(t, s.housing.Step(ctx, s.worker, l.ID, instance.SubmitListing, ""))
	must(t, s.housing.Step(ctx, s.lead, l.ID, instance.VetListing, ""))
	s.exec(`UPDATE housing_programmes SET seal_key = $1`, other)
	if err := s.housing.Step(ctx, s.lead, l.ID, instance.OfferListing, ""); !errors.Is(err, instance.ErrSealed) {
		t.Errorf("offered under another key: %v", err)
	}
}

func TestAProgrammeGetsAnotherKeyAndGoesOn(t *testing.T) {
	t.Parallel()
	s := newWorld().side(t, "rhone", storetest.Open(t, store.SQLite))
	before := s.key()
	must(t, s.housing.Renew(t.Context(), "toit"))
	if s.one(`SELECT COUNT(*) FROM vault_keys`) != 2 || !s.key().Equal(before) {
		t.Error("there is no other key, or another seal")
	}
	if l := s.offer(1); s.state(l.ID) != instance.ListingAvailable {
		t.Error("nothing is offered any more")
	}
	if err := s.housing.Renew(t.Context(), "nobody"); !errors.Is(err, instance.ErrNotFound) {
		t.Errorf("of a programme that is not there: %v", err)
	}
}

// TestNoKeyStandsInTheDatabase reads all there is of a programme.
func TestNoKeyStandsInTheDatabase(t *testing.T) {
	t.Parallel()
	s := newWorld().side(t, "rhone", storetest.Open(t, store.SQLite))
	var sealed []byte
	var recipient, plain string
	must(t, s.db.Read().QueryRow(t.Context(), `SELECT seal_key, recipient, recipient_key FROM housing_programmes`).Scan(&sealed, &recipient, &plain))
	all, err := json.Marshal([]string{string(sealed), recipient, plain})
	must(t, err)
	if bytes.Contains(sealed, s.key().Seed()) || strings.Contains(string(all), "AGE-SECRET-KEY") || plain != "" {
		t.Errorf("got %s", all)
	}
}

// TestARefusedProgrammeLeavesNoKey opens programmes that are refused before anything is
// written, while it is, and at the last moment; and one of which nobody knows whether it
// came about, whose keys stay.
func TestARefusedProgrammeLeavesNoKey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newWorld().side(t, "rhone", db)
		organisation := instance.ActorID(s.one(`SELECT organisation_id FROM housing_programmes`))
		keys := func() int {
			t.Helper()
			list, err := os.ReadDir(s.keys)
			must(t, err)
			return len(list)
		}
		before := keys()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		refuse := errors.New("no")
		for _, x := range []struct {
			what string
			ctx  context.Context
			name string
			keep func() error
			left int
		}{
			{"a name that is taken", ctx, "Toit", nil, 0},
			{"refused at last", ctx, "autre", func() error { return refuse }, 0},
			{"cut off while it is committed", ctx, "encore", func() error { cancel(); return nil }, 2},
		} {
			s.kept = x.keep
			_, err := s.housing.Open(x.ctx, s.lead, organisation, housing.Plan{Username: x.name, Title: "Toit"})
			if err == nil {
				t.Fatalf("%s: it is opened", x.what)
			}
			if n := keys() - before; n != x.left {
				t.Errorf("%s (%v): %d keys are left, want %d", x.what, err, n, x.left)
			}
		}
		s.kept = nil
		before = keys()
		p, err := s.housing.Open(t.Context(), s.lead, organisation, housing.Plan{Username: "autre", Title: "Toit"})
		must(t, err)
		if n := keys() - before; n != 2 || s.one(`SELECT COUNT(*) FROM vault_keys WHERE programme_id = $1`, p.Group.ID) != 1 {
			t.Errorf("one that is opened has %d keys", n)
		}
	})
}
