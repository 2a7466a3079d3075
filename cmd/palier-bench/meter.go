package main

import (
	"context"
	"errors"
	"os"
	"time"

	"palier/cmd/palier-bench/figures"
	"palier/cmd/palier-bench/process"
)

// meter tells who took the processors from one moment to another.
type meter struct {
	*subject
	server, own, busy, all time.Duration
}

// reading of all the clocks there are. What the server has taken counts nothing
// where its processes are not known.
func (s *subject) reading() (m meter, err error) {
	m.subject = s
	if s.pids != nil {
		if m.server, err = process.CPU(s.pids()); err != nil {
			return m, err
		}
	}
	if m.own, err = process.CPU([]int{os.Getpid()}); err != nil {
		return m, err
	}
	m.busy, m.all, err = process.Busy()
	return m, err
}

// calm returns when the server has nothing to do, at once where its processes
// are not known, with how much processor time it had taken by then.
func (s *subject) calm(ctx context.Context) (time.Duration, error) {
	if s.pids == nil {
		return 0, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 2*time.Minute, errors.New("it is busy for two minutes"))
	defer cancel()
	return process.Quiet(ctx, s.pids)
}

// begin waits until the server is quiet and begins to measure.
func (s *subject) begin(ctx context.Context) (meter, error) {
	if _, err := s.calm(ctx); err != nil {
		return meter{}, err
	}
	return s.reading()
}

// spent is who took the processors while something was measured.
type spent struct {
	server time.Duration // the server; zero where its processes are not known
	own    time.Duration // this program
	others float64       // part of all processors that anybody else took
	known  bool          // whether the server's processes are known
}

// now tells who took them so far.
func (m meter) now() (spent, error) {
	n, err := m.reading()
	s := spent{server: n.server - m.server, own: n.own - m.own, known: m.pids != nil}
	if n.all > m.all {
		s.others = max(0, float64(n.busy-m.busy-s.server-s.own)/float64(n.all-m.all))
	}
	return s, err
}

// until adds to what was spent by then what the server still had to do.
func (m meter) until(ctx context.Context, s spent) (spent, error) {
	after, err := m.calm(ctx)
	if s.known {
		s.server = after - m.server
	}
	return s, err
}

// figures of what was spent on n things of a kind.
func (s spent) figures(n int, kind, note string) []figures.Figure {
	each := func(d time.Duration) time.Duration { return d / time.Duration(max(n, 1)) }
	list := []figures.Figure{figures.Millis("processor time per "+kind+", load program", each(s.own)).Against("taken from the same processors")}
	if !s.known {
		return list
	}
	return append([]figures.Figure{figures.Millis("processor time per "+kind, each(s.server)).Against("%s", note)},
		append(list, s.disturbance())...)
}

// disturbance is how much of the machine was not there for the measurement.
func (s spent) disturbance() figures.Figure {
	return figures.Share("processors taken by others", s.others, 1).Against("neither server nor load program; the less, the more the figures are worth")
}
