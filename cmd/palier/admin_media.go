package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/cmd/palier/demo"
	"palier/instance/app"
	"palier/instance/moderation"
)

type adminMedia struct {
	Purge mediaPurge `cmd:"" help:"Throw out pictures of another server; they are not fetched again."`
}

type mediaPurge struct {
	Host  string `required:"" help:"The server, and everything below its name." placeholder:"HOST"`
	Since string `help:"Only what was fetched since then: a day (2026-11-23), a time (RFC 3339), or how long ago (48h)." placeholder:"WHEN"`
	Again bool   `help:"Let them be fetched again when somebody looks."`
}

// Run throws pictures out, and says how many those were.
func (c mediaPurge) Run(ctx context.Context, console demo.Console, root *commands) error {
	since, err := parseSince(c.Since, time.Now())
	if err != nil {
		return err
	}
	domain, err := moderation.CanonicalDomain(c.Host)
	if err != nil {
		return fmt.Errorf("host %q is none", c.Host)
	}
	return root.Admin.with(ctx, console, func(a *app.App) error {
		n, err := a.Others.Purge(ctx, domain, since, !c.Again)
		if err != nil {
			return err
		}
		return say(console, n)
	})
}

var errSince = errors.New("is neither a day, a time, nor how long ago")

// parseSince reads a moment that lies before now; the beginning of time for
// nothing.
func parseSince(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--since %q %w", s, errSince)
}
