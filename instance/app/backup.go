package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"palier/instance/backups"
	"palier/instance/config"
	"palier/instance/store"
)

// Backup copies the server that c describes into a folder that is not there yet,
// also while it runs: it opens the database beside it and changes nothing. It
// returns what [backups.Take] does.
func Backup(ctx context.Context, c config.Config, to string, o Options) (m backups.Manifest, err error) {
	if err := c.Check(); err != nil {
		return m, err
	}
	if path, ok := strings.CutPrefix(c.Database, "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil { // opening one would make it
			return m, fmt.Errorf("there is no database to copy: %w", err)
		}
	}
	db, err := store.Open(ctx, c.Database, store.Options{Logger: o.Log})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return backups.Take(ctx, to, backups.Options{
		DB: db, Site: c.URL, Program: o.Version, Now: o.Now, Pictures: pictures(&c), Vault: c.Keys(),
		Keys: func(ctx context.Context) ([]string, error) { return needed(ctx, db) },
	})
}

// Restore makes the server that c describes of a backup, where there is none. It
// returns what [backups.Restore] does.
func Restore(ctx context.Context, c config.Config, from string, o Options) (backups.Manifest, error) {
	if err := c.Check(); err != nil {
		return backups.Manifest{}, err
	}
	return backups.Restore(ctx, from, backups.Target{Database: c.Database, Pictures: pictures(&c), Now: o.Now})
}

// pictures is the folder they are kept in, empty if that is a bucket.
func pictures(c *config.Config) string {
	if c.MediaBucket.Used() {
		return ""
	}
	return c.Pictures()
}

// needed are the public halves of the keys in the vault that open something.
func needed(ctx context.Context, db *store.DB) ([]string, error) {
	rows, err := db.Read().Query(ctx, `
		SELECT recipient FROM vault_keys WHERE spent_at IS NULL
		 UNION
		SELECT recipient FROM housing_programmes WHERE recipient <> ''
		 ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("read which keys are needed: %w", err)
	}
	defer rows.Close()
	list := []string{}
	for rows.Next() {
		var recipient string
		if err := rows.Scan(&recipient); err != nil {
			return nil, fmt.Errorf("read which keys are needed: %w", err)
		}
		list = append(list, recipient)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read which keys are needed: %w", err)
	}
	return list, nil
}
