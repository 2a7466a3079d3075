package instance

import (
	"fmt"
	"strconv"
	"sync"
	"time"
)

// ID is a time-ordered 64-bit number: Unix milliseconds << 16 | counter. It
// sorts as its decimal string does once both have the same length, which holds
// until the year 2149 and is what client programs rely on.
type ID int64

// ActorID names a person, a group or a server's own actor, here or elsewhere.
type ActorID ID

// PostID names a post, here or elsewhere.
type PostID ID

func (id ID) String() string      { return strconv.FormatInt(int64(id), 10) }
func (id ActorID) String() string { return ID(id).String() }
func (id PostID) String() string  { return ID(id).String() }

// Time returns the moment an id was made for, to the millisecond.
func (id ID) Time() time.Time { return time.UnixMilli(int64(id) >> 16).UTC() }

// ParseID reads the decimal form of an id. It returns [ErrNotFound] for
// anything else: an id that cannot be is an id that is not there.
func ParseID(s string) (ID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("id %q: %w", s, ErrNotFound)
	}
	return ID(n), nil
}

// IDs makes ids. One generator serves the whole process, so that ids order
// everything that happens in it.
type IDs struct {
	now  func() time.Time
	lane ID

	mu   sync.Mutex
	last ID
}

// lanes is how many processes may make ids on one database at once.
const lanes = 16

// NewIDs returns a generator that reads the time from now. lane, from 0 to 15,
// tells processes on one database apart.
func NewIDs(now func() time.Time, lane int) *IDs {
	return &IDs{now: now, lane: ID(lane) & (lanes - 1)}
}

// Next returns an id greater than every one before it.
func (g *IDs) Next() ID {
	g.mu.Lock()
	defer g.mu.Unlock()
	next := ID(g.now().UnixMilli())<<16 | g.lane
	if next <= g.last {
		next = g.last + lanes
	}
	g.last = next
	return next
}

// After makes every id from now on greater than id. What has left this server
// once is never the name of something else, though the clock was put back
// (security.md R14, R17).
func (g *IDs) After(id ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = max(g.last, id&^(lanes-1)|g.lane)
}

// At returns an id for something that was made elsewhere at t: never later
// than now, so that no stranger's clock hides what follows. It is the same for
// the same t and uri. Times that say only the second are spread over it, so
// that busy seconds of the network seldom meet in one id; whoever stores it
// still has to try again with another salt when the id is taken.
func (g *IDs) At(t time.Time, uri string, salt int) ID {
	now := g.now().UnixMilli()
	h := fold(uri, salt)
	ms := t.UnixMilli()
	if t.Nanosecond() == 0 {
		ms += int64(h >> 32 % 1000)
	}
	ms = max(1, min(ms, now-1))
	return ID(ms)<<16 | ID(h&0xffff)
}

// AnswerAt is [IDs.At] for something that answers what has the id parent: it is
// always greater than that, however coarse the clocks of those who wrote the
// two, so that a thread reads in its order.
func (g *IDs) AnswerAt(t time.Time, uri string, salt int, parent ID) ID {
	id := g.At(t, uri, salt)
	if id > parent {
		return id
	}
	const near = 1 << 10 // a fraction of the parent's millisecond
	return parent + 1 + ID(fold(uri, salt)%near)
}

// fold hashes uri and salt (FNV-1a, 64 bits).
func fold(uri string, salt int) uint64 {
	h := uint64(14695981039346656037) + uint64(salt)
	for i := range len(uri) {
		h = (h ^ uint64(uri[i])) * 1099511628211
	}
	return h
}
