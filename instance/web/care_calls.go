package web

import (
	"net/http"
	"time"

	"palier/instance"
	"palier/instance/care"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getCallSheet is the paper of a day: the calls whose turn it is for the one who
// asks, in the order of their hours.
func (s *Server) getCallSheet(w http.ResponseWriter, r *http.Request) error {
	sheet, err := s.Care.Sheet(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	p := pages.CallSheet{}
	for _, c := range sheet {
		p.Calls = append(p.Calls, view.Call{
			Circle: c.Circle.String(), Who: personView(s.Site, c.Person), At: s.local(c.At), Phone: c.Phone, Contact: c.Contact, ContactPhone: c.ContactPhone,
			Step: string(c.Step), Done: c.Done, Alarm: c.Alarm,
		})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, http.StatusOK, p)
}

// calledInCircle notes what came of a call whose turn it was.
func (s *Server) calledInCircle(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := circleID(r)
	if err != nil {
		return err
	}
	if err := s.Care.Called(r.Context(), me(r).ID, id, r.PostFormValue("how")); err != nil {
		return err
	}
	return s.done(w, r, "care.noted", "/care/calls")
}

// callDays are the days of a week as a form says them, from Monday on.
var callDays = []string{"1", "2", "3", "4", "5", "6", "7"}

// setCalls notes when the person of a circle wants to be called, or no more.
func (s *Server) setCalls(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := circleID(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("deed") == "stop" {
		if err := s.Care.StopCalls(r.Context(), me(r).ID, id); err != nil {
			return err
		}
		return s.done(w, r, "care.calls-stopped", "/care/"+id.String())
	}
	form := view.CallsForm{
		Days: r.PostForm["days"], Hour: r.PostFormValue("hour"), Phone: r.PostFormValue("phone"), Contact: r.PostFormValue("contact"), ContactPhone: r.PostFormValue("contact-phone"),
	}
	c := care.Calls{Phone: form.Phone, Contact: form.Contact, ContactPhone: form.ContactPhone}
	for i, day := range callDays {
		if form.On(day) {
			c.Days = append(c.Days, time.Weekday((i+1)%7))
		}
	}
	at, err := time.Parse("15:04", form.Hour)
	c.At = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	switch {
	case err != nil:
		err = &instance.Invalid{Field: "hour", Code: "malformed"}
	case r.PostFormValue("consent") == "":
		err = &instance.Invalid{Field: "consent", Code: "unticked"}
	default:
		err = s.Care.SetCalls(r.Context(), me(r).ID, id, c)
	}
	if all, ok := problems(err); ok {
		return s.showCircle(w, r, http.StatusUnprocessableEntity, pages.Circle{Problems: all, Calls: &form})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "care.calls-set", "/care/"+id.String())
}

// addCalls fills in when the person of a circle is called, for whoever may say so.
func (s *Server) addCalls(r *http.Request, id instance.ID, p *pages.Circle) error {
	c, may, err := s.Care.CallsOf(r.Context(), me(r).ID, id)
	if err != nil || !may {
		p.Calls = nil
		return err
	}
	p.Weekdays = callDays
	if p.Called = c != nil; p.Calls != nil {
		return nil // what was typed just now
	}
	p.Calls = &view.CallsForm{Hour: "10:00"}
	if c == nil {
		return nil
	}
	p.Calls.Phone, p.Calls.Contact, p.Calls.ContactPhone = c.Phone, c.Contact, c.ContactPhone
	p.Calls.Hour = time.Time{}.Add(c.At).Format("15:04")
	for _, d := range c.Days {
		p.Calls.Days = append(p.Calls.Days, callDays[(int(d)+6)%7])
	}
	return nil
}
