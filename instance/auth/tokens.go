package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Access is what one token opens: to which program, as whom, how far.
type Access struct {
	Token  instance.ID
	App    App
	Person instance.ActorID // 0: nobody, the program speaks for itself
	Scopes Scopes
	Since  time.Time
}

// Ended is the channel on which the id of every token that ends is told (see
// [store.DB.Notify]): whoever keeps something open with it closes that.
const Ended = "tokens"

// usedEvery is how exactly we know when a token was last used. Whatever is
// noted more often makes of every request a row that is written.
const usedEvery = 24 * time.Hour

// Access returns what bearer opens. It returns [instance.ErrUnauthenticated] if
// that is nothing, or nothing any more: it was ended, its person's account is
// closed, or they have another password since.
func (a *Apps) Access(ctx context.Context, bearer string) (Access, error) {
	var x Access
	var person *int64
	var scopes string
	var created, used int64
	dest, done := appFields(&x.App)
	err := a.db.Read().QueryRow(ctx, `
		SELECT t.id, t.person_id, t.scopes, t.created_at, t.used_at, `+appColumns+`
		  FROM access_tokens t
		  JOIN apps a ON a.id = t.app_id
		  LEFT JOIN people p ON p.actor_id = t.person_id
		  LEFT JOIN actors o ON o.id = t.person_id
		 WHERE t.hash = $1
		   AND (t.person_id IS NULL
		    OR (p.disabled_at IS NULL AND p.credentials_at <= t.created_at AND o.deleted_at IS NULL AND o.suspended_at IS NULL))`,
		hashOf(bearer)).Scan(append([]any{&x.Token, &person, &scopes, &created, &used}, dest...)...)
	switch {
	case errors.Is(err, store.ErrNoRows):
		return Access{}, fmt.Errorf("token: %w", instance.ErrUnauthenticated)
	case err != nil:
		return Access{}, fmt.Errorf("token: %w", err)
	}
	if person != nil {
		x.Person = instance.ActorID(*person)
	}
	x.Scopes, x.Since = storedScopes(scopes), store.Time(created)
	if now := a.now(); now.Sub(store.Time(used)) >= usedEvery {
		a.noteUse(ctx, x.Token, now)
	}
	return x, done()
}

// noteUse keeps that a token is used. What only reads goes on where nothing can
// be written.
func (a *Apps) noteUse(ctx context.Context, token instance.ID, now time.Time) {
	err := a.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE access_tokens SET used_at = $2 WHERE id = $1 AND used_at < $2`, token, store.Millis(now))
		return err
	})
	if err != nil {
		a.log.WarnContext(ctx, "use of a token is not noted", "token", token, "error", err)
	}
}

// Issue lets app act as person, 0 for itself, as far as s goes. The token is
// told only here. It returns [instance.ErrForbidden] if s goes further than the
// app may.
func (a *Apps) Issue(ctx context.Context, app App, person instance.ActorID, s Scopes) (token string, err error) {
	err = a.db.InTx(ctx, func(tx store.Tx) error {
		token, _, err = a.issue(ctx, tx, app, person, s)
		return err
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

func (a *Apps) issue(ctx context.Context, tx store.Tx, app App, person instance.ActorID, s Scopes) (string, Access, error) {
	if !app.Scopes.Cover(s) {
		return "", Access{}, fmt.Errorf("token of app %s: %w", app.ID, instance.ErrForbidden)
	}
	now := store.Millis(a.now())
	x := Access{Token: a.ids.Next(), App: app, Person: person, Scopes: s, Since: store.Time(now)}
	token := newSecret()
	_, err := tx.Exec(ctx, `
		INSERT INTO access_tokens (id, hash, app_id, person_id, scopes, created_at, used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6)`,
		x.Token, hashOf(token), app.ID, personOrNull(person), s.String(), now)
	if err != nil {
		return "", Access{}, fmt.Errorf("token of app %s: %w", app.ID, err)
	}
	return token, x, nil
}

// End ends a token of app, and tells whether there was one.
func (a *Apps) End(ctx context.Context, app App, bearer string) (ended bool, err error) {
	err = a.db.InTx(ctx, func(tx store.Tx) error {
		ended, err = a.end(ctx, tx, `hash = $1 AND app_id = $2`, hashOf(bearer), app.ID)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("end token of app %s: %w", app.ID, err)
	}
	return ended, nil
}

// SignOutEverywhere ends, in tx, every session and every token of a person, and
// what could still become one (security.md G06).
func (a *Apps) SignOutEverywhere(ctx context.Context, tx store.Tx, person instance.ActorID) error {
	for _, sql := range []string{
		`DELETE FROM sessions WHERE person_id = $1`,
		`DELETE FROM authorization_codes WHERE person_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return fmt.Errorf("sign out %s: %w", person, err)
		}
	}
	if _, err := a.end(ctx, tx, `person_id = $1`, person); err != nil {
		return fmt.Errorf("sign out %s: %w", person, err)
	}
	return nil
}

// end ends the tokens that fit and tells whoever keeps something open with one.
func (a *Apps) end(ctx context.Context, tx store.Tx, which string, args ...any) (some bool, err error) {
	rows, err := tx.Query(ctx, `DELETE FROM access_tokens WHERE `+which+` RETURNING id`, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var ended []instance.ID
	for rows.Next() {
		var id instance.ID
		if err := rows.Scan(&id); err != nil {
			return false, err
		}
		ended = append(ended, id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return false, err
	}
	for _, id := range ended {
		if err := a.db.Notify(ctx, tx, Ended, id.String()); err != nil {
			return false, err
		}
	}
	return len(ended) > 0, nil
}

// storedScopes reads scopes that were checked when they were kept.
func storedScopes(s string) Scopes { return strings.Fields(s) }

func personOrNull(id instance.ActorID) *int64 {
	if id == 0 {
		return nil
	}
	n := int64(id)
	return &n
}
