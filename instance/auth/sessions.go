// Package auth knows who is at the other end of a request: sessions of people
// who signed in with a browser, and how often somebody may try.
package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"palier/instance"
	"palier/instance/store"
)

// Sessions keeps people signed in.
type Sessions struct {
	db      *store.DB
	manager *scs.SessionManager
	now     func() time.Time
}

const (
	// idle is how long somebody stays signed in without coming by, lifetime how
	// long at most.
	idle     = 30 * 24 * time.Hour
	lifetime = 180 * 24 * time.Hour
	// seenEvery is how exactly we know when somebody last came by. Whatever is
	// noted more often makes of every page that is read a row that is written.
	seenEvery = 24 * time.Hour
)

// The names of what a session holds; times are Unix milliseconds.
const (
	personID = "person"
	since    = "since"
	seen     = "seen"
)

// NewSessions keeps sessions in db. Cookies are named after the site, so that
// servers that share a host name, each on its own port, do not sign each
// other's people out.
func NewSessions(db *store.DB, site instance.Site, now func() time.Time) *Sessions {
	// Not scs.New: it begins a store of its own that never ends.
	m := &scs.SessionManager{Codec: scs.GobCodec{}, Lifetime: lifetime, ErrorFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}}
	m.Store = &rows{db: db, codec: m.Codec, now: now}
	m.Cookie.Name = CookieName(site, "session")
	m.Cookie.HttpOnly, m.Cookie.Path, m.Cookie.Persist = true, "/", true
	m.Cookie.SameSite, m.Cookie.Secure = http.SameSiteLaxMode, site.Secure()
	m.HashTokenInStore = true
	return &Sessions{db: db, manager: m, now: now}
}

// CookieName returns the name of a cookie of this site: bound to the host by
// the browser where the site is https (G08), apart by port where it is not.
func CookieName(site instance.Site, what string) string {
	if site.Secure() {
		return "__Host-palier-" + what
	}
	return "palier-" + what + "-" + strings.NewReplacer(":", "-", ".", "-", "[", "", "]", "").Replace(site.Host())
}

// OnError has answer called when a session cannot be read or written. It has to
// be called before the first request.
func (s *Sessions) OnError(answer func(http.ResponseWriter, *http.Request, error)) {
	s.manager.ErrorFunc = answer
}

// Held tells whether a request comes with a session, whoever's it is.
func (s *Sessions) Held(r *http.Request) bool {
	_, err := r.Cookie(s.manager.Cookie.Name)
	return err == nil
}

// Load makes the session available to next.
func (s *Sessions) Load(next http.Handler) http.Handler { return s.manager.LoadAndSave(next) }

// SignIn ties the session to a person, under a new token (G08).
func (s *Sessions) SignIn(ctx context.Context, id instance.ActorID) error {
	if err := s.manager.RenewToken(ctx); err != nil {
		return fmt.Errorf("sign in %s: %w", id, err)
	}
	now := store.Millis(s.now())
	s.manager.Put(ctx, personID, int64(id))
	s.manager.Put(ctx, since, now)
	s.manager.Put(ctx, seen, now)
	return nil
}

// SignOut ends the session.
func (s *Sessions) SignOut(ctx context.Context) error {
	if err := s.manager.Destroy(ctx); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// Person returns who is signed in and since when, 0 for nobody: nor for
// somebody who did not come by for too long.
func (s *Sessions) Person(ctx context.Context) (instance.ActorID, time.Time) {
	id := instance.ActorID(s.manager.GetInt64(ctx, personID))
	if id == 0 {
		return 0, time.Time{}
	}
	now := s.now()
	switch away := now.Sub(store.Time(s.manager.GetInt64(ctx, seen))); {
	case away > idle:
		return 0, time.Time{}
	case away > seenEvery:
		s.manager.Put(ctx, seen, store.Millis(now))
	}
	return id, store.Time(s.manager.GetInt64(ctx, since))
}

// Put keeps a text for the next page of this session; Pop takes it out.
func (s *Sessions) Put(ctx context.Context, name, text string) { s.manager.Put(ctx, name, text) }

// Get returns a text that was put.
func (s *Sessions) Get(ctx context.Context, name string) string {
	return s.manager.GetString(ctx, name)
}

// Pop returns a text that was put, once.
func (s *Sessions) Pop(ctx context.Context, name string) string {
	return s.manager.PopString(ctx, name)
}

// rows keeps sessions in the database, with whose they are, so that a person
// can be signed out everywhere.
type rows struct {
	db    *store.DB
	codec scs.Codec
	now   func() time.Time
}

var _ scs.CtxStore = (*rows)(nil)

func (r *rows) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := r.db.Read().QueryRow(ctx, `
		SELECT data FROM sessions WHERE token = $1 AND expires_at > $2`, token, store.Millis(r.now())).Scan(&data)
	if errors.Is(err, store.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

func (r *rows) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	_, values, err := r.codec.Decode(data)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	var person *int64
	if id, ok := values[personID].(int64); ok {
		person = &id
	}
	return r.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO sessions (token, person_id, data, expires_at)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (token) DO UPDATE
			   SET person_id = excluded.person_id, data = excluded.data, expires_at = excluded.expires_at`,
			token, person, data, store.Millis(expires))
		return err
	})
}

func (r *rows) DeleteCtx(ctx context.Context, token string) error {
	return r.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE token = $1`, token)
		return err
	})
}

// errNoContext is what the forms without a context return: nothing calls them.
var errNoContext = errors.New("session without a context")

func (r *rows) Find(string) ([]byte, bool, error)      { return nil, false, errNoContext }
func (r *rows) Commit(string, []byte, time.Time) error { return errNoContext }
func (r *rows) Delete(string) error                    { return errNoContext }

// Sweep removes sessions that have ended, and codes that cannot come twice any
// more.
func Sweep(ctx context.Context, db *store.DB, now time.Time) error {
	return db.InTx(ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE expires_at <= $1`, store.Millis(now)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM authorization_codes WHERE created_at < $1`, store.Millis(now.Add(-codeKept)))
		return err
	})
}
