package people

import (
	"context"
	"fmt"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
)

// ChangePassword gives a person a new password, and signs them out everywhere,
// client programs too.
// It returns an [instance.Invalid] for current if that is not the password
// they have, and for password if the new one cannot be taken.
func (s *Service) ChangePassword(ctx context.Context, id instance.ActorID, current, password string) error {
	if err := instance.CheckPassword(password); err != nil {
		return err
	}
	var held string
	err := s.db.Read().QueryRow(ctx, `SELECT password_hash FROM people WHERE actor_id = $1`, id).Scan(&held)
	if err != nil {
		return fmt.Errorf("change password of %s: %w", id, notFound(err))
	}
	right := held != "" && utf8.RuneCountInString(current) <= instance.MaxPassword
	if right {
		if right, err = s.matches(ctx, held, current); err != nil {
			return fmt.Errorf("change password of %s: %w", id, err)
		}
	}
	if !right {
		return &instance.Invalid{Field: "current", Code: "wrong"}
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return fmt.Errorf("change password of %s: %w", id, err)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		// Of two changes at once the second no longer has the right password.
		n, err := tx.Exec(ctx, `
			UPDATE people
			   SET password_hash = $3, credentials_at = $4
			 WHERE actor_id = $1 AND password_hash = $2`, id, held, hash, store.Millis(s.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return &instance.Invalid{Field: "current", Code: "wrong"}
		}
		return s.out(ctx, tx, id)
	})
	if err != nil {
		return fmt.Errorf("change password of %s: %w", id, err)
	}
	return nil
}
