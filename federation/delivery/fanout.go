package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"palier/federation/signature"
	"palier/protocol/origin"
)

// chunk is how many targets are looked up and sent together.
const chunk = 1000

// storing is how long the end of a fan-out may take to be written down after the
// program was told to stop.
const storing = 5 * time.Second

// FanOut sends a parcel to all of its targets and returns when each has
// answered, failed or been put into the ledger. Healthy hosts have theirs at
// once, whatever others do; the slowest one decides when the call returns.
//
// When ctx ends, nothing more is begun, what is under way is broken off, and all
// that is left goes to the ledger. An error means that nothing was handed to the
// ledger; the caller then makes the same call again, and receivers drop what they
// had already. It is that of [Keys], of the [Registry] or of the [Ledger].
func (c *Courier) FanOut(ctx context.Context, p Parcel) (Report, error) {
	key, err := c.o.Keys.SigningKey(ctx, p.Sender)
	if err != nil {
		return Report{}, fmt.Errorf("fan out for %s: %w", p.Sender, err)
	}
	digests := make([]signature.Digest, len(p.Documents))
	for i, d := range p.Documents {
		digests[i] = signature.DigestOf(d.Body)
	}
	f := &fanOut{courier: c, key: key, sender: p.Sender, left: make([]*Held, len(p.Targets))}
	for from := 0; from < len(p.Targets); from += chunk {
		to := min(from+chunk, len(p.Targets))
		if err := c.hosts.load(ctx, hostsOf(p.Targets[from:to])); err != nil {
			if ctx.Err() == nil && from == 0 {
				return Report{}, fmt.Errorf("fan out for %s: %w", p.Sender, err)
			}
			// What was begun is seen through; the rest waits in the ledger.
			f.keep(p, from, len(p.Targets), "not tried: health of hosts unknown")
			break
		}
		for i := from; i < to; i++ {
			t := p.Targets[i]
			d := p.Documents[t.Document]
			f.begin(ctx, i, letter{t.Host, t.Inbox, d.ActivityID, d.Body, digests[t.Document]})
		}
	}
	f.under.Wait()
	return f.finish(ctx)
}

func hostsOf(targets []Target) []string {
	seen := make(map[string]bool, len(targets))
	var names []string
	for _, t := range targets {
		if !seen[t.Host] {
			seen[t.Host] = true
			names = append(names, t.Host)
		}
	}
	return names
}

// fanOut is one call of [Courier.FanOut].
type fanOut struct {
	courier *Courier
	key     *signature.PrivateKey
	sender  string
	under   sync.WaitGroup

	mu     sync.Mutex
	report Report
	left   []*Held // by index of the target; nil for what is settled
	ended  []string
	dead   []string
}

// begin sends letter i, has it wait in the host's line, or keeps it for the ledger.
func (f *fanOut) begin(ctx context.Context, i int, l letter) {
	if ctx.Err() != nil {
		f.hold(i, l, 0, "not tried before the stop")
		return
	}
	turn := f.courier.hosts.admit(l.host)
	switch turn {
	case turnSkip:
		f.drop(l, "host is dead")
		return
	case turnQueue:
		f.hold(i, l, 0, "")
		return
	}
	if _, ok := f.courier.sites.Take(origin.Site(l.host), f.courier.o.Now()); !ok {
		f.release(turn, l)
		f.hold(i, l, 0, "too many deliveries to this domain")
		return
	}
	f.under.Add(1)
	ok := f.courier.lanes.submit(ctx, l.host, task{
		work: func() { f.try(ctx, i, l, turn) },
		done: f.under.Done,
	})
	if !ok {
		f.under.Done()
		f.release(turn, l)
		f.hold(i, l, 0, "too many deliveries to this host")
	}
}

func (f *fanOut) release(t turn, l letter) {
	if t == turnProbe {
		f.courier.hosts.tried(l.host)
	}
}

