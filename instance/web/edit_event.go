package web

import (
	"net/http"
	"slices"
	"strconv"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getEditEvent is where hosts change an event.
func (s *Server) getEditEvent(w http.ResponseWriter, r *http.Request) error {
	p, err := s.hostedEvent(r)
	if err != nil {
		return err
	}
	return s.showEditEvent(w, r, http.StatusOK, p, s.eventForm(p), p.Event.Access, nil)
}

// eventForm is an event as its form shows it.
func (s *Server) eventForm(p *instance.Post) pages.EventForm {
	e := p.Event
	from, to := e.Starts.In(s.Zone), e.Ends.In(s.Zone)
	form := pages.EventForm{
		Template: e.Template, Title: p.Title, Date: from.Format("2006-01-02"), From: from.Format("15:04"), Venue: e.Venue.Name, Street: e.Venue.Street,
		Postal: e.Venue.PostalCode, Locality: e.Venue.Locality, Online: e.Online, JoinMode: e.JoinMode, JoinURL: e.JoinURL, Text: p.Source, Status: string(e.Status),
	}
	if !e.Ends.IsZero() {
		form.To = to.Format("15:04")
		if day := to.Format("2006-01-02"); day != form.Date {
			form.EndDate = day
		}
	}
	if e.Capacity > 0 {
		form.Capacity = strconv.Itoa(e.Capacity)
	}
	rule, err := instance.ParseRepeats(e.Repeats)
	switch {
	case err != nil || rule.Every == 0:
	case rule.Monthly:
		form.Repeats = "monthly"
	case rule.Every == 2:
		form.Repeats = "fortnightly"
	default:
		form.Repeats = "weekly"
	}
	if rule.Count > 0 {
		form.Count = strconv.Itoa(rule.Count)
	}
	return form
}

func (s *Server) showEditEvent(w http.ResponseWriter, r *http.Request, status int, p *instance.Post, form pages.EventForm, access []string, all []view.Problem) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	page := pages.EditEvent{Frame: f, Path: eventPath(p.ID), Title: p.Title, Form: form, Problems: all}
	for _, word := range instance.Facilities() {
		page.Access = append(page.Access, view.Option{Value: word, Selected: slices.Contains(access, word)})
	}
	return s.HTML(w, r, status, page)
}

// editEvent changes an event, and has those told who come.
func (s *Server) editEvent(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p, err := s.hostedEvent(r)
	if err != nil {
		return err
	}
	form := readEventForm(r)
	e, err := s.eventOf(form, readAccess(r))
	if err == nil {
		e.Template, e.Category = p.Event.Template, p.Event.Category
		e.Venue.Latitude, e.Venue.Longitude = p.Event.Venue.Latitude, p.Event.Venue.Longitude
		if e.Venue.Name != p.Event.Venue.Name || e.Venue.Street != p.Event.Venue.Street {
			e.Venue.Latitude, e.Venue.Longitude = nil, nil
		}
		_, err = s.Events.Change(r.Context(), me(r).ID, p.ID, instance.Draft{
			Title: form.Title, Text: form.Text, Warning: p.Warning, Language: p.Language, Event: e,
		})
	}
	if all, ok := problems(err); ok {
		return s.showEditEvent(w, r, http.StatusUnprocessableEntity, p, form, readAccess(r), all)
	}
	if err != nil {
		return err
	}
	return s.eventAgain(w, r, p.ID, "event.changed", "")
}
