package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// caseRoutes are the pages of those who keep cases, and of the households
// themselves. Whatever tells that a case exists is not there for anybody else.
func (s *Server) caseRoutes(r chi.Router) {
	r.Get("/programmes/{id:[0-9]+}/cases", s.discreet(s.getCases))
	r.Get("/programmes/{id:[0-9]+}/cases/new", s.discreet(s.getNewCase))
	r.Post("/programmes/{id:[0-9]+}/cases/new", s.discreet(s.openCase))
	r.Get("/programmes/{id:[0-9]+}/readings", s.discreet(s.getReadings))
	r.Get("/programmes/{id:[0-9]+}/statistics", s.discreet(s.getStatistics))
	r.Get("/programmes/{id:[0-9]+}/statistics.csv", s.discreet(s.getStatisticsCSV))
	r.Get("/programmes/{id:[0-9]+}/statistics.json", s.discreet(s.getStatisticsJSON))
	r.Get("/programmes/{id:[0-9]+}/ask", s.discreet(s.getAskForHome))
	r.Post("/programmes/{id:[0-9]+}/ask", s.discreet(s.askForHome))
	r.Get("/cases/{id:[0-9]+}", s.discreet(s.getCase))
	r.Post("/cases/{id:[0-9]+}", s.discreet(s.changeCase))
	r.Get("/cases/{id:[0-9]+}/edit", s.discreet(s.getEditCase))
	r.Post("/cases/{id:[0-9]+}/edit", s.discreet(s.editCase))
	r.Get("/cases/{id:[0-9]+}/sheet", s.discreet(s.getCaseSheet))
	r.Get("/cases/{id:[0-9]+}/homes", s.discreet(s.getCaseHomes))
	r.Post("/cases/{id:[0-9]+}/homes", s.discreet(s.changeCaseHome))
	r.Get("/cases/{id:[0-9]+}/talk", s.discreet(s.getCaseTalk))
	r.Post("/cases/{id:[0-9]+}/talk", s.discreet(s.sayInCase))
	r.Get("/cases/{id:[0-9]+}/followups", s.discreet(s.getFollowUps))
	r.Post("/cases/{id:[0-9]+}/followups", s.discreet(s.writeFollowUp))
	r.Get("/cases/{id:[0-9]+}/incident", s.discreet(s.getReportIncident))
	r.Post("/cases/{id:[0-9]+}/incident", s.discreet(s.reportIncident))
	r.Get("/incidents/{id:[0-9]+}", s.discreet(s.getIncident))
	r.Post("/incidents/{id:[0-9]+}", s.discreet(s.changeIncident))
	r.Get("/household", s.discreet(s.getHouseholds))
	r.Post("/household", s.discreet(s.joinCase))
	r.Get("/household/{id:[0-9]+}", s.discreet(s.getHousehold))
	r.Post("/household/{id:[0-9]+}", s.discreet(s.answerHousehold))
}

// discreet is a page for somebody who is signed in, of which nothing is kept on
// the way or in a browser.
func (s *Server) discreet(h handler) http.HandlerFunc {
	return s.signedIn(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		return h(w, r)
	})
}

// caseProgramme is the programme of pages about cases, for those of its team.
func (s *Server) caseProgramme(r *http.Request, id instance.ActorID) (view.CaseProgramme, error) {
	a, role, err := s.Households.Programme(r.Context(), *me(r), id)
	return view.CaseProgramme{
		ID: id.String(), Name: a.Shown(), Path: "/programmes/" + id.String(), Keeps: role.Keeps(), Leads: role == instance.Lead,
	}, err
}

func casePath(id instance.CaseID) string { return "/cases/" + id.String() }

// caseIn is the case in the path, with its programme.
func (s *Server) caseIn(r *http.Request) (instance.Case, view.CaseProgramme, error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return instance.Case{}, view.CaseProgramme{}, err
	}
	c, err := s.Households.Case(r.Context(), *me(r), id)
	if err != nil {
		return c, view.CaseProgramme{}, err
	}
	p, err := s.caseProgramme(r, c.Programme)
	return c, p, err
}

func (s *Server) caseLine(c instance.Case) view.CaseLine {
	return view.CaseLine{
		ID: c.ID.String(), Path: casePath(c.ID), Label: households.Label(c.ID), Stage: string(c.Stage), Came: string(c.Origin), Since: s.local(c.StageSince), Frozen: !c.FrozenAt.IsZero(),
	}
}

const (
	boardSize   = 50
	lateShown   = 50
	troubleSize = 50
)

