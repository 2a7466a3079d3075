package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/web/view"
)

// opening is what somebody typed to begin something with their neighbours, and
// for the readers of which place.
type opening struct {
	composition
	place *instance.Neighbourhood
}

// begin is an empty opening for the place that is asked for, else for where the
// one who writes is at home.
func (s *Server) begin(r *http.Request) (*opening, error) {
	place, err := s.writesIn(r)
	if err == nil && place == nil {
		place, err = s.home(r.Context(), me(r).ID)
	}
	o := &opening{place: place}
	o.draft = instance.Draft{Language: me(r).Locale, Audience: me(r).DefaultAudience, Once: newOnce()}
	if place == nil {
		o.draft.Audience = ""
	}
	return o, err
}

// readOpening reads the words of the form and for whom they are.
func (s *Server) readOpening(w http.ResponseWriter, r *http.Request) (*opening, error) {
	if err := readForm(w, r); err != nil {
		return nil, err
	}
	return s.openingIn(r)
}

// openingIn reads the words of a form that was read already.
func (s *Server) openingIn(r *http.Request) (*opening, error) {
	place, err := s.writesIn(r)
	if err != nil {
		return nil, err
	}
	o := &opening{place: place}
	o.draft = instance.Draft{Title: r.PostFormValue("title"), Text: r.PostFormValue("text"), Language: me(r).Locale, Once: r.PostFormValue("once")}
	if place != nil {
		o.draft.Group = place.ID
	}
	if strings.TrimSpace(o.draft.Title) == "" {
		o.problems = append(o.problems, view.Problem{Field: "title", Code: "missing"})
	}
	if o.draft.Audience, err = s.audience(r, place); err != nil && !o.refuse(err) {
		return nil, err
	}
	if _, o.draft.Campaign, err = s.within(r); err != nil && !o.refuse(err) {
		return nil, err
	}
	return o, nil
}

// amount reads how much a field says; nothing is 0.
func (o *opening) amount(r *http.Request, field string) instance.Amount {
	text := r.PostFormValue(field)
	if strings.TrimSpace(text) == "" {
		return 0
	}
	a, err := instance.ParseAmount(field, text)
	o.refuse(err)
	return a
}

// moment reads a day and time in the zone of the server; nothing is never.
func (o *opening) moment(s *Server, r *http.Request, field string) time.Time {
	at, err := s.momentIn(r, field)
	o.refuse(err)
	return at
}

// whole reads a number of things; nothing is 0.
func (o *opening) whole(r *http.Request, field string) int {
	n, err := wholeIn(r, field)
	o.refuse(err)
	return n
}

// momentIn is the day and time that a form says in the zone of the server, zero
// for nothing. It returns an [instance.Invalid] for what is none.
func (s *Server) momentIn(r *http.Request, field string) (time.Time, error) {
	text := strings.TrimSpace(r.PostFormValue(field))
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(typedMoment, text, s.Zone)
	if err != nil {
		return time.Time{}, &instance.Invalid{Field: field, Code: "moment"}
	}
	return at.UTC(), nil
}

// typedMoment is how browsers send a day and time.
const typedMoment = "2006-01-02T15:04"

// wholeIn is the number that a form says, 0 for nothing. It returns an
// [instance.Invalid] for what is none.
func wholeIn(r *http.Request, field string) (int, error) {
	text := strings.TrimSpace(r.PostFormValue(field))
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, &instance.Invalid{Field: field, Code: "malformed"}
	}
	return n, nil
}

// togetherPath is where a notice leads that is about what neighbours do
// together; empty for any other.
func togetherPath(p *instance.Post, notice string) string {
	about, _, _ := strings.Cut(notice, "-")
	switch about {
	case "purchase":
		return purchasePath(p.ID)
	case "ride":
		return ridePath(p.ID)
	case "errand":
		return errandPath(p.ID)
	}
	return ""
}
