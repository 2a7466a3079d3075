// Package limits counts what one stranger asks of us, or we of one stranger,
// without letting strangers decide how much there is to count.
package limits

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"
)

// Buckets is a token bucket for each of many keys. The keys used longest ago are
// forgotten when there are too many, so that invented ones cost nothing (E11).
// It is safe for concurrent use.
type Buckets struct {
	limit rate.Limit
	burst int

	mu   sync.Mutex
	kept *simplelru.LRU[string, *rate.Limiter]
}

// New returns buckets that fill with limit tokens a second up to burst, for at
// most size keys.
func New(limit rate.Limit, burst, size int) *Buckets {
	kept, err := simplelru.NewLRU[string, *rate.Limiter](max(size, 1), nil)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return &Buckets{limit: limit, burst: burst, kept: kept}
}

// Take draws one token for key. If there is none it returns how long to wait for
// the next one, at least a second, and false.
func (b *Buckets) Take(key string, now time.Time) (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.of(key)
	if l.AllowN(now, 1) {
		return 0, true
	}
	return b.wait(l, now), false
}

// Empty reports whether there is no token for key, and how long to wait for one
// if so, without drawing any.
func (b *Buckets) Empty(key string, now time.Time) (wait time.Duration, empty bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.kept.Get(key)
	if !ok || l.TokensAt(now) >= 1 {
		return 0, false
	}
	return b.wait(l, now), true
}

func (b *Buckets) of(key string) *rate.Limiter {
	l, ok := b.kept.Get(key)
	if !ok {
		l = rate.NewLimiter(b.limit, b.burst)
		b.kept.Add(key, l)
	}
	return l
}

// longest is the longest wait told, for buckets that never fill.
const longest = time.Hour

func (b *Buckets) wait(l *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - l.TokensAt(now)
	if b.limit <= 0 || missing/float64(b.limit) > longest.Seconds() {
		return longest
	}
	return max(time.Duration(missing/float64(b.limit)*float64(time.Second)), time.Second)
}
