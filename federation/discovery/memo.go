package discovery

import (
	"context"
	"errors"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"palier/federation/client"
)

// memo remembers answers and failures for a while and lets many who ask for the
// same at once wait for one answer. What it keeps is bounded, whatever strangers
// make us ask for (E11).
type memo[V any] struct {
	o       Options
	kept    *lru.Cache[string, answer[V]]
	flights singleflight.Group
}

type answer[V any] struct {
	value V
	err   error
	until time.Time
}

func newMemo[V any](o Options) *memo[V] {
	kept, err := lru.New[string, answer[V]](o.Size)
	if err != nil {
		panic(err) // the size is at least one
	}
	return &memo[V]{o: o, kept: kept}
}

// get returns what is remembered of key, or finds it. Who comes while it is
// being found waits for that answer, and tries anew only if the one who began
// left, or had no budget left.
func (m *memo[V]) get(ctx context.Context, key string, find func(context.Context) (V, error)) (V, error) {
	for {
		if a, ok := m.recall(key); ok {
			return a.value, a.err
		}
		mine := false
		v, err, _ := m.flights.Do(key, func() (any, error) {
			mine = true
			if a, ok := m.recall(key); ok {
				return a.value, a.err // another flight landed meanwhile
			}
			v, err := find(ctx)
			m.put(key, v, err)
			return v, err
		})
		if err == nil {
			return v.(V), nil
		}
		if mine || ctx.Err() != nil || !private(err) {
			var none V
			return none, err
		}
	}
}

// has reports whether key would be answered from memory.
func (m *memo[V]) has(key string) bool {
	_, ok := m.recall(key)
	return ok
}

func (m *memo[V]) recall(key string) (answer[V], bool) {
	a, ok := m.kept.Get(key)
	return a, ok && m.o.Now().Before(a.until)
}

// private reports an error that says something about the one who asked and
// nothing about what was asked for.
func private(err error) bool {
	return errors.Is(err, client.ErrBudget) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// put remembers an answer.
func (m *memo[V]) put(key string, v V, err error) {
	stay := m.o.Fresh
	switch {
	case private(err):
		return
	case err != nil:
		stay = m.o.Negative
		if s, ok := errors.AsType[*client.StatusError](err); ok {
			stay = max(stay, s.After)
		}
	}
	stay += time.Duration(m.o.Jitter() * float64(stay) / 4)
	m.kept.Add(key, answer[V]{v, err, m.o.Now().Add(stay)})
}

// forget drops what is remembered of key.
func (m *memo[V]) forget(key string) { m.kept.Remove(key) }
