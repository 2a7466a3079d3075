// Package recall keeps in memory what was found lately, for a while: the least
// recently used goes first, and nothing is said again once it is too old.
//
// What is too old is found out when it is asked for. Nothing runs meanwhile, so
// that a server at rest rests, and one that was closed is forgotten whole.
package recall

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Lately holds values by key. It is safe for concurrent use.
type Lately[K comparable, V any] struct {
	kept *lru.Cache[K, dated[V]]
	as   time.Duration
	now  func() time.Time
}

type dated[V any] struct {
	value V
	since time.Time
}

// New returns a memory of at most most values (1 or more), each for as long as as
// after it was added, by the clock now.
func New[K comparable, V any](most int, as time.Duration, now func() time.Time) *Lately[K, V] {
	kept, err := lru.New[K, dated[V]](most)
	if err != nil {
		panic("recall: " + err.Error()) // most is a constant of whoever keeps
	}
	return &Lately[K, V]{kept: kept, as: as, now: now}
}

// Get returns what is kept under key, and false if nothing is or if it is too old, or
// from after now: the clock was put back, and nobody knows how old it is.
func (l *Lately[K, V]) Get(key K) (V, bool) {
	found, ok := l.kept.Get(key)
	if age := l.now().Sub(found.since); ok && 0 <= age && age < l.as {
		return found.value, true
	}
	var none V
	return none, false
}

// Add keeps value under key from now on, in place of what was there.
func (l *Lately[K, V]) Add(key K, value V) { l.kept.Add(key, dated[V]{value, l.now()}) }

// Remove forgets what is kept under key.
func (l *Lately[K, V]) Remove(key K) { l.kept.Remove(key) }
