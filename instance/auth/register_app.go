package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
)

// OutOfBand is the redirect URI of programs that have no address: the code is
// shown, and somebody copies it.
const OutOfBand = "urn:ietf:wg:oauth:2.0:oob"

// Limits of what a program says of itself, in characters and addresses.
const (
	maxAppName   = 60
	maxAppURL    = 2000
	maxRedirects = 20
)

// Register makes a program known. secret proves it from now on and is told
// only here. It returns an [instance.Invalid] for a name nobody can read, a
// website that is none, and an address to which no code may go.
func (a *Apps) Register(ctx context.Context, app App) (registered App, secret string, err error) {
	if err := app.check(); err != nil {
		return App{}, "", err
	}
	app.ID, app.ClientID = a.ids.Next(), newSecret()
	secret = newSecret()
	uris, err := json.Marshal(app.RedirectURIs)
	if err != nil {
		return App{}, "", fmt.Errorf("register app: %w", err)
	}
	err = a.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO apps (id, name, website, redirect_uris, scopes, client_id, secret_hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			app.ID, app.Name, app.Website, string(uris), app.Scopes.String(), app.ClientID, hashOf(secret))
		return err
	})
	if err != nil {
		return App{}, "", fmt.Errorf("register app: %w", err)
	}
	return app, secret, nil
}

// Own returns the program of this server itself that is called name, which may
// ask for everything. It leads nowhere, so that nobody can be asked to let it
// in: its tokens are issued by those who run the server.
func (a *Apps) Own(ctx context.Context, name string) (App, error) {
	id := "own-" + name // no other's: theirs have more characters
	err := a.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO apps (id, name, redirect_uris, scopes, client_id, secret_hash)
			VALUES ($1, $2, '[]', $3, $4, $5)
			ON CONFLICT (client_id) DO UPDATE SET scopes = excluded.scopes`,
			a.ids.Next(), name, AllScopes.String(), id, hashOf(newSecret()))
		return err
	})
	if err != nil {
		return App{}, fmt.Errorf("app %s of this server: %w", name, err)
	}
	return a.Client(ctx, id)
}

func (a *App) check() error {
	a.Name = readable(a.Name)
	switch {
	case a.Name == "":
		return &instance.Invalid{Field: "client_name", Code: "missing"}
	case utf8.RuneCountInString(a.Name) > maxAppName:
		return &instance.Invalid{Field: "client_name", Code: "too-long", Limit: maxAppName}
	case len(a.Website) > maxAppURL:
		return &instance.Invalid{Field: "website", Code: "too-long", Limit: maxAppURL}
	case a.Website != "" && !isWebsite(a.Website):
		return &instance.Invalid{Field: "website", Code: "malformed"}
	case len(a.RedirectURIs) == 0:
		return &instance.Invalid{Field: "redirect_uris", Code: "missing"}
	case len(a.RedirectURIs) > maxRedirects:
		return &instance.Invalid{Field: "redirect_uris", Code: "too-many", Limit: maxRedirects}
	case slices.ContainsFunc(a.RedirectURIs, func(uri string) bool { return !isRedirect(uri) }):
		return &instance.Invalid{Field: "redirect_uris", Code: "malformed"}
	}
	return nil
}

// readable is a stranger's name on one line, without what would turn the words
// around it (Unicode bidirectional controls).
func readable(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, name)
	return strings.Join(strings.Fields(name), " ")
}

func isWebsite(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && hostForm.MatchString(u.Host) && u.User == nil && printable(s)
}

var (
	// hostForm is a host as a browser asks for it, which may stand in a
	// Content-Security-Policy.
	hostForm = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?$`)
	// schemeForm is what a program calls itself on a device (RFC 3986 §3.1).
	schemeForm = regexp.MustCompile(`^[a-z][a-z0-9+.-]{0,99}$`)
)

// ownSchemes are those by which a browser runs or shows what is in the address
// itself, or opens its own pages and files: no program is called so.
var ownSchemes = []string{
	"javascript", "vbscript", "data", "blob", "file", "filesystem", "about", "view-source", "chrome", "resource",
	"ws", "wss", "ftp", "mailto", "tel", "sms", "urn",
}

// isRedirect tells whether a code may be sent to uri: an address on the web, a
// program on somebody's device, or nobody's, where the code is shown.
func isRedirect(uri string) bool {
	if uri == OutOfBand {
		return true
	}
	u, err := url.Parse(uri)
	if err != nil || len(uri) > maxAppURL || !printable(uri) || strings.ContainsAny(uri, "#\\\"<>^`{|}") || u.User != nil {
		return false
	}
	if u.Scheme == "https" || u.Scheme == "http" {
		return hostForm.MatchString(u.Host)
	}
	return schemeForm.MatchString(u.Scheme) && !slices.Contains(ownSchemes, u.Scheme)
}

// printable tells whether s is ASCII without spaces.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// RedirectsTo tells whether uri is, to the byte, one that the app registered
// (G05).
func (a App) RedirectsTo(uri string) bool { return slices.Contains(a.RedirectURIs, uri) }

// Host is the host of the app's website, empty if it names none.
func (a App) Host() string { return hostOf(a.Website) }

// Redirect is where a grant leads, as a person and a browser are told of it.
type Redirect struct {
	Host   string // of an address on the web, else empty
	Scheme string // of a program on the device, else empty
	Origin string // for the form-action of a Content-Security-Policy; empty for this server's own page
}

// ReadRedirect reads a redirect URI that was registered.
func ReadRedirect(uri string) Redirect {
	if uri == OutOfBand {
		return Redirect{}
	}
	scheme, _, _ := strings.Cut(uri, ":")
	scheme = strings.ToLower(scheme)
	if scheme != "https" && scheme != "http" {
		return Redirect{Scheme: scheme, Origin: scheme + ":"}
	}
	to := Redirect{Host: hostOf(uri), Origin: scheme + "://" + hostOf(uri)}
	if strings.HasPrefix(to.Host, "[") {
		to.Origin = scheme + ":" // a policy cannot name an IPv6 address
	}
	return to
}

func hostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	return u.Host
}
