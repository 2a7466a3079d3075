package activitypub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/federation/delivery"
	"palier/federation/signature"
	"palier/instance"
	"palier/instance/recall"
	"palier/instance/store"
)

// Keyring holds the private keys of our own actors: an RSA key that everyone
// understands and an Ed25519 key for proofs and for those who prefer it.
type Keyring struct {
	db   *store.DB
	now  func() time.Time
	make func(kind signature.Kind, id, owner string) (*signature.PrivateKey, error)
	kept *recall.Lately[instance.ActorID, Keys]
	ids  *recall.Lately[string, instance.ActorID]
}

// Keys are what one actor signs with now, and what it publishes besides.
type Keys struct {
	RSA, Ed25519 *signature.PrivateKey
	// Next are keys that are published and not used yet (protocol.md §5).
	Next []*signature.PrivateKey
}

// Published is how long a new key is shown before it signs, so that caches
// elsewhere have seen it.
const Published = 48 * time.Hour

const mostKept = 10_000

// NewKeyring returns the keyring of db, which has new keys from create;
// [signature.Generate] if nil.
func NewKeyring(db *store.DB, now func() time.Time, create func(kind signature.Kind, id, owner string) (*signature.PrivateKey, error)) *Keyring {
	if create == nil {
		create = signature.Generate
	}
	return &Keyring{
		db: db, now: now, make: create,
		kept: recall.New[instance.ActorID, Keys](mostKept, 10*time.Minute, now),
		ids:  recall.New[string, instance.ActorID](mostKept, time.Hour, now),
	}
}

// mainKey and proofKey are the fragments of an actor's first keys.
const (
	mainKey  = "#main-key"
	proofKey = "#ed25519"
)

// Mint makes both keys for an actor that is about to be made.
func (k *Keyring) Mint() (func(context.Context, store.Tx, instance.Actor) error, error) {
	rsa, err := k.make(signature.RSA, "urn:new", "urn:new")
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	ed, err := k.make(signature.Ed25519, "urn:new", "urn:new")
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return func(ctx context.Context, tx store.Tx, a instance.Actor) error {
		if err := k.keep(ctx, tx, a, a.URI+mainKey, rsa, k.now()); err != nil {
			return err
		}
		return k.keep(ctx, tx, a, a.URI+proofKey, ed, k.now())
	}, nil
}

func (k *Keyring) keep(ctx context.Context, tx store.Tx, a instance.Actor, id string, key *signature.PrivateKey, from time.Time) error {
	pem, err := key.MarshalPEM()
	if err != nil {
		return fmt.Errorf("keep key %s: %w", id, err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO actor_keys (id, actor_id, algorithm, private_key, created_at, active_from)
		VALUES ($1, $2, $3, $4, $5, $6)`, id, a.ID, string(key.Kind), []byte(pem), store.Millis(k.now()), store.Millis(from))
	if err != nil {
		return fmt.Errorf("keep key %s: %w", id, err)
	}
	return nil
}

// Rotate gives an actor new keys. They are published at once and sign after
// [Published]; the old ones go then.
func (k *Keyring) Rotate(ctx context.Context, a instance.Actor) error {
	now := k.now()
	suffix := "-" + now.UTC().Format("20060102")
	err := k.db.InTx(ctx, func(tx store.Tx) error {
		for kind, fragment := range map[signature.Kind]string{signature.RSA: mainKey, signature.Ed25519: proofKey} {
			key, err := k.make(kind, a.URI+fragment+suffix, a.URI)
			if err != nil {
				return err
			}
			if err := k.keep(ctx, tx, a, a.URI+fragment+suffix, key, now.Add(Published)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `
			UPDATE actor_keys
			   SET retired_at = $2
			 WHERE actor_id = $1 AND retired_at IS NULL AND active_from <= $3`,
			a.ID, store.Millis(now.Add(Published)), store.Millis(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("rotate keys of %s: %w", a.URI, err)
	}
	k.kept.Remove(a.ID)
	return nil
}

var errNoKeys = errors.New("actor has no keys")

// Of returns the keys of one of our actors.
func (k *Keyring) Of(ctx context.Context, tx store.Tx, a instance.ActorID, uri string) (Keys, error) {
	if keys, ok := k.kept.Get(a); ok {
		return keys, nil
	}
	keys, err := k.read(ctx, tx, a, uri)
	if err != nil {
		return keys, fmt.Errorf("keys of %s: %w", uri, err)
	}
	k.kept.Add(a, keys)
	return keys, nil
}

func (k *Keyring) read(ctx context.Context, tx store.Tx, a instance.ActorID, uri string) (Keys, error) {
	now := store.Millis(k.now())
	rows, err := tx.Query(ctx, `
		SELECT id, private_key, active_from > $2
		  FROM actor_keys
		 WHERE actor_id = $1 AND (retired_at IS NULL OR retired_at > $2)
		 ORDER BY active_from`, a, now)
	if err != nil {
		return Keys{}, err
	}
	defer rows.Close()
	var keys Keys
	for rows.Next() {
		var id string
		var pem []byte
		var later bool
		if err := rows.Scan(&id, &pem, &later); err != nil {
			return keys, err
		}
		key, err := signature.ParsePrivatePEM(id, uri, string(pem))
		if err != nil {
			return keys, err
		}
		current := &keys.Ed25519
		if key.Kind == signature.RSA {
			current = &keys.RSA
		}
		if later && *current != nil {
			keys.Next = append(keys.Next, key)
		} else { // the first ones also before they were made: a clock that was put back silences nobody
			*current = key
		}
	}
	if err := rows.Err(); err != nil {
		return keys, err
	}
	if keys.RSA == nil || keys.Ed25519 == nil {
		return keys, errNoKeys
	}
	return keys, nil
}

// SigningKey returns the RSA key of one of our actors. It returns
// [delivery.ErrNoKey] for an actor that is none of ours.
func (k *Keyring) SigningKey(ctx context.Context, actor string) (*signature.PrivateKey, error) {
	id, ok := k.ids.Get(actor)
	if !ok {
		err := k.db.Read().QueryRow(ctx, `SELECT id FROM actors WHERE uri = $1 AND host = ''`, actor).Scan(&id)
		if errors.Is(err, store.ErrNoRows) {
			return nil, fmt.Errorf("sign for %s: %w", actor, delivery.ErrNoKey)
		}
		if err != nil {
			return nil, fmt.Errorf("sign for %s: %w", actor, err)
		}
		k.ids.Add(actor, id)
	}
	keys, err := k.Of(ctx, k.db.Read(), id, actor)
	return keys.RSA, err
}
