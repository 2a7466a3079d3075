package events

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Link returns the secret under which somebody's calendar is read without
// signing in, empty for none.
func (s *Service) Link(ctx context.Context, person instance.ActorID) (string, error) {
	var secret string
	err := s.db.Read().QueryRow(ctx, `SELECT secret FROM calendar_links WHERE person_id = $1`, person).Scan(&secret)
	if errors.Is(err, store.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("calendar of %s: %w", person, err)
	}
	return secret, nil
}

// NewLink makes that secret anew: the one before is good for nothing any more.
func (s *Service) NewLink(ctx context.Context, person instance.ActorID) (string, error) {
	secret := rand.Text()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO calendar_links (person_id, secret, created_at)
			VALUES ($1, $2, $3)
			ON CONFLICT (person_id) DO UPDATE SET secret = $2, created_at = $3`, person, secret, store.Millis(s.now()))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("calendar of %s: %w", person, err)
	}
	return secret, nil
}

// EndLink lets nobody read a calendar without signing in.
func (s *Service) EndLink(ctx context.Context, person instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM calendar_links WHERE person_id = $1`, person)
		return err
	})
	if err != nil {
		return fmt.Errorf("calendar of %s: %w", person, err)
	}
	return nil
}

// Linked returns whose calendar a secret opens. It returns
// [instance.ErrNotFound] for none.
func (s *Service) Linked(ctx context.Context, secret string) (instance.ActorID, error) {
	var id instance.ActorID
	err := s.db.Read().QueryRow(ctx, `
		SELECT l.person_id
		  FROM calendar_links l JOIN actors a ON a.id = l.person_id
		 WHERE l.secret = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, secret).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("calendar: %w", notFound(err))
	}
	return id, nil
}
