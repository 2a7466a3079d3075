package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/care"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// careRoutes are the pages of circles of care and of accounts that are closed.
func (s *Server) careRoutes(r chi.Router) {
	r.Get("/settings/close", s.signedIn(s.getClose))
	r.Post("/settings/close", s.signedIn(s.closeAccount))
	r.Post("/settings/close/undo", s.signedIn(s.keepAccount))
	r.Get("/care", s.signedIn(s.getCare))
	r.Post("/care", s.signedIn(s.openCircle))
	r.Post("/care/withdraw", s.signedIn(s.withdrawCircle))
	r.Get("/care/calls", s.signedIn(s.getCallSheet))
	r.Get("/care/{id:[0-9]+}", s.signedIn(s.getCircle))
	r.Post("/care/{id:[0-9]+}/calls", s.signedIn(s.setCalls))
	r.Post("/care/{id:[0-9]+}/called", s.signedIn(s.calledInCircle))
	r.Post("/care/{id:[0-9]+}/enter", s.signedIn(s.enterCircle))
	r.Post("/care/{id:[0-9]+}/members", s.signedIn(s.inviteToCircle))
	r.Post("/care/{id:[0-9]+}/members/{who:[0-9]+}/part", s.signedIn(s.partFromCircle))
	r.Post("/care/{id:[0-9]+}/did", s.signedIn(s.didInCircle))
	r.Post("/care/{id:[0-9]+}/plan", s.signedIn(s.planInCircle))
	r.Post("/care/{id:[0-9]+}/entries/{entry:[0-9]+}", s.signedIn(s.settleEntry))
}

// getCare lists the circles somebody is in.
func (s *Server) getCare(w http.ResponseWriter, r *http.Request) error {
	return s.showCare(w, r, http.StatusOK, nil)
}

