package signature

import (
	"context"
	"errors"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"palier/federation/client"
	"palier/protocol/origin"
)

// ErrNoKey is what a [KeyStore] returns for a key it does not hold.
var ErrNoKey = errors.New("no such key")

// StoredKey is a key and when it was fetched.
type StoredKey struct {
	PublicKey
	Fetched time.Time
}

// KeyStore keeps keys over a restart.
type KeyStore interface {
	// LoadKey returns the key with that id, or an error wrapping [ErrNoKey].
	LoadKey(ctx context.Context, id string) (StoredKey, error)
	// SaveKey stores the key under its id, in place of one that was there.
	SaveKey(ctx context.Context, k StoredKey) error
	// ForgetKey removes the key with that id, if there is one.
	ForgetKey(ctx context.Context, id string) error
}

// CacheOptions configures a [KeyCache]. Zero fields take the defaults named.
type CacheOptions struct {
	// Fetch gets a key from its origin; normally [Resolver.Fetch]. Required.
	Fetch func(ctx context.Context, keyID string) (PublicKey, error)
	// Store keeps keys over a restart; nil means memory only.
	Store KeyStore
	// Size is how many keys, and how many failures, memory holds. Default 10,000.
	Size int
	// TTL is how long a key is used before its origin is asked again. Default 24 h.
	TTL time.Duration
	// Negative is how long a failure to get a key is remembered. Default 5 min.
	Negative time.Duration
	// Refetch is the least time between two fetches of one key. Default 5 min.
	Refetch time.Duration
	// PerHost is how many keys per second are fetched from one host, and Burst
	// how many at once. Defaults 20 and 200.
	PerHost rate.Limit
	Burst   int
	// Now is the clock; required.
	Now func() time.Time
}

// KeyCache finds keys: in memory, in the store, at their origin. What it keeps
// in memory is bounded, whatever ids and hosts strangers invent; each key is
// fetched once at a time, seldom again, and each host is asked at a bounded
// rate, so that nobody can use us to press another server. It is safe for
// concurrent use.
type KeyCache struct {
	o       CacheOptions
	known   *lru.Cache[string, entry]
	failed  *lru.Cache[string, entry]
	buckets *lru.Cache[string, *rate.Limiter]
	flights singleflight.Group
}

// entry is a key or the reason why there is none.
type entry struct {
	key     PublicKey
	err     error
	fetched time.Time // when its origin was last asked
	until   time.Time
}

