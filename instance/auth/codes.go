package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"time"

	"palier/instance"
	"palier/instance/store"
)

const (
	// codeLasts is how long a program has to trade its code: somebody may have
	// to type it.
	codeLasts = 10 * time.Minute
	// codeKept is how long we know a code that was used.
	codeKept = 24 * time.Hour
)

// Grant is what a person lets a program do.
type Grant struct {
	App         App
	Person      instance.ActorID
	Scopes      Scopes
	RedirectURI string
	Challenge   string // of PKCE with S256 (RFC 7636); empty if the program asked without
}

var (
	challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)       // 256 bits, RFC 7636 §4.2
	verifierForm  = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`) // RFC 7636 §4.1
)

// CheckChallenge returns an [instance.Invalid] unless challenge, made by
// method, can be kept. Only S256 is: plain shows the verifier to whoever sees
// the request (RFC 9700 §2.1.1).
func CheckChallenge(challenge, method string) error {
	switch {
	case challenge == "" && method == "":
		return nil
	case method != "S256":
		return &instance.Invalid{Field: "code_challenge_method", Code: "unknown"}
	case !challengeForm.MatchString(challenge):
		return &instance.Invalid{Field: "code_challenge", Code: "malformed"}
	}
	return nil
}

// Authorize returns the code that g.App trades for a token, once and within ten
// minutes. It returns [instance.ErrForbidden] if the grant goes further than
// the app may or leads where it did not register.
func (a *Apps) Authorize(ctx context.Context, g Grant) (code string, err error) {
	if !g.App.RedirectsTo(g.RedirectURI) || !g.App.Scopes.Cover(g.Scopes) || g.Person == 0 {
		return "", fmt.Errorf("authorize app %s: %w", g.App.ID, instance.ErrForbidden)
	}
	code = newCode()
	err = a.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO authorization_codes (hash, app_id, person_id, scopes, redirect_uri, challenge, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			hashOf(code), g.App.ID, g.Person, g.Scopes.String(), g.RedirectURI, g.Challenge, store.Millis(a.now()))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("authorize app %s: %w", g.App.ID, err)
	}
	return code, nil
}

// newCode returns 128 random bits as text: short enough to be typed, too many
// to guess in ten minutes (RFC 6749 §10.10).
func newCode() string { return random(16) }

// Redemption is how a program asks for the token of a code.
type Redemption struct {
	App         App // as it proved to be
	Code        string
	RedirectURI string
	Verifier    string
}

// errCode is one answer for every code that gives nothing.
var errCode = &instance.Invalid{Field: "code", Code: "wrong"}

// Redeem trades a code for a token. It returns an [instance.Invalid] for a code
// that is unknown, older than ten minutes, another program's, for another
// redirect URI or for another verifier. A code that comes a second time gives
// nothing and ends the token that the first time gave (RFC 9700 §4.13): one of
// the two was not the program that asked for it.
func (a *Apps) Redeem(ctx context.Context, r Redemption) (token string, x Access, err error) {
	var refused error
	err = a.db.InTx(ctx, func(tx store.Tx) error {
		var g Grant
		var given *int64
		g, given, refused, err = a.take(ctx, tx, r)
		switch {
		case err != nil:
			return err
		case given != nil:
			_, err := a.end(ctx, tx, `id = $1`, *given)
			return err
		case refused != nil:
			return nil //nolint:nilerr // that the code was tried is kept
		}
		if token, x, err = a.issue(ctx, tx, r.App, g.Person, g.Scopes); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE authorization_codes SET token_id = $2 WHERE hash = $1`, hashOf(r.Code), x.Token)
		return err
	})
	if err = errors.Join(err, refused); err != nil {
		return "", Access{}, fmt.Errorf("redeem code of app %s: %w", r.App.ID, err)
	}
	return token, x, nil
}

// take marks a code used and returns what it grants, or why it gives nothing,
// with the token it gave before if it was used already.
func (a *Apps) take(ctx context.Context, tx store.Tx, r Redemption) (g Grant, given *int64, refused, err error) {
	var scopes string
	now := a.now()
	n, err := tx.Exec(ctx, `
		UPDATE authorization_codes
		   SET used_at = $3
		 WHERE hash = $1 AND app_id = $2 AND used_at IS NULL`, hashOf(r.Code), r.App.ID, store.Millis(now))
	if err != nil {
		return g, nil, nil, err
	}
	var created, credentials int64
	err = tx.QueryRow(ctx, `
		SELECT c.person_id, c.scopes, c.redirect_uri, c.challenge, c.created_at, c.token_id, p.credentials_at
		  FROM authorization_codes c JOIN people p ON p.actor_id = c.person_id
		 WHERE c.hash = $1 AND c.app_id = $2`, hashOf(r.Code), r.App.ID).
		Scan(&g.Person, &scopes, &g.RedirectURI, &g.Challenge, &created, &given, &credentials)
	switch {
	case errors.Is(err, store.ErrNoRows):
		return g, nil, errCode, nil
	case err != nil:
		return g, nil, nil, err
	case n == 0:
		return g, given, errCode, nil
	}
	g.Scopes = storedScopes(scopes)
	if now.Sub(store.Time(created)) >= codeLasts || created < credentials || g.RedirectURI != r.RedirectURI || !answers(g.Challenge, r.Verifier) {
		return g, nil, errCode, nil
	}
	return g, nil, nil, nil
}

// answers tells whether verifier is what challenge was made of. A verifier
// without a challenge is none: somebody took the challenge out of the request
// (RFC 9700 §4.8.2).
func answers(challenge, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	h := sha256.Sum256([]byte(verifier))
	got := base64.RawURLEncoding.EncodeToString(h[:])
	return verifierForm.MatchString(verifier) && subtle.ConstantTimeCompare([]byte(got), []byte(challenge)) == 1
}
