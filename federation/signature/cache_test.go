package signature_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"palier/federation/client"
	"palier/federation/signature"
)

// cacheOf is a cache over the documents of w whose clock stands at noon plus
// what is set.
func cacheOf(t testing.TB, w *web, o *signature.CacheOptions) *signature.KeyCache {
	t.Helper()
	if o == nil {
		o = &signature.CacheOptions{}
	}
	if o.Fetch == nil {
		o.Fetch = (&signature.Resolver{Dereference: w.fetch}).Fetch
	}
	if o.Now == nil {
		o.Now = atNoon
	}
	return signature.NewKeyCache(*o)
}

// clock is a time that tests set.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return noon.Add(time.Duration(c.at.Load())) }
func (c *clock) forward(d time.Duration) { c.at.Add(int64(d)) }

// shelf is a [signature.KeyStore] in memory.
type shelf struct {
	mu   sync.Mutex
	keys map[string]signature.StoredKey
	err  error
}

func (s *shelf) LoadKey(_ context.Context, id string) (signature.StoredKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.keys[id]; ok && s.err == nil {
		return k, nil
	}
	if s.err != nil {
		return signature.StoredKey{}, s.err
	}
	return signature.StoredKey{}, fmt.Errorf("shelf: %w", signature.ErrNoKey)
}

func (s *shelf) SaveKey(_ context.Context, k signature.StoredKey) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys == nil {
		s.keys = map[string]signature.StoredKey{}
	}
	s.keys[k.ID] = k
	return s.err
}

func (s *shelf) ForgetKey(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, id)
	return s.err
}

// rotated makes amina's document list bo's key material under amina's key id.
func rotated(t testing.TB) (*signature.PrivateKey, string) {
	t.Helper()
	k := renamed(t, boRSA(), aminaRSA().ID, aminaRSA().Owner)
	return k, actor(t, k, nil)
}

func TestB10_KeyRotation(t *testing.T) {
	t.Parallel()
	fresh, after := rotated(t)
	w := &web{documents: map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}}
	var c clock
	store := &shelf{}
	cache := cacheOf(t, w, &signature.CacheOptions{Now: c.now, Store: store})
	v := verifier(t, cache)
	verify := func(k *signature.PrivateKey) error {
		_, err := v.Verify(arrive(t, signed(t, k, signature.Cavage)), note)
		return err
	}
	if err := verify(aminaRSA()); err != nil {
		t.Fatalf("before: %v", err)
	}
	w.documents[aminaRSA().Owner] = after
	if err := verify(fresh); !errors.Is(err, signature.ErrInvalid) || w.times() != 1 {
		t.Errorf("right after a fetch: got %v after %d fetches, want ErrInvalid after 1", err, w.times())
	}
	c.forward(5 * time.Minute)
	if err := verify(fresh); err != nil || w.times() != 2 {
		t.Errorf("five minutes later: got %v after %d fetches, want none after 2", err, w.times())
	}
	if err := verify(aminaRSA()); !errors.Is(err, signature.ErrInvalid) {
		t.Errorf("the old key: got %v, want ErrInvalid", err)
	}
	if got := store.keys[aminaRSA().ID]; !got.Equal(fresh.Public()) {
		t.Error("the store still has the old key")
	}
	for range 100 { // bad signatures do not buy fetches
		if err := verify(malAs(t, aminaRSA())); !errors.Is(err, signature.ErrInvalid) {
			t.Fatalf("forged: %v", err)
		}
	}
	if w.times() != 2 {
		t.Errorf("%d fetches, want 2", w.times())
	}
}

func malAs(t testing.TB, k *signature.PrivateKey) *signature.PrivateKey {
	t.Helper()
	return renamed(t, malRSA(), k.ID, k.Owner)
}

