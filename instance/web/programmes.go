package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/ledger"
)

// programmeRoutes are the pages of programmes of homes for people who need
// shelter. What only a team may see is not there for anybody else.
func (s *Server) programmeRoutes(r chi.Router) {
	r.Get("/programmes", s.page(s.getProgrammes))
	r.Get("/programmes/new", s.signedIn(s.getNewProgramme))
	r.Post("/programmes", s.signedIn(s.openProgramme))
	r.Get("/programmes/{id:[0-9]+}", s.page(s.getProgramme))
	r.Get("/programmes/{id:[0-9]+}/poster", s.page(s.getProgrammePoster))
	r.Get("/programmes/{id:[0-9]+}/card.png", s.shared(s.getProgrammeCard))
	r.Get("/programmes/{id:[0-9]+}.atom", s.page(s.getProgrammeFeed))
	r.Post("/programmes/{id:[0-9]+}/freeze", s.signedIn(s.freezeProgramme))
	r.Get("/programmes/{id:[0-9]+}/team", s.signedIn(s.getProgrammeTeam))
	r.Post("/programmes/{id:[0-9]+}/team", s.signedIn(s.changeProgrammeTeam))
	r.Get("/programmes/{id:[0-9]+}/partners", s.signedIn(s.getProgrammePartners))
	r.Post("/programmes/{id:[0-9]+}/partners", s.signedIn(s.askPartner))
	r.Post("/programmes/{id:[0-9]+}/partners/{partner:[0-9]+}", s.signedIn(s.decidePartner))
	r.Get("/programmes/{id:[0-9]+}/log", s.signedIn(s.getProgrammeLog))
	r.Get("/programmes/{id:[0-9]+}/homes", s.signedIn(s.getProgrammeHomes))
	r.Get("/programmes/{id:[0-9]+}/homes/new", s.signedIn(s.getNewHome))
	r.Post("/programmes/{id:[0-9]+}/homes/new", s.signedIn(s.writeHome))
	r.Get("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}", s.signedIn(s.getHomeListing))
	r.Post("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}", s.signedIn(s.stepHome))
	r.Get("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}/edit", s.signedIn(s.getEditHome))
	r.Post("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}/edit", s.signedIn(s.writeHome))
	s.holdRoutes(r)
	r.Get("/admin/mandates", s.admins(s.getMandates))
	r.Post("/admin/mandates", s.admins(s.changeMandate))
}

// programmeView is a programme as its pages name it.
func (s *Server) programmeView(x housing.Shown) view.Programme {
	return view.Programme{
		Person: personView(s.Site, x.Group), Path: programmePath(x.Group.ID), Organisation: personView(s.Site, x.Organisation),
		Summary: sanitised(x.Group.Summary), Role: string(x.Role), Keeps: x.Role.Keeps(), Leads: x.Role == instance.Lead,
	}
}

func programmePath(id instance.ActorID) string { return "/programmes/" + id.String() }

// getProgrammes lists the programmes of this server.
func (s *Server) getProgrammes(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), visitOf(r).viewer.ID
	after := instance.ActorID(idIn(r, "after"))
	all, err := s.Housing.Programmes(ctx, by, after, perPage)
	if err != nil {
		return err
	}
	var p pages.Programmes
	for _, x := range all {
		p.All = append(p.All, s.programmeView(x))
	}
	if after != 0 {
		p.Pager.Newer = "/programmes"
	}
	if len(all) == perPage {
		p.Pager.Older = "/programmes?after=" + all[perPage-1].Group.ID.String()
	}
	if by != 0 {
		mine, err := s.Housing.Mine(ctx, by)
		if err != nil {
			return err
		}
		for _, x := range mine {
			p.Mine = append(p.Mine, s.programmeView(x))
		}
		may, err := s.Housing.MayOpen(ctx, by)
		if err != nil {
			return err
		}
		p.MayOpen = len(may) > 0
	}
	if p.Counters, err = s.counters(ctx); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getNewProgramme is where those who act for an association with a mandate open
// a programme.
func (s *Server) getNewProgramme(w http.ResponseWriter, r *http.Request) error {
	return s.showProgrammeForm(w, r, http.StatusOK, pages.ProgrammeForm{})
}

