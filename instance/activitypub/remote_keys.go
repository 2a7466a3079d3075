package activitypub

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"palier/federation/signature"
	"palier/instance/store"
)

// RemoteKeys keeps the public keys of others over a restart. It is a
// [signature.KeyStore].
type RemoteKeys struct {
	db *store.DB
}

var _ signature.KeyStore = (*RemoteKeys)(nil)

// LoadKey returns a key, or [signature.ErrNoKey].
func (r *RemoteKeys) LoadKey(ctx context.Context, id string) (signature.StoredKey, error) {
	var k signature.StoredKey
	var owner string
	var der []byte
	var fetched int64
	err := r.db.Read().QueryRow(ctx, `
		SELECT owner, public_key, fetched_at FROM remote_keys WHERE id = $1`, id).Scan(&owner, &der, &fetched)
	if errors.Is(err, store.ErrNoRows) {
		return k, signature.ErrNoKey
	}
	if err != nil {
		return k, fmt.Errorf("load key %s: %w", id, err)
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return k, fmt.Errorf("load key %s: %w", id, err)
	}
	k.PublicKey, err = signature.NewPublicKey(id, owner, crypto.PublicKey(parsed))
	k.Fetched = store.Time(fetched)
	return k, err
}

// SaveKey keeps a key in place of one with its id.
func (r *RemoteKeys) SaveKey(ctx context.Context, k signature.StoredKey) error {
	der, err := x509.MarshalPKIXPublicKey(k.Key)
	if err != nil {
		return fmt.Errorf("save key %s: %w", k.ID, err)
	}
	err = r.db.Joined(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO remote_keys (id, owner, algorithm, public_key, fetched_at)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (id) DO UPDATE
			   SET owner = excluded.owner, algorithm = excluded.algorithm,
			       public_key = excluded.public_key, fetched_at = excluded.fetched_at`,
			k.ID, k.Owner, string(k.Kind), der, store.Millis(k.Fetched))
		return err
	})
	if err != nil {
		return fmt.Errorf("save key %s: %w", k.ID, err)
	}
	return nil
}

// ForgetKey removes a key.
func (r *RemoteKeys) ForgetKey(ctx context.Context, id string) error {
	err := r.db.Joined(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM remote_keys WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget key %s: %w", id, err)
	}
	return nil
}

// KnowKey keeps a key as if its origin had just confirmed it.
func (s *Service) KnowKey(ctx context.Context, key signature.PublicKey, at time.Time) error {
	return (&RemoteKeys{db: s.db}).SaveKey(ctx, signature.StoredKey{PublicKey: key, Fetched: at})
}
