package mastodon

import (
	"errors"
	"net/http"
	"net/url"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/mastodon/entity"
)

// issueToken gives a program a token: for a code, or for itself. There is no
// grant by password: it would teach people to give theirs to programs (RFC 9700
// §2.4).
func (s *Server) issueToken(w http.ResponseWriter, r *http.Request, c *call) error {
	for _, name := range []string{"grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier", "scope"} {
		if c.twice(name) {
			return errAsked
		}
	}
	app, err := s.provenApp(r, c)
	if err != nil {
		return err
	}
	switch c.Text("grant_type") {
	case "authorization_code":
		return s.redeem(w, r, c, app)
	case "client_credentials":
		return s.issueToApp(w, r, c, app)
	case "":
		return errAsked
	}
	return errGrantType
}

// twice tells whether a request says different things about name.
func (c *call) twice(name string) bool {
	all := c.values[name]
	for _, v := range all {
		if v != all[0] {
			return true
		}
	}
	return false
}

// provenApp is the program that makes a request, as its secret proves: in the
// body, or by HTTP Basic.
func (s *Server) provenApp(r *http.Request, c *call) (auth.App, error) {
	id, secret := c.Text("client_id"), c.Text("client_secret")
	if name, password, ok := r.BasicAuth(); ok {
		name, nameErr := url.QueryUnescape(name) // RFC 6749 §2.3.1
		password, passwordErr := url.QueryUnescape(password)
		if nameErr != nil || passwordErr != nil || id != "" && id != name {
			return auth.App{}, errClient
		}
		id, secret = name, password
	}
	app, err := s.Apps.Proven(r.Context(), id, secret)
	if errors.Is(err, instance.ErrUnauthenticated) {
		return app, errClient
	}
	return app, err
}

func (s *Server) redeem(w http.ResponseWriter, r *http.Request, c *call, app auth.App) error {
	token, access, err := s.Apps.Redeem(r.Context(), auth.Redemption{
		App: app, Code: c.Text("code"), RedirectURI: c.Text("redirect_uri"), Verifier: c.Text("code_verifier"),
	})
	if errors.Is(err, instance.ErrInvalid) {
		return errGrant
	}
	if err != nil {
		return err
	}
	return showToken(w, token, access)
}

// issueToApp gives a program a token of its own, with which it speaks for
// nobody.
func (s *Server) issueToApp(w http.ResponseWriter, r *http.Request, c *call, app auth.App) error {
	scopes, err := auth.ParseScopes(c.Text("scope"))
	if len(scopes) == 0 {
		scopes = auth.Scopes{"read"}
	}
	if err != nil || !app.Scopes.Cover(scopes) {
		return errScope
	}
	token, err := s.Apps.Issue(r.Context(), app, 0, scopes)
	if err != nil {
		return err
	}
	return showToken(w, token, auth.Access{Scopes: scopes, Since: s.Now()})
}

func showToken(w http.ResponseWriter, token string, a auth.Access) error {
	unkept(w)
	return reply(w, entity.Token{AccessToken: token, TokenType: "Bearer", Scope: a.Scopes.String(), CreatedAt: a.Since.Unix()})
}

// revokeToken ends a token of the program that asks. One that is not known is
// ended already (RFC 7009 §2.2).
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request, c *call) error {
	token := c.Text("token")
	access, err := s.Apps.Access(r.Context(), token)
	if errors.Is(err, instance.ErrUnauthenticated) {
		return reply(w, struct{}{})
	}
	if err != nil {
		return err
	}
	app, err := s.provenApp(r, c)
	if errors.Is(err, errClient) || err == nil && app.ID != access.App.ID {
		return errRevoke
	}
	if err != nil {
		return err
	}
	if _, err := s.Apps.End(r.Context(), app, token); err != nil {
		return err
	}
	return reply(w, struct{}{})
}
