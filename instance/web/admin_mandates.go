package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getMandates shows an administrator who may run a programme.
func (s *Server) getMandates(w http.ResponseWriter, r *http.Request) error {
	return s.showMandates(w, r, http.StatusOK, pages.AdminMandates{})
}

func (s *Server) showMandates(w http.ResponseWriter, r *http.Request, status int, p pages.AdminMandates) error {
	list, err := s.Housing.Mandates(r.Context(), *me(r))
	if err != nil {
		return err
	}
	for _, m := range list {
		p.Mandates = append(p.Mandates, view.Mandate{
			Who: personView(s.Site, m.Organisation), Given: s.local(m.GivenAt), Ended: s.local(m.EndedAt), Programmes: m.Programmes,
			Until: s.lastDay(m.UntilAt), Wrong: p.Wrong == m.Organisation.ID.String(),
		})
	}
	if p.Frame, err = s.frame(w, r, "mandates"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// mandateUntil says which day is the last of a mandate: it holds until that is over.
func (s *Server) mandateUntil(r *http.Request, organisation instance.ActorID) error {
	day, ok := s.readDay(r.PostFormValue("until"), 0)
	if !ok {
		return &instance.Invalid{Field: "until", Code: "malformed"}
	}
	if !day.IsZero() {
		day = day.In(s.Zone).AddDate(0, 0, 1)
	}
	return s.Housing.MandateUntil(r.Context(), *me(r), organisation, day)
}

// lastDay is the day that a time which begins the next one belongs to.
func (s *Server) lastDay(end time.Time) time.Time {
	if end.IsZero() {
		return end
	}
	return s.local(end.Add(-time.Nanosecond))
}

// changeMandate gives an association a mandate, or ends it.
func (s *Server) changeMandate(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	ctx, typed := r.Context(), r.PostFormValue("association")
	a, err := s.People.Known(ctx, strings.TrimPrefix(strings.TrimSpace(typed), "@"))
	if errors.Is(err, instance.ErrNotFound) || errors.Is(err, instance.ErrInvalid) {
		err = &instance.Invalid{Field: "association", Code: "not-found"}
	}
	key := "programme.mandate"
	if err == nil && r.PostFormValue("deed") == "end" {
		key, err = "programme.no-mandate", s.Housing.EndMandate(ctx, *me(r), a.ID)
	} else if err == nil && r.PostFormValue("deed") == "until" {
		key, err = "programme.mandate-kept", s.mandateUntil(r, a.ID)
		if all, ok := problems(err); ok {
			return s.showMandates(w, r, http.StatusUnprocessableEntity, pages.AdminMandates{Wrong: a.ID.String(), Until: r.PostFormValue("until"), Problems: all})
		}
	} else if err == nil {
		err = s.Housing.GiveMandate(ctx, *me(r), a.ID)
	}
	if errors.Is(err, instance.ErrNotFound) {
		err = &instance.Invalid{Field: "association", Code: "not-found"}
	}
	if all, ok := problems(err); ok {
		return s.showMandates(w, r, http.StatusUnprocessableEntity, pages.AdminMandates{Typed: typed, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, key, "/admin/mandates")
}
