package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getAskForHome is the form that a household fills in itself.
func (s *Server) getAskForHome(w http.ResponseWriter, r *http.Request) error {
	return s.showAskForHome(w, r, http.StatusOK, s.caseForm(households.File{}))
}

func (s *Server) showAskForHome(w http.ResponseWriter, r *http.Request, status int, p pages.CaseForm) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	a, err := s.Households.Running(r.Context(), id)
	if err != nil {
		return err
	}
	rows(&p, leastRows)
	p.Programme = view.CaseProgramme{ID: id.String(), Name: a.Shown(), Path: "/programmes/" + id.String()}
	p.Self, p.Action, p.Back = true, p.Programme.Path+"/ask", p.Programme.Path
	if p.Paused, err = s.pausedIntake(r, id); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// pausedIntake says, on the forms of who comes anew, that a programme takes in nobody.
func (s *Server) pausedIntake(r *http.Request, programme instance.ActorID) ([]string, error) {
	list, err := s.Households.PausedIn(r.Context(), programme)
	return slices.DeleteFunc(list, func(f string) bool { return f != households.Intake }), err
}

// askForHome opens a case, and does nothing else.
func (s *Server) askForHome(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := actorID(r)
	if err != nil {
		return err
	}
	f, p, again := s.written(r)
	if again {
		return s.showAskForHome(w, r, http.StatusOK, p)
	}
	var c instance.Case
	if !p.Consent {
		err = &instance.Invalid{Field: "consent", Code: "unticked"}
	} else {
		c, err = s.Households.OpenSelf(r.Context(), *me(r), id, f)
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showAskForHome(w, r, http.StatusUnprocessableEntity, p)
	}
	if errors.Is(err, instance.ErrConflict) { // they have one that runs
		SeeOther(w, r, "/household")
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "household.sent", "/household/"+c.ID.String())
}

// getHouseholds are the requests of who reads.
func (s *Server) getHouseholds(w http.ResponseWriter, r *http.Request) error {
	return s.showHouseholds(w, r, http.StatusOK, pages.Households{})
}

func (s *Server) showHouseholds(w http.ResponseWriter, r *http.Request, status int, p pages.Households) error {
	list, err := s.Households.Mine(r.Context(), *me(r))
	if err != nil {
		return err
	}
	for _, c := range list {
		p.List = append(p.List, view.OwnCase{ID: c.ID.String(), Path: "/household/" + c.ID.String(), Stage: string(c.Stage), Since: s.local(c.StageSince)})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// joinCase joins an account to the case of a code. Codes are tried as slowly as
// those of slips.
func (s *Server) joinCase(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.slowCodes(r); err != nil {
		return err
	}
	p := pages.Households{Code: strings.TrimSpace(r.PostFormValue("code"))}
	err := s.Households.Join(r.Context(), *me(r), p.Code)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showHouseholds(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "household.joined", "/household")
}

// getHousehold is a case as its household sees it.
func (s *Server) getHousehold(w http.ResponseWriter, r *http.Request) error {
	return s.showHousehold(w, r, http.StatusOK, pages.HouseholdCase{})
}

func (s *Server) showHousehold(w http.ResponseWriter, r *http.Request, status int, p pages.HouseholdCase) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	o, err := s.Households.Own(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	p.Own = view.OwnCase{
		ID: id.String(), Path: "/household/" + id.String(), Stage: string(o.Stage), Since: s.local(o.StageSince), Keeper: o.Keeper, Until: o.Until,
		Talk: s.caseEntryViews(o.Talk, nil, me(r).ID),
	}
	p.Own.Agreement, p.Own.Night, p.Own.Contact = o.Agreement, o.Night, contactView(o.Contact)
	p.Own.Called, p.Own.Told, p.Own.Decided = o.Called, s.toldViews(o.Told), s.decidedViews(o.Decided)
	if p.HasHost, err = s.Households.HasHost(r.Context(), *me(r), id); err != nil {
		return err
	}
	for _, h := range o.Homes {
		p.Own.Homes = append(p.Own.Homes, view.OwnHome{ID: h.ID.String(), State: string(h.State), Card: s.cardView(r, h.Card), Lives: h.Lives, Gone: h.Gone})
	}
	if p.Numbers, err = s.numbersAt(o.Area); err != nil {
		return err
	}
	p.Paused, p.Country = o.Paused, s.Country
	if o.Area != "" {
		p.Country = countries.CountryOf(o.Area)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// answerHousehold is what the household does there.
func (s *Server) answerHousehold(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	ctx, by := r.Context(), *me(r)
	if _, err := s.Households.Own(ctx, by, id); err != nil {
		return err
	}
	p := pages.HouseholdCase{Text: r.PostFormValue("text")}
	switch deed := r.PostFormValue("deed"); deed {
	case "yes", "no":
		home, e := instance.ParseID(r.PostFormValue("home"))
		if e != nil {
			return e
		}
		err = s.Households.Answer(ctx, by, id, home, deed == "yes")
	case "say":
		err = s.Households.Say(ctx, by, id, households.EntryHousehold, p.Text, visitOf(r).language.Tag, households.Heard(cmp.Or(r.PostFormValue("to"), string(households.HeardHousehold))))
	case "complain":
		err = s.complain(r, id)
	case "call":
		err = s.Households.Call(ctx, by, id, r.PostFormValue("called"))
	case "reach":
		err = s.Households.Reaches(ctx, by, id, r.PostFormValue("way"))
	case "unreach":
		err = s.Households.OwnClosesContact(ctx, by, id)
	case "appeal":
		incident, e := instance.ParseID(r.PostFormValue("incident"))
		if e != nil {
			return e
		}
		err = s.Households.OwnAppeal(ctx, by, id, incident, r.PostFormValue("appeal"))
	case "close":
		err = inField("closing", s.Households.Closes(ctx, by, id, r.PostFormValue("closing"), visitOf(r).language.Tag))
	default:
		err = unknownDeed("deed")
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showHousehold(w, r, http.StatusUnprocessableEntity, p)
	}
	if errors.Is(err, instance.ErrConflict) {
		return s.done(w, r, "stay.not-now", "/household/"+id.String())
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "household.sent", "/household/"+id.String())
}

func (s *Server) complain(r *http.Request, id instance.CaseID) error {
	_, err := s.Households.Complain(r.Context(), *me(r), id, r.PostFormValue("complaint"))
	return complained(err)
}