// NewKeyCache returns an empty cache. It panics without Fetch or Now, which is a
// mistake of the program.
func NewKeyCache(o CacheOptions) *KeyCache {
	if o.Fetch == nil || o.Now == nil {
		panic("signature: CacheOptions needs Fetch and Now")
	}
	o.Size = or(o.Size, 10_000)
	o.TTL = or(o.TTL, 24*time.Hour)
	o.Negative = or(o.Negative, 5*time.Minute)
	o.Refetch = or(o.Refetch, 5*time.Minute)
	o.PerHost = or(o.PerHost, 20)
	o.Burst = or(o.Burst, 200)
	return &KeyCache{
		o:       o,
		known:   bounded[entry](o.Size),
		failed:  bounded[entry](o.Size),
		buckets: bounded[*rate.Limiter](o.Size),
	}
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// bounded returns a cache of at least one entry, for which lru.New cannot fail.
func bounded[V any](size int) *lru.Cache[string, V] {
	c, err := lru.New[string, V](max(size, 1))
	if err != nil {
		panic(err)
	}
	return c
}

// Key returns the key with that id. It implements [Keys].
func (c *KeyCache) Key(ctx context.Context, id string) (PublicKey, error) {
	if e, ok := c.remembered(id); ok {
		return e.key, e.err
	}
	return c.once("key "+id, func() (PublicKey, error) { return c.find(context.WithoutCancel(ctx), id) })
}

// Refresh asks the key's origin again. It implements [Keys]. A key that its
// origin no longer confirms is forgotten; one whose origin cannot be reached is
// kept.
func (c *KeyCache) Refresh(ctx context.Context, id string) (PublicKey, error) {
	return c.once("refresh "+id, func() (PublicKey, error) { return c.refetch(context.WithoutCancel(ctx), id) })
}

// Forget drops a key, for instance because its owner's actor was updated or
// deleted. The next request signed with it has it fetched again.
func (c *KeyCache) Forget(ctx context.Context, id string) error {
	c.known.Remove(id)
	c.failed.Remove(id)
	if c.o.Store == nil {
		return nil
	}
	if err := c.o.Store.ForgetKey(ctx, id); err != nil {
		return fmt.Errorf("forget key %q: %w", clip(id), err)
	}
	return nil
}

func (c *KeyCache) remembered(id string) (entry, bool) {
	now := c.o.Now()
	if e, ok := c.known.Get(id); ok && now.Before(e.until) {
		return e, true
	}
	if e, ok := c.failed.Get(id); ok && now.Before(e.until) {
		return e, true
	}
	return entry{}, false
}

func (c *KeyCache) once(flight string, do func() (PublicKey, error)) (PublicKey, error) {
	v, err, _ := c.flights.Do(flight, func() (any, error) { return do() })
	if err != nil {
		return PublicKey{}, err
	}
	return v.(PublicKey), nil
}

// find looks in the store and then at the origin. A key that is due to be
// fetched again but cannot be now is used as it is.
func (c *KeyCache) find(ctx context.Context, id string) (PublicKey, error) {
	if e, ok := c.remembered(id); ok { // another flight landed meanwhile
		return e.key, e.err
	}
	old, err := c.load(ctx, id)
	if err != nil {
		return PublicKey{}, err
	}
	now := c.o.Now()
	if old.Fetched.After(now) {
		old.Fetched = now // by a clock that was ahead (R14)
	}
	if old.Key != nil && now.Before(old.Fetched.Add(c.o.TTL)) {
		c.known.Add(id, entry{key: old.PublicKey, fetched: old.Fetched, until: old.Fetched.Add(c.o.TTL)})
		return old.PublicKey, nil
	}
	key, err := c.fetch(ctx, id)
	if err != nil && old.Key != nil && errors.Is(err, ErrKeyUnavailable) {
		c.known.Add(id, entry{key: old.PublicKey, fetched: now, until: now.Add(c.o.Negative)})
		return old.PublicKey, nil
	}
	return key, err
}

// refetch fetches a key again unless that was done just now.
func (c *KeyCache) refetch(ctx context.Context, id string) (PublicKey, error) {
	e, ok := c.known.Get(id)
	if !ok {
		old, err := c.load(ctx, id)
		if err != nil {
			return PublicKey{}, err
		}
		e = entry{key: old.PublicKey, fetched: old.Fetched, until: old.Fetched.Add(c.o.TTL)}
	}
	now := c.o.Now()
	if now.Sub(e.fetched) < c.o.Refetch {
		return PublicKey{}, fmt.Errorf("refresh key %q: %w: fetched %s ago", clip(id), ErrKeyUnavailable, now.Sub(e.fetched).Round(time.Second))
	}
	key, err := c.fetch(ctx, id)
	if err != nil && errors.Is(err, ErrKeyUnavailable) && e.key.Key != nil {
		e.fetched = now // so that a dead host is not asked for every bad signature
		c.known.Add(id, e)
		c.failed.Remove(id)
	}
	return key, err
}

// fetch asks the origin and remembers what came of it.
func (c *KeyCache) fetch(ctx context.Context, id string) (PublicKey, error) {
	now := c.o.Now()
	if !c.allow(id, now) {
		return PublicKey{}, fmt.Errorf("fetch key %q: %w: too many from its host", clip(id), ErrKeyUnavailable)
	}
	key, err := c.o.Fetch(ctx, id)
	switch {
	case err == nil:
		return key, c.keep(ctx, StoredKey{PublicKey: key, Fetched: now})
	case errors.Is(err, client.ErrBudget): // says nothing about the key
	case errors.Is(err, ErrKeyUnavailable):
		c.failed.Add(id, entry{err: err, fetched: now, until: now.Add(c.o.Negative)})
	case errors.Is(err, ErrKey), errors.Is(err, ErrGone), errors.Is(err, ErrMalformed):
		if ferr := c.Forget(ctx, id); ferr != nil {
			return PublicKey{}, ferr
		}
		c.failed.Add(id, entry{err: err, fetched: now, until: now.Add(c.o.Negative)})
	}
	return PublicKey{}, err
}

func (c *KeyCache) keep(ctx context.Context, k StoredKey) error {
	if c.o.Store != nil {
		if err := c.o.Store.SaveKey(ctx, k); err != nil {
			return fmt.Errorf("save key %q: %w", clip(k.ID), err)
		}
	}
	c.known.Add(k.ID, entry{key: k.PublicKey, fetched: k.Fetched, until: k.Fetched.Add(c.o.TTL)})
	c.failed.Remove(k.ID)
	return nil
}

func (c *KeyCache) load(ctx context.Context, id string) (StoredKey, error) {
	if c.o.Store == nil {
		return StoredKey{}, nil
	}
	k, err := c.o.Store.LoadKey(ctx, id)
	if err != nil && !errors.Is(err, ErrNoKey) {
		return StoredKey{}, fmt.Errorf("load key %q: %w", clip(id), err)
	}
	return k, nil
}

// allow draws from the bucket of the key's host.
func (c *KeyCache) allow(id string, now time.Time) bool {
	host, ok := origin.Of(id)
	if !ok {
		return false
	}
	bucket, ok := c.buckets.Get(host)
	if !ok {
		bucket = rate.NewLimiter(c.o.PerHost, c.o.Burst)
		if raced, ok, _ := c.buckets.PeekOrAdd(host, bucket); ok {
			bucket = raced
		}
	}
	return bucket.AllowN(now, 1)
}

// Len returns how many keys, failures and hosts are in memory.
func (c *KeyCache) Len() int { return c.known.Len() + c.failed.Len() + c.buckets.Len() }
