package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/federation/signature"
	"palier/protocol/origin"
)

// batch is how many held deliveries are read and settled together.
const batch = 50

// lookAgain is when to come back for a host that somebody else drains.
const lookAgain = time.Second

// Drain sends what the ledger holds for host, oldest first, signed anew (R01,
// R03), until nothing is due, the host fails, or ctx ends. A host that rests is
// left alone, and the report says until when; so is one that is being drained
// already. Both are no error.
// When a host comes back from trouble all that is held for it is due.
//
// Errors are those of the [Ledger], the [Registry] and [Keys]; deliveries tried
// since the last settlement are then tried again.
func (c *Courier) Drain(ctx context.Context, host string) (Report, error) {
	if err := c.hosts.load(ctx, []string{host}); err != nil {
		return Report{}, fmt.Errorf("drain %s: %w", host, err)
	}
	health, ok := c.hosts.try(host)
	if !ok {
		// Whoever has it may have looked into the ledger before what this drain
		// was called for was held.
		at := c.o.Now().Add(lookAgain)
		if health.Resting(c.o.Now()) {
			at = health.ResumeAt
		}
		return Report{Waiting: []Wait{{host, at}}}, nil
	}
	defer c.hosts.tried(host)
	d := &drain{courier: c, host: host, keys: make(map[string]*signature.PrivateKey)}
	until := c.o.Now()
	if health.Failures > 0 {
		until = until.Add(c.o.Schedule.Lifetime)
	}
	for after, more := int64(0), true; more; {
		due, err := c.o.Ledger.Due(ctx, host, until, after, batch)
		if err != nil {
			return d.report, fmt.Errorf("drain %s: %w", host, err)
		}
		if len(due) == 0 {
			break
		}
		after = due[len(due)-1].ID
		if more, err = d.round(ctx, due); err != nil {
			return d.report, fmt.Errorf("drain %s: %w", host, err)
		}
	}
	return d.report, nil
}

// drain is one call of [Courier.Drain].
type drain struct {
	courier *Courier
	host    string
	keys    map[string]*signature.PrivateKey
	report  Report
}

// round tries deliveries in order and settles them. It returns whether there may
// be more to do.
func (d *drain) round(ctx context.Context, due []Held) (more bool, err error) {
	var s Settlement
	more = len(due) == batch
	for _, h := range due {
		if ctx.Err() != nil {
			more = false
			break
		}
		var goOn bool
		if goOn, err = d.try(ctx, h, &s); err != nil || !goOn {
			more = false
			break
		}
	}
	if s.empty() {
		return more, err
	}
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), storing)
	defer cancel()
	if serr := d.courier.o.Ledger.Settle(kept, s); serr != nil {
		return false, errors.Join(err, serr)
	}
	d.report.Waiting = append(d.report.Waiting, s.Waiting...)
	return more, errors.Join(err, d.courier.hosts.save(kept))
}

// try sends one held delivery and notes the outcome in s. It returns false if
// the host is to be left alone now.
func (d *drain) try(ctx context.Context, h Held, s *Settlement) (goOn bool, err error) {
	now := d.courier.o.Now()
	if !now.Before(h.ExpiresAt) {
		d.giveUp(s, h, "too old: "+h.LastError)
		return true, nil
	}
	key, err := d.key(ctx, h.Sender)
	if errors.Is(err, ErrNoKey) {
		d.giveUp(s, h, err.Error())
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if wait, ok := d.courier.sites.Take(origin.Site(h.Host), now); !ok {
		s.Waiting = append(s.Waiting, Wait{h.Host, now.Add(wait)})
		return false, nil
	}
	o, ok := d.send(ctx, key, h)
	if !ok {
		return false, nil
	}
	switch o.verdict {
	case Done:
		s.Done = append(s.Done, h.ID)
		d.report.Delivered++
	case Ended:
		s.Ended = append(s.Ended, h.Inbox)
		d.report.Gone = append(d.report.Gone, Gone{h.Host, h.Inbox, o.status})
	case Unsendable:
		d.giveUp(s, h, o.reason)
	case Denied, Refused:
		d.again(s, h, o)
	case Failed:
		d.rest(s, h, o)
		return false, nil
	case Stopped:
		return false, nil
	}
	return true, nil
}

// send takes the host's lane, so that drains and fan-outs together keep to its
// width, and waits for the outcome. It returns false if the line is full.
func (d *drain) send(ctx context.Context, key *signature.PrivateKey, h Held) (outcome, bool) {
	l := letter{h.Host, h.Inbox, h.ActivityID, h.Body, signature.DigestOf(h.Body)}
	var o outcome
	done := make(chan struct{})
	ok := d.courier.lanes.submit(ctx, h.Host, task{
		work: func() { o = d.courier.send(ctx, key, l) },
		done: func() { close(done) },
	})
	if !ok {
		return outcome{}, false
	}
	<-done
	return o, true
}

func (d *drain) key(ctx context.Context, sender string) (*signature.PrivateKey, error) {
	if k, ok := d.keys[sender]; ok {
		return k, nil
	}
	k, err := d.courier.o.Keys.SigningKey(ctx, sender)
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", sender, err)
	}
	d.keys[sender] = k
	return k, nil
}

func (d *drain) giveUp(s *Settlement, h Held, why string) {
	s.Done = append(s.Done, h.ID)
	d.report.Dropped = append(d.report.Dropped, Dropped{h.Host, h.Inbox, h.ActivityID, why})
}

// again postpones a delivery that the host did not take, or gives it up after a
// few tries.
func (d *drain) again(s *Settlement, h Held, o outcome) {
	attempts := h.Attempts + 1
	if attempts >= o.verdict.tries() {
		d.giveUp(s, h, o.reason)
		return
	}
	at := d.courier.o.Now().Add(d.courier.o.Schedule.Wait(attempts, d.courier.o.Jitter()))
	s.Postponed = append(s.Postponed, Postponement{h.ID, attempts, at, o.reason})
	d.report.Held++
}

// rest lets everything for the host wait, or drops it if the host is dead.
func (d *drain) rest(s *Settlement, h Held, o outcome) {
	if o.health.State(d.courier.o.Now()) == Dead {
		s.Dead = append(s.Dead, h.Host)
		d.report.Dropped = append(d.report.Dropped, Dropped{h.Host, h.Inbox, h.ActivityID, "host is dead: " + o.reason})
		return
	}
	s.Postponed = append(s.Postponed, Postponement{h.ID, h.Attempts + 1, o.health.ResumeAt, o.reason})
	s.Waiting = append(s.Waiting, Wait{h.Host, o.health.ResumeAt})
	d.report.Held++
}
