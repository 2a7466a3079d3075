package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"palier/cmd/palier/demo"
	"palier/instance/screens"
)

type screenCommands struct {
	Verify screenVerify `cmd:"" help:"Tell whose a bundle is that a screen shows, without a connection."`
}

type screenVerify struct {
	Bundle string `arg:"" type:"existingfile" help:"The bundle, as /screen/bundle answers it."`
	Place  string `required:"" type:"existingfile" help:"The ActivityPub document of the place, as it answers at its own address."`
}

// Run says which place signed a bundle, when, and until when it may be shown.
func (c screenVerify) Run(_ context.Context, console demo.Console) error {
	bundle, err := os.ReadFile(c.Bundle)
	if err != nil {
		return err
	}
	place, err := os.ReadFile(c.Place)
	if err != nil {
		return err
	}
	b, err := screens.Verify(bundle, place, time.Now())
	if err != nil {
		return fmt.Errorf("verify %s: %w", c.Bundle, err)
	}
	return say(console, fmt.Sprintf("%s\n%s\nmade %s, until %s, %d cards", b.Name, b.Place, b.Made.Format(time.RFC3339), b.Expires.Format(time.RFC3339), len(b.Cards)))
}
