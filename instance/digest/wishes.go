package digest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Often is how often somebody wants the digest.
type Often string

// How often the digest comes.
const (
	Daily  Often = "daily"
	Weekly Often = "weekly"
	Never  Often = "none"
)

// Kinds of letters, as their headers and the links that stop them name them.
const (
	KindDigest = "digest"
	KindAtOnce = "at-once"
	// KindUrgent are letters that come with what somebody said yes to: no link
	// stops them and no wish does, only that yes taken back.
	KindUrgent = "urgent"
)

// What somebody can be written about at once.
const (
	Replies    = "replies"    // someone answers or names them
	Direct     = "direct"     // someone writes to them alone
	Agreements = "agreements" // what they agreed on with someone
)

// Topics are what somebody can be written about at once.
func Topics() []string { return []string{Replies, Direct, Agreements} }

// Wish is what somebody wants by mail.
type Wish struct {
	Often   Often
	Hour    int          // 0–23, where they live
	Weekday time.Weekday // of a weekly digest
	AtOnce  []string     // of [Topics]
	Most    int          // letters at once a day; the rest waits in the digest
}

// Most letters at once that somebody can ask for, a day.
const maxAtOnce = 20

// usual is the wish of those who said nothing.
var usual = Wish{Often: Daily, Hour: 7, Weekday: time.Friday, AtOnce: Topics(), Most: 5}

func (w Wish) check() error {
	switch {
	case !slices.Contains([]Often{Daily, Weekly, Never}, w.Often):
		return &instance.Invalid{Field: "often", Code: "unknown"}
	case w.Hour < 0 || w.Hour > 23:
		return &instance.Invalid{Field: "hour", Code: "unknown"}
	case w.Weekday < time.Sunday || w.Weekday > time.Saturday:
		return &instance.Invalid{Field: "weekday", Code: "unknown"}
	case w.Most < 0 || w.Most > maxAtOnce:
		return &instance.Invalid{Field: "most", Code: "out-of-range", Limit: maxAtOnce}
	}
	for _, topic := range w.AtOnce {
		if !slices.Contains(Topics(), topic) {
			return &instance.Invalid{Field: "at-once", Code: "unknown"}
		}
	}
	return nil
}

// Wish returns what somebody wants by mail.
func (s *Service) Wish(ctx context.Context, person instance.ActorID) (Wish, error) {
	w, err := wish(ctx, s.o.DB.Read(), person)
	if err != nil {
		return w, fmt.Errorf("what %s wants by mail: %w", person, err)
	}
	return w, nil
}

func wish(ctx context.Context, tx store.Tx, person instance.ActorID) (Wish, error) {
	var w Wish
	var topics string
	err := tx.QueryRow(ctx, `
		SELECT often, hour, weekday, at_once, most
		  FROM digest_wishes
		 WHERE person_id = $1`, person).Scan(&w.Often, &w.Hour, &w.Weekday, &topics, &w.Most)
	if errors.Is(err, store.ErrNoRows) {
		return usual, nil
	}
	if topics != "" {
		w.AtOnce = strings.Split(topics, ",")
	}
	return w, err
}

// SetWish keeps what somebody wants by mail. It returns an [instance.Invalid]
// for what cannot be.
func (s *Service) SetWish(ctx context.Context, person instance.ActorID, w Wish) error {
	if err := w.check(); err != nil {
		return err
	}
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error { return set(ctx, tx, person, w) })
	if err != nil {
		return fmt.Errorf("set what %s wants by mail: %w", person, err)
	}
	return nil
}

func set(ctx context.Context, tx store.Tx, person instance.ActorID, w Wish) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO digest_wishes (person_id, often, hour, weekday, at_once, most)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person_id) DO UPDATE
		   SET often = excluded.often, hour = excluded.hour, weekday = excluded.weekday, at_once = excluded.at_once, most = excluded.most`,
		person, string(w.Often), w.Hour, int(w.Weekday), strings.Join(w.AtOnce, ","), w.Most)
	return err
}
