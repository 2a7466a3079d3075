package delivery

import "time"

// Schedule says when to try again. The zero Schedule is the usual one: half a
// minute, then twice as long each time up to four hours, for seven days.
type Schedule struct {
	First    time.Duration // wait after the first failure; default 30 s
	Longest  time.Duration // no wait is longer, jitter aside; default 4 h
	Lifetime time.Duration // how long one delivery is tried at all; default 7 days
}

func (s Schedule) orDefault() Schedule {
	if s.First <= 0 {
		s.First = 30 * time.Second
	}
	if s.Longest <= 0 {
		s.Longest = 4 * time.Hour
	}
	if s.Lifetime <= 0 {
		s.Lifetime = 7 * 24 * time.Hour
	}
	return s
}

// Wait returns how long to wait after the attempt-th failure in a row, counted
// from 1. jitter in [0, 1) makes the wait longer by up to half, so that what
// failed together does not come back together. For one jitter the waits never
// become shorter, and none is longer than the lifetime.
func (s Schedule) Wait(attempt int, jitter float64) time.Duration {
	s = s.orDefault()
	d := min(s.First, s.Longest)
	for i := 1; i < attempt && d < s.Longest; i++ {
		d = min(2*d, s.Longest)
	}
	jitter = min(max(jitter, 0), 1)
	return min(d+time.Duration(jitter*float64(d)/2), s.Lifetime)
}
