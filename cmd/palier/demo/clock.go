package demo

import (
	"sync"
	"time"
)

// clock is the time of the demo's servers: the real one, but for the while in
// which they are filled, when it stands so far back that a day of conversation
// fits in.
type clock struct {
	mu   sync.Mutex
	back time.Duration
}

// Now returns the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(-c.back)
}

// standBack sets how far back the clock stands.
func (c *clock) standBack(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.back = by
}