// try sends one letter, unless its host ran into trouble while it waited in line.
func (f *fanOut) try(ctx context.Context, i int, l letter, t turn) {
	defer f.release(t, l)
	switch {
	case ctx.Err() != nil:
		f.hold(i, l, 0, "not tried before the stop")
		return
	case t == turnSend && f.courier.hosts.of(l.host).Failures > 0:
		f.hold(i, l, 0, "")
		return
	}
	o := f.courier.send(ctx, f.key, l)
	switch o.verdict {
	case Done:
		f.mu.Lock()
		f.report.Delivered++
		f.mu.Unlock()
	case Ended:
		f.mu.Lock()
		f.report.Gone = append(f.report.Gone, Gone{l.host, l.inbox, o.status})
		f.ended = append(f.ended, l.inbox)
		f.mu.Unlock()
	case Unsendable:
		f.drop(l, o.reason)
	case Failed:
		if o.health.State(f.courier.o.Now()) == Dead {
			f.die(l, o.reason)
			return
		}
		f.hold(i, l, 1, o.reason)
	case Denied, Refused:
		f.hold(i, l, 1, o.reason)
	case Stopped:
		f.hold(i, l, 0, "broken off by the stop")
	}
}

func (f *fanOut) drop(l letter, why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.report.Dropped = append(f.report.Dropped, Dropped{l.host, l.inbox, l.activityID, why})
}

// die drops a letter of which the host has just died.
func (f *fanOut) die(l letter, why string) {
	f.drop(l, why)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = append(f.dead, l.host)
}

// hold keeps letter i for the ledger.
func (f *fanOut) hold(i int, l letter, attempts int, why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left[i] = &Held{Host: l.host, Inbox: l.inbox, ActivityID: l.activityID, Sender: f.sender,
		Body: l.body, Attempts: attempts, LastError: why}
}

// keep holds targets from to to without trying them.
func (f *fanOut) keep(p Parcel, from, to int, why string) {
	for i := from; i < to; i++ {
		t := p.Targets[i]
		d := p.Documents[t.Document]
		f.hold(i, letter{host: t.Host, inbox: t.Inbox, activityID: d.ActivityID, body: d.Body}, 0, why)
	}
}

// finish hands what is left to the ledger, in one call and in the order of the
// targets, even if the program is about to stop.
func (f *fanOut) finish(ctx context.Context) (Report, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storing)
	defer cancel()
	now := f.courier.o.Now()
	waits := make(map[string]time.Time)
	var held []Held
	for _, h := range f.left {
		if h == nil {
			continue
		}
		h.NextAt = f.courier.next(h, now)
		h.ExpiresAt = now.Add(f.courier.o.Schedule.Lifetime)
		held = append(held, *h)
		if at, ok := waits[h.Host]; !ok || h.NextAt.Before(at) {
			waits[h.Host] = h.NextAt
		}
	}
	if len(held) > 0 {
		if err := f.courier.o.Ledger.Hold(ctx, held); err != nil {
			return Report{}, fmt.Errorf("hold %d deliveries of %s: %w", len(held), f.sender, err)
		}
	}
	s := Settlement{Ended: f.ended, Dead: f.dead}
	if !s.empty() {
		if err := f.courier.o.Ledger.Settle(ctx, s); err != nil {
			return Report{}, fmt.Errorf("settle fan-out of %s: %w", f.sender, err)
		}
	}
	// Health that could not be saved stays in memory for the next time; to call
	// the fan-out failed would send everything again.
	_ = f.courier.hosts.save(ctx)
	f.report.Held = len(held)
	for host, at := range waits {
		f.report.Waiting = append(f.report.Waiting, Wait{host, at})
	}
	return f.report, nil
}

// next tells when a held delivery is to be tried: when its host has rested, or
// after its own wait if the host is well and only this delivery was not taken.
func (c *Courier) next(h *Held, now time.Time) time.Time {
	at := now
	if health := c.hosts.of(h.Host); health.Failures > 0 {
		at = later(now, health.ResumeAt)
	} else if h.Attempts > 0 {
		at = now.Add(c.o.Schedule.Wait(h.Attempts, c.o.Jitter()))
	}
	return at
}
