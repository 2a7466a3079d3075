package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"palier/cmd/palier-bench/figures"
	"palier/cmd/palier-bench/machine"
)

// all measures everything on a palier that it starts for that, in a scratch
// folder, and holds it to what palier is to reach on a machine with two
// processors.
type all struct {
	Palier    string        `help:"The program; else the one beside this one, else one is built." type:"existingfile" placeholder:"FILE"`
	Database  string        `help:"An empty PostgreSQL database to use, postgres://…; else SQLite." placeholder:"URL"`
	Dir       string        `help:"Where the scratch folder goes: on the disk a server would use." type:"existingdir" placeholder:"DIR"`
	Rows      []string      `help:"Only these: limits, start, reads, inbox, follows, fanout, crash." placeholder:"ROW"`
	Notes     int           `help:"How many notes." default:"2000"`
	Followers int           `help:"How many followers." default:"1000"`
	Hosts     int           `help:"On how many hosts." default:"200"`
	Follows   int           `help:"How many follows from unknown actors." default:"500"`
	For       time.Duration `help:"How long reads are measured, each." default:"5s"`
	Machine   time.Duration `help:"How long each limit of the machine is measured." default:"1s"`
}

// every row there is, in the order of measuring.
var every = []string{"limits", "start", "reads", "inbox", "follows", "fanout", "crash"}

// Run measures and reports. What could be measured is reported even if
// something later could not.
func (a all) Run(ctx context.Context, c console) (err error) {
	for _, name := range a.Rows {
		if !slices.Contains(every, name) {
			return fmt.Errorf("--rows %s: one of %s", name, strings.Join(every, ", "))
		}
	}
	if err := within("--followers", a.Followers, a.Hosts, 10_000); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(a.Dir, "palier-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	rows, err := a.measure(ctx, c, dir)
	if len(rows) == 0 {
		return err
	}
	return errors.Join(err, c.report(rows...))
}

func (a all) measure(ctx context.Context, c console, dir string) ([]figures.Row, error) {
	v := village{all: a, console: c, dir: dir}
	var err error
	if v.program, err = findProgram(ctx, c, a.Palier, dir); err != nil {
		return nil, err
	}
	if v.address, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	if v.database = a.Database; v.database == "" {
		v.database = "sqlite:" + filepath.Join(dir, "palier.db")
	}
	c.say("measuring the machine")
	if v.limits, err = machine.Measure(ctx, dir, a.Database, a.Machine); err != nil {
		return nil, err
	}
	var rows []figures.Row
	if a.wants("limits") {
		rows = append(rows, v.limits.Row())
	}
	if a.wants("start") {
		row, err := start{Ready: v.ready(), Runs: 4}.measure(ctx, c, v.serve())
		if err != nil {
			return rows, err
		}
		rows = append(rows, aim(row, map[string]goal{
			"start to first 200": most(0.3), "memory at rest": most(60), "size of the program": most(45),
		}))
	}
	found, err := v.live(ctx)
	return append(rows, found...), err
}

func (a all) wants(row string) bool { return len(a.Rows) == 0 || slices.Contains(a.Rows, row) }

// goal is what a figure is to reach.
type goal func(figures.Figure) figures.Figure

func least(v float64) goal { return func(f figures.Figure) figures.Figure { return f.AtLeast(v) } }
func most(v float64) goal  { return func(f figures.Figure) figures.Figure { return f.AtMost(v) } }

// aim gives the figures of a row their goals.
func aim(r figures.Row, goals map[string]goal) figures.Row {
	for i, f := range r.Figures {
		if to, ok := goals[f.Name]; ok {
			r.Figures[i] = to(f)
		}
	}
	return r
}
