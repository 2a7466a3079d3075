// Package costs keeps what running a server costs in a year and who pays for it, as
// an administrator writes it down for everyone to read.
package costs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
)

// Line is one of them.
type Line struct {
	What  string `json:"what"`
	Euros int    `json:"euros"` // in a year
	Who   string `json:"who"`   // pays or gives it
}

// Page is all of it. The zero Page is one that nobody has written.
type Page struct {
	Lines   []Line    `json:"lines,omitempty"`
	Text    string    `json:"text,omitempty"`
	Changed time.Time `json:"changed,omitzero"`
}

// Sum is what a year costs, in euros.
func (p Page) Sum() int {
	sum := 0
	for _, l := range p.Lines {
		sum += l.Euros
	}
	return sum
}

// What a page can hold.
const (
	MaxLines = 30
	MaxEuros = 10_000_000
	maxWord  = 120
	maxText  = 2000
)

// Service keeps the page.
type Service struct {
	db  *store.DB
	now func() time.Time
}

// New returns a service on a database.
func New(db *store.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

const setting = "costs"

// Now returns the page.
func (s *Service) Now(ctx context.Context) (Page, error) {
	var p Page
	var kept string
	err := s.db.Read().QueryRow(ctx, `SELECT value FROM settings WHERE name = $1`, setting).Scan(&kept)
	if errors.Is(err, store.ErrNoRows) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(kept), &p)
	}
	if err != nil {
		return Page{}, fmt.Errorf("costs: %w", err)
	}
	return p, nil
}

// Set replaces the page. Only an administrator may: others get
// [instance.ErrForbidden]. It returns an [instance.Invalid] of the field line-N, with
// N from 1, for a line that cannot be.
func (s *Service) Set(ctx context.Context, by instance.Account, p Page) error {
	if by.Role != instance.Admin {
		return fmt.Errorf("set costs: %w", instance.ErrForbidden)
	}
	if len(p.Lines) > MaxLines {
		return &instance.Invalid{Field: "lines", Code: "too-many", Limit: MaxLines}
	}
	if p.Text = strings.TrimSpace(p.Text); utf8.RuneCountInString(p.Text) > maxText {
		return &instance.Invalid{Field: "text", Code: "too-long", Limit: maxText}
	}
	for i, l := range p.Lines {
		field := fmt.Sprintf("line-%d", i+1)
		switch {
		case strings.TrimSpace(l.What) == "":
			return &instance.Invalid{Field: field, Code: "missing"}
		case utf8.RuneCountInString(l.What) > maxWord || utf8.RuneCountInString(l.Who) > maxWord:
			return &instance.Invalid{Field: field, Code: "too-long", Limit: maxWord}
		case l.Euros < 0 || l.Euros > MaxEuros:
			return &instance.Invalid{Field: field, Code: "number", Limit: MaxEuros}
		}
	}
	p.Changed = s.now().UTC()
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("set costs: %w", err)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO settings (name, value)
			VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, setting, string(text))
		return err
	})
	if err != nil {
		return fmt.Errorf("set costs: %w", err)
	}
	return nil
}
