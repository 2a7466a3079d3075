package main

import (
	"context"
	"fmt"
	"time"

	"palier/cmd/palier/demo"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/mail"
)

type adminMail struct {
	List mailList `cmd:"" default:"withargs" help:"List them."`
	Show mailShow `cmd:"" help:"Print one of them."`
}

type mailList struct {
	To string `help:"Only those to this address." placeholder:"ADDRESS"`
}

// Run lists the letters that wait or were refused, the oldest first.
func (c mailList) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		for after := instance.ID(0); ; {
			list, err := a.Mail.Letters(ctx, c.To, after, 100)
			if err != nil || len(list) == 0 {
				return err
			}
			for _, l := range list {
				if err := say(console, l.ID, l.ID.Time().Format(time.RFC3339), l.To, l.Subject, l.Refused); err != nil {
					return err
				}
			}
			after = list[len(list)-1].ID
		}
	})
}

type mailShow struct {
	ID string `arg:"" help:"Its id, as the list gives it."`
}

// Run prints one letter the way it would be read.
func (c mailShow) Run(ctx context.Context, console demo.Console, root *commands) error {
	id, err := instance.ParseID(c.ID)
	if err != nil {
		return err
	}
	return root.Admin.with(ctx, console, func(a *app.App) error {
		l, err := a.Mail.ByID(ctx, id)
		if err != nil {
			return err
		}
		return printLetter(console, l)
	})
}

func printLetter(console demo.Console, l mail.Stored) error {
	_, err := fmt.Fprintf(console.Out, "To: %s\nDate: %s\nSubject: %s\n\n%s\n", l.To, l.ID.Time().Format(time.RFC1123Z), l.Subject, l.Text)
	for _, f := range l.Attached {
		if err == nil {
			_, err = fmt.Fprintf(console.Out, "\n[%s, %s, %d bytes]\n", f.Name, f.MediaType, len(f.Bytes))
		}
	}
	return err
}
