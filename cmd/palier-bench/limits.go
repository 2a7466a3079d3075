package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"palier/cmd/palier-bench/machine"
)

// limits measures the machine alone.
type limits struct {
	For      time.Duration `help:"How long each figure is measured." default:"1s"`
	Dir      string        `help:"Where SQLite writes: a folder on the disk a server would use." type:"existingdir" placeholder:"DIR"`
	Database string        `help:"A PostgreSQL to write to as well, postgres://…" placeholder:"URL"`
}

// Run measures and reports.
func (l limits) Run(ctx context.Context, c console) error {
	found, err := l.measure(ctx)
	if err != nil {
		return err
	}
	return c.report(found.Row())
}

func (l limits) measure(ctx context.Context) (found machine.Limits, err error) {
	if l.For <= 0 || l.For > time.Minute {
		return found, fmt.Errorf("--for %s: more than nothing, at most a minute", l.For)
	}
	dir, err := os.MkdirTemp(l.Dir, "palier-bench-")
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return machine.Measure(ctx, dir, l.Database, l.For)
}
