package mastodon

import (
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/mastodon/entity"
	"palier/instance/people"
)

// ownAccountRoutes are what somebody tells of themself and likes by default.
func (s *Server) ownAccountRoutes(r chi.Router) {
	s.person(r, http.MethodPatch, "/v1/accounts/update_credentials", "write:accounts", s.updateAccount)
	s.person(r, http.MethodDelete, "/v1/profile/avatar", "write:accounts", s.dropWorn(instance.OfPortrait))
	s.person(r, http.MethodDelete, "/v1/profile/header", "write:accounts", s.dropWorn(instance.OfHeader))
	s.person(r, http.MethodGet, "/v1/preferences", "read:accounts", s.getPreferences)
	s.program(r, http.MethodPost, "/v1/accounts", "write:accounts", s.register)
}

// register would open an account. On this server those who run it do, so that
// the answer is the one programs know for a closed door.
func (s *Server) register(http.ResponseWriter, *http.Request, *call) error {
	return fmt.Errorf("register: %w", instance.ErrForbidden)
}

// privacy is the word for whom one posts to by default from a program.
func privacy(a *instance.Account) string {
	if a.App.Audience != "" {
		return visibility(a.App.Audience)
	}
	return visibility(a.DefaultAudience)
}

// postingLanguage is the language one posts in by default.
func postingLanguage(a *instance.Account) string {
	if a.App.Language != "" {
		return a.App.Language
	}
	return a.Locale
}

func (s *Server) getPreferences(w http.ResponseWriter, _ *http.Request, c *call) error {
	language := postingLanguage(c.account)
	return reply(w, entity.Preferences{
		Visibility: privacy(c.account), Sensitive: c.account.App.Sensitive, Language: &language, ExpandMedia: "default",
	})
}

// updateAccount changes what the request names and leaves the rest.
func (s *Server) updateAccount(w http.ResponseWriter, r *http.Request, c *call) error {
	defaults, err := appDefaults(c)
	if err != nil {
		return err
	}
	before, err := s.People.Profile(r.Context(), c.me())
	if err != nil {
		return err
	}
	p := before
	tell(&p, c)
	kept, err := s.keepPortraits(r.Context(), &p, c)
	if err == nil {
		err = s.People.EditProfile(r.Context(), c.me(), p)
	}
	if err != nil {
		return errors.Join(err, s.Pictures.Delete(r.Context(), kept...))
	}
	if defaults != c.account.App {
		if err := s.People.SetAppDefaults(r.Context(), c.me(), defaults); err != nil {
			return err
		}
	}
	if err := s.Pictures.Delete(r.Context(), replaced(before, p)...); err != nil {
		return err
	}
	return s.replyOwnAccount(w, r, c)
}

// replyOwnAccount answers with one's own account as it stands now.
func (s *Server) replyOwnAccount(w http.ResponseWriter, r *http.Request, c *call) error {
	now, err := s.People.Account(r.Context(), c.me())
	if err != nil {
		return err
	}
	c.account = &now
	return s.getOwnAccount(w, r, c)
}

// tell puts into a profile what a request says of it. Somebody without a name is
// called by their handle.
func tell(p *people.Profile, c *call) {
	if c.Has("display_name") {
		if p.Name = c.Text("display_name"); p.Name == "" {
			p.Name = c.account.Username
		}
	}
	if c.Has("note") {
		p.Summary = c.Text("note")
	}
	for name, is := range map[string]*bool{
		"locked": &p.Locked, "bot": &p.Bot, "discoverable": &p.Discoverable, "indexable": &p.Indexable, "hide_collections": &p.HideCollections,
	} {
		if yes, said := c.Bool(name); said {
			*is = yes
		}
	}
	if given := c.Each("fields_attributes"); len(given) > 0 {
		p.Fields = nil
		for _, f := range given {
			p.Fields = append(p.Fields, instance.Field{Name: f.Text("name"), Value: f.Text("value")})
		}
	}
}

// audiences are the words programs know for whom one posts to.
var audiences = map[string]instance.Audience{
	"public": instance.ToPublic, "unlisted": instance.ToUnlisted, "private": instance.ToFollowers, "direct": instance.ToMentioned,
}

// appDefaults are how what somebody posts from a program begins, as far as a
// request changes it.
func appDefaults(c *call) (instance.AppDefaults, error) {
	d, source := c.account.App, c.Within("source")
	if source.Has("privacy") {
		var known bool
		if d.Audience, known = audiences[source.Text("privacy")]; !known {
			return d, &instance.Invalid{Field: "audience", Code: "unknown"}
		}
	}
	if yes, said := source.Bool("sensitive"); said {
		d.Sensitive = yes
	}
	if source.Has("language") {
		text := source.Text("language")
		if d.Language = instance.LanguageCode(text); d.Language == "" && text != "" {
			return d, &instance.Invalid{Field: "language", Code: "unknown"}
		}
	}
	return d, nil
}

// keepPortraits takes in the portrait and the banner that came along, and
// returns the files that are kept of them.
func (s *Server) keepPortraits(ctx context.Context, p *people.Profile, c *call) (kept []string, err error) {
	for _, worn := range []struct {
		name string
		of   instance.PictureOf
		file *string
	}{{"avatar", instance.OfPortrait, &p.Icon}, {"header", instance.OfHeader, &p.Image}} {
		file := c.File(worn.name)
		if file == nil {
			continue
		}
		name, err := s.takeWorn(ctx, worn.of, file)
		if err != nil {
			return kept, err
		}
		*worn.file, kept = name, append(kept, name)
	}
	return kept, nil
}

func (s *Server) takeWorn(ctx context.Context, of instance.PictureOf, file *multipart.FileHeader) (_ string, err error) {
	f, err := file.Open()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return s.Portraits.Take(ctx, of, f)
}

// replaced are the files that a profile showed before and shows no longer.
func replaced(before, now people.Profile) []string {
	var files []string
	for _, f := range [][2]string{{before.Icon, now.Icon}, {before.Image, now.Image}} {
		if f[0] != "" && f[0] != f[1] {
			files = append(files, f[0])
		}
	}
	return files
}

// dropWorn makes a handler that takes one of the pictures of a profile away.
func (s *Server) dropWorn(of instance.PictureOf) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		if err := s.Portraits.Remove(r.Context(), c.me(), of); err != nil {
			return err
		}
		return s.replyOwnAccount(w, r, c)
	}
}
