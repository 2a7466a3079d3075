package web

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// escortRoutes are the pages about who goes with people to the door: of the team, and
// of who goes.
func (s *Server) escortRoutes(r chi.Router) {
	r.Post("/programmes/{id:[0-9]+}/escorts", s.discreet(s.nameEscort))
	r.Get("/cases/{id:[0-9]+}/escort", s.discreet(s.getCaseEscort))
	r.Post("/cases/{id:[0-9]+}/escort", s.discreet(s.askEscort))
	r.Get("/escort", s.discreet(s.getEscort))
	r.Post("/escort", s.discreet(s.agreeEscort))
	r.Get("/escort/{walk:[0-9]+}", s.discreet(s.getWay))
	r.Post("/escort/{walk:[0-9]+}", s.discreet(s.sayOfWay))
}

// escortViews are who may be asked to go with people, for those who keep cases.
func (s *Server) escortViews(r *http.Request, id instance.ActorID) ([]view.Escort, error) {
	list, err := s.Households.Escorts(r.Context(), *me(r), id)
	shown := make([]view.Escort, len(list))
	for i, e := range list {
		shown[i] = view.Escort{Who: personView(s.Site, e.Actor), Agreed: !e.AgreedAt.IsZero()}
	}
	return shown, err
}

// nameEscort names somebody who may be asked, or takes them off.
func (s *Server) nameEscort(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "team")
	if err != nil {
		return err
	}
	form := pages.ProgrammeTeam{Escort: r.PostFormValue("escort")}
	who, err := s.personTyped(r, "escort", form.Escort)
	switch deed := r.PostFormValue("deed"); {
	case err != nil:
	case deed == "name" || deed == "remove":
		err = s.Households.NameEscort(r.Context(), *me(r), id, who.ID, deed == "name")
	default:
		return unknownDeed("deed")
	}
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showProgrammeTeam(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.team", h.Programme.Path+"/team#escorts")
}

func (s *Server) getCaseEscort(w http.ResponseWriter, r *http.Request) error {
	return s.showCaseEscort(w, r, http.StatusOK, pages.CaseEscort{})
}