func TestB10_RevokedKeyIsDropped(t *testing.T) {
	t.Parallel()
	w := &web{documents: map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}}
	var c clock
	store := &shelf{}
	cache := cacheOf(t, w, &signature.CacheOptions{Now: c.now, Store: store})
	if _, err := cache.Key(t.Context(), aminaRSA().ID); err != nil {
		t.Fatal(err)
	}
	w.documents[aminaRSA().Owner] = actor(t, boRSA(), obj{"id": aminaRSA().Owner}) // another key, another id
	c.forward(10 * time.Minute)
	if _, err := cache.Refresh(t.Context(), aminaRSA().ID); !errors.Is(err, signature.ErrKey) {
		t.Errorf("refresh: got %v, want ErrKey", err)
	}
	if _, err := cache.Key(t.Context(), aminaRSA().ID); !errors.Is(err, signature.ErrKey) || len(store.keys) != 0 {
		t.Errorf("afterwards: got %v with %d stored, want ErrKey and none", err, len(store.keys))
	}
}

func TestB10_UnreachableOriginKeepsTheKey(t *testing.T) {
	t.Parallel()
	w := &web{documents: map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}, errs: map[string]error{}}
	var c clock
	cache := cacheOf(t, w, &signature.CacheOptions{Now: c.now, Store: &shelf{}})
	if _, err := cache.Key(t.Context(), aminaRSA().ID); err != nil {
		t.Fatal(err)
	}
	w.errs[aminaRSA().Owner] = &client.StatusError{Status: 503}
	c.forward(10 * time.Minute)
	for range 10 {
		if _, err := cache.Refresh(t.Context(), aminaRSA().ID); !errors.Is(err, signature.ErrKeyUnavailable) {
			t.Errorf("refresh: got %v, want ErrKeyUnavailable", err)
		}
	}
	if w.times() != 2 {
		t.Errorf("asked %d times, want 2", w.times())
	}
	c.forward(48 * time.Hour)
	if k, err := cache.Key(t.Context(), aminaRSA().ID); err != nil || !k.Equal(aminaRSA().Public()) {
		t.Errorf("two days later: %v", err)
	}
}

func TestB10_KeysAreAskedForAgainInTime(t *testing.T) {
	t.Parallel()
	w := &web{documents: map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}}
	var c clock
	store := &shelf{}
	cache := cacheOf(t, w, &signature.CacheOptions{Now: c.now, Store: store})
	for _, step := range []struct {
		forward time.Duration
		want    int
	}{{0, 1}, {time.Hour, 1}, {22 * time.Hour, 1}, {time.Hour, 2}} {
		c.forward(step.forward)
		if _, err := cache.Key(t.Context(), aminaRSA().ID); err != nil || w.times() != step.want {
			t.Errorf("after %s more: %v, %d fetches, want %d", step.forward, err, w.times(), step.want)
		}
	}
	restarted := cacheOf(t, w, &signature.CacheOptions{Now: c.now, Store: store})
	if k, err := restarted.Key(t.Context(), aminaRSA().ID); err != nil || k.Owner != aminaRSA().Owner || w.times() != 2 {
		t.Errorf("after a restart: %v, %d fetches, want 2", err, w.times())
	}
}

func TestB11_DeadKeysAreNotAskedAgain(t *testing.T) {
	t.Parallel()
	w := &web{}
	var c clock
	cache := cacheOf(t, w, &signature.CacheOptions{Now: c.now})
	for range 100 {
		if _, err := cache.Key(t.Context(), aminaRSA().ID); !errors.Is(err, signature.ErrKey) {
			t.Fatal(err)
		}
	}
	if w.times() != 1 {
		t.Errorf("asked %d times, want 1", w.times())
	}
	c.forward(5 * time.Minute)
	w.documents = map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}
	if _, err := cache.Key(t.Context(), aminaRSA().ID); err != nil {
		t.Errorf("when it is back: %v", err)
	}
}

func TestB11_OneHostIsNotFlooded(t *testing.T) {
	t.Parallel()
	w := &web{}
	var c clock
	cache := cacheOf(t, w, &signature.CacheOptions{Now: c.now, PerHost: 1, Burst: 10})
	ask := func(host string, n int) (refused int) {
		for i := range n {
			_, err := cache.Key(t.Context(), fmt.Sprintf("https://%s/u/%d-%d#k", host, i, c.at.Load()))
			if errors.Is(err, signature.ErrKeyUnavailable) {
				refused++
			}
		}
		return refused
	}
	if n := ask("victim.example", 100); n != 90 || w.times() != 10 {
		t.Errorf("refused %d of 100 after %d fetches, want 90 after 10", n, w.times())
	}
	if n := ask("VICTIM.example:443", 10); n != 10 {
		t.Errorf("the same host by another name: refused %d of 10", n)
	}
	if n := ask("other.example", 5); n != 0 {
		t.Errorf("another host: refused %d of 5", n)
	}
	c.forward(3 * time.Second)
	if n := ask("victim.example", 10); n != 7 {
		t.Errorf("three seconds later: refused %d of 10, want 7", n)
	}
}

