// Package councils ties accounts of a council, or of an association that has
// accounts, to people here, so that they sign in by them. Only who is signed in
// ties one: what the council says of names and addresses of mail counts for
// nothing (security.md G04).
package councils

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service ties accounts.
type Service struct{ Options }

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	Now func() time.Time
	Key []byte // under which accounts are known again
}

// New returns a service on o.
func New(o Options) *Service { return &Service{o} }

// sealed is what is kept of an account.
func (s *Service) sealed(account string) string {
	h := hmac.New(sha256.New, s.Key)
	_, _ = h.Write([]byte("council account " + account)) // never fails
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// Tie lets somebody sign in by an account from now on, in place of another one of
// theirs. It returns an [instance.Invalid] for one that is somebody else's here.
func (s *Service) Tie(ctx context.Context, person instance.ActorID, account string) error {
	sealed := s.sealed(account)
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		var owner instance.ActorID
		err := tx.QueryRow(ctx, `SELECT person_id FROM council_accounts WHERE account = $1`, sealed).Scan(&owner)
		switch {
		case err == nil && owner != person:
			return &instance.Invalid{Field: "council", Code: "in-use"}
		case err == nil:
			return nil
		case !errors.Is(err, store.ErrNoRows):
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO council_accounts (account, person_id, tied_at)
			VALUES ($1, $2, $3)
			ON CONFLICT (person_id) DO UPDATE SET account = excluded.account, tied_at = excluded.tied_at`, sealed, person, store.Millis(s.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("tie an account of the council to %s: %w", person, err)
	}
	return nil
}

// Untie ends that somebody signs in by an account of the council.
func (s *Service) Untie(ctx context.Context, person instance.ActorID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM council_accounts WHERE person_id = $1`, person)
		return err
	})
	if err != nil {
		return fmt.Errorf("untie the account of the council from %s: %w", person, err)
	}
	return nil
}

// Tied returns since when somebody signs in by an account of the council; the
// zero time if they do not.
func (s *Service) Tied(ctx context.Context, person instance.ActorID) (time.Time, error) {
	var at int64
	err := s.DB.Read().QueryRow(ctx, `SELECT tied_at FROM council_accounts WHERE person_id = $1`, person).Scan(&at)
	if errors.Is(err, store.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("account of the council of %s: %w", person, err)
	}
	return store.Time(at), nil
}

// Person returns whose an account is. It returns [instance.ErrUnauthenticated]
// for one that nobody tied.
func (s *Service) Person(ctx context.Context, account string) (instance.ActorID, error) {
	var person instance.ActorID
	err := s.DB.Read().QueryRow(ctx, `SELECT person_id FROM council_accounts WHERE account = $1`, s.sealed(account)).Scan(&person)
	if errors.Is(err, store.ErrNoRows) {
		err = instance.ErrUnauthenticated
	}
	if err != nil {
		return 0, fmt.Errorf("whose account of the council: %w", err)
	}
	return person, nil
}