func (s *Server) showCaseEscort(w http.ResponseWriter, r *http.Request, status int, p pages.CaseEscort) error {
	c, programme, err := s.caseIn(r)
	if err != nil {
		return err
	}
	ctx, by := r.Context(), *me(r)
	p.Programme, p.Case = programme, s.caseLine(c)
	walks, err := s.Households.Walks(ctx, by, c.ID)
	if err != nil {
		return err
	}
	for _, x := range walks {
		v := s.walkView(x)
		v.Who, v.Off = x.Person.Shown(), x.State == households.WalkAsked || x.State == households.WalkComing
		if !x.GoneAt.IsZero() && x.State.Live() {
			v.State, v.Said = "stopped", s.local(x.GoneAt)
		}
		p.Walks, p.Live = append(p.Walks, v), p.Live || x.State.Live()
	}
	holds, err := s.Households.Holds(ctx, by, c.ID)
	if err != nil {
		return err
	}
	for _, h := range s.Households.OfTonight(holds) {
		p.Holds = append(p.Holds, s.caseHoldView(h, c, by.ID))
	}
	escorts, err := s.Households.Escorts(ctx, by, c.Programme)
	if err != nil {
		return err
	}
	for _, e := range escorts {
		if !e.AgreedAt.IsZero() {
			p.Escorts = append(p.Escorts, view.Option{Value: e.ID.String(), Label: e.Shown()})
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) walkView(x households.Walk) view.EscortWalk {
	v := view.EscortWalk{
		ID: x.ID.String(), Path: "/escort/" + x.ID.String(), State: string(x.State), At: s.local(x.MeetAt), Said: s.local(x.SaidAt), Where: x.Where, Called: x.Called,
		Label: households.Label(x.Case),
	}
	if x.State == households.WalkOff {
		v.Path = ""
	}
	return v
}

// askEscort asks somebody to go with a household, or calls them off.
func (s *Server) askEscort(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	ctx, by, form := r.Context(), *me(r), r.PostFormValue
	switch form("deed") {
	case "ask":
		var hold, person instance.ID
		if hold, err = instance.ParseID(form("hold")); err == nil {
			person, err = instance.ParseID(form("escort"))
		}
		if err != nil {
			err = &instance.Invalid{Field: "escort", Code: "missing"}
			break
		}
		err = s.Households.AskEscort(ctx, by, c.ID, households.Asking{Hold: hold, Person: instance.ActorID(person), Hour: form("hour"), Where: form("meet"), Called: form("called") != ""})
	case "off":
		var walk instance.ID
		if walk, err = instance.ParseID(form("walk")); err == nil {
			err = s.Households.CallOff(ctx, by, c.ID, walk)
		}
	default:
		return unknownDeed("deed")
	}
	if errors.Is(err, instance.ErrConflict) {
		err = &instance.Invalid{Field: "escort", Code: "not-now"}
	}
	if all, ok := problems(err); ok {
		return s.showCaseEscort(w, r, http.StatusUnprocessableEntity, pages.CaseEscort{Where: form("meet"), Hour: form("hour"), Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "case.saved", casePath(c.ID)+"/escort")
}

// getEscort is what somebody is asked for who goes with people, without who and where.
func (s *Server) getEscort(w http.ResponseWriter, r *http.Request) error {
	list, walks, err := s.Households.OwnEscorting(r.Context(), *me(r))
	if err != nil {
		return err
	}
	var p pages.Escort
	for _, e := range list {
		p.For = append(p.For, view.Escorted{ID: e.Programme.ID.String(), Name: e.Programme.Shown(), Path: programmePath(e.Programme.ID), Agreed: !e.AgreedAt.IsZero()})
	}
	for _, x := range walks {
		v := s.walkView(x)
		v.Label = "" // which case it is, they read where that is noted
		p.Walks = append(p.Walks, v)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// agreeEscort keeps whether somebody agrees to go with people.
func (s *Server) agreeEscort(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(r.PostFormValue("programme"))
	if err != nil {
		return err
	}
	deed := r.PostFormValue("deed")
	if deed != "agree" && deed != "end" {
		return unknownDeed("deed")
	}
	if err := s.Households.Escorting(r.Context(), *me(r), instance.ActorID(id), deed == "agree"); err != nil {
		return err
	}
	return s.done(w, r, "host.kept", "/escort")
}

func (s *Server) getWay(w http.ResponseWriter, r *http.Request) error {
	return s.showWay(w, r, http.StatusOK, nil)
}

// showWay is where to meet, and from the evening on where the door is.
func (s *Server) showWay(w http.ResponseWriter, r *http.Request, status int, wrong []view.Problem) error {
	id, err := instance.ParseID(chi.URLParam(r, "walk"))
	if err != nil {
		return err
	}
	way, err := s.Households.OwnWay(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	p := pages.EscortWay{
		Programme: way.Programme.Shown(), Walk: s.walkView(way.Walk), Name: way.Door.Name, Address: way.Door.Address, From: s.local(way.From), Until: s.local(way.Until),
		Theirs: way.Theirs, Numbers: hostNumbers(s.Hosts.Pack().Numbers), Problems: wrong,
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// sayOfWay keeps what somebody says who goes with people.
func (s *Server) sayOfWay(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "walk"))
	if err != nil {
		return err
	}
	word := households.WalkState(r.PostFormValue("word"))
	err = s.Households.Says(r.Context(), *me(r), id, word)
	if errors.Is(err, instance.ErrConflict) {
		return s.showWay(w, r, http.StatusUnprocessableEntity, []view.Problem{{Field: "word", Code: "not-now"}})
	}
	if _, ok := problems(err); ok {
		return unknownDeed("word")
	}
	if err != nil {
		return err
	}
	path := "/escort/" + id.String()
	if word == households.WalkDeclined {
		path = "/escort" // there is nothing to be read any more
	}
	return s.done(w, r, "host.tonight", path)
}

// withView is who goes with a household tonight, as it stands on the sheet of the first
// night.
func (s *Server) withView(x *households.Walk) *view.EscortWalk {
	if x == nil {
		return nil
	}
	v := view.EscortWalk{State: string(x.State), Where: x.Where}
	if !x.MeetAt.IsZero() { // which a host does not read
		v.At = s.local(x.MeetAt)
	}
	return &v
}
