package people

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// ByID returns an account for those who run the server, also one that is closed.
// It returns [instance.ErrNotFound] for an actor without an account here.
func (s *Service) ByID(ctx context.Context, id instance.ActorID) (instance.Account, error) {
	a, err := scanAccount(s.db.Read().QueryRow(ctx, `
		SELECT `+actors.Columns+`, `+accountColumns+`
		  FROM people p JOIN actors a ON a.id = p.actor_id
		 WHERE p.actor_id = $1`, id))
	if err != nil {
		return a, fmt.Errorf("account %s: %w", id, err)
	}
	return a, nil
}

// SetRole changes what somebody may do on the whole server, which ends their
// sessions (security.md G08). Only those who run the server do so, and not for
// themselves: there is always one left (G11).
func (s *Service) SetRole(ctx context.Context, by instance.Account, id instance.ActorID, role instance.Role) error {
	switch role {
	case instance.Resident, instance.Moderator, instance.Admin:
	default:
		return &instance.Invalid{Field: "role", Code: "unknown"}
	}
	if by.Role != instance.Admin || by.ID == id {
		return fmt.Errorf("role of %s: %w", id, instance.ErrForbidden)
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE people SET role = $2 WHERE actor_id = $1`, id, string(role))
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrNotFound
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE person_id = $1`, id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO moderation_log (id, moderator_id, deed, target)
			VALUES ($1, $2, $3, $4)`, s.ids.Next(), by.ID, "role-"+string(role), "actor "+id.String())
		return err
	})
	if err != nil {
		return fmt.Errorf("role of %s: %w", id, err)
	}
	return nil
}

// Tally is how many accounts there are.
type Tally struct {
	Accounts  int // that are open
	Newcomers int // of them since a time
}

// Tally counts the accounts, and those made since a time.
func (s *Service) Tally(ctx context.Context, since time.Time) (Tally, error) {
	var t Tally
	err := s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*), COUNT(*) FILTER (WHERE p.created_at >= $1)
		  FROM people p JOIN actors a ON a.id = p.actor_id
		 WHERE p.disabled_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, store.Millis(since)).
		Scan(&t.Accounts, &t.Newcomers)
	if err != nil {
		return t, fmt.Errorf("count accounts: %w", err)
	}
	return t, nil
}
