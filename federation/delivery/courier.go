package delivery

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"palier/federation/client"
	"palier/federation/limits"
	"palier/federation/signature"
)

// Keys hands out the keys of our own actors, parsed once and kept.
type Keys interface {
	// SigningKey returns the RSA key that signs for actor now, or an error
	// wrapping [ErrNoKey] if there is none.
	SigningKey(ctx context.Context, actor string) (*signature.PrivateKey, error)
}

// Schemes knows which signatures hosts understand, a [*signature.Memory].
type Schemes interface {
	Knock(ctx context.Context, host string, try func(signature.Scheme) (status int, err error)) (status int, err error)
	Heard(ctx context.Context, host string, s signature.Scheme) error
}

// Options configures a [Courier]. Zero fields take the defaults named.
type Options struct {
	Client    Poster           // required
	Keys      Keys             // required
	Ledger    Ledger           // required
	Registry  Registry         // required
	Schemes   Schemes          // which signature a host understood; required
	Now       func() time.Time // required
	Jitter    func() float64   // in [0, 1); default math/rand
	Schedule  Schedule         // of retries
	Wide      int              // deliveries under way in all; default 256
	PerHost   int              // deliveries under way for one host; default 2
	Line      int              // deliveries of one host that wait in memory; default 256
	SiteRate  rate.Limit       // deliveries a second to one registered domain; default 100
	SiteBurst int              // at once; default 2000
}

// maxSites is how many registered domains are counted at a time.
const maxSites = 4096

// Courier delivers. It is safe for concurrent use; every call waits for the
// deliveries it began.
type Courier struct {
	o     Options
	hosts *hosts
	lanes *lanes
	sites *limits.Buckets
}

// New returns a courier. It panics if a required option is missing, which is a
// mistake of the program and not of its surroundings.
func New(o Options) *Courier {
	if o.Client == nil || o.Keys == nil || o.Ledger == nil || o.Registry == nil || o.Schemes == nil || o.Now == nil {
		panic("delivery: Options needs Client, Keys, Ledger, Registry, Schemes and Now")
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	o.Schedule = o.Schedule.orDefault()
	o.Wide = or(o.Wide, 256)
	o.PerHost = or(o.PerHost, 2)
	o.Line = or(o.Line, 256)
	o.SiteRate = or(o.SiteRate, 100)
	o.SiteBurst = or(o.SiteBurst, 2000)
	return &Courier{
		o:     o,
		hosts: newHosts(o.Registry, o.Now),
		lanes: newLanes(o.Wide, o.PerHost, o.Line),
		sites: limits.New(o.SiteRate, o.SiteBurst, maxSites),
	}
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Heard is to be called when a host sent us something valid. It returns true if
// the host had trouble and is worth a try now: the caller then has it drained.
func (c *Courier) Heard(ctx context.Context, host string) (bool, error) {
	if err := c.hosts.load(ctx, []string{host}); err != nil {
		return false, err
	}
	if c.hosts.of(host).Failures == 0 {
		return false, nil
	}
	var early bool
	now := c.o.Now()
	c.hosts.change(host, func(h Health) Health {
		h, early = h.Heard(now)
		return h
	})
	if !early {
		return false, nil
	}
	return true, c.hosts.save(ctx)
}

// Resume ends the rest of a host, however it fares: a person says that it is
// worth a try now. The caller then has it drained. The health of a host is kept
// in memory, so this has to be called in the process that drains it.
func (c *Courier) Resume(ctx context.Context, host string) error {
	if err := c.hosts.load(ctx, []string{host}); err != nil {
		return fmt.Errorf("resume %s: %w", host, err)
	}
	now := c.o.Now()
	c.hosts.change(host, func(h Health) Health { return h.Resumed(now) })
	return c.hosts.save(ctx)
}

// letter is one document, ready to be signed and sent to one inbox.
type letter struct {
	host       string
	inbox      string
	activityID string
	body       []byte
	digest     signature.Digest
}

// outcome is what became of a letter.
type outcome struct {
	verdict Verdict
	reason  string
	status  int
	health  Health // of the host afterwards
}

// send posts one letter and draws the conclusions for its host.
func (c *Courier) send(ctx context.Context, key *signature.PrivateKey, l letter) outcome {
	a, err := c.knock(ctx, key, l)
	now := c.o.Now()
	o := outcome{verdict: Judge(a, err), status: a.Status}
	if o.verdict == Failed && ctx.Err() != nil {
		o.verdict = Stopped
	}
	if o.verdict != Done {
		o.reason = reason(a, err)
	}
	if d := apart(a, now); a.Status == http.StatusUnauthorized && d > clocksMatter {
		// Whoever of the two is wrong, it is about the clock and not about us (R14).
		o.verdict, o.reason = Failed, fmt.Sprintf("clocks are %s apart: %s", d.Round(time.Second), o.reason)
	}
	o.health = c.hosts.change(l.host, func(h Health) Health {
		if !a.Date.IsZero() {
			h.Skew = a.Date.Sub(now).Round(time.Second)
		}
		switch o.verdict {
		case Done:
			return h.Succeeded(now)
		case Ended, Denied, Refused:
			return h.Answered()
		case Failed:
			wait := c.o.Schedule.Wait(h.Failures+1, c.o.Jitter())
			return h.Failed(now, max(wait, a.RetryAfter), o.reason)
		}
		return h
	})
	return o
}

// clocksMatter is how far apart two clocks may be before others refuse what we
// sign: the narrowest window that is usual, five minutes, less what a request
// takes.
const clocksMatter = 4 * time.Minute

// apart is how far the clock of who answered is from ours, zero if it did not
// tell.
func apart(a client.Answer, now time.Time) time.Duration {
	if a.Date.IsZero() {
		return 0
	}
	return a.Date.Sub(now).Abs()
}

// errOurs marks trouble of our own before or between knocks.
var errOurs = errors.New("scheme of host not known")

// knock posts with the kind of signature that the host understood last, and once
// with the other kind if it cannot read that one.
func (c *Courier) knock(ctx context.Context, key *signature.PrivateKey, l letter) (client.Answer, error) {
	var (
		answer client.Answer
		failed error
		tried  bool
	)
	_, err := c.o.Schemes.Knock(ctx, l.host, func(s signature.Scheme) (int, error) {
		tried = true
		answer, failed = c.o.Client.Post(ctx, l.inbox, l.body, func(r *http.Request) error {
			return signature.Sign(r, key, s, l.digest, c.o.Now())
		})
		return answer.Status, failed
	})
	if !tried {
		return client.Answer{}, fmt.Errorf("%w: %w", errOurs, err)
	}
	// An error that is not the post's own is one of remembering what the host
	// understood; it takes nothing back of what the host answered.
	if failed == nil && answer.AcceptsRFC9421 {
		_ = c.o.Schemes.Heard(ctx, l.host, signature.RFC9421)
	}
	return answer, failed
}
