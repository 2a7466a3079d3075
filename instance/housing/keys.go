package housing

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// What is sealed: the key of a programme's seal, why somebody did something with a
// home or switched something off, which may say more than they meant to, and the
// keys of photographs.
const (
	kindOfKey        = "seal-key"
	kindOfReason     = "home-reason"
	kindOfCut        = "cut-reason"
	kindOfPhotograph = "home-photograph"
)

// deskOf reads a programme of ours with the key it signs with, by a condition on
// p and a. It returns [instance.ErrSealed] if that key cannot be opened: nothing
// is said in its name then.
func (s *Service) deskOf(ctx context.Context, tx store.Tx, where string, args ...any) (desk, error) {
	d, err := programmeOf(ctx, tx, where, args...)
	if err != nil {
		return d, err
	}
	keys, err := s.vault.Keys(ctx, tx, d.Group.ID)
	if err != nil {
		return d, err
	}
	seed, err := keys.Open(kindOfKey, instance.ID(d.Group.ID), d.sealed)
	if err != nil {
		return d, err
	}
	if len(seed) != ed25519.SeedSize {
		return d, fmt.Errorf("key of programme %s is damaged: %w", d.Group.ID, instance.ErrSealed)
	}
	d.key = ed25519.NewKeyFromSeed(seed)
	if seal, err := ledger.SealOf(d.key); err != nil || seal != d.Seal {
		return d, fmt.Errorf("key of programme %s is another's: %w", d.Group.ID, instance.ErrSealed)
	}
	return d, nil
}

// sealedKey is the key of a programme's seal as the database keeps it.
func (s *Service) sealedKey(ctx context.Context, tx store.Tx, programme instance.ActorID, seed []byte) ([]byte, error) {
	keys, err := s.vault.Keys(ctx, tx, programme)
	if err != nil {
		return nil, err
	}
	return keys.Seal(kindOfKey, instance.ID(programme), seed)
}

// KeepKeysApart moves the keys of programmes that stand in the database, as they
// did once, into the vault, and seals the reasons and the keys of photographs that do. It is done at each start; what was moved stays so.
func (s *Service) KeepKeysApart(ctx context.Context) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		here, err := keysHere(ctx, tx)
		if err != nil {
			return err
		}
		for _, k := range here { // as many as programmes, and once
			if err := s.keepApart(ctx, tx, k); err != nil {
				return fmt.Errorf("programme %s: %w", k.programme, err)
			}
		}
		if err := s.vault.SealTexts(ctx, tx, kindOfReason, "housing_listings", "reason"); err != nil {
			return err
		}
		if err := s.sealPhotographs(ctx, tx); err != nil {
			return err
		}
		return s.vault.SealTexts(ctx, tx, kindOfCut, "housing_cuts", "reason")
	})
	return because(err, "keep keys apart from the database")
}

// plainKeys are the keys of a programme in the clear.
type plainKeys struct {
	programme instance.ActorID
	seed      []byte
	identity  string
}

func keysHere(ctx context.Context, tx store.Tx) ([]plainKeys, error) {
	rows, err := tx.Query(ctx, `
		SELECT group_id, seal_key, recipient_key FROM housing_programmes WHERE recipient_key <> '' ORDER BY group_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []plainKeys
	for rows.Next() {
		var k plainKeys
		if err := rows.Scan(&k.programme, &k.seed, &k.identity); err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	return list, rows.Err()
}

func (s *Service) keepApart(ctx context.Context, tx store.Tx, k plainKeys) error {
	if len(k.seed) != ed25519.SeedSize {
		return errors.New("a programme's key is damaged")
	}
	if err := s.vault.TakeIn(k.identity, "files that partners send"); err != nil {
		return err
	}
	if err := s.vault.Mint(ctx, tx, k.programme); err != nil {
		return err
	}
	sealed, err := s.sealedKey(ctx, tx, k.programme, k.seed)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE housing_programmes SET seal_key = $2, recipient_key = '' WHERE group_id = $1`, k.programme, sealed)
	return err
}

// Named returns the programme of ours of that name. It returns [instance.ErrNotFound] if
// there is none.
func (s *Service) Named(ctx context.Context, programme string) (instance.ActorID, error) {
	d, err := programmeOf(ctx, s.db.Read(), `a.username_key = $1 AND a.host = ''`, strings.ToLower(programme))
	return d.Group.ID, because(err, "programme %s", programme)
}

// Renew gives the programme of ours of that name one more key for its files: what
// is written from now on is sealed to it alone. What was sealed before needs the
// keys before, which stay where they are.
func (s *Service) Renew(ctx context.Context, programme string) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		d, err := s.deskOf(ctx, tx, `a.username_key = $1 AND a.host = ''`, strings.ToLower(programme))
		if err != nil {
			return err
		}
		if err := s.vault.Mint(ctx, tx, d.Group.ID); err != nil {
			return err
		}
		sealed, err := s.sealedKey(ctx, tx, d.Group.ID, d.key.Seed())
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE housing_programmes SET seal_key = $2 WHERE group_id = $1`, d.Group.ID, sealed)
		return err
	})
	return because(err, "another key for programme %s", programme)
}
