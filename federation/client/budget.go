package client

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Limits is what one job may cost in requests to strangers. A zero field takes
// its default.
type Limits struct {
	// Fetches counts requests, each hop of a redirect for itself. Default 50.
	Fetches int
	// Depth is how far references may be followed from one to the next. Default 10.
	Depth int
	// Bytes is the sum of all answers, after decompression. Default 16 MiB.
	Bytes int64
	// Time is how long all of it may take from the first request on. Default 60 s.
	Time time.Duration
}

// Budget is the allowance of one incoming activity or one job. All requests
// made under a context that carries it draw from the same allowance, so that a
// chain of references cannot grow without end however it is laid out. It is
// safe for concurrent use.
type Budget struct {
	mu      sync.Mutex
	limits  Limits
	fetches int
	bytes   int64
	began   time.Time
}

// NewBudget returns a full budget.
func NewBudget(l Limits) *Budget {
	if l.Fetches == 0 {
		l.Fetches = 50
	}
	if l.Depth == 0 {
		l.Depth = 10
	}
	if l.Bytes == 0 {
		l.Bytes = 16 << 20
	}
	if l.Time == 0 {
		l.Time = time.Minute
	}
	return &Budget{limits: l}
}

type (
	budgetKey struct{}
	depthKey  struct{}
)

// WithBudget returns a context whose requests draw from b.
func WithBudget(ctx context.Context, b *Budget) context.Context {
	return context.WithValue(ctx, budgetKey{}, b)
}

// Deeper returns the context for following one reference further. It returns
// [ErrBudget] when the chain is as long as the budget allows; without a budget
// in ctx the default depth holds.
func Deeper(ctx context.Context) (context.Context, error) {
	depth, _ := ctx.Value(depthKey{}).(int)
	limit := 10
	if b := budgetOf(ctx); b != nil {
		limit = b.limits.Depth
	}
	if depth >= limit {
		return nil, fmt.Errorf("follow reference %d: %w", depth+1, ErrBudget)
	}
	return context.WithValue(ctx, depthKey{}, depth+1), nil
}

func budgetOf(ctx context.Context) *Budget {
	b, _ := ctx.Value(budgetKey{}).(*Budget)
	return b
}

// Spent returns how many requests and bytes were drawn so far.
func (b *Budget) Spent() (fetches int, bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.fetches, b.bytes
}

// fetch draws one request. A nil budget allows everything.
func (b *Budget) fetch(now time.Time) error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.began.IsZero() {
		b.began = now
	}
	if now.Sub(b.began) >= b.limits.Time {
		return fmt.Errorf("%w: %s", ErrBudget, b.limits.Time)
	}
	if b.fetches >= b.limits.Fetches {
		return fmt.Errorf("%w: %d requests", ErrBudget, b.fetches)
	}
	b.fetches++
	return nil
}

// read draws n bytes.
func (b *Budget) read(n int) error {
	if b == nil || n == 0 {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes += int64(n)
	if b.bytes > b.limits.Bytes {
		return fmt.Errorf("%w: %d bytes", ErrBudget, b.bytes)
	}
	return nil
}

// left is the time that remains, the whole of it before the first request.
func (b *Budget) left(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.began.IsZero() {
		return b.limits.Time
	}
	return b.limits.Time - now.Sub(b.began)
}
