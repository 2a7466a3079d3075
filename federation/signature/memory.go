package signature

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// ErrNoScheme is what a [SchemeStore] returns for a host it knows nothing of.
var ErrNoScheme = errors.New("no scheme known")

// SchemeStore keeps what hosts understood over a restart.
type SchemeStore interface {
	// LoadScheme returns what the host understood and when that was learned, or
	// an error wrapping [ErrNoScheme].
	LoadScheme(ctx context.Context, host string) (Scheme, time.Time, error)
	// SaveScheme stores it in place of what was there.
	SaveScheme(ctx context.Context, host string, s Scheme, learned time.Time) error
}

// MemoryOptions configures a [Memory]. Zero fields take the defaults named.
type MemoryOptions struct {
	// Store keeps it over a restart; nil means memory only.
	Store SchemeStore
	// Size is how many hosts are held in memory. Default 10,000.
	Size int
	// TTL is how long a lesson holds. Default 7 days.
	TTL time.Duration
	// Report is told when the store fails while something is being sent. Sending
	// goes on without: what a host understood can be learned again. Nil means
	// nobody is told.
	Report func(error)
	// Now is the clock; required.
	Now func() time.Time
}

// refused is how long a host that refused both schemes is not knocked at twice:
// it has other reasons than the form of the signature.
const refused = time.Hour

// Memory remembers which scheme each host understood. Unknown hosts get
// [Cavage]: every server verifies it, and some answer 200 to RFC 9421 and drop
// the message. It is safe for concurrent use.
type Memory struct {
	o     MemoryOptions
	hosts *lru.Cache[string, lesson]
}

// lesson is what is known of a host; once means that it gets no second knock.
type lesson struct {
	scheme Scheme
	until  time.Time
	once   time.Time
}

// NewMemory returns an empty memory. It panics without Now.
func NewMemory(o MemoryOptions) *Memory {
	if o.Now == nil {
		panic("signature: MemoryOptions needs Now")
	}
	o.Size = or(o.Size, 10_000)
	o.TTL = or(o.TTL, 7*24*time.Hour)
	return &Memory{o: o, hosts: bounded[lesson](o.Size)}
}

// Scheme returns what to sign with for a host.
func (m *Memory) Scheme(ctx context.Context, host string) Scheme {
	l, err := m.recall(ctx, host)
	m.report(err)
	return l.scheme
}

func (m *Memory) report(err error) {
	if err != nil && m.o.Report != nil {
		m.o.Report(err)
	}
}

func (m *Memory) recall(ctx context.Context, host string) (lesson, error) {
	now := m.o.Now()
	if l, ok := m.hosts.Get(host); ok && now.Before(l.until) {
		return l, nil
	}
	l := lesson{scheme: Cavage, until: now.Add(m.o.TTL)}
	if m.o.Store != nil {
		s, learned, err := m.o.Store.LoadScheme(ctx, host)
		if err != nil && !errors.Is(err, ErrNoScheme) {
			return l, fmt.Errorf("load signature scheme of %s: %w", host, err)
		}
		if until := learned.Add(m.o.TTL); err == nil && now.Before(until) && (s == Cavage || s == RFC9421) {
			l = lesson{scheme: s, until: until}
		}
	}
	m.hosts.Add(host, l)
	return l, nil
}

// Heard notes that a host speaks a scheme, because it signed a valid request
// with it, asked for it (Accept-Signature) or says so in its actor (FEP-844e).
// Only [RFC9421] is news: a host that signs with [Cavage] may still understand
// both.
func (m *Memory) Heard(ctx context.Context, host string, s Scheme) error {
	if s != RFC9421 {
		return nil
	}
	l, err := m.recall(ctx, host)
	if err != nil || l.scheme == s {
		return err
	}
	return m.learn(ctx, host, s)
}

func (m *Memory) learn(ctx context.Context, host string, s Scheme) error {
	now := m.o.Now()
	m.hosts.Add(host, lesson{scheme: s, until: now.Add(m.o.TTL)})
	if m.o.Store == nil {
		return nil
	}
	if err := m.o.Store.SaveScheme(ctx, host, s, now); err != nil {
		return fmt.Errorf("save signature scheme of %s: %w", host, err)
	}
	return nil
}

// Knock makes a request to a host with the scheme it is known for. If the host
// answers 400 or 401, it tries once more with the other scheme, and remembers
// that one if it was then let in. try must build, sign and send the request anew
// each time and return the status of the answer. The status and the error of its
// last call are Knock's.
func (m *Memory) Knock(ctx context.Context, host string, try func(Scheme) (status int, err error)) (status int, err error) {
	l, err := m.recall(ctx, host)
	m.report(err)
	status, err = try(l.scheme)
	if err != nil || !unread(status) || m.o.Now().Before(l.once) {
		return status, err
	}
	other := RFC9421
	if l.scheme == RFC9421 {
		other = Cavage
	}
	status, err = try(other)
	switch {
	case err != nil:
	case unread(status):
		l.once = m.o.Now().Add(refused)
		m.hosts.Add(host, l)
	case status >= 200 && status <= 299:
		m.report(m.learn(ctx, host, other))
	}
	return status, err
}

// unread reports a status with which servers answer a signature they cannot read.
func unread(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusUnauthorized
}

// Len returns how many hosts are in memory.
func (m *Memory) Len() int { return m.hosts.Len() }