func (s *Server) showCare(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	list, err := s.Care.Of(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	p := pages.Care{Problems: all}
	for _, b := range list {
		line := view.CareLine{ID: b.ID.String(), Who: personView(s.Site, b.Person), Own: b.Own, Asked: b.Asked}
		p.Own = p.Own || b.Own
		p.Circles = append(p.Circles, line)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// openCircle begins a circle around the one who asks, by their own word.
func (s *Server) openCircle(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if r.PostFormValue("consent") == "" {
		return s.showCare(w, r, http.StatusUnprocessableEntity, []view.Problem{{Field: "consent", Code: "unticked"}})
	}
	id, err := s.Care.Open(r.Context(), me(r).ID)
	if errors.Is(err, instance.ErrConflict) {
		SeeOther(w, r, "/care")
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "care.opened", "/care/"+id.String())
}

// withdrawCircle takes back one's consent: the circle is erased.
func (s *Server) withdrawCircle(w http.ResponseWriter, r *http.Request) error {
	if err := s.Care.Withdraw(r.Context(), me(r).ID); err != nil {
		return err
	}
	return s.done(w, r, "care.withdrawn", "/care")
}

func circleID(r *http.Request) (instance.ID, error) { return instance.ParseID(chi.URLParam(r, "id")) }

// getCircle shows a circle to those who are in it.
func (s *Server) getCircle(w http.ResponseWriter, r *http.Request) error {
	return s.showCircle(w, r, http.StatusOK, pages.Circle{})
}

func (s *Server) showCircle(w http.ResponseWriter, r *http.Request, status int, p pages.Circle) error {
	id, err := circleID(r)
	if err != nil {
		return err
	}
	c, err := s.Care.ByID(r.Context(), me(r).ID, id)
	if err != nil {
		return err
	}
	p.ID, p.Who, p.Consent, p.Since, p.Own = id.String(), personView(s.Site, c.Person), c.Consent, c.Since, c.Person.ID == me(r).ID
	if c.Seen != nil {
		seen := personView(s.Site, *c.Seen)
		p.Seen = &seen
	}
	p.Me = me(r).ID.String()
	for _, m := range c.Members {
		p.Members = append(p.Members, view.CareMember{Who: personView(s.Site, m.Actor), Role: m.Role, Agreed: m.Agreed, Mine: m.ID == me(r).ID})
	}
	if err := s.addCalls(r, id, &p); err != nil {
		return err
	}
	p.Planned, p.Done = s.careEntries(r, c.Planned, p.Own), s.careEntries(r, c.Done, p.Own)
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) careEntries(r *http.Request, list []care.Entry, own bool) []view.CareEntry {
	var shown []view.CareEntry
	for _, e := range list {
		shown = append(shown, view.CareEntry{
			ID: e.ID.String(), By: personView(s.Site, e.By), What: e.What, At: s.local(e.At), How: e.How, Mine: own || e.By.ID == me(r).ID,
		})
	}
	return shown
}

// inCircle does something in the circle of the path and leads back to it; what
// cannot be taken is shown there.
func (s *Server) inCircle(w http.ResponseWriter, r *http.Request, flash string, do func(circle instance.ID) error) error {
	id, err := circleID(r)
	if err != nil {
		return err
	}
	err = do(id)
	if all, ok := problems(err); ok {
		return s.showCircle(w, r, http.StatusUnprocessableEntity, pages.Circle{Problems: all, Typed: r.PostFormValue("who"), At: r.PostFormValue("at")})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, flash, "/care/"+id.String())
}

// enterCircle says yes or no to an invitation.
func (s *Server) enterCircle(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := circleID(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("answer") == "no" {
		if err := s.Care.Part(r.Context(), me(r).ID, id, me(r).ID); err != nil {
			return err
		}
		return s.done(w, r, "care.parted", "/care")
	}
	return s.inCircle(w, r, "care.entered", func(id instance.ID) error { return s.Care.Enter(r.Context(), me(r).ID, id) })
}

// inviteToCircle asks a neighbour into a circle.
func (s *Server) inviteToCircle(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	return s.inCircle(w, r, "care.invited", func(id instance.ID) error {
		if _, err := s.Care.ByID(r.Context(), me(r).ID, id); err != nil {
			return err
		}
		who, err := s.People.Neighbour(r.Context(), visitOf(r).viewer, r.PostFormValue("who"))
		if err != nil {
			return err
		}
		return s.Care.Invite(r.Context(), me(r).ID, id, who.ID, r.PostFormValue("role"))
	})
}

// partFromCircle takes somebody out of a circle.
func (s *Server) partFromCircle(w http.ResponseWriter, r *http.Request) error {
	id, err := circleID(r)
	if err != nil {
		return err
	}
	who, err := instance.ParseID(chi.URLParam(r, "who"))
	if err != nil {
		return err
	}
	if err := s.Care.Part(r.Context(), me(r).ID, id, instance.ActorID(who)); err != nil {
		return err
	}
	back := "/care/" + id.String()
	if instance.ActorID(who) == me(r).ID {
		back = "/care"
	}
	return s.done(w, r, "care.parted", back)
}

// didInCircle notes what one did just now.
func (s *Server) didInCircle(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	return s.inCircle(w, r, "care.noted", func(id instance.ID) error {
		return s.Care.Did(r.Context(), me(r).ID, id, r.PostFormValue("what"), r.PostFormValue("how"))
	})
}

// planInCircle notes what one is going to do.
func (s *Server) planInCircle(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	return s.inCircle(w, r, "care.planned", func(id instance.ID) error {
		at, err := time.ParseInLocation("2006-01-02T15:04", r.PostFormValue("at"), s.Zone)
		if err != nil {
			return &instance.Invalid{Field: "at", Code: "malformed"}
		}
		return s.Care.Plan(r.Context(), me(r).ID, id, r.PostFormValue("what"), at)
	})
}

// settleEntry notes that what was planned is done, or takes something back.
func (s *Server) settleEntry(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	entry, err := instance.ParseID(chi.URLParam(r, "entry"))
	if err != nil {
		return err
	}
	return s.inCircle(w, r, "care.noted", func(id instance.ID) error {
		if r.PostFormValue("deed") == "drop" {
			return s.Care.Drop(r.Context(), me(r).ID, id, entry)
		}
		return s.Care.Finish(r.Context(), me(r).ID, id, entry, r.PostFormValue("how"))
	})
}
