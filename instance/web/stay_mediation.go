package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// mediationRoutes are where team, household and host ask for somebody who speaks with
// both, and read what was agreed.
func (s *Server) mediationRoutes(r chi.Router) {
	r.Get("/cases/{id:[0-9]+}/mediation", s.discreet(s.getMediation))
	r.Post("/cases/{id:[0-9]+}/mediation", s.discreet(s.changeMediation))
	r.Get("/household/{id:[0-9]+}/mediation", s.discreet(s.getMediation))
	r.Post("/household/{id:[0-9]+}/mediation", s.discreet(s.changeMediation))
	r.Get("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}/mediation", s.discreet(s.getMediation))
	r.Post("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}/mediation", s.discreet(s.changeMediation))
	r.Get("/hosting/link/{token}/stays/{case:[0-9]+}/mediation", s.byLink(s.getMediation))
	r.Post("/hosting/link/{token}/stays/{case:[0-9]+}/mediation", s.byLink(s.changeMediation))
}

// mediationPoints is for how many points a form has room.
const mediationPoints = 3

// getMediation is what is asked for, runs and was agreed.
func (s *Server) getMediation(w http.ResponseWriter, r *http.Request) error {
	return s.showMediation(w, r, http.StatusOK, pages.StayMediation{})
}

func (s *Server) showMediation(w http.ResponseWriter, r *http.Request, status int, p pages.StayMediation) error {
	x, err := seatOf(r)
	if err != nil {
		return err
	}
	list, err := s.Households.Mediations(r.Context(), x.StayHand, x.id)
	if errors.Is(err, instance.ErrConflict) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	p.Back, p.Action, p.Role, p.MayAsk = x.back, x.back+"/mediation", x.role(), true
	p.Numbers = hostNumbers(s.Hosts.Pack().Numbers)
	team := x.Party == households.PartyAssociation
	for _, m := range list {
		v := view.Mediation{
			Asked: string(m.Asked), State: string(m.State), Outcome: string(m.Outcome), Why: m.Why.Text, Lang: m.Why.Language, At: s.local(m.AskedAt),
			MayBegin: team && m.State == households.MediationAsked, MayWrite: m.MayWrite && m.State == households.MediationRunning, MayEnd: m.MayWrite,
		}
		if m.Mediator.ID != 0 {
			v.Mediator = m.Mediator.Shown()
		} else {
			v.Mediator = m.Elsewhere
		}
		if m.Incident != 0 {
			v.Incident = "/incidents/" + m.Incident.String()
		}
		if m.State == households.MediationClosed {
			v.Closed = s.local(m.ClosedAt)
		} else {
			p.MayAsk = false
		}
		for _, t := range m.Talks {
			talk := view.MediationTalk{On: dateIn(t.On), Present: t.Present, Said: t.Said}
			for _, a := range t.Agreed {
				talk.Agreed = append(talk.Agreed, view.MediationPoint{Text: a.Text, Due: s.local(a.Due)})
			}
			v.Talks = append(v.Talks, talk)
		}
		p.List = append(p.List, v)
	}
	if team {
		if p.Team, err = s.mediators(r, x.id); err != nil {
			return err
		}
	}
	for n := range mediationPoints {
		p.Points = append(p.Points, strconv.Itoa(n+1))
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// mediators are those of the team who keep cases, and not this one.
func (s *Server) mediators(r *http.Request, id instance.CaseID) ([]view.Option, error) {
	c, err := s.Households.Case(r.Context(), *me(r), id)
	if err != nil {
		return nil, err
	}
	team, err := s.Households.Team(r.Context(), *me(r), c.Programme)
	team = slices.DeleteFunc(team, func(a instance.Actor) bool { return a.ID == c.Keeper })
	var list []view.Option
	for _, a := range team {
		list = append(list, view.Option{Value: a.ID.String(), Label: a.Shown()})
	}
	return list, err
}

// readTalk reads the record of a talk from its form.
func (s *Server) readTalk(r *http.Request) households.MediationTalk {
	t := households.MediationTalk{Present: r.PostFormValue("present"), Said: r.PostFormValue("said")}
	if on := night(r.PostFormValue("on")); on > 0 {
		t.On = on.String()
	}
	for n := range mediationPoints {
		field := strconv.Itoa(n + 1)
		due, _ := time.ParseInLocation(time.DateOnly, r.PostFormValue("due-"+field), s.Zone)
		if text := r.PostFormValue("point-" + field); text != "" || !due.IsZero() {
			t.Agreed = append(t.Agreed, households.MediationPoint{Text: text, Due: due})
		}
	}
	return t
}

// changeMediation is what the three do there.
func (s *Server) changeMediation(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	x, err := seatOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	p := pages.StayMediation{Why: r.PostFormValue("why"), Present: r.PostFormValue("present"), Said: r.PostFormValue("said"), Ending: r.PostFormValue("ending")}
	switch r.PostFormValue("deed") {
	case "ask":
		err = s.Households.AskMediation(ctx, x.StayHand, x.id, p.Why, visitOf(r).language.Tag)
	case "begin":
		who, _ := instance.ParseID(r.PostFormValue("mediator")) // nobody chosen: somebody from elsewhere
		err = s.Households.BeginMediation(ctx, x.Person, x.id, instance.ActorID(who), r.PostFormValue("elsewhere"))
	case "record":
		err = s.Households.RecordTalk(ctx, x.Person, x.id, s.readTalk(r))
	case "end":
		err = s.Households.CloseMediation(ctx, x.Person, x.id, households.MediationOutcome(r.PostFormValue("outcome")), p.Ending)
	default:
		err = unknownDeed("deed")
	}
	if all, ok := problems(later("why", err)); ok {
		p.Problems = all
		return s.showMediation(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return unseen(err)
	}
	return s.done(w, r, "stay.sent", x.back+"/mediation")
}