func TestB11_SingleFlight(t *testing.T) {
	t.Parallel()
	const callers = 50
	arrived, free := make(chan struct{}, callers), make(chan struct{})
	var fetches atomic.Int32
	cache := cacheOf(t, nil, &signature.CacheOptions{Fetch: func(context.Context, string) (signature.PublicKey, error) {
		fetches.Add(1)
		<-free
		return aminaRSA().Public(), nil
	}})
	errs := make(chan error, callers)
	for range callers {
		go func() {
			arrived <- struct{}{}
			_, err := cache.Key(context.Background(), aminaRSA().ID)
			errs <- err
		}()
	}
	for range callers {
		<-arrived
	}
	close(free)
	for range callers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if fetches.Load() != 1 {
		t.Errorf("%d fetches, want 1", fetches.Load())
	}
}

func TestE11_InventedIDsTakeBoundedMemory(t *testing.T) {
	t.Parallel()
	w := &web{}
	cache := cacheOf(t, w, &signature.CacheOptions{Size: 100})
	for i := range 5000 {
		_, err := cache.Key(t.Context(), fmt.Sprintf("https://h%d.example/u/1#k", i))
		if !errors.Is(err, signature.ErrKey) {
			t.Fatal(err)
		}
	}
	if n := cache.Len(); n > 300 {
		t.Errorf("%d entries in memory, want at most 300", n)
	}
}

func TestOneCallersEndIsNotTheOthers(t *testing.T) {
	t.Parallel()
	w := &web{documents: map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}}
	cache := cacheOf(t, w, nil)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := cache.Key(gone, aminaRSA().ID); err != nil {
		t.Errorf("got %v, want the key for whoever waits besides", err)
	}
}

func TestSpentBudgetSaysNothingAboutAKey(t *testing.T) {
	t.Parallel()
	w := &web{documents: map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}, errs: map[string]error{aminaRSA().Owner: client.ErrBudget}}
	cache := cacheOf(t, w, nil)
	if _, err := cache.Key(t.Context(), aminaRSA().ID); !errors.Is(err, signature.ErrKeyUnavailable) {
		t.Errorf("got %v, want ErrKeyUnavailable", err)
	}
	delete(w.errs, aminaRSA().Owner)
	if _, err := cache.Key(t.Context(), aminaRSA().ID); err != nil {
		t.Errorf("the next job: %v", err)
	}
}

func TestStorageTroubleIsNoVerdict(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk full")
	w := &web{documents: map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}}
	store := &shelf{err: broken}
	cache := cacheOf(t, w, &signature.CacheOptions{Store: store})
	if _, err := verifier(t, cache).Verify(arrive(t, signed(t, aminaRSA(), signature.Cavage)), note); !errors.Is(err, broken) {
		t.Errorf("got %v, want what the store said", err)
	}
	store.err = nil
	if _, err := verifier(t, cache).Verify(arrive(t, signed(t, aminaRSA(), signature.Cavage)), note); err != nil {
		t.Errorf("when it works again: %v", err)
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	w := &web{documents: map[string]string{aminaRSA().Owner: actor(t, aminaRSA(), nil)}}
	store := &shelf{}
	cache := cacheOf(t, w, &signature.CacheOptions{Store: store})
	for range 2 {
		if _, err := cache.Key(t.Context(), aminaRSA().ID); err != nil {
			t.Fatal(err)
		}
		if err := cache.Forget(t.Context(), aminaRSA().ID); err != nil || len(store.keys) != 0 {
			t.Errorf("forget: %v, %d stored", err, len(store.keys))
		}
	}
	if w.times() != 2 {
		t.Errorf("%d fetches, want 2", w.times())
	}
}
