package web

import (
	"encoding/csv"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/sheets"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// officeRoutes are the pages of the desk of a programme.
func (s *Server) officeRoutes(r chi.Router) {
	r.Get("/programmes/{id:[0-9]+}/today", s.discreet(s.getDeskToday))
	r.Get("/programmes/{id:[0-9]+}/tonight", s.discreet(s.getTonight))
	r.Post("/programmes/{id:[0-9]+}/tonight", s.discreet(s.askTonight))
	r.Get("/programmes/{id:[0-9]+}/rota", s.discreet(s.getRota))
	r.Post("/programmes/{id:[0-9]+}/rota", s.discreet(s.changeRota))
	r.Get("/programmes/{id:[0-9]+}/letters", s.discreet(s.getLetterForms))
	r.Post("/programmes/{id:[0-9]+}/letters", s.discreet(s.changeLetterForms))
	r.Get("/programmes/{id:[0-9]+}/requests", s.discreet(s.getLawfulRequests))
	r.Post("/programmes/{id:[0-9]+}/requests", s.discreet(s.changeRequests))
	r.Get("/programmes/{id:[0-9]+}/requests.csv", s.discreet(s.getRequestsCSV))
	r.Get("/programmes/{id:[0-9]+}/hosts/import", s.discreet(s.getHostsImport))
	r.Post("/programmes/{id:[0-9]+}/hosts/import", s.discreet(s.importHosts))
	r.Get("/programmes/{id:[0-9]+}/found/{home:[0-9]+}/visited", s.discreet(s.getHomeVisited))
	r.Get("/cases/{id:[0-9]+}/letter", s.discreet(s.getCaseLetter))
	r.Post("/cases/{id:[0-9]+}/letter", s.discreet(s.keepCaseLetter))
	r.Get("/cases/{id:[0-9]+}/letters/{letter:[0-9]+}", s.discreet(s.getCaseLetterSheet))
}

// waitsShown is how much of what waits is shown.
const waitsShown = 100

// getDeskToday is what waits at the desk.
func (s *Server) getDeskToday(w http.ResponseWriter, r *http.Request) error {
	h, id, err := s.programme(r, "today")
	if err != nil {
		return err
	}
	p := pages.DeskToday{ProgrammeHead: h}
	ctx, by := r.Context(), *me(r)
	if p.OnDuty, p.Next, err = s.onDuty(r, id, h); err != nil {
		return err
	}
	if p.Waits, err = s.waits(r, id, h); err != nil {
		return err
	}
	if h.Programme.Keeps {
		open, err := s.Households.Requests(ctx, by, id, false)
		if err != nil {
			return err
		}
		for _, q := range open {
			if !q.Decided() {
				p.Open++
			}
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// onDuty is who is on duty now, and who is next.
func (s *Server) onDuty(r *http.Request, id instance.ActorID, h pages.ProgrammeHead) (now []view.Duty, next *view.Duty, err error) {
	rota, err := s.Households.Rota(r.Context(), *me(r), id)
	for _, d := range rota {
		switch v := s.dutyView(d, *me(r), h); {
		case v.Now:
			now = append(now, v)
		case d.From.After(s.Now()) && next == nil:
			next = &v
		}
	}
	return now, next, err
}

// waits is what waits for who reads: in cases, and of hosts.
func (s *Server) waits(r *http.Request, id instance.ActorID, h pages.ProgrammeHead) ([]view.DeskWait, error) {
	ctx, by := r.Context(), *me(r)
	list, err := s.Households.WaitingFor(ctx, by, id, waitsShown)
	if err != nil {
		return nil, err
	}
	var shown []view.DeskWait
	for _, x := range list {
		v := view.DeskWait{About: string(x.About), Kind: string(x.Kind), Label: households.Label(x.Case), Path: casePath(x.Case), Due: x.Due, Late: x.Late}
		if x.About == households.AboutFollowUp {
			v.Path += "/followups"
		}
		if x.About == households.AboutEscort {
			v.Path += "/escort"
		}
		shown = append(shown, v)
	}
	if end := h.Programme.Until; h.Programme.Leads && !end.IsZero() && end.Before(s.Now().Add(housing.MandateWarned)) {
		shown = append(shown, view.DeskWait{About: "mandate", Path: h.Programme.Path, Due: end})
	}
	if h.Programme.Keeps {
		seconds, err := s.seconds(r, id, h)
		if err != nil {
			return nil, err
		}
		shown = append(shown, seconds...)
	}
	if !h.Programme.Keeps && h.Programme.Role != string(instance.Visitor) {
		return shown, nil
	}
	ends, err := s.Hosts.EndingSoon(ctx, by, id)
	for _, e := range ends {
		v := view.DeskWait{About: "visit", Path: h.Programme.Path + "/hosts/" + e.Host.String(), Due: s.local(e.Until)}
		if e.Approval {
			v.About = "approval"
		}
		shown = append(shown, v)
	}
	return shown, err
}

// seconds is what others of the team signed or proposed, and who reads may do next.
func (s *Server) seconds(r *http.Request, id instance.ActorID, h pages.ProgrammeHead) ([]view.DeskWait, error) {
	signed, err := s.Households.Seconds(r.Context(), *me(r), id)
	if err != nil {
		return nil, err
	}
	var shown []view.DeskWait
	for _, x := range signed {
		v := view.DeskWait{About: "second-case", Label: households.Label(x.Case), Path: casePath(x.Case), Due: s.local(x.At)}
		if x.Beds {
			v.About, v.Path = "second-beds", v.Path+"#holds"
		}
		shown = append(shown, v)
	}
	proposed, err := s.Hosts.Proposals(r.Context(), *me(r), id)
	for _, x := range proposed {
		shown = append(shown, view.DeskWait{About: "second-host", Path: h.Programme.Path + "/hosts/" + x.Host.String(), Due: s.local(x.At)})
	}
	return shown, err
}

func (s *Server) dutyView(d households.Duty, by instance.Account, h pages.ProgrammeHead) view.Duty {
	now := s.Now()
	own := d.Person.ID == by.ID || h.Programme.Leads
	v := view.Duty{
		ID: d.ID.String(), Who: personView(s.Site, d.Person), From: s.local(d.From), Until: s.local(d.Until), Handed: d.Handed,
		Now:     !d.From.After(now) && d.Until.After(now) && d.HandedAt.IsZero(),
		CanHand: own && d.HandedAt.IsZero() && !d.From.After(now), CanCancel: own && d.HandedAt.IsZero() && d.Until.After(now),
	}
	if !d.HandedAt.IsZero() {
		v.HandedAt = s.local(d.HandedAt)
	}
	return v
}

// getRota is who is on duty when.
func (s *Server) getRota(w http.ResponseWriter, r *http.Request) error {
	return s.showRota(w, r, http.StatusOK, pages.DeskRota{})
}

func (s *Server) showRota(w http.ResponseWriter, r *http.Request, status int, p pages.DeskRota) error {
	h, id, err := s.programme(r, "today")
	if err != nil {
		return err
	}
	p.ProgrammeHead = h
	ctx, by := r.Context(), *me(r)
	rota, err := s.Households.Rota(ctx, by, id)
	if err != nil {
		return err
	}
	for _, d := range rota {
		p.Duties = append(p.Duties, s.dutyView(d, by, h))
	}
	if h.Programme.Keeps {
		team, err := s.Households.Team(ctx, by, id)
		if err != nil {
			return err
		}
		for _, a := range team {
			if h.Programme.Leads || a.ID == by.ID {
				p.Team = append(p.Team, view.Option{Value: a.ID.String(), Label: a.Shown(), Selected: a.ID == by.ID})
			}
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// changeRota puts somebody on duty, takes that back, or hands over.
func (s *Server) changeRota(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "today")
	if err != nil {
		return err
	}
	ctx, by := r.Context(), *me(r)
	p := pages.DeskRota{From: r.PostFormValue("from"), Until: r.PostFormValue("until"), Handed: r.PostFormValue("handed"), Which: r.PostFormValue("duty")}
	duty, _ := instance.ParseID(p.Which)
	switch r.PostFormValue("deed") {
	case "plan":
		person, _ := instance.ParseID(r.PostFormValue("person"))
		err = s.Households.Plan(ctx, by, id, instance.ActorID(person), s.typedMoment(p.From), s.typedMoment(p.Until))
	case "cancel":
		err = later("duty", s.Households.Cancel(ctx, by, duty))
	case "hand":
		err = later("duty", s.Households.Relieve(ctx, by, duty, p.Handed))
	default:
		return unknownDeed("deed")
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showRota(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return unseen(err)
	}
	return s.done(w, r, "case.saved", h.Programme.Path+"/rota")
}

// typedMoment is what a field for day and hour holds; zero for nothing.
func (s *Server) typedMoment(typed string) time.Time {
	t, err := time.ParseInLocation("2006-01-02T15:04", typed, s.Zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// getLetterForms are the letters that a team writes often.
func (s *Server) getLetterForms(w http.ResponseWriter, r *http.Request) error {
	return s.showLetterForms(w, r, http.StatusOK, pages.DeskLetters{})
}

func (s *Server) showLetterForms(w http.ResponseWriter, r *http.Request, status int, p pages.DeskLetters) error {
	h, id, err := s.programme(r, "today")
	if err != nil {
		return err
	}
	p.ProgrammeHead = h
	forms, err := s.Households.Forms(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	for _, f := range forms {
		p.Forms = append(p.Forms, view.LetterForm{ID: f.ID.String(), Title: f.Title, Text: f.Text})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// changeLetterForms keeps one or throws one away.
func (s *Server) changeLetterForms(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "today")
	if err != nil {
		return err
	}
	p := pages.DeskLetters{Title: r.PostFormValue("title"), Text: r.PostFormValue("letter")}
	switch r.PostFormValue("deed") {
	case "keep":
		err = s.Households.KeepForm(r.Context(), *me(r), id, households.LetterForm{Title: p.Title, Text: p.Text})
	case "drop":
		form, _ := instance.ParseID(r.PostFormValue("form"))
		err = s.Households.DropForm(r.Context(), *me(r), id, form)
	default:
		return unknownDeed("deed")
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showLetterForms(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "case.saved", h.Programme.Path+"/letters")
}

// builtIn are the letters that are there without anybody having written them: words
// of the catalogues.
var builtIn = []string{"appointment", "papers", "agreement", "leaving"}

// getCaseLetter is where a letter is written, from one of those that are there.
// What is known of the household is put in on this page alone.
func (s *Server) getCaseLetter(w http.ResponseWriter, r *http.Request) error {
	c, programme, err := s.caseIn(r)
	if err != nil {
		return err
	}
	p := pages.CaseLetter{}
	chosen := r.URL.Query().Get("form")
	if title, text, err := s.letterForm(r, c, chosen); err != nil {
		return err
	} else if text != "" {
		values, err := s.Households.Values(r.Context(), *me(r), c.ID)
		if err != nil {
			return err
		}
		values["programme"], values["keeper"] = programme.Name, me(r).Shown()
		values["date"] = visitOf(r).language.Date(s.Now().In(s.Zone), s.Now().In(s.Zone))
		if until, err := time.Parse(time.DateOnly, values["until"]); err == nil {
			values["until"] = visitOf(r).language.Date(until, until)
		}
		p.Title, p.Text = title, households.Fill(text, values)
	}
	return s.showCaseLetter(w, r, http.StatusOK, p)
}

// letterForm is the letter that a word or an id names; empty for none.
func (s *Server) letterForm(r *http.Request, c instance.Case, chosen string) (title, text string, err error) {
	l := visitOf(r).language
	if slices.Contains(builtIn, chosen) {
		return l.Say("office.form." + chosen), l.Say("office.form." + chosen + ".text"), nil
	}
	forms, err := s.Households.Forms(r.Context(), *me(r), c.Programme)
	for _, f := range forms {
		if f.ID.String() == chosen {
			return f.Title, f.Text, nil
		}
	}
	return "", "", err
}

func (s *Server) showCaseLetter(w http.ResponseWriter, r *http.Request, status int, p pages.CaseLetter) error {
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	p.Case = s.caseLine(c)
	chosen := r.URL.Query().Get("form")
	l := visitOf(r).language
	for _, name := range builtIn {
		p.Forms = append(p.Forms, view.Option{Value: name, Label: l.Say("office.form." + name), Selected: name == chosen})
	}
	forms, err := s.Households.Forms(r.Context(), *me(r), c.Programme)
	if err != nil {
		return err
	}
	for _, f := range forms {
		p.Forms = append(p.Forms, view.Option{Value: f.ID.String(), Label: f.Title, Selected: f.ID.String() == chosen})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// keepCaseLetter writes a letter into the journal of a case.
func (s *Server) keepCaseLetter(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	p := pages.CaseLetter{Title: r.PostFormValue("title"), Text: r.PostFormValue("letter")}
	err = s.Households.KeepLetter(r.Context(), *me(r), c.ID, p.Title, p.Text)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showCaseLetter(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "case.saved", casePath(c.ID)+"#text")
}

// getCaseLetterSheet is a letter on paper.
func (s *Server) getCaseLetterSheet(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	letter, err := instance.ParseID(chi.URLParam(r, "letter"))
	if err != nil {
		return err
	}
	p := pages.CaseLetterSheet{Case: s.caseLine(c)}
	if p.Title, p.Text, err = s.Households.Letter(r.Context(), *me(r), c.ID, letter); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getLawfulRequests are what authorities asked for.
func (s *Server) getLawfulRequests(w http.ResponseWriter, r *http.Request) error {
	return s.showRequests(w, r, http.StatusOK, pages.LawfulRequests{Typed: map[string]string{"case": r.URL.Query().Get("case")}})
}

func (s *Server) showRequests(w http.ResponseWriter, r *http.Request, status int, p pages.LawfulRequests) error {
	h, id, err := s.programme(r, "today")
	if err != nil {
		return err
	}
	p.ProgrammeHead = h
	ctx, by := r.Context(), *me(r)
	list, err := s.Households.Requests(ctx, by, id, false)
	if err != nil {
		return err
	}
	for _, q := range list {
		p.List = append(p.List, s.requestView(q, by))
	}
	if about, err := instance.ParseID(p.Typed["case"]); err == nil && about != 0 {
		if c, err := s.Households.Case(ctx, by, about); err == nil && c.Programme == id {
			p.About = &view.Option{Value: about.String(), Label: households.Label(about)}
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) requestView(q households.Request, by instance.Account) view.LawfulRequest {
	v := view.LawfulRequest{
		ID: q.ID.String(), Ground: string(q.Ground), Who: q.Who, Law: q.Law, What: q.What, By: q.By.Shown(), At: s.local(q.At), Outcome: string(q.Outcome),
		Given: q.Given, First: q.Names[0].Shown(), Second: q.Names[1].Shown(),
		CanDecide: !q.Decided() && !q.Signed[0].At.IsZero() && q.Signed[0].By != by.ID, CanPropose: !q.Decided(),
	}
	if q.Case != 0 {
		v.Label, v.Path = households.Label(q.Case), casePath(q.Case)
	}
	if !q.Signed[0].At.IsZero() {
		v.FirstAt = s.local(q.Signed[0].At)
	}
	if q.Decided() {
		v.SecondAt = s.local(q.Signed[1].At)
	}
	return v
}

// changeRequests takes one down, or answers one, by two.
func (s *Server) changeRequests(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "today")
	if err != nil {
		return err
	}
	ctx, by := r.Context(), *me(r)
	typed := map[string]string{}
	for _, field := range []string{"ground", "law", "asker", "wanted", "case", "given"} {
		typed[field] = r.PostFormValue(field)
	}
	which := r.PostFormValue("request")
	request, _ := instance.ParseID(which)
	switch r.PostFormValue("deed") {
	case "take":
		about, _ := instance.ParseID(typed["case"])
		_, err = s.Households.TakeDown(ctx, by, id, about, households.Ground(typed["ground"]), households.Requested{Who: typed["asker"], Law: typed["law"], What: typed["wanted"]})
	case "answer":
		err = later("request", s.Households.ProposeAnswer(ctx, by, request, households.Giving(r.PostFormValue("outcome")), typed["given"]))
	case "decide":
		err = later("request", s.Households.DecideRequest(ctx, by, request))
	default:
		return unknownDeed("deed")
	}
	if all, ok := problems(err); ok {
		return s.showRequests(w, r, http.StatusUnprocessableEntity, pages.LawfulRequests{Typed: typed, Which: which, Problems: all})
	}
	if err != nil {
		return unseen(err)
	}
	return s.done(w, r, "case.saved", h.Programme.Path+"/requests")
}

// getRequestsCSV gives a lead the whole of it as a table, which is noted.
func (s *Server) getRequestsCSV(w http.ResponseWriter, r *http.Request) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	list, err := s.Households.Requests(r.Context(), *me(r), id, true)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="requests.csv"`)
	lines := [][]string{{"at", "case", "ground", "law", "asked_by", "asked_for", "taken_by", "answer", "given", "first", "first_at", "second", "second_at"}}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(s.Zone).Format(time.RFC3339)
	}
	for _, q := range list {
		label := ""
		if q.Case != 0 {
			label = households.Label(q.Case)
		}
		lines = append(lines, []string{
			at(q.At), label, string(q.Ground), sheets.Cell(q.Law), sheets.Cell(q.Who), sheets.Cell(q.What), sheets.Cell(q.By.Shown()), string(q.Outcome), sheets.Cell(q.Given),
			sheets.Cell(q.Names[0].Shown()), at(q.Signed[0].At), sheets.Cell(q.Names[1].Shown()), at(q.Signed[1].At),
		})
	}
	return csv.NewWriter(w).WriteAll(lines)
}
