package people

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
)

// SignIn returns the account that email and password open. It returns
// [instance.ErrUnauthenticated] for every way in which they do not, after the
// same time (G03).
func (s *Service) SignIn(ctx context.Context, email, password string) (instance.Account, error) {
	var hash string
	key := strings.ToLower(strings.TrimSpace(email))
	a, err := scanAccount(s.db.Read().QueryRow(ctx, `
		SELECT `+actors.Columns+`, `+accountColumns+`, p.password_hash
		  FROM people p JOIN actors a ON a.id = p.actor_id
		 WHERE p.email_key = $1`, key), &hash)
	known := err == nil
	switch {
	case errors.Is(err, instance.ErrNotFound):
		hash = s.cost.nobody()
	case err != nil:
		return instance.Account{}, fmt.Errorf("sign in: %w", err)
	}
	if hash == "" { // who has none signs in by other ways
		hash, known = s.cost.nobody(), false
	}
	if utf8.RuneCountInString(password) > instance.MaxPassword {
		password, known = "", false
	}
	right, err := s.matches(ctx, hash, password)
	if err != nil {
		return instance.Account{}, fmt.Errorf("sign in %s: %w", a.ID, err)
	}
	if !right || !known || a.Gone() || !a.DisabledAt.IsZero() {
		return instance.Account{}, instance.ErrUnauthenticated
	}
	return a, nil
}
