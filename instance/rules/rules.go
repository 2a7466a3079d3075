// Package rules keeps what the administrators of a server set for those who
// write there.
package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Service reads and keeps the rules.
type Service struct {
	db      *store.DB
	initial instance.Rules
}

// Options are what a [Service] stands on.
type Options struct {
	DB *store.DB
	// Initial holds until an administrator sets something else.
	Initial instance.Rules
}

// New returns a service on o.
func New(o Options) *Service { return &Service{db: o.DB, initial: o.Initial} }

const setting = "rules"

// Now returns the rules that hold.
func (s *Service) Now(ctx context.Context) (instance.Rules, error) { return s.In(ctx, s.db.Read()) }

// In is [Service.Now] inside a transaction.
func (s *Service) In(ctx context.Context, tx store.Tx) (instance.Rules, error) {
	var kept string
	err := tx.QueryRow(ctx, `SELECT value FROM settings WHERE name = $1`, setting).Scan(&kept)
	if errors.Is(err, store.ErrNoRows) {
		return s.initial, nil
	}
	var r instance.Rules
	if err == nil {
		err = json.Unmarshal([]byte(kept), &r)
	}
	if err != nil {
		return r, fmt.Errorf("rules: %w", err)
	}
	return r, nil
}

// most is the highest count a rule can have.
const most = 1000

// Set makes r the rules. It returns an [instance.Invalid] for what cannot be.
func (s *Service) Set(ctx context.Context, r instance.Rules) error {
	switch {
	case r.PostsADay < 0 || r.PostsADay > most:
		return &instance.Invalid{Field: "posts-a-day", Code: "out-of-range", Limit: most}
	case r.NoticesAMonth < 0 || r.NoticesAMonth > most:
		return &instance.Invalid{Field: "notices-a-month", Code: "out-of-range", Limit: most}
	case r.ElectionFrom.IsZero() != r.ElectionUntil.IsZero() || r.ElectionUntil.Before(r.ElectionFrom):
		return &instance.Invalid{Field: "election-until", Code: "malformed"}
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("set rules: %w", err)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO settings (name, value)
			VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, setting, string(text))
		return err
	})
	if err != nil {
		return fmt.Errorf("set rules: %w", err)
	}
	return nil
}
