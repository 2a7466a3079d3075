package web

import (
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/calendars"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// speaksFor tells whether who asks looks after the calendars of a place.
func (s *Server) speaksFor(r *http.Request, a instance.Actor) (bool, error) {
	if me(r) == nil || !a.Local() || !slices.Contains(visitOf(r).viewer.Tends, a.ID) {
		return false, nil
	}
	_, _, err := s.Calendars.Owner(r.Context(), me(r).ID, a.Username)
	if errors.Is(err, instance.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// getCalendars lists the calendars of others that a place or an organisation
// shows.
func (s *Server) getCalendars(w http.ResponseWriter, r *http.Request) error {
	return s.showCalendars(w, r, http.StatusOK, pages.Calendars{Public: true})
}

func (s *Server) showCalendars(w http.ResponseWriter, r *http.Request, status int, p pages.Calendars) error {
	name := chi.URLParam(r, "name")
	owner, _, err := s.Calendars.Owner(r.Context(), me(r).ID, name)
	if err != nil {
		return err
	}
	all, err := s.Calendars.Of(r.Context(), me(r).ID, name)
	if err != nil {
		return err
	}
	p.Owner = personView(s.Site, owner)
	for _, c := range all {
		line := pages.CalendarLine{
			Path: p.Owner.Path + "/calendars/" + c.ID.String(), Name: c.Name, URL: c.URL, ReadAt: c.ReadAt, Trouble: c.Trouble,
			Public: c.Audience == instance.ToPublic, Shown: c.Shown, Waiting: c.Waiting,
		}
		for _, refused := range c.Refused {
			line.Refused = append(line.Refused, pages.RefusedEvent{Title: refused.Title, Why: refused.Why})
		}
		p.Calendars = append(p.Calendars, line)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// addCalendar adds one, from an address or a file.
func (s *Server) addCalendar(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, calendars.MaxBytes+maxForm)
	src, err := s.readCalendar(w, r)
	if err == nil {
		_, err = s.Calendars.Add(r.Context(), me(r).ID, chi.URLParam(r, "name"), src)
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok && tooLarge != nil {
		err = &instance.Invalid{Field: "calendar", Code: "too-large"}
	}
	if all, ok := problems(err); ok {
		return s.showCalendars(w, r, http.StatusUnprocessableEntity, pages.Calendars{URL: src.URL, Public: src.Public, Problems: all})
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "calendars.added"})
	SeeOther(w, r, "/@"+chi.URLParam(r, "name")+"/calendars")
	return nil
}

func (s *Server) readCalendar(w http.ResponseWriter, r *http.Request) (src calendars.Source, err error) {
	away, err := s.readUpload(w, r)
	defer away()
	if err != nil {
		return src, err
	}
	src = calendars.Source{URL: r.PostFormValue("url"), Public: r.PostFormValue("audience") == "public", Language: visitOf(r).language.Tag}
	if src.URL != "" {
		return src, nil
	}
	file, _, err := r.FormFile("calendar")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return src, &instance.Invalid{Field: "url", Code: "missing"}
	}
	if err != nil {
		return src, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	src.File, err = io.ReadAll(io.LimitReader(file, calendars.MaxBytes+1))
	return src, err
}

// changeCalendar has one read now, or forgets it.
func (s *Server) changeCalendar(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	name := chi.URLParam(r, "name")
	switch r.PostFormValue("deed") {
	case "read":
		err = s.Calendars.Refresh(r.Context(), me(r).ID, name, id)
	case "remove":
		err = s.Calendars.Remove(r.Context(), me(r).ID, name, id)
	default:
		err = instance.ErrInvalid
	}
	if err != nil {
		return err
	}
	SeeOther(w, r, "/@"+name+"/calendars")
	return nil
}
