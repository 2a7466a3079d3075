package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"palier/cmd/palier-bench/figures"
	"palier/cmd/palier-bench/load"
	"palier/cmd/palier-bench/process"
)

// reviver ends a server as a power cut does, and brings it back.
type reviver interface {
	kill() error
	// revive returns when the server answers again; end stops what it started.
	revive(ctx context.Context) (end func() error, err error)
}

// stranger is a server that somebody else started.
type stranger struct {
	console
	pids    []int
	restart string
	ready   string
}

func (i inbox) reviver(c console) reviver {
	return stranger{console: c, pids: i.PID, restart: i.Restart, ready: i.Ready}
}

func (s stranger) kill() error { return process.KillAll(s.pids) }

// grace is how long a server that is stopped in the end may take for it.
const grace = 20 * time.Second

func (s stranger) revive(ctx context.Context) (end func() error, err error) {
	if s.restart == "" {
		s.say("the server is dead; please start it again, %s is asked until it answers 200", s.ready)
		_, err := process.Ready(ctx, s.ready)
		return func() error { return nil }, err
	}
	p, err := process.Start(process.Shell(s.restart))
	if err != nil {
		return nil, err
	}
	end = func() error { return p.Stop(grace) }
	if _, err := p.Ready(ctx, s.ready); err != nil {
		return nil, errors.Join(err, end())
	}
	return end, nil
}

// crash kills the server in the middle of the notes, has it started again and
// looks for each note that was accepted before.
func (m *mail) crash(ctx context.Context, c console, life reviver) (_ figures.Row, err error) {
	c.say("sending notes, until %d are accepted; then the server is killed", m.KillAfter)
	accepted, result, err := m.sendUntil(ctx, life.kill)
	if err != nil {
		return figures.Row{}, err
	}
	began := time.Now()
	end, err := life.revive(ctx)
	if err != nil {
		return figures.Row{}, err
	}
	defer func() { err = errors.Join(err, end()) }()
	back := time.Since(began)
	c.say("the server is back; looking for %d notes", len(accepted))
	var missing []string
	left := func(ctx context.Context) (int, error) {
		found, err := m.found(ctx)
		if err != nil {
			return 0, err
		}
		missing = missing[:0]
		for _, n := range accepted {
			if !found[m.mark(n)] {
				missing = append(missing, m.mark(n))
			}
		}
		return len(accepted) - len(missing), nil
	}
	if _, _, err := await(ctx, left, len(accepted), listEvery, m.Settle); err != nil {
		return figures.Row{}, err
	}
	lost := figures.Count("accepted but lost", len(missing)).AtMost(0).Against("looked for at %s", m.fill(m.ListURL))
	if len(missing) > 0 {
		lost = lost.Against("the first is %s, looked for at %s", missing[0], m.fill(m.ListURL))
	}
	return figures.Row{Name: "crash", Title: fmt.Sprintf("kill -9 in the middle of notes, %d at a time", m.Clients), Figures: []figures.Figure{
		figures.Count("notes accepted before the crash", len(accepted)),
		figures.Count("notes under way without answer", result.Failed),
		lost,
		figures.Seconds("restart to first answer", back),
	}}, nil
}

// sendUntil sends notes until enough are accepted, has the server killed then,
// and returns the numbers of all that were accepted, those answered at the last
// moment included.
func (m *mail) sendUntil(ctx context.Context, kill func() error) ([]int, load.Result, error) {
	var mu sync.Mutex
	var accepted []int
	var killed bool
	var killErr error
	first := len(m.town.Actors()) // those before warmed the server up
	result := load.Send(ctx, m.wire, m.requests, load.Plan{Clients: m.Clients, Each: func(n int, o load.Outcome) bool {
		mu.Lock()
		defer mu.Unlock()
		if o.OK() {
			accepted = append(accepted, first+n)
		}
		if len(accepted) >= m.KillAfter && !killed {
			killed, killErr = true, kill()
		}
		return !killed
	}})
	switch {
	case killErr != nil:
		return nil, result, killErr
	case !killed:
		return nil, result, fmt.Errorf("only %d notes were accepted, the server was not killed: %s", len(accepted), result.Trouble())
	}
	return accepted, result, nil
}
