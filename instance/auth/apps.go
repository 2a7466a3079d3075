package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// App is a client program: one that registered itself to act for people here.
type App struct {
	ID           instance.ID
	Name         string
	Website      string
	RedirectURIs []string
	Scopes       Scopes // the most it may ever ask for
	ClientID     string
}

// Apps knows the client programs, and what each may do as whom.
type Apps struct {
	db  *store.DB
	ids *instance.IDs
	now func() time.Time
	log *slog.Logger
}

// AppsOptions are what [Apps] stands on.
type AppsOptions struct {
	DB  *store.DB
	IDs *instance.IDs
	Now func() time.Time
	Log *slog.Logger // nil is silence
}

// NewApps returns the client programs kept in o.DB.
func NewApps(o AppsOptions) *Apps {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Apps{db: o.DB, ids: o.IDs, now: o.Now, log: o.Log}
}

const appColumns = `a.id, a.name, a.website, a.redirect_uris, a.scopes, a.client_id`

// appFields returns where to scan appColumns to, and what to call then.
func appFields(app *App) (dest []any, done func() error) {
	var uris, scopes string
	return []any{&app.ID, &app.Name, &app.Website, &uris, &scopes, &app.ClientID}, func() error {
		app.Scopes = storedScopes(scopes)
		return json.Unmarshal([]byte(uris), &app.RedirectURIs)
	}
}

// Client returns the program of that name. It returns [instance.ErrNotFound] if
// there is none.
func (a *Apps) Client(ctx context.Context, clientID string) (App, error) {
	app, _, err := a.client(ctx, a.db.Read(), clientID)
	return app, err
}

// Proven returns the program of that name if secret is its own, and
// [instance.ErrUnauthenticated] for every way in which it is not.
func (a *Apps) Proven(ctx context.Context, clientID, secret string) (App, error) {
	app, hash, err := a.client(ctx, a.db.Read(), clientID)
	switch {
	case errors.Is(err, instance.ErrNotFound):
		return App{}, fmt.Errorf("app %q: %w", clientID, instance.ErrUnauthenticated)
	case err != nil:
		return App{}, err
	case subtle.ConstantTimeCompare(hash, hashOf(secret)) == 0:
		return App{}, fmt.Errorf("app %s: %w", app.ID, instance.ErrUnauthenticated)
	}
	return app, nil
}

func (a *Apps) client(ctx context.Context, tx store.Tx, clientID string) (App, []byte, error) {
	var app App
	var hash []byte
	dest, done := appFields(&app)
	err := tx.QueryRow(ctx, `SELECT `+appColumns+`, a.secret_hash FROM apps a WHERE a.client_id = $1`, clientID).Scan(append(dest, &hash)...)
	switch {
	case errors.Is(err, store.ErrNoRows), errors.Is(err, store.ErrText):
		return App{}, nil, fmt.Errorf("app %q: %w", clientID, instance.ErrNotFound)
	case err != nil:
		return App{}, nil, fmt.Errorf("app %q: %w", clientID, err)
	}
	return app, hash, done()
}

// newSecret returns 256 random bits as text.
func newSecret() string { return random(32) }

func random(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashOf is what is kept of a secret. Nobody can try all of that many random bits, so
// it need not be slow.
func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
