package auth

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Connection is a token as the person sees it whom it speaks for.
type Connection struct {
	Access
	Used time.Time // to the day
}

// Connected returns a page of what a person let in, the newest first, from
// before an id (0 for the newest).
func (a *Apps) Connected(ctx context.Context, person instance.ActorID, before instance.ID, limit int) ([]Connection, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	rows, err := a.db.Read().Query(ctx, `
		SELECT t.id, t.scopes, t.created_at, t.used_at, `+appColumns+`
		  FROM access_tokens t JOIN apps a ON a.id = t.app_id
		 WHERE t.person_id = $1 AND t.id < $2
		 ORDER BY t.id DESC
		 LIMIT $3`, person, before, limit)
	if err != nil {
		return nil, fmt.Errorf("apps of %s: %w", person, err)
	}
	defer rows.Close()
	var list []Connection
	for rows.Next() {
		c := Connection{Access: Access{Person: person}}
		var scopes string
		var since, used int64
		dest, done := appFields(&c.App)
		if err := rows.Scan(append([]any{&c.Token, &scopes, &since, &used}, dest...)...); err != nil {
			return nil, fmt.Errorf("apps of %s: %w", person, err)
		}
		if err := done(); err != nil {
			return nil, fmt.Errorf("apps of %s: %w", person, err)
		}
		c.Scopes, c.Since, c.Used = storedScopes(scopes), store.Time(since), store.Time(used)
		list = append(list, c)
	}
	return list, rows.Err()
}

// Disconnect ends one of a person's tokens. It returns [instance.ErrNotFound]
// if they have no such token.
func (a *Apps) Disconnect(ctx context.Context, person instance.ActorID, token instance.ID) error {
	err := a.db.InTx(ctx, func(tx store.Tx) error {
		ended, err := a.end(ctx, tx, `id = $1 AND person_id = $2`, token, person)
		if err == nil && !ended {
			return instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("end token %s of %s: %w", token, person, err)
	}
	return nil
}

// DisconnectAll ends every session and every token of a person.
func (a *Apps) DisconnectAll(ctx context.Context, person instance.ActorID) error {
	return a.db.InTx(ctx, func(tx store.Tx) error { return a.SignOutEverywhere(ctx, tx, person) })
}
