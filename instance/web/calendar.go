package web

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/events"
)

// getEventFile answers with one event as a calendar.
func (s *Server) getEventFile(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	p, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return err
	}
	if p.Event == nil || p.Gone() {
		return fmt.Errorf("event %s: %w", id, instance.ErrNotFound)
	}
	return s.sendCalendar(w, r, p.Title, []*instance.Post{p})
}

// getPlaceFile answers with what everyone may read of a place's calendar.
func (s *Server) getPlaceFile(w http.ResponseWriter, r *http.Request) error {
	a, err := s.placeIn(r)
	if err != nil {
		return err
	}
	all, err := s.Events.Kept(r.Context(), visitOf(r).viewer, events.Query{Place: a.ID})
	if err != nil {
		return err
	}
	return s.sendCalendar(w, r, a.Shown(), all)
}

// getOwnFile answers with somebody's calendar, to whoever knows its address.
func (s *Server) getOwnFile(w http.ResponseWriter, r *http.Request) error {
	who, err := s.Events.Linked(r.Context(), chi.URLParam(r, "secret"))
	if err != nil {
		return err
	}
	v, err := s.Places.Viewer(r.Context(), who)
	if err != nil {
		return err
	}
	all, err := s.Events.Kept(r.Context(), v, events.Query{Guest: who})
	if err != nil {
		return err
	}
	return s.sendCalendar(w, r, s.Title, all)
}

func (s *Server) sendCalendar(w http.ResponseWriter, r *http.Request, name string, all []*instance.Post) error {
	body, err := s.Events.Calendar(r.Context(), name, all)
	if err != nil {
		return err
	}
	h := w.Header()
	Secure(h)
	h.Set("Content-Type", events.CalendarType)
	h.Set("Content-Disposition", `attachment; filename="palier.ics"`)
	h.Set("Cache-Control", "private, no-cache")
	send(w, r, http.StatusOK, body)
	return nil
}
