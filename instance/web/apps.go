package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getApps lists what a person let act in their name.
func (s *Server) getApps(w http.ResponseWriter, r *http.Request) error {
	before := idIn(r, "before")
	list, err := s.Apps.Connected(r.Context(), me(r).ID, before, perPage)
	if err != nil {
		return err
	}
	p := pages.Apps{}
	for _, c := range list {
		p.Apps = append(p.Apps, connectionView(c))
	}
	if before != 0 {
		p.Pager.Newer = "/settings/apps"
	}
	if len(list) == perPage {
		p.Pager.Older = "/settings/apps?before=" + list[perPage-1].Token.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func connectionView(c auth.Connection) view.Connection {
	return view.Connection{Program: programView(c.App), ID: c.Token.String(), Scopes: scopeViews(c.Scopes), Since: c.Since, Used: c.Used}
}

// endApp ends one of them.
func (s *Server) endApp(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := s.Apps.Disconnect(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "app.ended"})
	SeeOther(w, r, "/settings/apps")
	return nil
}

// endApps ends all of them and every session but this one, under a new token
// (security.md G06, G08).
func (s *Server) endApps(w http.ResponseWriter, r *http.Request) error {
	if err := s.Apps.DisconnectAll(r.Context(), me(r).ID); err != nil {
		return err
	}
	if err := s.Sessions.SignIn(r.Context(), me(r).ID); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "everywhere.ended"})
	SeeOther(w, r, "/settings/apps")
	return nil
}
