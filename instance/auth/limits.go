package auth

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/expirable"
	"golang.org/x/time/rate"
)

// Limit bounds how often one and the same may try: so many at once, then one
// each Every. The zero Limit bounds nothing.
type Limit struct {
	Burst int
	Every time.Duration
}

// Limiter counts tries under a bounded number of keys (security.md E11, G02).
type Limiter struct {
	limit Limit
	now   func() time.Time
	seed  maphash.Seed
	mu    sync.Mutex
	seen  *expirable.LRU[uint64, *rate.Limiter]
}

const mostKeys = 50_000

// NewLimiter returns a limiter of l.
func NewLimiter(l Limit, now func() time.Time) *Limiter {
	keep := max(time.Hour, l.Every*time.Duration(l.Burst+1))
	return &Limiter{limit: l, now: now, seed: maphash.MakeSeed(), seen: expirable.NewLRU[uint64, *rate.Limiter](mostKeys, nil, keep)}
}

// Allow counts one try under key. If it is one too many, wait says how long
// until the next may come.
func (l *Limiter) Allow(key string) (wait time.Duration, ok bool) {
	if l.limit.Burst == 0 {
		return 0, true
	}
	h := maphash.String(l.seed, key)
	l.mu.Lock()
	defer l.mu.Unlock()
	r, found := l.seen.Get(h)
	if !found {
		r = rate.NewLimiter(rate.Every(l.limit.Every), l.limit.Burst)
		l.seen.Add(h, r)
	}
	now := l.now()
	res := r.ReserveN(now, 1)
	wait = res.DelayFrom(now)
	if wait == 0 {
		return 0, true
	}
	res.CancelAt(now)
	return wait, false
}

// Network returns under what an address counts: itself, or its /64 for IPv6,
// since one line of one house has as many addresses as it likes.
func Network(a netip.Addr) string {
	a = a.Unmap()
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a.String()
	}
	return p.String()
}
