package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"palier/cmd/palier-bench/figures"
	"palier/cmd/palier-bench/loopback"
	"palier/cmd/palier-bench/process"
)

// start starts a server several times and looks at it at rest.
type start struct {
	Cmd   string `help:"Starts the server and is it; the first time may well create its database." required:"" placeholder:"COMMAND"`
	Ready string `help:"Answers 200 when the server is there." required:"" placeholder:"URL"`
	Runs  int    `help:"How often it is started." default:"4"`
}

// Run measures and reports.
func (s start) Run(ctx context.Context, c console) error {
	row, err := s.measure(ctx, c, process.Shell("exec "+s.Cmd))
	if err != nil {
		return err
	}
	return c.report(row)
}

func (s start) measure(ctx context.Context, c console, command process.Command) (figures.Row, error) {
	if err := within("--runs", s.Runs, 2, 50); err != nil {
		return figures.Row{}, err
	}
	if _, err := loopback.Check(ctx, s.Ready); err != nil {
		return figures.Row{}, err
	}
	var took []time.Duration
	var memory, size int64
	for n := range s.Runs {
		c.say("start %d of %d", n+1, s.Runs)
		ready, found, err := once(ctx, command, s.Ready)
		if err != nil {
			return figures.Row{}, err
		}
		took = append(took, ready)
		memory, size = max(memory, found.memory), found.size
	}
	again := slices.Sorted(slices.Values(took[1:]))
	return figures.Row{Name: "start", Title: "start, rest, size", Figures: []figures.Figure{
		figures.Seconds("first start to first 200", took[0]).Against("it may have to make its database"),
		figures.Seconds("start to first 200", again[len(again)/2]).Against("middle of %d, between %s and %s", len(again),
			again[0].Round(time.Millisecond), again[len(again)-1].Round(time.Millisecond)),
		figures.MiB("memory at rest", memory).Against("resident, the most of %d starts, quiet for a moment", s.Runs),
		figures.MiB("size of the program", size),
	}}, nil
}

// rest is a server that has nothing to do.
type rest struct{ memory, size int64 }

// once starts a server, waits until it is at rest, looks at it and stops it.
func once(ctx context.Context, command process.Command, url string) (ready time.Duration, found rest, err error) {
	p, err := process.Start(command)
	if err != nil {
		return 0, found, err
	}
	defer func() { err = errors.Join(err, p.Stop(grace)) }()
	if ready, err = p.Ready(ctx, url); err != nil {
		return 0, found, err
	}
	if _, err := process.Quiet(ctx, p.Pids); err != nil {
		return 0, found, err
	}
	if found.memory, err = process.Memory(p.Pids()); err != nil {
		return 0, found, err
	}
	name, err := p.Executable()
	if err != nil {
		return 0, found, fmt.Errorf("find the program: %w", err)
	}
	info, err := os.Stat(name)
	if err != nil {
		return 0, found, fmt.Errorf("size of the program: %w", err)
	}
	found.size = info.Size()
	return ready, found, nil
}
