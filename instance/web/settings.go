package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/people"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getSettings shows how a person wants the pages.
func (s *Server) getSettings(w http.ResponseWriter, r *http.Request) error {
	return s.showSettings(w, r, http.StatusOK, preferences(me(r)), nil)
}

// saveSettings keeps what they chose.
func (s *Server) saveSettings(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	form := r.PostForm
	chosen := people.Preferences{
		Locale: form.Get("language"), Appearance: form.Get("appearance"), TextSize: form.Get("text"), DefaultAudience: me(r).DefaultAudience,
	}
	if audience := form.Get("audience"); audience != "" { // nobody is asked who lives nowhere yet
		chosen.DefaultAudience = instance.Audience(audience)
	}
	err := s.People.SetPreferences(r.Context(), me(r).ID, chosen)
	if all, ok := problems(err); ok {
		return s.showSettings(w, r, http.StatusUnprocessableEntity, chosen, all)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "settings.saved"})
	SeeOther(w, r, "/settings")
	return nil
}

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, status int, chosen people.Preferences, all []view.Problem) error {
	home, err := s.home(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	p := pages.Settings{Council: s.Council != nil, Look: chosen.Appearance, Size: chosen.TextSize, Problems: all}
	if home != nil {
		if p.Choices, err = s.choices(r.Context(), home, chosen.DefaultAudience); err != nil {
			return err
		}
	}
	if p.OnScreens, err = s.Screens.Agrees(r.Context(), me(r).ID); err != nil {
		return err
	}
	for _, l := range s.set.Languages().All() {
		p.Languages = append(p.Languages, view.Option{Value: l.Tag, Label: l.Own(), Selected: l.Tag == chosen.Locale})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// getBlocked lists whom a person blocked and muted.
func (s *Server) getBlocked(w http.ResponseWriter, r *http.Request) error {
	blocked, err := s.People.Blocked(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	muted, err := s.People.Muted(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.Blocked{Frame: f, Blocked: s.personViews(blocked), Muted: s.personViews(muted)})
}
