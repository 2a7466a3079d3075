package main

import (
	"context"
	"fmt"

	"palier/cmd/palier/demo"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/auth"
)

type adminToken struct {
	Name   string `arg:"" help:"Whom the token speaks for."`
	Scopes string `help:"What it may do." default:"read write follow push"`
}

// Run prints a token for a client program. Whoever it speaks for sees it among
// what they have connected, and can end it there.
func (c adminToken) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		scopes, err := auth.ParseScopes(c.Scopes)
		if err != nil {
			return err
		}
		if len(scopes) == 0 {
			return &instance.Invalid{Field: "scope", Code: "missing"}
		}
		p, err := a.People.Named(ctx, c.Name)
		if err != nil {
			return err
		}
		if p.Gone() || !p.DisabledAt.IsZero() {
			return fmt.Errorf("account %s is closed: %w", c.Name, instance.ErrForbidden)
		}
		own, err := a.Apps.Own(ctx, "palier admin token")
		if err != nil {
			return err
		}
		token, err := a.Apps.Issue(ctx, own, p.ID, scopes)
		if err != nil {
			return err
		}
		return say(console, token)
	})
}
