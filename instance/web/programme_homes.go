package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// getProgrammeHomes lists the homes of a programme.
func (s *Server) getProgrammeHomes(w http.ResponseWriter, r *http.Request) error {
	var p pages.ProgrammeHomes
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "homes"); err != nil {
		return err
	}
	path, state := p.Programme.Path+"/homes", r.URL.Query().Get("state")
	var states []instance.ListingState
	if slices.Contains(pages.HomeStates(), state) {
		states = append(states, instance.ListingState(state))
	} else {
		state = ""
	}
	before := idIn(r, "before")
	homes, err := s.Housing.Listings(r.Context(), *me(r), id, before, perPage, states...)
	if err != nil {
		return err
	}
	if p.Homes, err = s.homeLines(r.Context(), homes); err != nil {
		return err
	}
	with := "?"
	p.States = append(p.States, view.Option{Value: "any", Label: path, Selected: state == ""})
	for _, x := range pages.HomeStates() {
		p.States = append(p.States, view.Option{Value: x, Label: path + "?state=" + x, Selected: state == x})
	}
	if state != "" {
		path += "?state=" + state
		with = "&"
	}
	if before != 0 {
		p.Pager.Newer = path
	}
	if len(homes) == perPage {
		p.Pager.Older = path + with + "before=" + homes[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// homeLines are homes of ours as lines of a list. Where they are is looked up
// once for all.
func (s *Server) homeLines(ctx context.Context, homes []instance.Listing) ([]view.HomeLine, error) {
	codes := make([]string, len(homes))
	for i, h := range homes {
		codes[i] = h.Commune
	}
	communes, err := s.Addresses.Communes(ctx, codes...)
	if err != nil {
		return nil, err
	}
	var lines []view.HomeLine
	for _, h := range homes {
		lines = append(lines, view.HomeLine{
			HomeFacts: s.homeFacts(h.ListingFacts, areaName(communes, h.Commune)), ID: h.ID.String(), State: string(h.State), Since: s.local(h.UpdatedAt),
			Path: programmePath(h.Programme) + "/homes/" + h.ID.String(),
		})
	}
	return lines, nil
}

func (s *Server) homeFacts(f instance.ListingFacts, area string) view.HomeFacts {
	shown := view.HomeFacts{
		Area: area, From: s.dayOf(f.Stay.From), Until: s.dayOf(f.Stay.Until), Category: string(f.Category), Bedrooms: f.Bedrooms, Places: f.Places,
		Adults: f.Adults, Children: f.Children, Pets: f.Pets, Smoking: string(f.Smoking), Languages: view.TonguesOf(f.Languages), Company: string(f.Company),
	}
	for _, x := range f.Features {
		shown.Features = append(shown.Features, string(x))
	}
	return shown
}

// dayOf is the date of a night, as a time of that day here.
func (s *Server) dayOf(n ledger.Night) time.Time {
	y, m, d := n.Date().Date()
	return time.Date(y, m, d, 12, 0, 0, 0, s.Zone)
}

// lent is the home in the path, which has to be one of the programme in it.
func (s *Server) lent(r *http.Request, programme instance.ActorID) (instance.Listing, error) {
	id, err := instance.ParseID(chi.URLParam(r, "home"))
	if err != nil {
		return instance.Listing{}, err
	}
	l, err := s.Housing.Listing(r.Context(), *me(r), id)
	if err == nil && l.Programme != programme {
		err = instance.ErrNotFound
	}
	return l, err
}

// getHomeListing shows a home of a programme to its team.
func (s *Server) getHomeListing(w http.ResponseWriter, r *http.Request) error {
	return s.showHomeListing(w, r, http.StatusOK, nil)
}

func (s *Server) showHomeListing(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	p := pages.HomeListing{Problems: all}
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "homes"); err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	lines, err := s.homeLines(r.Context(), []instance.Listing{l})
	if err != nil {
		return err
	}
	p.Home, p.Reason = lines[0], l.Reason
	if !l.MovedAt.IsZero() {
		p.Reason, p.Moved = "", "lived"
		if l.State == instance.ListingClosed {
			p.Moved = "closed"
		}
	}
	if err := s.addHands(r, l, &p); err != nil {
		return err
	}
	if err := s.addHolds(r, l, &p); err != nil {
		return err
	}
	photographs, err := s.Housing.Photographs(r.Context(), *me(r), l.ID)
	if err != nil {
		return err
	}
	for _, x := range photographs {
		p.Photographs = append(p.Photographs, p.Home.Path+"/photographs/"+x.String())
	}
	if p.Twins, err = s.twins(r, l); err != nil {
		return err
	}
	if p.Programme.Keeps {
		if err := s.addHost(r, l, &p); err != nil {
			return err
		}
		p.Deeds = deedsOf(l.State, p.Own)
	}
	if p.Programme.Keeps && l.State.Shown() && !p.Programme.Stopped {
		if p.Cases, err = s.readyCases(r, id); err != nil {
			return err
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// addHost says whose a home is, and whose it can be as long as nobody vetted it.
func (s *Server) addHost(r *http.Request, l instance.Listing, p *pages.HomeListing) error {
	host, err := s.Housing.HostOf(r.Context(), *me(r), l.ID)
	if err != nil {
		return err
	}
	if host != 0 {
		p.Host = p.Programme.Path + "/hosts/" + host.String()
	}
	if l.State != instance.ListingDraft && l.State != instance.ListingSubmitted {
		return nil
	}
	list, err := s.Hosts.List(r.Context(), *me(r), l.Programme, 0, hostsToChoose)
	for _, h := range list {
		p.Hosts = append(p.Hosts, view.Option{Value: h.ID.String(), Label: h.Name, Selected: h.ID == host})
	}
	return err
}

// hostsToChoose is among how many hosts one is chosen for a home; the page of a host
// takes a home of an older one.
const hostsToChoose = 100

// assignHost says whose a home is.
func (s *Server) assignHost(w http.ResponseWriter, r *http.Request, l instance.Listing, path string) error {
	host, err := instance.ParseID(r.PostFormValue("host"))
	if err == nil {
		err = s.Housing.Assign(r.Context(), *me(r), l.ID, host)
	}
	switch {
	case errors.Is(err, instance.ErrConflict):
		return s.showHomeListing(w, r, http.StatusUnprocessableEntity, []view.Problem{{Field: "host", Code: "not-now"}})
	case errors.Is(err, instance.ErrNotFound):
		return s.showHomeListing(w, r, http.StatusUnprocessableEntity, []view.Problem{{Field: "host", Code: "unknown"}})
	case err != nil:
		return err
	}
	return s.done(w, r, "case.saved", path)
}

// twins are who seems to offer the same home.
func (s *Server) twins(r *http.Request, l instance.Listing) ([]view.Twin, error) {
	found, err := s.Housing.TwinsOf(r.Context(), *me(r), l.ID)
	list := make([]view.Twin, len(found))
	for i, t := range found {
		list[i] = view.Twin{ID: t.Partner.ID.String(), Name: t.Partner.Shown(), Ours: t.Partner.ID == l.Programme}
	}
	return list, err
}

// settleTwin notes that a home is not that of another association.
func (s *Server) settleTwin(w http.ResponseWriter, r *http.Request, l instance.Listing, path string) error {
	of, err := instance.ParseID(r.PostFormValue("of"))
	if err != nil {
		return err
	}
	if err := s.Housing.NoTwin(r.Context(), *me(r), l.ID, instance.ActorID(of)); err != nil {
		return err
	}
	return s.done(w, r, "programme.home.another", path)
}

// addHands fills in who wrote a home down and who vetted it.
func (s *Server) addHands(r *http.Request, l instance.Listing, p *pages.HomeListing) error {
	hands, err := s.Housing.HandsOf(r.Context(), *me(r), l.ID)
	if err != nil {
		return err
	}
	p.Own = hands.Drafted == me(r).ID || hands.Changed == me(r).ID
	team, err := s.Housing.Team(r.Context(), *me(r), l.Programme)
	if err != nil {
		return err
	}
	for _, m := range team {
		who := personView(s.Site, m.Actor)
		if hands.Drafted == m.ID {
			p.Drafted = who
		}
		if hands.Changed == m.ID {
			p.Changed = who
		}
		if hands.Vetted == m.ID {
			p.Vetted = who
		}
	}
	return nil
}

// deedsOf are the steps that may be taken from a state: not the second look by
// who wrote it down.
func deedsOf(state instance.ListingState, own bool) []view.HomeDeed {
	var list []view.HomeDeed
	for _, step := range instance.ListingSteps {
		if !slices.Contains(step.From(), state) || own && step.Name() == instance.VetListing.Name() {
			continue
		}
		list = append(list, view.HomeDeed{Name: step.Name(), Reason: step.Reasoned()})
	}
	return list
}

// stepHome takes a home one step on.
func (s *Server) stepHome(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	if !h.Programme.Keeps {
		return instance.ErrForbidden
	}
	if r.PostFormValue("deed") == "assign" {
		return s.assignHost(w, r, l, h.Programme.Path+"/homes/"+l.ID.String())
	}
	if r.PostFormValue("deed") == "another" {
		return s.settleTwin(w, r, l, h.Programme.Path+"/homes/"+l.ID.String())
	}
	step, ok := instance.StepNamed(r.PostFormValue("deed"))
	if !ok {
		return unknownDeed("deed")
	}
	path := h.Programme.Path + "/homes/" + l.ID.String()
	err = s.Housing.Step(r.Context(), *me(r), l.ID, step, r.PostFormValue("reason"))
	if all, ok := problems(err); ok {
		if all[0].Field == "reason" {
			all[0].Field = "reason-" + step.Name()
		}
		return s.showHomeListing(w, r, http.StatusUnprocessableEntity, all)
	}
	if errors.Is(err, instance.ErrForbidden) { // the team may: what may not is to look a second time oneself
		word := "stopped"
		if step.Name() == instance.VetListing.Name() {
			word = "own"
		}
		SeeOther(w, r, path+"?said="+word)
		return nil
	}
	if err != nil && said(w, r, path, err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.home."+step.Name(), path)
}

// getNewHome begins to write a home down.
func (s *Server) getNewHome(w http.ResponseWriter, r *http.Request) error {
	return s.showHomeForm(w, r, http.StatusOK, pages.HomeForm{Step: "where", Form: pages.HomeWriting{Bedrooms: "1", Places: "1", Adults: "1", Children: "0"}})
}

// getEditHome begins to write the facts of a draft anew.
func (s *Server) getEditHome(w http.ResponseWriter, r *http.Request) error {
	_, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	if l.State != instance.ListingDraft {
		SeeOther(w, r, programmePath(id)+"/homes/"+l.ID.String()+"?said=overtaken")
		return nil
	}
	f := l.ListingFacts
	form := pages.HomeWriting{
		Commune: f.Commune, From: f.Stay.From.String(), Until: f.Stay.Until.String(), Category: string(f.Category), Bedrooms: strconv.Itoa(f.Bedrooms),
		Places: strconv.Itoa(f.Places), Adults: strconv.Itoa(f.Adults), Children: strconv.Itoa(f.Children), Pets: "no", Smoking: string(f.Smoking), Languages: f.Languages, Company: string(f.Company),
	}
	if f.Pets {
		form.Pets = "yes"
	}
	for _, x := range f.Features {
		form.Features = append(form.Features, string(x))
	}
	lines, err := s.homeLines(r.Context(), []instance.Listing{l})
	if err != nil {
		return err
	}
	return s.showHomeForm(w, r, http.StatusOK, pages.HomeForm{Step: "where", Form: form, Facts: lines[0].HomeFacts})
}

func (s *Server) showHomeForm(w http.ResponseWriter, r *http.Request, status int, p pages.HomeForm) error {
	var err error
	if p.ProgrammeHead, _, err = s.programme(r, "homes"); err != nil {
		return err
	}
	if !p.Programme.Keeps {
		return instance.ErrForbidden
	}
	p.Action = r.URL.Path
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// homeFields are the fields of each question, for problems to lead back to it.
var homeFields = map[string][]string{
	"where": {"commune", "from", "until", "stay"}, "what": {"category", "bedrooms", "places", "adults", "children", "facts"},
	"rules": {"pets", "smoking", "company", "languages"}, "has": {"features"},
}

// writeHome takes the answer to one question and asks the next, or keeps the
// draft.
func (s *Server) writeHome(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	if !h.Programme.Keeps {
		return instance.ErrForbidden
	}
	var old instance.Listing
	if chi.URLParam(r, "home") != "" {
		if old, err = s.lent(r, id); err != nil {
			return err
		}
	}
	p := pages.HomeForm{Step: r.PostFormValue("step"), Form: readHome(r)}
	at := slices.Index(pages.HomeSteps, p.Step)
	if at < 0 {
		return instance.ErrInvalid
	}
	if r.PostFormValue("to") == "back" {
		p.Step = pages.HomeSteps[max(at-1, 0)]
		return s.showHomeForm(w, r, http.StatusOK, p)
	}
	facts, all, err := s.readFacts(r.Context(), &p)
	if err != nil {
		return err
	}
	for i, step := range pages.HomeSteps[:min(at+1, len(pages.HomeSteps)-1)] {
		if here := inStep(all, step); len(here) > 0 {
			p.Step, p.Problems = pages.HomeSteps[i], here
			return s.showHomeForm(w, r, http.StatusUnprocessableEntity, p)
		}
	}
	if p.Step != "check" {
		p.Step = pages.HomeSteps[at+1]
		return s.showHomeForm(w, r, http.StatusOK, p)
	}
	if old.ID == 0 {
		old, err = s.Housing.Draft(r.Context(), *me(r), id, facts)
	} else {
		err = s.Housing.Change(r.Context(), *me(r), old.ID, facts)
	}
	if all, ok := problems(err); ok {
		p.Step, p.Problems = "where", all
		for _, step := range pages.HomeSteps {
			if len(inStep(all, step)) > 0 {
				p.Step = step
			}
		}
		return s.showHomeForm(w, r, http.StatusUnprocessableEntity, p)
	}
	path := h.Programme.Path + "/homes/" + old.ID.String()
	if err != nil && said(w, r, path, err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.home.draft", path)
}

func inStep(all []view.Problem, step string) []view.Problem {
	var here []view.Problem
	for _, p := range all {
		if slices.Contains(homeFields[step], p.Field) {
			here = append(here, p)
		}
	}
	return here
}

// readHome reads what was filled in until now.
func readHome(r *http.Request) pages.HomeWriting {
	f := r.PostForm
	form := pages.HomeWriting{
		Commune: strings.TrimSpace(f.Get("commune")), From: f.Get("from"), Until: f.Get("until"), Category: f.Get("category"), Bedrooms: f.Get("bedrooms"),
		Places: f.Get("places"), Adults: f.Get("adults"), Children: f.Get("children"), Pets: f.Get("pets"), Smoking: f.Get("smoking"), Company: f.Get("company"),
	}
	if chosen := f.Get("commune-code"); chosen != "" {
		form.Commune = chosen
	}
	for _, x := range view.Tongues {
		if slices.Contains(f["languages"], x) {
			form.Languages = append(form.Languages, x)
		}
	}
	for _, x := range vocab.HomeFeatures {
		if slices.Contains(f["features"], string(x)) {
			form.Features = append(form.Features, string(x))
		}
	}
	return form
}

// readFacts reads what is known of a home until now, and what is wrong with it.
func (s *Server) readFacts(ctx context.Context, p *pages.HomeForm) (instance.ListingFacts, []view.Problem, error) {
	f := instance.ListingFacts{Category: vocab.HomeCategory(p.Form.Category), Pets: p.Form.Pets == "yes", Smoking: vocab.Smoking(p.Form.Smoking), Languages: p.Form.Languages}
	var all []view.Problem
	note := func(field, code string) { all = append(all, view.Problem{Field: field, Code: code}) }
	area, err := s.readCommune(ctx, p, &f, note)
	if err != nil {
		return f, nil, err
	}
	s.readNights(p, &f, note)
	if !slices.Contains(p.Categories(), p.Form.Category) {
		note("category", "no-home")
	}
	for _, n := range []struct {
		field, typed string
		least, most  int
		to           *int
	}{
		{"bedrooms", p.Form.Bedrooms, 0, 20, &f.Bedrooms}, {"places", p.Form.Places, 1, ledger.MaxPlaces, &f.Places},
		{"adults", p.Form.Adults, 0, ledger.MaxPlaces, &f.Adults}, {"children", p.Form.Children, 0, ledger.MaxPlaces, &f.Children},
	} {
		v, err := strconv.Atoi(strings.TrimSpace(n.typed))
		if err != nil || v < n.least || v > n.most {
			all = append(all, view.Problem{Field: n.field, Code: "number", Limit: n.most})
			continue
		}
		*n.to = v
	}
	if f.Adults+f.Children < 1 && len(all) == 0 {
		note("adults", "nobody-fits")
	}
	if p.Form.Pets != "yes" && p.Form.Pets != "no" {
		note("pets", "missing")
	}
	if !slices.Contains(p.Smokings(), p.Form.Smoking) {
		note("smoking", "missing")
	}
	if p.Form.Company != "" && !slices.Contains(p.Companies(), p.Form.Company) {
		note("company", "unknown")
	} else if f.Category == vocab.PrivateRoom {
		f.Company = vocab.Company(p.Form.Company)
	}
	for _, x := range p.Form.Features {
		f.Features = append(f.Features, vocab.HomeFeature(x))
	}
	p.Facts = s.homeFacts(f, area)
	return f, all, nil
}

// readCommune finds the commune that is meant, and those that may be.
func (s *Server) readCommune(ctx context.Context, p *pages.HomeForm, f *instance.ListingFacts, note func(field, code string)) (string, error) {
	if p.Form.Commune == "" {
		note("commune", "missing")
		return "", nil
	}
	code, among, err := s.communeOf(ctx, p.Form.Commune)
	switch {
	case err != nil:
		return "", err
	case code != "":
		f.Commune, p.Form.Commune = code, code
		known, err := s.Addresses.Communes(ctx, code)
		return areaName(known, code), err
	case len(among) == 0:
		note("commune", "unknown")
	default:
		p.Found = among
		note("commune", "which")
	}
	return "", nil
}

func (s *Server) readNights(p *pages.HomeForm, f *instance.ListingFacts, note func(field, code string)) {
	from, ok := s.readNight(p.Form.From)
	if !ok {
		note("from", "day")
	}
	until, more := s.readNight(p.Form.Until)
	switch {
	case !more:
		note("until", "day")
	case ok && until <= from:
		note("until", "before-start")
	case ok && from < ledger.NightOf(s.Now().In(s.Zone)):
		note("from", "past")
	case ok && int(until-from) > ledger.MaxOpen:
		note("until", "too-far")
	}
	f.Stay = ledger.Stay{From: from, Until: until}
}

// readNight is the night that begins on a day that was typed.
func (s *Server) readNight(text string) (ledger.Night, bool) {
	day, ok := s.readDay(text, 0)
	if !ok || day.IsZero() {
		return 0, false
	}
	return ledger.NightOf(day.In(s.Zone)), true
}
