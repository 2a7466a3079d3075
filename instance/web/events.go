package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/events"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// meetingRoutes are the pages of what neighbours meet for.
func (s *Server) meetingRoutes(r chi.Router) {
	r.Get("/events", s.page(s.getEvents))
	r.Post("/events/link", s.signedIn(s.linkCalendar))
	r.Get("/events/new", s.signedIn(s.getNewEvent))
	r.Post("/events/new", s.signedIn(s.publishEvent))
	r.Get("/@{name}/events.ics", s.page(s.getPlaceFile))
	r.Get("/calendar/{secret:[A-Z2-7]+}.ics", s.page(s.getOwnFile))
	r.Get("/e/{id:[0-9]+}/event.ics", s.page(s.getEventFile))
	r.Get("/@{name}/events", s.page(s.getPlaceEvents))
	r.Get("/@{name}/calendars", s.signedIn(s.getCalendars))
	r.Post("/@{name}/calendars", s.signedIn(s.addCalendar))
	r.Post("/@{name}/calendars/{id:[0-9]+}", s.signedIn(s.changeCalendar))
	r.Get("/@{name}/feeds", s.signedIn(s.getFeeds))
	r.Post("/@{name}/feeds", s.signedIn(s.addFeed))
	r.Post("/@{name}/feeds/{id:[0-9]+}", s.signedIn(s.changeFeed))
	r.Get("/g/{name}/news", s.page(s.getNews))
	r.Get("/e/{id:[0-9]+}", s.page(s.getEvent))
	r.Post("/e/{id:[0-9]+}/answer", s.signedIn(s.answerEvent))
	r.Post("/e/{id:[0-9]+}/needs/{need:[0-9]+}", s.signedIn(s.needOfEvent))
	r.Post("/e/{id:[0-9]+}/guest", s.page(s.registerGuest))
	r.Get("/e/guest/{token:[A-Z2-7]+}", s.page(s.getGuest))
	r.Post("/e/guest/{token:[A-Z2-7]+}", s.page(s.answerGuest))
	r.Get("/e/{id:[0-9]+}/poster", s.page(s.getPoster))
	r.Get("/e/{id:[0-9]+}/edit", s.signedIn(s.getEditEvent))
	r.Post("/e/{id:[0-9]+}/edit", s.signedIn(s.editEvent))
	r.Post("/e/{id:[0-9]+}/dates", s.signedIn(s.dateOfEvent))
	r.Post("/e/{id:[0-9]+}/after", s.signedIn(s.afterEvent))
	s.photoRoutes(r)
	s.minutesRoutes(r)
	r.Get("/e/{id:[0-9]+}/guests", s.signedIn(s.getEventGuests))
	r.Post("/e/{id:[0-9]+}/guests", s.signedIn(s.decideGuest))
}

// getEvents lists what takes place in the next weeks: for somebody who is signed
// in everything they may read and are near to.
func (s *Server) getEvents(w http.ResponseWriter, r *http.Request) error {
	p := pages.Events{May: me(r) != nil, New: "/events/new"}
	if me(r) != nil {
		link, err := s.Events.Link(r.Context(), me(r).ID)
		if err != nil {
			return err
		}
		if link != "" {
			p.Link = s.Site.Base() + "/calendar/" + link + ".ics"
		}
	}
	return s.showEvents(w, r, "/events", events.Query{}, p)
}

// getPlaceEvents lists what takes place in a place.
func (s *Server) getPlaceEvents(w http.ResponseWriter, r *http.Request) error {
	a, err := s.placeIn(r)
	if err != nil {
		return err
	}
	place := personView(s.Site, a)
	speaks, err := s.speaksFor(r, a)
	if err != nil {
		return err
	}
	p := pages.Events{Speaks: speaks, Place: &place, May: me(r) != nil, New: "/events/new?in=" + a.ID.String(), File: place.Path + "/events.ics"}
	return s.showEvents(w, r, place.Path+"/events", events.Query{Place: a.ID}, p)
}

// placeIn returns the place of ours, or elsewhere, that the path names.
func (s *Server) placeIn(r *http.Request) (instance.Actor, error) {
	a, err := s.People.Known(r.Context(), chi.URLParam(r, "name"))
	if err == nil && a.Kind != instance.Group {
		err = fmt.Errorf("place %s: %w", a.Username, instance.ErrNotFound)
	}
	return a, err
}

// calendarDays is how many days one page of a calendar holds.
const calendarDays = 42

// calendarPeek is among how many events the next one is looked for.
const calendarPeek = 20

// showEvents shows the days of a calendar from the one that is asked for.
func (s *Server) showEvents(w http.ResponseWriter, r *http.Request, path string, q events.Query, p pages.Events) error {
	now := s.Now().In(s.Zone)
	from := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.Zone)
	if day, err := time.ParseInLocation("2006-01-02", r.URL.Query().Get("from"), s.Zone); err == nil && day.Year() > 1970 && day.Year() < 2200 {
		from = day
	}
	q.From, q.To = from, from.AddDate(0, 0, calendarDays)
	switch p.Span = r.URL.Query().Get("for"); p.Span {
	case "today":
		q.To = from.AddDate(0, 0, 1)
	case "week":
		q.To = from.AddDate(0, 0, 7)
	default:
		p.Span = ""
	}
	p.Path = path
	all, err := s.Events.Upcoming(r.Context(), visitOf(r).viewer, q)
	if err != nil {
		return err
	}
	for _, o := range all {
		i := occasion(o.Post, o.At)
		i.Off = o.Off
		key := i.Starts.In(s.Zone).Format("2006-01-02")
		if n := len(p.Days); n == 0 || p.Days[n-1].Key != key {
			p.Days = append(p.Days, pages.EventDay{Key: key})
		}
		last := &p.Days[len(p.Days)-1]
		last.Events = append(last.Events, i)
	}
	if p.Span != "" {
		return s.eventsPage(w, r, p)
	}
	// The next page begins with the next day on which something takes place, so
	// that a calendar ends where nothing follows.
	next := q
	next.From, next.To, next.Limit = q.To, q.To.AddDate(1, 0, 0), calendarPeek
	following, err := s.Events.Upcoming(r.Context(), visitOf(r).viewer, next)
	if err != nil {
		return err
	}
	if len(following) > 0 {
		day := following[0].At.In(s.Zone)
		if day.Before(q.To) { // it goes on from before
			day = q.To
		}
		p.Later = path + "?from=" + day.Format("2006-01-02")
	}
	if from.After(now) || r.URL.Query().Has("from") {
		p.Earlier = path + "?from=" + from.AddDate(0, 0, -calendarDays).Format("2006-01-02")
	}
	return s.eventsPage(w, r, p)
}

func (s *Server) eventsPage(w http.ResponseWriter, r *http.Request, p pages.Events) (err error) {
	if p.Frame, err = s.frame(w, r, "events"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// linkCalendar makes the secret address of one's own calendar anew, or ends it.
func (s *Server) linkCalendar(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	var err error
	if r.PostFormValue("act") == "end" {
		err = s.Events.EndLink(r.Context(), me(r).ID)
	} else {
		_, err = s.Events.NewLink(r.Context(), me(r).ID)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "event.noted"})
	SeeOther(w, r, "/events")
	return nil
}
