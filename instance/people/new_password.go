package people

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// NewPassword returns how to give somebody a password who has shown by other
// means who they are, and to sign them out everywhere, client programs too. It
// returns an [instance.Invalid] for a password that cannot be taken.
func (s *Service) NewPassword(ctx context.Context, password string) (give func(context.Context, store.Tx, instance.ActorID) error, err error) {
	if err := instance.CheckPassword(password); err != nil {
		return nil, err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return nil, fmt.Errorf("new password: %w", err)
	}
	return func(ctx context.Context, tx store.Tx, id instance.ActorID) error {
		_, err := tx.Exec(ctx, `
			UPDATE people
			   SET password_hash = $2, credentials_at = $3
			 WHERE actor_id = $1`, id, hash, store.Millis(s.now()))
		if err != nil {
			return fmt.Errorf("new password of %s: %w", id, err)
		}
		return s.out(ctx, tx, id)
	}, nil
}

// FirstPassword gives a password to somebody who has none yet. It returns an
// [instance.Invalid] for one that cannot be taken and [instance.ErrConflict]
// for somebody who has one.
func (s *Service) FirstPassword(ctx context.Context, id instance.ActorID, password string) error {
	if err := instance.CheckPassword(password); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return fmt.Errorf("first password of %s: %w", id, err)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE people SET password_hash = $2 WHERE actor_id = $1 AND password_hash = ''`, id, hash)
		if err == nil && n == 0 {
			err = instance.ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("first password of %s: %w", id, err)
	}
	return nil
}

// HearIn lets a person hear what a place says, inside a transaction.
func (s *Service) HearIn(ctx context.Context, tx store.Tx, person, place instance.Actor) error {
	_, err := s.FollowIn(ctx, tx, person, place, "", false)
	return err
}

// ShownAround notes that somebody needs no first day's card any more.
func (s *Service) ShownAround(ctx context.Context, id instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE people SET first_day = FALSE WHERE actor_id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s is shown around: %w", id, err)
	}
	return nil
}
