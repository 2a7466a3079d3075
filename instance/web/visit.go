package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/instance/web/words"
)

// visit is one request: who makes it and in which language.
type visit struct {
	account  *instance.Account // nil for somebody who is not signed in
	helper   *instance.Account // who acts for the account, nil for its owner
	viewer   instance.Viewer
	language *words.Language
}

type visitKey struct{}

func visitOf(r *http.Request) *visit {
	v, ok := r.Context().Value(visitKey{}).(*visit)
	if !ok {
		return &visit{} // a handler outside of [Server.page]: nobody in particular
	}
	return v
}

// me returns who is signed in. Handlers behind [Server.signedIn] always have
// somebody.
func me(r *http.Request) *instance.Account { return visitOf(r).account }

// handler answers a request or says why not.
type handler func(w http.ResponseWriter, r *http.Request) error

// page makes a handler of h: it finds out who asks, and turns what went wrong
// into a page that says so.
func (s *Server) page(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
		v, err := s.visit(r)
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		elsewhere := ""
		if err == nil {
			elsewhere, err = s.actFor(r, v)
		}
		if err == nil {
			err = s.slow(w, r)
		}
		switch {
		case err != nil:
		case elsewhere != "" && r.Method != http.MethodGet && r.Method != http.MethodHead:
			err = instance.ErrForbidden
		case elsewhere != "":
			SeeOther(w, r, elsewhere)
		case v.helper != nil && r.Method == http.MethodPost:
			err = s.handleFor(h, w, r)
		default:
			err = h(w, r)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	}
}

// reader is page for what no page is, such as a picture.
func (s *Server) reader(h handler) http.HandlerFunc {
	inner := s.page(h)
	return func(w http.ResponseWriter, r *http.Request) { s.Sessions.Load(inner).ServeHTTP(w, r) }
}

// public is page for what is the same for everyone, such as a file of open data: it
// asks for no session and sets no cookie, so that anything between may keep it.
func (s *Server) public(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, &visit{language: s.language(r, "")}))
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

// signedIn is page for those who are signed in; everyone else is asked to.
func (s *Server) signedIn(h handler) http.HandlerFunc {
	return s.page(func(w http.ResponseWriter, r *http.Request) error {
		if me(r) == nil {
			return instance.ErrUnauthenticated
		}
		return h(w, r)
	})
}

// admins is page for those who run the server.
func (s *Server) admins(h handler) http.HandlerFunc {
	return s.signedIn(func(w http.ResponseWriter, r *http.Request) error {
		if me(r).Role != instance.Admin {
			return instance.ErrNotFound
		}
		return h(w, r)
	})
}

// moderators is page for those who decide about others' posts on this server.
func (s *Server) moderators(h handler) http.HandlerFunc {
	return s.signedIn(func(w http.ResponseWriter, r *http.Request) error {
		if !me(r).Moderates() {
			return instance.ErrNotFound
		}
		return h(w, r)
	})
}

// visit finds out who makes a request. A session whose account was closed, or
// got a new password since, is one of nobody (security.md G06, G08).
func (s *Server) visit(r *http.Request) (*visit, error) {
	v := &visit{language: s.language(r, "")}
	id, since := s.Sessions.Person(r.Context())
	if id == 0 {
		return v, nil
	}
	a, err := s.People.Account(r.Context(), id)
	if errors.Is(err, instance.ErrNotFound) || err == nil && since.Before(a.CredentialsAt) {
		return v, s.Sessions.SignOut(r.Context())
	}
	if err != nil {
		return v, err
	}
	v.account, v.language = &a, s.language(r, a.Locale)
	v.viewer, err = s.Places.Viewer(r.Context(), id)
	return v, err
}

// lost answers when the session of a request cannot be read or kept: as to
// nobody in particular.
func (s *Server) lost(w http.ResponseWriter, r *http.Request, err error) {
	v := &visit{language: s.language(r, "")}
	s.fail(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)), err)
}

// languageCookie remembers the language somebody chose without an account.
func (s *Server) languageCookie() string { return auth.CookieName(s.Site, "language") }

// language is the one a person chose, else the one this browser was told, else
// the first that both the browser and we speak.
func (s *Server) language(r *http.Request, chosen string) *words.Language {
	if chosen == "" {
		if c, err := r.Cookie(s.languageCookie()); err == nil {
			chosen = c.Value
		}
	}
	return s.set.Languages().Match(chosen, r.Header.Get("Accept-Language"))
}

// slow turns away whoever changes things too fast.
func (s *Server) slow(_ http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if strings.HasPrefix(r.URL.Path, "/stop/") {
		return nil // mail programs stop letters for many people at once
	}
	if wait, ok := s.deeds.Allow(auth.From(r)); !ok {
		return &auth.TooFast{Wait: wait}
	}
	return nil
}

// frame is what the page of this request has around it.
func (s *Server) frame(w http.ResponseWriter, r *http.Request, section string) (pages.Frame, error) {
	v := visitOf(r)
	f := pages.Frame{
		Language: v.language, Now: s.Now().In(s.Zone), Here: r.URL.RequestURI(), Section: section,
		Server: pages.Server{Name: s.Title, Host: s.Site.Host(), Open: s.OpenLicence.Given()}, Appearance: "auto", TextSize: "normal",
		Flash: s.flashes.Take(w, r),
	}
	if v.account == nil {
		return f, nil
	}
	f.Appearance, f.TextSize, f.Easy = v.account.Appearance, v.account.TextSize, v.account.Easy
	if v.helper != nil {
		f.Appearance, f.TextSize, f.Easy = v.helper.Appearance, v.helper.TextSize, v.helper.Easy
		acting := personView(s.Site, v.account.Actor)
		f.ActsFor = &acting
	}
	var err error
	f.Viewer, err = s.framed(r.Context(), v)
	return f, err
}

// framed is the viewer as the page around shows them.
func (s *Server) framed(ctx context.Context, v *visit) (*pages.Viewer, error) {
	a := v.account
	shown := &pages.Viewer{Person: personView(s.Site, a.Actor), Moderates: a.Moderates(), Admin: a.Role == instance.Admin}
	homes, err := s.Places.Residences(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	for i, h := range homes {
		line := view.PlaceLine{Person: personView(s.Site, h.Place), Level: view.Level(h.Place.Level)}
		shown.Places = append(shown.Places, line)
		if i == 0 {
			shown.Home = &line.Person
		}
	}
	if shown.Unread, err = s.Notifications.Unread(ctx, a.ID); err != nil {
		return nil, err
	}
	if shown.Messages, err = s.Conversations.Unread(ctx, a.ID); err != nil {
		return nil, err
	}
	if shown.Requests, err = s.People.CountRequests(ctx, a.ID); err != nil {
		return nil, err
	}
	if shown.Moderates {
		shown.Reports, err = s.Moderation.CountOpen(ctx, a.ID)
	}
	return shown, err
}

// wantsJSON tells whether the one who asks is a program.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}
