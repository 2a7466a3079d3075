package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// searchHomes looks for homes. What is looked for comes in the form and never in
// the address.
func (s *Server) searchHomes(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	var p pages.ProgrammeSearch
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "search"); err != nil {
		return err
	}
	wish, before := s.readWish(r, &p)
	p.Asked = r.Method == http.MethodPost
	status := http.StatusUnprocessableEntity
	if len(p.Problems) == 0 {
		status = http.StatusOK
		found, err := s.Housing.Search(r.Context(), *me(r), id, wish, before, perPage)
		if err != nil {
			return err
		}
		if p.Homes, err = s.foundHomes(r, id, found); err != nil {
			return err
		}
		if len(found) == perPage {
			p.More = found[perPage-1].ID.String()
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// readWish reads what is looked for.
func (s *Server) readWish(r *http.Request, p *pages.ProgrammeSearch) (housing.Wish, instance.ID) {
	f := r.PostForm
	p.Form = pages.SearchForm{
		Area: strings.ToUpper(strings.TrimSpace(f.Get("area"))), From: f.Get("from"), Until: f.Get("until"), Places: f.Get("places"), Adults: f.Get("adults"), Children: f.Get("children"),
		Category: f.Get("category"), Smoke: f.Get("smoke"), Whose: f.Get("whose"), Company: f.Get("company"), Pets: f.Get("pets") != "",
	}
	wish := housing.Wish{
		Area: p.Form.Area, Category: vocab.HomeCategory(p.Form.Category), Pets: p.Form.Pets, Smokers: p.Form.Smoke == "smokers", SmokeFree: p.Form.Smoke == "smoke-free",
		OnlyOurs: p.Form.Whose == "ours", OnlyTheirs: p.Form.Whose == "theirs",
	}
	note := func(field, code string) {
		p.Problems = append(p.Problems, view.Problem{Field: field, Code: code, Limit: ledger.MaxPlaces})
	}
	for _, n := range []struct {
		field, typed string
		to           *int
	}{{"places", p.Form.Places, &wish.Places}, {"adults", p.Form.Adults, &wish.Adults}, {"children", p.Form.Children, &wish.Children}} {
		if strings.TrimSpace(n.typed) == "" {
			continue
		}
		v, err := strconv.Atoi(strings.TrimSpace(n.typed))
		if err != nil || v < 0 || v > ledger.MaxPlaces {
			note(n.field, "number")
			continue
		}
		*n.to = v
	}
	if slices.Contains(housing.Companies, housing.Company(p.Form.Company)) {
		wish.Company = housing.Company(p.Form.Company)
	}
	for _, x := range view.Tongues {
		if slices.Contains(f["languages"], x) {
			p.Form.Languages = append(p.Form.Languages, x)
		}
	}
	wish.Languages = p.Form.Languages
	for _, x := range vocab.HomeFeatures {
		if slices.Contains(f["features"], string(x)) {
			p.Form.Features, wish.Features = append(p.Form.Features, string(x)), append(wish.Features, x)
		}
	}
	if p.Form.From != "" || p.Form.Until != "" {
		from, ok := s.readNight(p.Form.From)
		until, more := s.readNight(p.Form.Until)
		switch {
		case !ok:
			note("from", "day")
		case !more:
			note("until", "day")
		case until <= from:
			note("until", "before-start")
		}
		wish.Stay = ledger.Stay{From: from, Until: until}
	}
	before, err := instance.ParseID(f.Get("before"))
	if err != nil {
		before = 0
	}
	return wish, before
}

// foundHomes are homes as one looks for them. Their associations and communes are
// looked up once for all.
func (s *Server) foundHomes(r *http.Request, programme instance.ActorID, found []housing.Found) ([]view.FoundHome, error) {
	var codes []string
	for _, f := range found {
		codes = append(codes, f.Commune)
	}
	communes, err := s.Addresses.Communes(r.Context(), codes...)
	if err != nil {
		return nil, err
	}
	partners, err := s.Housing.Partners(r.Context(), *me(r), programme)
	if err != nil {
		return nil, err
	}
	named := map[instance.ActorID]view.Person{}
	for _, x := range partners {
		named[x.Group.ID] = personView(s.Site, x.Group)
	}
	var list []view.FoundHome
	for _, f := range found {
		area, at := f.Place, "/found/"
		if f.Ours {
			area, at = areaName(communes, f.Commune), "/homes/"
		}
		list = append(list, view.FoundHome{
			HomeFacts: s.homeFacts(f.ListingFacts, area), Path: programmePath(programme) + at + f.ID.String(), Ours: f.Ours, Partner: named[f.Partner], State: string(f.State),
			Free: f.Free, Heard: s.local(f.HeardAt), Stale: !f.Ours && s.Now().Sub(f.HeardAt) > long,
		})
	}
	return list, nil
}

// getHomeFound shows a home of a partner.
func (s *Server) getHomeFound(w http.ResponseWriter, r *http.Request) error {
	var p pages.HomeFound
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "search"); err != nil {
		return err
	}
	f, err := s.found(r, id)
	if err != nil {
		return err
	}
	shown, err := s.foundHomes(r, id, []housing.Found{f})
	if err != nil {
		return err
	}
	p.Home = shown[0]
	if p.Abroad, err = s.abroad(r, f.Area); err != nil {
		return err
	}
	if p.Programme.Keeps && !p.Programme.Stopped {
		if p.Cases, err = s.readyCases(r, id); err != nil {
			return err
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) found(r *http.Request, programme instance.ActorID) (housing.Found, error) {
	home, err := instance.ParseID(chi.URLParam(r, "home"))
	if err != nil {
		return housing.Found{}, err
	}
	return s.Housing.Seen(r.Context(), *me(r), programme, home)
}

// readyCases are the cases for which beds may be asked, by words that say nothing
// of the people.
func (s *Server) readyCases(r *http.Request, programme instance.ActorID) ([]view.Option, error) {
	var list []view.Option
	for _, stage := range []instance.CaseStage{instance.CaseProposal, instance.CaseMeeting} {
		lines, err := s.Households.Board(r.Context(), *me(r), programme, stage, false, households.Line{}, 100)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if l.Ready() {
				list = append(list, view.Option{Value: l.ID.String(), Label: households.Label(l.ID)})
			}
		}
	}
	return list, nil
}

// holdFound asks for beds at a home of a partner, for a case.
func (s *Server) holdFound(w http.ResponseWriter, r *http.Request) error {
	_, id, err := s.programme(r, "search")
	if err != nil {
		return err
	}
	f, err := s.found(r, id)
	if err != nil {
		return err
	}
	return s.holdFor(w, r, id, f.URI, programmePath(id)+"/found/"+f.ID.String())
}

// holdOurs asks for beds at a home of ours, for a case.
func (s *Server) holdOurs(w http.ResponseWriter, r *http.Request) error {
	_, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	return s.holdFor(w, r, id, l.URI, programmePath(id)+"/homes/"+l.ID.String())
}

// holdFor asks for beds for a case to which a home was shown and whose household
// said yes: the rules are held against it once more.
func (s *Server) holdFor(w http.ResponseWriter, r *http.Request, programme instance.ActorID, home, back string) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(r.PostFormValue("case"))
	if err != nil {
		SeeOther(w, r, back+"?said=case")
		return nil //nolint:nilerr // the page they are led to says so
	}
	h, err := s.Households.Hold(r.Context(), *me(r), id, home)
	if errors.Is(err, instance.ErrForbidden) || errors.Is(err, instance.ErrNotFound) {
		SeeOther(w, r, back+"?said=unready")
		return nil
	}
	if err != nil && said(w, r, back, err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.hold", programmePath(programme)+"/holds/"+h.ID.String())
}