// getCases is the board.
func (s *Server) getCases(w http.ResponseWriter, r *http.Request) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	p := pages.Cases{Stage: r.URL.Query().Get("stage"), Mine: r.URL.Query().Get("mine") != ""}
	if p.Programme, err = s.caseProgramme(r, id); err != nil {
		return err
	}
	if !slices.Contains(instance.CaseStages, instance.CaseStage(p.Stage)) {
		p.Stage = string(instance.CaseIntake)
	}
	ctx, by := r.Context(), *me(r)
	counts, err := s.Households.Stages(ctx, by, id)
	if err != nil {
		return err
	}
	for _, stage := range instance.CaseStages {
		p.Stages = append(p.Stages, view.CaseStage{Name: string(stage), Count: counts[stage], Now: string(stage) == p.Stage})
	}
	after := households.Line{Case: instance.Case{ID: idIn(r, "after")}}
	if since := idIn(r, "since"); since > 0 {
		after.StageSince = time.UnixMilli(int64(since))
	}
	lines, err := s.Households.Board(ctx, by, id, instance.CaseStage(p.Stage), p.Mine, after, boardSize)
	if err != nil {
		return err
	}
	for _, l := range lines {
		p.Lines = append(p.Lines, s.boardLine(l))
	}
	if len(lines) == boardSize {
		last := lines[boardSize-1]
		q := url.Values{"stage": {p.Stage}, "after": {last.ID.String()}, "since": {instance.ID(last.StageSince.UnixMilli()).String()}}
		if p.Mine {
			q.Set("mine", "1")
		}
		p.More = p.Programme.Path + "/cases?" + q.Encode()
	}
	tonight, err := s.Households.Tonight(ctx, by, id, tonightShown)
	if err != nil {
		return err
	}
	for _, l := range tonight {
		p.Tonight = append(p.Tonight, s.boardLine(l))
	}
	if err := s.troubles(ctx, by, id, &p); err != nil {
		return err
	}
	hosting, err := s.Hosts.Standing(ctx, by, id)
	if err != nil {
		return err
	}
	for _, state := range instance.HostStates {
		if n := hosting[state]; n > 0 {
			p.Hosts = append(p.Hosts, view.ProgrammeCount{What: string(state), Count: n, Path: p.Programme.Path + "/hosts?state=" + string(state)})
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) boardLine(l households.Line) view.CaseLine {
	line := s.caseLine(l.Case)
	line.Tasks, line.Overdue, line.Open = l.Tasks, l.Overdue, l.Open
	line.Tonight, line.Beds, line.Ready = l.Tonight, l.Beds, l.Ready()
	if l.Keeper.ID != 0 {
		keeper := personView(s.Site, l.Keeper)
		line.Keeper = &keeper
	}
	return line
}

// troubles are what stands above the board: what is late, for leads, and what went
// wrong.
func (s *Server) troubles(ctx context.Context, by instance.Account, id instance.ActorID, p *pages.Cases) error {
	if p.Programme.Leads {
		late, err := s.Households.Overdue(ctx, by, id, lateShown)
		if err != nil {
			return err
		}
		for _, f := range late {
			p.Overdue = append(p.Overdue, view.CaseFollowUp{
				Path: casePath(f.Case) + "/followups", Label: households.Label(f.Case), Kind: string(f.Kind), Due: f.Due.Date(), Tries: f.Tries,
			})
		}
	}
	open, err := s.Households.Incidents(ctx, by, id, troubleSize)
	for _, i := range open {
		p.Incidents = append(p.Incidents, s.incidentView(i))
	}
	return err
}

// getNewCase is where somebody of the team opens a case.
func (s *Server) getNewCase(w http.ResponseWriter, r *http.Request) error {
	p := s.caseForm(households.File{})
	return s.showNewCase(w, r, http.StatusOK, p)
}

func (s *Server) showNewCase(w http.ResponseWriter, r *http.Request, status int, p pages.CaseForm) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	if p.Programme, err = s.caseProgramme(r, id); err != nil {
		return err
	}
	if !p.Programme.Keeps {
		return instance.ErrNotFound
	}
	rows(&p, leastRows)
	p.Action, p.Back = p.Programme.Path+"/cases/new", p.Programme.Path+"/cases"
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// written reads the form of a household. again tells that it is to be shown once
// more, with room for more people or with what is wrong.
func (s *Server) written(r *http.Request) (f households.File, p pages.CaseForm, again bool) {
	f, p = readCase(r)
	s.options(&p, f.Household.Languages, f.Household.NoGo)
	if r.PostFormValue("deed") == "more" {
		rows(&p, len(p.Rows)+leastRows)
		return f, p, true
	}
	return f, p, false
}

// openCase opens it.
func (s *Server) openCase(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := actorID(r)
	if err != nil {
		return err
	}
	f, p, again := s.written(r)
	if again {
		return s.showNewCase(w, r, http.StatusOK, p)
	}
	var c instance.Case
	if !p.Consent {
		err = &instance.Invalid{Field: "consent", Code: "unticked"}
	} else {
		c, err = s.Households.Open(r.Context(), *me(r), id, instance.CaseOrigin(p.Came), f)
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showNewCase(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "case.opened", casePath(c.ID))
}

// getEditCase is where a file is changed.
func (s *Server) getEditCase(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	_, f, err := s.Households.Read(r.Context(), *me(r), c.ID, "file")
	if err != nil {
		return err
	}
	return s.showEditCase(w, r, http.StatusOK, s.caseForm(f))
}

func (s *Server) showEditCase(w http.ResponseWriter, r *http.Request, status int, p pages.CaseForm) error {
	c, programme, err := s.caseIn(r)
	if err != nil {
		return err
	}
	rows(&p, max(leastRows, len(p.Rows)+1))
	p.Programme, p.Edit, p.Action, p.Back = programme, true, casePath(c.ID)+"/edit", casePath(c.ID)
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// editCase changes it.
func (s *Server) editCase(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	f, p, again := s.written(r)
	if again {
		return s.showEditCase(w, r, http.StatusOK, p)
	}
	err = s.Households.Write(r.Context(), *me(r), c.ID, f)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showEditCase(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "case.saved", casePath(c.ID))
}

// getCase is a case with its file.
func (s *Server) getCase(w http.ResponseWriter, r *http.Request) error {
	return s.showCase(w, r, http.StatusOK, pages.Case{})
}

const notesShown = 30

func (s *Server) showCase(w http.ResponseWriter, r *http.Request, status int, p pages.Case) error {
	c, programme, err := s.caseIn(r)
	if err != nil {
		return err
	}
	ctx, by := r.Context(), *me(r)
	p.Programme, p.Case = programme, s.caseLine(c)
	_, f, err := s.Households.Read(ctx, by, c.ID, "file")
	switch {
	case errors.Is(err, instance.ErrGone):
		p.Erased = true
	case err != nil:
		return err
	default:
		p.Minors = s.Hosts.Pack().Minors.Number
		p.Form, p.Alone, p.Bedrooms = s.caseForm(f), f.Household.Alone(), households.BedroomsNeeded(f.Household)
		if err := s.caseParts(r, by, c, &p); err != nil {
			return err
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// caseParts is what stands around the file of a case.
func (s *Server) caseParts(r *http.Request, by instance.Account, c instance.Case, p *pages.Case) error {
	ctx := r.Context()
	for _, signed := range c.Vetted {
		if !signed.At.IsZero() {
			p.Signed++
		}
	}
	p.Mine = p.Signed == 1 && c.Vetted[0].By == by.ID
	p.Steps = stepsOf(c, p.Alone, by.ID)
	p.MayMark = c.Stage != instance.CaseClosed && c.Stage != instance.CaseReferred
	tonight, err := s.Households.HasNoBed(ctx, by, c.ID)
	if err != nil {
		return err
	}
	p.Case.Tonight = tonight
	if c.Stage == instance.CaseAgreement {
		list, err := s.Households.Insurances(ctx, households.StayHand{Party: households.PartyAssociation, Person: by}, c.ID)
		if err != nil {
			return err
		}
		p.Uninsured = slices.ContainsFunc(list, func(i households.Insurance) bool { return i.SeenAt.IsZero() })
	}
	arriving, err := s.Households.Arriving(ctx, by, c.ID)
	if err != nil {
		return err
	}
	p.Night, p.Unsigned = arriving.Night, c.Stage == instance.CaseAgreement && !arriving.Signed
	team, err := s.Households.Team(ctx, by, c.Programme)
	if err != nil {
		return err
	}
	names := map[instance.ActorID]string{}
	for _, a := range team {
		names[a.ID] = a.Shown()
		p.Team = append(p.Team, view.Option{Value: a.ID.String(), Label: a.Shown(), Selected: a.ID == c.Keeper})
	}
	consents, err := s.Households.Consents(ctx, by, c.ID)
	if err != nil {
		return err
	}
	for _, to := range households.Tellings {
		v := view.CaseConsent{To: string(to)}
		for _, x := range consents {
			if x.To == to && x.Ended.IsZero() {
				v.Given = s.local(x.Given)
			}
		}
		p.Consents = append(p.Consents, v)
	}
	holds, err := s.Households.Holds(ctx, by, c.ID)
	if err != nil {
		return err
	}
	p.MayEscort = len(s.Households.OfTonight(holds)) > 0
	for _, h := range holds {
		v := s.caseHoldView(h, c, by.ID)
		if v.Abroad, err = s.abroadFor(r, h); err != nil {
			return err
		}
		p.Holds = append(p.Holds, v)
	}
	notes, err := s.Households.Entries(ctx, by, c.ID, households.Written, 0, notesShown)
	p.Notes = s.caseEntryViews(notes, names, by.ID)
	return err
}

// stepsOf are the steps that somebody can take now, as far as the stage tells.
func stepsOf(c instance.Case, alone bool, by instance.ActorID) []view.CaseStep {
	var list []view.CaseStep
	for _, step := range instance.CaseSteps {
		switch {
		case !slices.Contains(step.From(), c.Stage):
		case step.Name() == instance.ReferCase.Name() && !alone, step.Name() == instance.VetCase.Name() && alone:
		case step.Name() == instance.VetCase.Name() && c.Vetted[0].By == by && !c.Vetted[0].At.IsZero():
		default:
			list = append(list, view.CaseStep{Name: step.Name(), Ends: step.To() == instance.CaseClosed})
		}
	}
	return list
}

func (s *Server) caseHoldView(h households.CaseHold, c instance.Case, by instance.ActorID) view.CaseHold {
	v := view.CaseHold{ID: h.ID.String(), State: string(h.State), From: h.Stay.From.Date(), Until: h.Stay.Until.Date()}
	if !h.Lease.IsZero() && h.State == instance.HoldHeld {
		v.Lease, v.There = s.local(h.Lease), s.thereAt(h.Lease, h.Area)
	}
	for _, x := range h.Signed {
		if !x.At.IsZero() {
			v.Signed++
		}
	}
	v.Mine = h.State == instance.HoldHeld && v.Signed == 1 && h.Signed[0].By == by
	v.CanSign = h.State == instance.HoldHeld && c.Ready() && (h.Signed[0].By != by || v.Signed != 1)
	v.CanRenew, v.Renews = h.State == instance.HoldPlaced, h.Renews != 0
	v.CanExtend = v.CanRenew && !h.GuestAt.IsZero() && !h.HostAt.IsZero() && h.Until > h.Stay.Until
	if v.Refused = string(h.Why); !h.Free.IsZero() {
		v.Free = s.local(h.Free)
	}
	v.CanRenew = h.State == instance.HoldPlaced
	v.Path = programmePath(h.Programme) + "/holds/" + h.ID.String()
	v.GuestAt, v.HostAt = h.GuestAt, h.HostAt
	if h.Until > 0 {
		v.Next = h.Until.Date()
	}
	return v
}

// getCaseSheet is a case on paper.
func (s *Server) getCaseSheet(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	_, f, err := s.Households.Read(r.Context(), *me(r), c.ID, "sheet")
	if err != nil {
		return err
	}
	calls, err := s.Households.FollowUps(r.Context(), *me(r), c.ID)
	if err != nil {
		return err
	}
	p := pages.CaseSheet{Case: s.caseLine(c), Form: s.caseForm(f)}
	for _, x := range calls {
		if x.DoneAt.IsZero() {
			p.Calls = append(p.Calls, followUpView(s, x))
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getReadings is who opened which file, for leads.
func (s *Server) getReadings(w http.ResponseWriter, r *http.Request) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	var p pages.CaseReadings
	if p.Programme, err = s.caseProgramme(r, id); err != nil {
		return err
	}
	list, err := s.Households.Readings(r.Context(), *me(r), id, 0, idIn(r, "before"), boardSize)
	if err != nil {
		return unseen(err)
	}
	for _, x := range list {
		v := view.CaseReading{What: x.What, Label: households.Label(x.Case), Path: casePath(x.Case), At: s.local(x.At)}
		if x.By.ID != 0 {
			by := personView(s.Site, x.By)
			v.By = &by
		}
		p.List = append(p.List, v)
	}
	if len(list) == boardSize {
		p.More = p.Programme.Path + "/readings?before=" + list[boardSize-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
