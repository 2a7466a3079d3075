package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
)

// Secret returns 32 random bytes that this database keeps under a name, made
// when they are first asked for. Every process on the database gets the same.
func (db *DB) Secret(ctx context.Context, name string) ([]byte, error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	var kept string
	err := db.InTx(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO settings (name, value)
			VALUES ($1, $2)
			ON CONFLICT DO NOTHING`, name, base64.StdEncoding.EncodeToString(fresh))
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&kept)
	})
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	secret, err := base64.StdEncoding.DecodeString(kept)
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	return secret, nil
}
