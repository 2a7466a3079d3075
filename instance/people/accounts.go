package people

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

const accountColumns = `p.email, p.role, p.locale, p.appearance, p.text_size, p.default_audience,
	p.app_audience, p.app_sensitive, p.app_language, p.created_at, p.disabled_at, p.credentials_at,
	p.full_name, p.protected, p.password_hash <> '', p.first_day, COALESCE(p.invited_by, 0), p.easy`

// scanAccount reads an account from a row of the actor's columns, the
// account's, and whatever extra is asked for after them.
func scanAccount(r store.Row, extra ...any) (instance.Account, error) {
	var a instance.Account
	var role, audience, app string
	var created, credentials int64
	var disabled *int64
	dest, done := actors.Fields(&a.Actor)
	dest = append(dest, &a.Email, &role, &a.Locale, &a.Appearance, &a.TextSize, &audience,
		&app, &a.App.Sensitive, &a.App.Language, &created, &disabled, &credentials, &a.FullName, &a.Protected, &a.HasPassword, &a.FirstDay, &a.Inviter, &a.Easy)
	if err := r.Scan(append(dest, extra...)...); err != nil {
		if errors.Is(err, store.ErrNoRows) {
			return a, instance.ErrNotFound
		}
		return a, err
	}
	a.Role, a.DefaultAudience, a.App.Audience = instance.Role(role), instance.Audience(audience), instance.Audience(app)
	a.CreatedAt, a.DisabledAt = store.Time(created), store.TimeOrNever(disabled)
	a.CredentialsAt = store.Time(credentials)
	return a, done()
}

// Account returns the account of one who is signed in. It returns
// [instance.ErrNotFound] if there is none, or none any more.
func (s *Service) Account(ctx context.Context, id instance.ActorID) (instance.Account, error) {
	a, err := scanAccount(s.db.Read().QueryRow(ctx, `
		SELECT `+actors.Columns+`, `+accountColumns+`
		  FROM people p JOIN actors a ON a.id = p.actor_id
		 WHERE p.actor_id = $1 AND p.disabled_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, id))
	if err != nil {
		return a, fmt.Errorf("account %s: %w", id, err)
	}
	return a, nil
}

// Accounts returns a page of everyone with an account here, the newest first,
// from before an id (0 for the newest), whose name or address begins with q.
func (s *Service) Accounts(ctx context.Context, q string, before instance.ActorID, limit int) ([]instance.Account, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	like := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(q)) + "%"
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, `+accountColumns+`
		  FROM people p JOIN actors a ON a.id = p.actor_id
		 WHERE p.actor_id < $1
		   AND (a.username_key LIKE $2 ESCAPE '\' OR lower(a.name) LIKE $2 ESCAPE '\' OR p.email_key LIKE $2 ESCAPE '\')
		 ORDER BY p.actor_id DESC
		 LIMIT $3`, before, like, limit)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	defer rows.Close()
	var list []instance.Account
	for rows.Next() {
		a, err := scanAccount(rows)
		if err != nil {
			return nil, fmt.Errorf("list accounts: %w", err)
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// Named returns the account called username. It returns [instance.ErrNotFound]
// if nobody with an account here is.
func (s *Service) Named(ctx context.Context, username string) (instance.Account, error) {
	a, err := scanAccount(s.db.Read().QueryRow(ctx, `
		SELECT `+actors.Columns+`, `+accountColumns+`
		  FROM people p JOIN actors a ON a.id = p.actor_id
		 WHERE a.username_key = $1 AND a.host = ''`, strings.ToLower(username)))
	if err != nil {
		return a, fmt.Errorf("account %s: %w", username, err)
	}
	return a, nil
}

// Operator returns the first of those who run the server, nil if there is
// nobody yet.
func (s *Service) Operator(ctx context.Context) (*instance.Actor, error) {
	a, err := actors.Scan(s.db.Read().QueryRow(ctx, `
		SELECT `+actors.Columns+`
		  FROM people p JOIN actors a ON a.id = p.actor_id
		 WHERE p.role = 'admin' AND p.disabled_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY p.actor_id
		 LIMIT 1`))
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("operator: %w", err)
	}
	return &a, nil
}

// SetDisabled closes an account to its owner, or opens it again. Whoever is
// signed in with it, by a client program too, is signed out in the same step
// (G06).
func (s *Service) SetDisabled(ctx context.Context, id instance.ActorID, disabled bool) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		var at *int64
		if disabled {
			now := store.Millis(s.now())
			at = &now
		}
		n, err := tx.Exec(ctx, `UPDATE people SET disabled_at = $2 WHERE actor_id = $1`, id, at)
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrNotFound
		}
		if !disabled {
			return nil
		}
		return s.out(ctx, tx, id)
	})
	if err != nil {
		return fmt.Errorf("disable account %s: %w", id, err)
	}
	return nil
}

// Preferences are how a person wants the pages.
type Preferences struct {
	Locale, Appearance, TextSize string
	DefaultAudience              instance.Audience
}

var (
	appearances = map[string]bool{"auto": true, "light": true, "dark": true, "contrast": true}
	textSizes   = map[string]bool{"normal": true, "large": true, "larger": true}
)

// SetPreferences keeps how a person wants the pages. It returns an
// [instance.Invalid] for a choice that is not offered.
func (s *Service) SetPreferences(ctx context.Context, id instance.ActorID, p Preferences) error {
	switch {
	case !instance.Speaks(p.Locale):
		return &instance.Invalid{Field: "locale", Code: "unknown"}
	case !appearances[p.Appearance]:
		return &instance.Invalid{Field: "appearance", Code: "unknown"}
	case !textSizes[p.TextSize]:
		return &instance.Invalid{Field: "text-size", Code: "unknown"}
	}
	if _, err := instance.ParseAudience(string(p.DefaultAudience)); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE people
			   SET locale = $2, appearance = $3, text_size = $4, default_audience = $5
			 WHERE actor_id = $1`, id, p.Locale, p.Appearance, p.TextSize, string(p.DefaultAudience))
		return err
	})
	if err != nil {
		return fmt.Errorf("set preferences of %s: %w", id, err)
	}
	return nil
}

// SetEasy turns for a person the easy pages on or off.
func (s *Service) SetEasy(ctx context.Context, id instance.ActorID, easy bool) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE people SET easy = $2 WHERE actor_id = $1`, id, easy)
		return err
	})
	if err != nil {
		return fmt.Errorf("easy pages for %s: %w", id, err)
	}
	return nil
}

// SetAppDefaults keeps how what a person posts from an app begins. It returns an
// [instance.Invalid] for a choice that apps do not have.
func (s *Service) SetAppDefaults(ctx context.Context, id instance.ActorID, d instance.AppDefaults) error {
	switch d.Audience {
	case "", instance.ToPublic, instance.ToUnlisted, instance.ToFollowers, instance.ToMentioned:
	default:
		return &instance.Invalid{Field: "audience", Code: "unknown"}
	}
	if d.Language != "" && instance.LanguageCode(d.Language) == "" {
		return &instance.Invalid{Field: "language", Code: "unknown"}
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE people
			   SET app_audience = $2, app_sensitive = $3, app_language = $4
			 WHERE actor_id = $1`, id, string(d.Audience), d.Sensitive, instance.LanguageCode(d.Language))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("app defaults of %s: %w", id, err)
	}
	return nil
}