func (s *Server) showProgrammeForm(w http.ResponseWriter, r *http.Request, status int, p pages.ProgrammeForm) error {
	may, err := s.Housing.MayOpen(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	if len(may) == 0 {
		return instance.ErrNotFound
	}
	for i, a := range may {
		p.Organisations = append(p.Organisations, view.Option{Value: a.ID.String(), Label: a.Shown(), Selected: i == 0})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// openProgramme opens a programme.
func (s *Server) openProgramme(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	organisation, err := instance.ParseID(r.PostFormValue("organisation"))
	if err != nil {
		return err
	}
	form := pages.ProgrammeForm{Title: r.PostFormValue("title"), Username: strings.TrimSpace(r.PostFormValue("username")), Summary: r.PostFormValue("summary")}
	p, err := s.Housing.Open(r.Context(), *me(r), instance.ActorID(organisation), housing.Plan{Username: form.Username, Title: form.Title, Summary: form.Summary})
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showProgrammeForm(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return unseen(err)
	}
	return s.done(w, r, "programme.opened", programmePath(p.Group.ID))
}

// programme is the programme in the path, for those of its team.
func (s *Server) programme(r *http.Request, tab string) (pages.ProgrammeHead, instance.ActorID, error) {
	h := pages.ProgrammeHead{Tab: tab}
	id, err := actorID(r)
	if err != nil {
		return h, id, err
	}
	x, err := s.Housing.Shown(r.Context(), me(r).ID, id)
	if err == nil && x.Role == "" {
		err = instance.ErrNotFound
	}
	if err != nil {
		return h, id, err
	}
	st, err := s.Housing.Running(r.Context(), id)
	if err != nil {
		return h, id, err
	}
	h.Programme = s.programmeView(x)
	h.Programme.Frozen, h.Programme.Stopped, h.Programme.Until = st.Frozen, st.Frozen || !st.Mandated, s.lastDay(st.Until)
	if said := r.URL.Query().Get("said"); slices.Contains(h.Sayings(), said) {
		h.Said = said
	}
	return h, id, nil
}

// said leads to a page and says there why a deed could not be done. It returns
// false for an error that has its own page.
func said(w http.ResponseWriter, r *http.Request, path string, err error) bool {
	var word string
	switch {
	case errors.Is(err, instance.ErrSealed):
		word = "sealed"
	case errors.Is(err, instance.ErrConflict):
		word = "overtaken"
	case errors.Is(err, instance.ErrClocks):
		word = "clock"
	case errors.Is(err, instance.ErrUnreachable):
		word = "unreachable"
	default:
		return false
	}
	SeeOther(w, r, path+"?said="+url.QueryEscape(word))
	return true
}

// getProgramme shows how a programme stands to its team, and to everyone else
// what it is.
func (s *Server) getProgramme(w http.ResponseWriter, r *http.Request) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	x, err := s.Housing.Shown(r.Context(), visitOf(r).viewer.ID, id)
	if err != nil {
		return err
	}
	if x.Role == "" {
		return s.getProgrammePublic(w, r, x)
	}
	var p pages.Programme
	if p.ProgrammeHead, _, err = s.programme(r, "overview"); err != nil {
		return err
	}
	st, err := s.Housing.Standing(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	homes, holds := p.Programme.Path+"/homes", p.Programme.Path+"/holds"
	for _, state := range pages.HomeStates() {
		if n := st.Homes[instance.ListingState(state)]; n > 0 {
			p.Homes = append(p.Homes, view.ProgrammeCount{What: state, Count: n, Path: homes + "?state=" + state})
		}
	}
	for _, state := range pages.HoldStates() {
		if n := st.Holds[instance.HoldState(state)]; n > 0 {
			p.Holds = append(p.Holds, view.ProgrammeCount{What: state, Count: n, Path: holds + "?state=" + state})
		}
	}
	for _, todo := range []view.ProgrammeCount{
		{What: "asking", Count: st.Asking, Path: p.Programme.Path + "/partners"},
		{What: "vet", Count: st.Homes[instance.ListingSubmitted], Path: homes + "?state=submitted"},
		{What: "offer", Count: st.Homes[instance.ListingVetted], Path: homes + "?state=vetted"},
		{What: "sign", Count: st.Homes[instance.ListingHeld], Path: homes + "?state=held"},
		{What: "held", Count: st.Holds[instance.HoldHeld], Path: holds + "?state=held"},
	} {
		if todo.Count > 0 {
			p.Todo = append(p.Todo, todo)
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) getProgrammePublic(w http.ResponseWriter, r *http.Request, x housing.Shown) error {
	p := pages.ProgrammePublic{Programme: s.programmeView(x)}
	for _, n := range instance.EmergencyNumbers(s.Country) {
		p.Numbers = append(p.Numbers, view.EmergencyNumber{Number: n.Number, What: n.What, Text: n.Text})
	}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Canonical = s.Site.Base() + p.Programme.Path
	p.Feed, p.Share = p.Programme.Path+".atom", s.share(p.Programme, visitOf(r).language)
	return s.HTML(w, r, http.StatusOK, p)
}

// getProgrammePoster is what a programme looks for, to be printed and hung up. It says
// what its public page does, and names nobody and no home.
func (s *Server) getProgrammePoster(w http.ResponseWriter, r *http.Request) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	x, err := s.Housing.Shown(r.Context(), visitOf(r).viewer.ID, id)
	if err != nil {
		return err
	}
	p := pages.ProgrammePoster{Programme: s.programmeView(x), Card: programmePath(x.Group.ID) + "/card.png"}
	p.Link = s.Site.Base() + p.Programme.Path
	if v := me(r); v != nil {
		if p.Speaks, err = s.Organisations.ActsFor(r.Context(), v.ID, x.Organisation.ID); err != nil {
			return err
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// freezeProgramme stops a programme, or lets it go on.
func (s *Server) freezeProgramme(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "")
	if err != nil {
		return err
	}
	switch r.PostFormValue("deed") {
	case "freeze":
		err = s.Housing.Freeze(r.Context(), *me(r), id)
	case "thaw":
		err = s.Housing.Thaw(r.Context(), *me(r), id)
	default:
		err = unknownDeed("deed")
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme."+r.PostFormValue("deed"), h.Programme.Path)
}

// getProgrammeTeam shows who does what in a programme.
func (s *Server) getProgrammeTeam(w http.ResponseWriter, r *http.Request) error {
	return s.showProgrammeTeam(w, r, http.StatusOK, pages.ProgrammeTeam{})
}

func (s *Server) showProgrammeTeam(w http.ResponseWriter, r *http.Request, status int, p pages.ProgrammeTeam) error {
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "team"); err != nil {
		return err
	}
	team, err := s.Housing.Team(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	for _, m := range team {
		p.Members = append(p.Members, view.TeamMember{Who: personView(s.Site, m.Actor), Role: string(m.Role), Since: s.local(m.Since)})
	}
	if p.Programme.Keeps {
		if p.Escorts, err = s.escortViews(r, id); err != nil {
			return err
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// changeProgrammeTeam gives somebody a role in a programme, or takes it.
func (s *Server) changeProgrammeTeam(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "team")
	if err != nil {
		return err
	}
	if !h.Programme.Leads {
		return instance.ErrForbidden
	}
	form := pages.ProgrammeTeam{Person: r.PostFormValue("person"), Role: r.PostFormValue("role")}
	who, err := s.personTyped(r, "person", form.Person)
	if err == nil && r.PostFormValue("deed") == "remove" {
		form.Role = ""
	} else if err == nil && form.Role == "" {
		err = &instance.Invalid{Field: "role", Code: "missing"}
	}
	if err == nil {
		err = s.Housing.SetTeam(r.Context(), *me(r), id, who.ID, instance.TeamRole(form.Role))
	}
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showProgrammeTeam(w, r, http.StatusUnprocessableEntity, form)
	}
	if errors.Is(err, instance.ErrConflict) {
		SeeOther(w, r, h.Programme.Path+"/team?said=last")
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.team", h.Programme.Path+"/team")
}

// long is after what time a partner's homes look old: a server that works tells
// of a change within minutes, and is heard of at least this often.
const long = 14 * 24 * time.Hour

// getProgrammePartners shows the associations that a programme knows.
func (s *Server) getProgrammePartners(w http.ResponseWriter, r *http.Request) error {
	return s.showProgrammePartners(w, r, http.StatusOK, pages.ProgrammePartners{})
}

func (s *Server) showProgrammePartners(w http.ResponseWriter, r *http.Request, status int, p pages.ProgrammePartners) error {
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "partners"); err != nil {
		return err
	}
	list, err := s.Housing.Partners(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	copies, err := s.Housing.CopiesOf(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	for _, x := range list {
		c := copies[x.Group.ID]
		p.Partners = append(p.Partners, view.ProgrammePartner{
			Who: personView(s.Site, x.Group), SeesOurs: partnerState(x.SeesOurs), WeSee: partnerState(x.WeSee), Seal: string(x.Seal), Short: shortSeal(x.Seal),
			Since: s.local(x.Since), Homes: c.Homes, HeardAt: s.local(c.HeardAt), Stale: c.Homes > 0 && s.Now().Sub(c.HeardAt) > long,
		})
	}
	own, _, err := s.Housing.Programme(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	p.Short = shortSeal(own.Seal)
	p.Address = "@" + p.Programme.Handle + "@" + s.Site.Host()
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func partnerState(s instance.PartnerState) string {
	if s == instance.PartnerNone {
		return "none"
	}
	return string(s)
}

// shortSeal is the end of a seal in groups of four, to be compared aloud.
func shortSeal(seal ledger.Seal) string {
	text := string(seal)
	text = text[max(0, len(text)-16):]
	var groups []string
	for len(text) > 4 {
		groups, text = append(groups, text[:4]), text[4:]
	}
	return strings.Join(append(groups, text), " ")
}

// askPartner asks another association to show its homes.
func (s *Server) askPartner(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "partners")
	if err != nil {
		return err
	}
	if !h.Programme.Leads {
		return instance.ErrForbidden
	}
	typed := r.PostFormValue("partner")
	a, err := s.look(r, "partner", typed)
	if err == nil && (a.Local() || a.Kind != instance.Group) {
		err = &instance.Invalid{Field: "partner", Code: "no-programme"}
	}
	if err == nil {
		err = s.Housing.AskToSee(r.Context(), *me(r), id, a.ID)
	}
	if all, ok := problems(err); ok {
		return s.showProgrammePartners(w, r, http.StatusUnprocessableEntity, pages.ProgrammePartners{Typed: typed, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.asked", h.Programme.Path+"/partners")
}

// decidePartner lets a partner see our homes, or no longer.
func (s *Server) decidePartner(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "partners")
	if err != nil {
		return err
	}
	n, err := instance.ParseID(chi.URLParam(r, "partner"))
	if err != nil {
		return err
	}
	partner, key := instance.ActorID(n), ""
	switch r.PostFormValue("deed") {
	case "accept":
		key, err = "programme.accepted", s.Housing.Accredit(r.Context(), *me(r), id, partner, ledger.Seal(r.PostFormValue("seal")))
	case "expel":
		key, err = "programme.expelled", s.Housing.Expel(r.Context(), *me(r), id, partner)
	case "stop":
		key, err = "programme.stopped", s.Housing.NoMoreToSee(r.Context(), *me(r), id, partner)
	case "ask":
		key, err = "programme.asked", s.Housing.AskToSee(r.Context(), *me(r), id, partner)
	default:
		err = unknownDeed("deed")
	}
	path := h.Programme.Path + "/partners"
	if err != nil && said(w, r, path, err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, key, path)
}

// getProgrammeLog shows the leads what was done in a programme.
func (s *Server) getProgrammeLog(w http.ResponseWriter, r *http.Request) error {
	var p pages.ProgrammeLog
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "log"); err != nil {
		return err
	}
	before := idIn(r, "before")
	lines, err := s.Housing.Log(r.Context(), *me(r), id, before, perPage)
	if err != nil {
		return err
	}
	for _, l := range lines {
		shown := view.ProgrammeLogLine{Itself: l.Deed.ByItself(), Deed: string(l.Deed), About: l.About, Count: l.Count, At: s.local(l.At)}
		if l.Night != 0 {
			shown.Night = l.Night.Date()
		}
		if l.By.ID != 0 {
			shown.By = personView(s.Site, l.By)
		}
		if l.Whom.ID != 0 {
			shown.Whom = personView(s.Site, l.Whom)
		}
		if place := l.Deed.At(); place != "" {
			shown.Path = p.Programme.Path + "/" + place + "/" + l.About
		}
		p.Lines = append(p.Lines, shown)
	}
	path := p.Programme.Path + "/log"
	if before != 0 {
		p.Pager.Newer = path
	}
	if len(lines) == perPage {
		p.Pager.Older = path + "?before=" + lines[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
