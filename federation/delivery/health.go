package delivery

import "time"

// Health is how one host fares. The zero Health is that of a host of which
// nothing is known, and healthy. Its methods are pure.
type Health struct {
	Failures     int       // in a row
	FailingSince time.Time // first of them; zero while the host is well
	LastSuccess  time.Time
	LastFailure  time.Time
	LastError    string
	ResumeAt     time.Time     // not tried before; zero while the host is well
	Skew         time.Duration // how far its clock is ahead of ours, as last seen (R15)
}

// State names how a host fares.
type State string

// The states of a host.
const (
	Healthy State = "healthy"
	Failing State = "failing" // a few failures: short waits
	Paused  State = "paused"  // many failures in a row: long waits
	Dead    State = "dead"    // nothing but failures for a week
)

const (
	pauseAfter = 5                  // failures in a row
	deadAfter  = 7 * 24 * time.Hour // of nothing but failures
	probeDead  = 7 * 24 * time.Hour // between two tries of a dead host
	heardAgain = time.Minute        // at least, from a failure to a try because the host spoke
)

// State returns the state of the host at now.
func (h Health) State(now time.Time) State {
	switch {
	case h.Failures == 0:
		return Healthy
	case now.Sub(h.FailingSince) >= deadAfter:
		return Dead
	case h.Failures >= pauseAfter:
		return Paused
	}
	return Failing
}

// Resting reports whether the host is to be left alone at now.
func (h Health) Resting(now time.Time) bool { return now.Before(h.ResumeAt) }

// Succeeded returns the health after an accepted delivery.
func (h Health) Succeeded(now time.Time) Health {
	return Health{LastSuccess: now, LastFailure: h.LastFailure, Skew: h.Skew}
}

// Answered returns the health after an answer that is neither a success nor a
// sign of trouble: the host can be reached.
func (h Health) Answered() Health {
	return Health{LastSuccess: h.LastSuccess, LastFailure: h.LastFailure, Skew: h.Skew}
}

// Failed returns the health after a failure: the host rests for wait, or for a
// week if it is dead by now. Failures during a rest come from deliveries that
// were under way together when it began; they count as one.
func (h Health) Failed(now time.Time, wait time.Duration, reason string) Health {
	h.LastFailure, h.LastError = now, reason
	if h.Failures == 0 {
		h.FailingSince = now
	}
	if h.Failures == 0 || !h.Resting(now) {
		h.Failures++
	}
	if h.State(now) == Dead {
		wait = max(wait, probeDead)
	}
	if until := now.Add(wait); until.After(h.ResumeAt) {
		h.ResumeAt = until
	}
	return h
}

// Heard returns the health after the host sent us something. That proves only
// that it can speak, not that it can be reached, so all it brings is an early
// try, and that not for every message. It returns false if it changes nothing.
func (h Health) Heard(now time.Time) (Health, bool) {
	if h.Failures == 0 || !h.Resting(now) || now.Sub(h.LastFailure) < heardAgain {
		return h, false
	}
	h.ResumeAt = now
	return h, true
}

// Resumed returns the health after a person ended the host's rest. How often it
// failed stays known: the next failure brings the next longer rest.
func (h Health) Resumed(now time.Time) Health {
	if h.Resting(now) {
		h.ResumeAt = now
	}
	return h
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
