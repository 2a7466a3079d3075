package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getCaseHomes holds a household against the homes there are.
func (s *Server) getCaseHomes(w http.ResponseWriter, r *http.Request) error {
	return s.showCaseHomes(w, r, http.StatusOK, nil)
}

// fitsShown is how many homes stand on the page.
const fitsShown = 30

func (s *Server) showCaseHomes(w http.ResponseWriter, r *http.Request, status int, wrong []view.Problem) error {
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	ctx, by := r.Context(), *me(r)
	_, f, err := s.Households.Read(ctx, by, c.ID, "fit")
	if err != nil {
		return err
	}
	fits, err := s.Households.Candidates(ctx, by, c.ID)
	if err != nil {
		return err
	}
	known, err := s.Households.Proposals(ctx, by, c.ID)
	if err != nil {
		return err
	}
	p := pages.CaseHomes{Case: s.caseLine(c), Form: s.caseForm(f), Bedrooms: households.BedroomsNeeded(f.Household), Problems: wrong}
	for i, fit := range fits[:min(len(fits), fitsShown)] {
		at := slices.IndexFunc(known, func(x households.Proposal) bool { return x.Home == fit.Home.URI })
		var about households.Proposal
		if at >= 0 {
			about = known[at]
		}
		p.Fits = append(p.Fits, s.fitView(r, i+1, fit, about, c.Ready()))
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) fitView(r *http.Request, n int, fit households.Fit, about households.Proposal, ready bool) view.HomeFit {
	h := fit.Home
	v := view.HomeFit{
		Home: h.URI, Number: n, Card: s.cardView(r, h), State: string(about.State), May: fit.May(), Shared: h.Category != "entire-place",
		Known: h.Residents.Known, Women: h.Residents.Women, Men: h.Residents.Men, Children: h.Residents.Children,
		Ready: ready && fit.May() && about.State == households.ProposalInterested,
	}
	if about.ID != 0 {
		v.ID = about.ID.String()
	}
	for _, x := range fit.Findings {
		rule := view.HomeRule{Rule: string(x.Rule), What: string(x.What), Need: x.Need, Have: x.Have, Theirs: x.Rule.TheirsToChoose(), Chosen: x.Chosen}
		if !x.Hard {
			v.Talk = append(v.Talk, rule)
			continue
		}
		rule.Heard = slices.ContainsFunc(about.Details.Choices, func(c households.Choice) bool { return c.Rule == x.Rule && c.What == x.What })
		v.Against = append(v.Against, rule)
	}
	return v
}

// changeCaseHome does something about one of the homes.
func (s *Server) changeCaseHome(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	err = later("homes", s.aboutHome(r, c))
	if all, ok := problems(err); ok {
		return s.showCaseHomes(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	back := casePath(c.ID) + "/homes"
	if r.PostFormValue("deed") == "hold" {
		back = casePath(c.ID) + "#holds"
	}
	return s.done(w, r, "case.saved", back)
}

func (s *Server) aboutHome(r *http.Request, c instance.Case) error {
	ctx, by, home := r.Context(), *me(r), r.PostFormValue("home")
	count := func(field string) int {
		n, err := strconv.Atoi(r.PostFormValue(field))
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	switch deed := r.PostFormValue("deed"); deed {
	case "learn":
		return s.Households.Learn(ctx, by, c.ID, home, instance.Residents{Women: count("women"), Men: count("men"), Children: count("children")})
	case "choose":
		return s.Households.Choose(ctx, by, c.ID, home, households.Rule(r.PostFormValue("rule")), instance.NoGo(r.PostFormValue("what")))
	case "show":
		return s.Households.Show(ctx, by, c.ID, home)
	case "withdraw":
		return s.Households.Withdraw(ctx, by, c.ID, home)
	case "yes", "no":
		id, err := instance.ParseID(r.PostFormValue("proposal"))
		if err != nil {
			return err
		}
		return s.Households.Answer(ctx, by, c.ID, id, deed == "yes")
	case "hold":
		_, err := s.Households.Hold(ctx, by, c.ID, home)
		return err
	}
	return unknownDeed("deed")
}

// getCaseTalk is what household, host and team say to one another.
func (s *Server) getCaseTalk(w http.ResponseWriter, r *http.Request) error {
	return s.showCaseTalk(w, r, http.StatusOK, pages.CaseTalk{})
}

const talkShown = 50

func (s *Server) showCaseTalk(w http.ResponseWriter, r *http.Request, status int, p pages.CaseTalk) error {
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	list, err := s.Households.Entries(r.Context(), *me(r), c.ID, households.Talk, idIn(r, "before"), talkShown)
	if err != nil {
		return err
	}
	p.Case, p.Talk = s.caseLine(c), s.caseEntryViews(list, nil, me(r).ID)
	k, err := s.Households.Contact(r.Context(), *me(r), c.ID)
	if err != nil {
		return err
	}
	p.Contact = contactView(k)
	p.Contact.MayOpen = k.Guest && k.Host && !k.Halted && !k.Open && (k.Opened[0].At.IsZero() || k.Opened[0].By != me(r).ID)
	if p.HasHost, err = s.Households.HasHost(r.Context(), *me(r), c.ID); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// sayInCase says something as the association.
func (s *Server) sayInCase(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	p := pages.CaseTalk{Text: r.PostFormValue("text")}
	switch r.PostFormValue("deed") {
	case "open-contact":
		err = later("steps", s.Households.OpenContact(r.Context(), *me(r), c.ID))
	case "close-contact":
		err = s.Households.CloseContact(r.Context(), *me(r), c.ID)
	default:
		err = s.Households.Say(r.Context(), *me(r), c.ID, households.EntryTeam, p.Text, visitOf(r).language.Tag, households.Heard(cmp.Or(r.PostFormValue("to"), string(households.HeardHousehold))))
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showCaseTalk(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "household.sent", casePath(c.ID)+"/talk")
}

func followUpView(s *Server, f households.KeptFollowUp) view.CaseFollowUp {
	v := view.CaseFollowUp{ID: f.ID.String(), Kind: string(f.Kind), Due: f.Due.Date(), Tries: f.Tries, Overdue: f.Overdue, Text: f.Note.Text}
	if !f.DoneAt.IsZero() {
		v.Done = s.local(f.DoneAt)
	}
	return v
}

// getFollowUps is when people are asked how they are.
func (s *Server) getFollowUps(w http.ResponseWriter, r *http.Request) error {
	return s.showFollowUps(w, r, http.StatusOK, nil)
}

func (s *Server) showFollowUps(w http.ResponseWriter, r *http.Request, status int, wrong []view.Problem) error {
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	list, err := s.Households.FollowUps(r.Context(), *me(r), c.ID)
	if err != nil {
		return err
	}
	p := pages.CaseFollowUps{Case: s.caseLine(c), Signs: signs(), Problems: wrong}
	for _, f := range list {
		p.List = append(p.List, followUpView(s, f))
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func signs() []string {
	list := make([]string, len(households.Flags))
	for i, f := range households.Flags {
		list[i] = string(f)
	}
	return list
}

func signsIn(r *http.Request) []households.Flag {
	var list []households.Flag
	for _, f := range r.PostForm["signs"] {
		list = append(list, households.Flag(f))
	}
	return list
}

// writeFollowUp writes down how they are. A sign leads to the incident it opened.
func (s *Server) writeFollowUp(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	id, err := instance.ParseID(r.PostFormValue("followup"))
	if err != nil {
		return err
	}
	opened, err := s.Households.Asked(r.Context(), *me(r), id, r.PostFormValue("deed") == "reached", households.Note{Text: r.PostFormValue("text"), Signs: signsIn(r)})
	if all, ok := problems(err); ok {
		return s.showFollowUps(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	if opened != 0 {
		return s.done(w, r, "case.reported", "/incidents/"+opened.String())
	}
	return s.done(w, r, "case.saved", casePath(c.ID)+"/followups")
}
