package mastodon

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance/auth"
	"palier/instance/mastodon/entity"
)

func (s *Server) appRoutes(r chi.Router) {
	r.Post("/v1/apps", s.granting(s.registerApp, s.fail))
	s.program(r, http.MethodGet, "/v1/apps/verify_credentials", "", s.getApp)
}

// registerApp makes a program known.
func (s *Server) registerApp(w http.ResponseWriter, r *http.Request, c *call) error {
	scopes, err := auth.ParseScopes(strings.Join(c.Texts("scopes"), " "))
	if err != nil {
		return err
	}
	if len(scopes) == 0 {
		scopes = auth.Scopes{"read"}
	}
	app, secret, err := s.Apps.Register(r.Context(), auth.App{
		Name: c.Text("client_name"), Website: strings.TrimSpace(c.Text("website")),
		RedirectURIs: strings.Fields(strings.Join(c.Texts("redirect_uris"), "\n")), Scopes: scopes,
	})
	if err != nil {
		return err
	}
	unkept(w)
	return reply(w, entity.CredentialApplication{Application: s.application(app), ClientID: app.ClientID, ClientSecret: secret})
}

// getApp shows a program to itself.
func (s *Server) getApp(w http.ResponseWriter, _ *http.Request, c *call) error {
	return reply(w, s.application(c.access.App))
}

func (s *Server) application(a auth.App) entity.Application {
	shown := entity.Application{
		ID: entity.ID(a.ID), Name: a.Name, Scopes: a.Scopes, RedirectURI: strings.Join(a.RedirectURIs, "\n"), RedirectURIs: a.RedirectURIs,
	}
	if a.Website != "" {
		shown.Website = &a.Website
	}
	if s.PushKey != nil {
		shown.VAPIDKey = s.PushKey()
	}
	return shown
}
