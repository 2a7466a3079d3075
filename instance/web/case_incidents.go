package web

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/alike"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func (s *Server) incidentView(i households.Incident) view.CaseIncident {
	v := view.CaseIncident{
		ID: i.ID.String(), Path: "/incidents/" + i.ID.String(), Kind: string(i.Kind), Side: string(i.Side), Severity: i.Severity, State: string(i.State),
		Outcome: string(i.Outcome), Frozen: i.Frozen, Moved: !i.MovedAt.IsZero(), At: s.local(i.OpenedAt),
	}
	if i.Host != 0 {
		v.HostPath = programmePath(i.Programme) + "/hosts/" + i.Host.String()
	}
	v.Appealed = !i.AppealedAt.IsZero()
	if i.Case != 0 {
		v.Case, v.CasePath = households.Label(i.Case), casePath(i.Case)
	}
	return v
}

// alikeViews are files that have something in common with one.
func alikeViews(programme instance.ActorID, list []alike.Match) []view.CaseAlike {
	var shown []view.CaseAlike
	for _, m := range list {
		v := view.CaseAlike{Kind: string(m.Kind), Side: "household", Path: casePath(m.Case)}
		if m.Host != 0 {
			v.Side, v.Path = "host", programmePath(programme)+"/hosts/"+m.Host.String()
		}
		shown = append(shown, v)
	}
	return shown
}

// decidedViews are what was decided about somebody, as they see it.
func (s *Server) decidedViews(list []households.Incident) []view.CaseIncident {
	var shown []view.CaseIncident
	for _, i := range list {
		v := view.CaseIncident{ID: i.ID.String(), State: string(i.State), Outcome: string(i.Outcome), At: s.local(i.OpenedAt), Appealed: !i.AppealedAt.IsZero()}
		v.Appeals = !v.Appealed
		if i.State != households.IncidentDecided && i.State != households.IncidentClosed {
			v.Outcome = ""
		}
		shown = append(shown, v)
	}
	return shown
}

// getReportIncident is where somebody of the team reports what went wrong.
func (s *Server) getReportIncident(w http.ResponseWriter, r *http.Request) error {
	return s.showReportIncident(w, r, http.StatusOK, pages.IncidentForm{})
}

func (s *Server) showReportIncident(w http.ResponseWriter, r *http.Request, status int, p pages.IncidentForm) error {
	c, programme, err := s.caseIn(r)
	if err != nil {
		return err
	}
	holds, err := s.Households.Holds(r.Context(), *me(r), c.ID)
	if err != nil {
		return err
	}
	language := visitOf(r).language
	for i, h := range holds {
		p.Homes = append(p.Homes, view.Option{Value: h.Home, Label: language.Say("case.home", "Count", i+1) + " · " + language.Date(s.Now(), h.Stay.From.Date())})
	}
	p.Programme, p.Case, p.Action, p.Signs = programme, s.caseLine(c), casePath(c.ID)+"/incident", signs()
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// reportIncident opens it.
func (s *Server) reportIncident(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	severity, _ := strconv.Atoi(r.PostFormValue("severity"))
	p := pages.IncidentForm{Severity: r.PostFormValue("severity"), Text: r.PostFormValue("text")}
	id, err := s.Households.Report(r.Context(), *me(r), c.Programme, households.Report{
		Case: c.ID, Home: r.PostFormValue("home"), Severity: severity, Text: p.Text, Signs: signsIn(r), Moved: r.PostFormValue("moved") != "", Freeze: r.PostFormValue("freeze") != "",
	})
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showReportIncident(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "case.reported", "/incidents/"+id.String())
}

// getIncident is one of them.
func (s *Server) getIncident(w http.ResponseWriter, r *http.Request) error {
	return s.showIncident(w, r, http.StatusOK, pages.Incident{})
}

func (s *Server) showIncident(w http.ResponseWriter, r *http.Request, status int, p pages.Incident) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	i, entries, err := s.Households.Incident(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	if p.Programme, err = s.caseProgramme(r, i.Programme); err != nil {
		return err
	}
	team, err := s.Households.Team(r.Context(), *me(r), i.Programme)
	if err != nil {
		return err
	}
	names := map[instance.ActorID]string{}
	for _, a := range team {
		names[a.ID] = a.Shown()
	}
	v := s.incidentView(i)
	v.CanLook = i.From != me(r).ID && (i.State == households.IncidentOpen || i.State == households.IncidentAppealed)
	v.CanJudge = i.State == households.IncidentLooked && i.Looked[0].By != me(r).ID && i.From != me(r).ID
	if v.Missing, err = s.Households.Missing(r.Context(), *me(r), i.ID); err != nil {
		return err
	}
	v.CanEnd = i.State == households.IncidentDecided
	v.Appeals = i.State == households.IncidentDecided || i.State == households.IncidentClosed
	for _, e := range entries {
		x := view.CaseIncidentEntry{Deed: e.Deed, By: names[e.By], At: s.local(e.At), Text: e.Body.Text, Answer: e.Body.Answer, Outcome: string(e.Body.Outcome)}
		for _, f := range e.Body.Signs {
			x.Signs = append(x.Signs, string(f))
		}
		x.Alike = alikeViews(i.Programme, e.Body.Alike)
		v.Entries = append(v.Entries, x)
	}
	if v.Keeper, err = s.keeperFile(r, i); err != nil {
		return err
	}
	p.Incident = v
	area, err := s.Households.AreaOf(r.Context(), i.Case, i.Home)
	if err != nil {
		return err
	}
	if p.Numbers, err = s.numbersAt(area); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// keeperFile is where one writes to the association whose home it happened in, empty
// where it is one of ours or nobody of the case was granted beds there: it talks with
// the host, and asks nobody else in.
func (s *Server) keeperFile(r *http.Request, i households.Incident) (string, error) {
	if i.Case == 0 || i.Home == "" || s.Site.Owns(i.Home) {
		return "", nil
	}
	holds, err := s.Households.Holds(r.Context(), *me(r), i.Case)
	if err != nil {
		return "", err
	}
	for _, h := range holds {
		if h.Home == i.Home && h.Number > 0 {
			return programmePath(i.Programme) + "/holds/" + h.ID.String() + "/file", nil
		}
	}
	return "", nil
}

// changeIncident does what the page offers.
func (s *Server) changeIncident(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	ctx, by, text := r.Context(), *me(r), r.PostFormValue("text")
	outcome := households.Outcome(r.PostFormValue("outcome"))
	switch r.PostFormValue("deed") {
	case "look":
		err = s.Households.Look(ctx, by, id, outcome, text)
	case "decide":
		err = s.Households.Decide(ctx, by, id, outcome, text)
	case "add":
		err = s.Households.Add(ctx, by, id, text, nil)
	case "appeal":
		err = s.Households.Appeal(ctx, by, id, text)
	case "close":
		err = s.Households.CloseIncident(ctx, by, id, text, r.PostFormValue("answer"))
	default:
		err = unknownDeed("deed")
	}
	if all, ok := problems(later("steps", err)); ok {
		return s.showIncident(w, r, http.StatusUnprocessableEntity, pages.Incident{Text: text, Answer: r.PostFormValue("answer"), Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "case.saved", "/incidents/"+id.String())
}
