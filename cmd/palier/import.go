package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"palier/cmd/palier/demo"
	"palier/instance/app"
)

// importer takes over files of open data.
type importer struct {
	server
	Files  []string `arg:"" type:"existingfile" help:"Files of open data, packed with gzip or not: addresses (BAN, BAL), outlines (GeoJSON), communes (COG, postal codes), associations (RNA), establishments (SIRENE)."`
	Source string   `help:"Who publishes them; kept with what comes of them." placeholder:"NAME"`
	Report string   `help:"Write every row that is refused to a table: file, line, reason." placeholder:"FILE"`
	In     []string `help:"Of associations and establishments, only those in communes whose INSEE code begins so: 22050, 22." placeholder:"CODE"`
	Most   int64    `help:"How many megabytes of one file are read, unpacked." default:"16384" placeholder:"MB"`
}

// Run imports the files one after the other and prints what became of each. It
// goes on with the next where one cannot be read.
func (c importer) Run(ctx context.Context, console demo.Console) (err error) {
	var all io.Writer
	if c.Report != "" {
		f, err := os.OpenFile(c.Report, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		all = f
	}
	return c.with(ctx, console, func(a *app.App) error {
		var failed []error
		for _, path := range c.Files {
			if err := c.one(ctx, console, a, path, all); err != nil {
				failed = append(failed, err)
			}
			if ctx.Err() != nil {
				break
			}
		}
		return errors.Join(failed...)
	})
}

func (c importer) one(ctx context.Context, console demo.Console, a *app.App, path string, all io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	name := filepath.Base(path)
	source := c.Source
	if source == "" {
		source = name
	}
	report, err := a.Import(ctx, app.Imported{Name: name, From: f, Source: source, Most: c.Most << 20, In: c.In, All: all})
	if _, printErr := fmt.Fprint(console.Out, report); printErr != nil {
		return errors.Join(err, printErr)
	}
	return err
}
