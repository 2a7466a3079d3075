package mastodon

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/mastodon/entity"
)

// grantRoutes are how a program becomes known and gets a token. The page that
// asks a person is among those of the server's own.
func (s *Server) grantRoutes(r chi.Router) {
	r.Group(func(r chi.Router) {
		r.Use(shared)
		for path, post := range map[string]http.HandlerFunc{
			"/oauth/token":  s.granting(s.issueToken, s.failGrant),
			"/oauth/revoke": s.granting(s.revokeToken, s.failGrant),
		} {
			r.Post(path, post)
			r.Options(path, s.nothing)
		}
		for path, get := range map[string]http.HandlerFunc{
			"/oauth/userinfo":                         s.answering("profile", somebody, s.getUserInfo),
			"/.well-known/oauth-authorization-server": s.answering("", anyone, s.getAuthorizationServer),
		} {
			r.Get(path, get)
			r.Options(path, s.nothing)
		}
	})
}

// granting makes a handler of h, for programs that have no token yet: whatever
// token a request carries is not looked at. How often one address may ask is
// bounded (security.md G02).
func (s *Server) granting(h handler, fail func(http.ResponseWriter, *http.Request, *call, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{}
		turn := s.grants.Take(auth.From(r))
		turn.Tell(w.Header())
		var err error
		if !turn.OK {
			err = instance.ErrTooMany
		}
		if err == nil {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			c.Parameters, err = readParameters(w, r)
		}
		if err == nil {
			err = h(w, r, c)
		}
		c.discard()
		if err != nil {
			fail(w, r, c, err)
		}
	}
}

// grantError is why a program gets no token, in the words of RFC 6749 §5.2.
type grantError struct {
	status            int
	code, description string
}

func (e *grantError) Error() string { return e.code }

var (
	errClient = &grantError{http.StatusUnauthorized, "invalid_client",
		"Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."}
	errGrant = &grantError{http.StatusBadRequest, "invalid_grant",
		"The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}
	errGrantType = &grantError{http.StatusBadRequest, "unsupported_grant_type",
		"The authorization grant type is not supported by the authorization server."}
	errScope = &grantError{http.StatusBadRequest, "invalid_scope",
		"The requested scope is invalid, unknown, or malformed."}
	errAsked = &grantError{http.StatusBadRequest, "invalid_request",
		"The request is missing a required parameter, includes an unsupported parameter value, or is otherwise malformed."}
	errRevoke = &grantError{http.StatusForbidden, "unauthorized_client",
		"You are not authorized to revoke this token."}
)

// failGrant answers why a program gets no token.
func (s *Server) failGrant(w http.ResponseWriter, r *http.Request, c *call, err error) {
	why, ok := errors.AsType[*grantError](err)
	switch {
	case ok:
	case errors.Is(err, instance.ErrInvalid):
		why = errAsked
	default:
		s.fail(w, r, c, err)
		return
	}
	if _, _, basic := r.BasicAuth(); basic && why.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="Palier"`)
	}
	unkept(w)
	if err := replyWith(w, why.status, entity.GrantError{Error: why.code, Description: why.description}); err != nil {
		s.fail(w, r, c, err)
	}
}

// unkept keeps an answer with secrets out of every cache (RFC 6749 §5.1).
func unkept(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
}

// getAuthorizationServer says how programs get in.
func (s *Server) getAuthorizationServer(w http.ResponseWriter, _ *http.Request, _ *call) error {
	base := s.Site.Base()
	w.Header().Set("Cache-Control", "max-age=3600, public")
	return reply(w, entity.AuthorizationServer{
		Issuer: base, Authorization: base + "/oauth/authorize", Token: base + "/oauth/token", Revocation: base + "/oauth/revoke",
		UserInfo: base + "/oauth/userinfo", Registration: base + "/api/v1/apps", Scopes: auth.AllScopes,
		Responses: []string{"code"}, ResponseModes: []string{"query"}, Grants: []string{"authorization_code", "client_credentials"},
		ClientAuthentication: []string{"client_secret_basic", "client_secret_post"}, Challenges: []string{"S256"}, NamesIssuer: true,
	})
}

// getUserInfo says who a token speaks for.
func (s *Server) getUserInfo(w http.ResponseWriter, _ *http.Request, c *call) error {
	a := c.account.Actor
	picture, _ := s.portraits(a)
	return reply(w, entity.UserInfo{
		Issuer: s.Site.Base(), Subject: a.URI, Name: a.Shown(), PreferredUsername: a.Username, Profile: s.Site.Page(a.Username), Picture: picture,
	})
}
