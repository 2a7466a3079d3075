package auth

import (
	"hash/maphash"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"

	"palier/instance"
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
	seen  *simplelru.LRU[uint64, *rate.Limiter]
}

const mostKeys = 50_000

// NewLimiter returns a limiter of l.
func NewLimiter(l Limit, now func() time.Time) *Limiter {
	seen, err := simplelru.NewLRU[uint64, *rate.Limiter](mostKeys, nil)
	if err != nil {
		panic("auth: " + err.Error()) // mostKeys is a constant
	}
	return &Limiter{limit: l, now: now, seed: maphash.MakeSeed(), seen: seen}
}

// Allow counts one try under key. If it is one too many, wait says how long
// until the next may come.
func (l *Limiter) Allow(key string) (wait time.Duration, ok bool) {
	t := l.Take(key)
	return t.Wait, t.OK
}

// Turn is how one try went.
type Turn struct {
	OK        bool
	Wait      time.Duration // until the next may come, if this one may not
	Limit     int           // how many may come at once
	Remaining int           // of them now
	Reset     time.Time     // when all of them may again
}

// Take is [Limiter.Allow] with what is left. Where nothing is bounded the turn
// names no limit.
func (l *Limiter) Take(key string) Turn {
	if l.limit.Burst == 0 {
		return Turn{OK: true}
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
	wait := res.DelayFrom(now)
	if wait > 0 {
		res.CancelAt(now)
	}
	left := max(0, r.TokensAt(now))
	return Turn{
		OK: wait == 0, Wait: wait, Limit: l.limit.Burst, Remaining: int(left),
		Reset: now.Add(time.Duration((float64(l.limit.Burst) - left) * float64(l.limit.Every))),
	}
}

// Tell puts the turn into the headers that client programs look at.
func (t Turn) Tell(h http.Header) {
	if t.Limit == 0 {
		return
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(t.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(t.Remaining))
	h.Set("X-RateLimit-Reset", t.Reset.UTC().Format("2006-01-02T15:04:05.000Z"))
	if !t.OK {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(t.Wait.Seconds()))))
	}
}

// TooFast is an [instance.ErrTooMany] that says when to come back.
type TooFast struct{ Wait time.Duration }

func (e *TooFast) Error() string { return instance.ErrTooMany.Error() }

// Is tells that it is an [instance.ErrTooMany].
func (e *TooFast) Is(target error) bool { return target == instance.ErrTooMany }

// From is under what whoever makes a request counts.
func From(r *http.Request) string {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return Network(a.Addr())
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
