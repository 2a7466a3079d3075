package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Holding returns those of the tokens that still open what they opened, in one
// query. See [Apps.Access] for when one does not.
func (a *Apps) Holding(ctx context.Context, tokens []instance.ID) ([]instance.ID, error) {
	args := make([]any, len(tokens))
	for i, id := range tokens {
		args[i] = id
	}
	rows, err := a.db.Read().Query(ctx, `
		SELECT t.id
		  FROM access_tokens t
		  LEFT JOIN people p ON p.actor_id = t.person_id
		  LEFT JOIN actors o ON o.id = t.person_id
		 WHERE t.id IN (`+store.Placeholders(1, len(tokens))+`)
		   AND (t.person_id IS NULL
		    OR (p.disabled_at IS NULL AND p.credentials_at <= t.created_at AND o.deleted_at IS NULL AND o.suspended_at IS NULL))`, args...)
	if err != nil {
		return nil, fmt.Errorf("tokens that hold: %w", err)
	}
	defer rows.Close()
	var held []instance.ID
	for rows.Next() {
		var id instance.ID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("tokens that hold: %w", err)
		}
		held = append(held, id)
	}
	return held, rows.Err()
}

// Key names the session of a request for as long as it lasts; it opens nothing.
func (s *Sessions) Key(ctx context.Context) string {
	hash := sha256.Sum256([]byte(s.manager.Token(ctx)))
	return base64.RawURLEncoding.EncodeToString(hash[:])
}

// Holding returns those of the sessions, by their keys, that somebody is still
// signed in with, in one query.
func (s *Sessions) Holding(ctx context.Context, keys []string) ([]string, error) {
	args := []any{store.Millis(s.now())}
	for _, key := range keys {
		args = append(args, key)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT token
		  FROM sessions
		 WHERE expires_at > $1 AND person_id IS NOT NULL AND token IN (`+store.Placeholders(2, len(keys))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("sessions that hold: %w", err)
	}
	defer rows.Close()
	var held []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, fmt.Errorf("sessions that hold: %w", err)
		}
		held = append(held, key)
	}
	return held, rows.Err()
}
