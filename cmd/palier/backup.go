package main

import (
	"context"
	"fmt"
	"time"

	"palier/cmd/palier/demo"
	"palier/instance/app"
	"palier/instance/backups"
	"palier/instance/config"
	"palier/instance/store"
	"palier/instance/vault"
)

type backupCommand struct {
	Take   backupTake   `cmd:"" default:"withargs" help:"Copy a server, also while it runs: its database and its pictures, not its settings, and never the keys to what is sealed."`
	Verify backupVerify `cmd:"" help:"Read all of a backup and name what was changed or is missing."`
}

// backupTake makes a backup.
type backupTake struct {
	server
	Folder string `arg:"" help:"Folder to make, such as /var/backups/palier/2026-11-29." placeholder:"DIR"`
}

// Run copies the server and says what is not in the copy.
func (c backupTake) Run(ctx context.Context, console demo.Console) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	m, err := app.Backup(ctx, s, c.Folder, app.Options{Log: console.Log, Now: time.Now, Version: console.Version})
	if err != nil {
		return err
	}
	if err := tellBackup(console, c.Folder, &m); err != nil {
		return err
	}
	if m.Bucket {
		fmt.Fprintln(console.Out, "Pictures are in a bucket and not in it: have the bucket copied too.")
	}
	fmt.Fprintln(console.Out, "Settings are not in it either.")
	return tellKeys(console, &s, &m)
}

type backupVerify struct {
	Folder string `arg:"" help:"Folder with a backup." placeholder:"DIR"`
}

// Run reads everything.
func (c backupVerify) Run(ctx context.Context, console demo.Console) error {
	m, err := backups.Verify(ctx, c.Folder)
	if err != nil {
		return err
	}
	if err := tellBackup(console, c.Folder, &m); err != nil {
		return err
	}
	_, err = fmt.Fprintln(console.Out, "All of it is as it was written.")
	return err
}

// restoreCommand makes a server of a backup.
type restoreCommand struct {
	server
	Folder string `arg:"" help:"Folder with a backup." placeholder:"DIR"`
}

// Run verifies the backup, makes the server, and says what it lacks.
func (c restoreCommand) Run(ctx context.Context, console demo.Console) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	m, err := app.Restore(ctx, s, c.Folder, app.Options{Now: time.Now})
	if err != nil {
		return err
	}
	if err := tellBackup(console, c.Folder, &m); err != nil {
		return err
	}
	if m.Site != s.URL {
		fmt.Fprintf(console.Out, "It is of %s; this one is set to be %s, and other servers will not know it. Set url.\n", m.Site, s.URL)
	}
	if n := m.Pictures(); n > 0 && s.MediaBucket.Used() {
		fmt.Fprintf(console.Out, "The %d pictures were left in %s, since this server keeps pictures in a bucket: copy them there under the names they have below media.\n", n, c.Folder)
	}
	return tellKeys(console, &s, &m)
}

func tellBackup(console demo.Console, folder string, m *backups.Manifest) error {
	engine := map[store.Engine]string{store.SQLite: "SQLite", store.Postgres: "PostgreSQL"}[m.Engine]
	_, err := fmt.Fprintf(console.Out, "%s: %s as it was at %s, its database (%s, migration %d) and %d pictures, %.1f MB\n",
		folder, m.Site, m.Made.Format(time.RFC3339), engine, m.Migration, m.Pictures(), float64(m.Size())/1e6)
	return err
}

// tellKeys says where the keys are that no backup has.
func tellKeys(console demo.Console, s *config.Config, m *backups.Manifest) error {
	if len(m.Keys) == 0 {
		_, err := fmt.Fprintf(console.Out, "Nothing is sealed in it. Keys of programmes will be in %s (vault_dir), and in no backup.\n", s.Keys())
		return err
	}
	fmt.Fprintf(console.Out, `What programmes sealed is opened with %d keys, which are never in a backup: they belong into %s (vault_dir).
Keep a copy of that folder at another place than the backups: whoever has both reads all, and without it nobody reads anything of it.
`, len(m.Keys), s.Keys())
	v := vault.New(s.Keys(), time.Now)
	for _, key := range m.Keys {
		if !v.Has(key) {
			if _, err := fmt.Fprintf(console.Out, "The key of %s is not there.\n", key); err != nil {
				return err
			}
		}
	}
	return nil
}
