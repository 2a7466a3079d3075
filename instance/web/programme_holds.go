package web

import (
	"context"
	"errors"
	"io"
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

// holdRoutes are the pages of holds, from looking for a home to the end of a stay.
func (s *Server) holdRoutes(r chi.Router) {
	r.Get("/programmes/{id:[0-9]+}/search", s.signedIn(s.searchHomes))
	r.Post("/programmes/{id:[0-9]+}/search", s.signedIn(s.searchHomes))
	r.Get("/programmes/{id:[0-9]+}/found/{home:[0-9]+}", s.signedIn(s.getHomeFound))
	r.Post("/programmes/{id:[0-9]+}/found/{home:[0-9]+}", s.signedIn(s.holdFound))
	r.Post("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}/hold", s.signedIn(s.holdOurs))
	r.Post("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}/holds/{hold:[0-9]+}", s.signedIn(s.settleAtHome))
	r.Get("/programmes/{id:[0-9]+}/holds", s.signedIn(s.getHolds))
	r.Get("/programmes/{id:[0-9]+}/holds/{hold:[0-9]+}", s.signedIn(s.getHold))
	r.Post("/programmes/{id:[0-9]+}/holds/{hold:[0-9]+}", s.signedIn(s.settleHold))
	for _, at := range []string{"/programmes/{id:[0-9]+}/holds/{hold:[0-9]+}/file", "/programmes/{id:[0-9]+}/homes/{home:[0-9]+}/holds/{hold:[0-9]+}/file"} {
		r.Get(at, s.signedIn(s.getHomeFile))
		r.Post(at, s.signedIn(s.sendHomeFile))
		r.Post(at+"/read", s.signedIn(s.readHomeFile))
	}
	r.Get("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}/ledger", s.signedIn(s.getHomeLedger))
	r.Post("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}/ledger", s.signedIn(s.downloadLedger))
	r.Post("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}/photographs", s.signedIn(s.addPhotograph))
	r.Get("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}/photographs/{photograph:[0-9]+}", s.signedIn(s.getPhotograph))
	r.Post("/programmes/{id:[0-9]+}/homes/{home:[0-9]+}/photographs/{photograph:[0-9]+}", s.signedIn(s.dropPhotograph))
	r.Get("/programmes/{id:[0-9]+}/switches", s.signedIn(s.getCuts))
	r.Post("/programmes/{id:[0-9]+}/switches", s.signedIn(s.switchFunctions))
	r.Get("/admin/switches", s.admins(s.getAllCuts))
	r.Post("/admin/switches", s.admins(s.switchFunctions))
}

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
		Category: f.Get("category"), Smoke: f.Get("smoke"), Whose: f.Get("whose"), Pets: f.Get("pets") != "",
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
			area, at = areaName(communes[f.Commune]), "/homes/"
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
		return nil
	}
	h, err := s.Households.Hold(r.Context(), *me(r), instance.CaseID(id), home)
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

// getHolds lists what a programme asked for.
func (s *Server) getHolds(w http.ResponseWriter, r *http.Request) error {
	var p pages.ProgrammeHolds
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "holds"); err != nil {
		return err
	}
	path, state, with := p.Programme.Path+"/holds", r.URL.Query().Get("state"), "?"
	var states []instance.HoldState
	if slices.Contains(pages.HoldStates(), state) {
		states = append(states, instance.HoldState(state))
	} else {
		state = ""
	}
	before := idIn(r, "before")
	held, err := s.Housing.Holds(r.Context(), *me(r), id, before, perPage, states...)
	if err != nil {
		return err
	}
	if p.Holds, err = s.holdViews(r.Context(), held); err != nil {
		return err
	}
	p.States = append(p.States, view.Option{Value: "any", Label: path, Selected: state == ""})
	for _, x := range pages.HoldStates() {
		p.States = append(p.States, view.Option{Value: x, Label: path + "?state=" + x, Selected: state == x})
	}
	if state != "" {
		path, with = path+"?state="+state, "&"
	}
	if before != 0 {
		p.Pager.Newer = path
	}
	if len(held) == perPage {
		p.Pager.Older = path + with + "before=" + held[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) holdViews(ctx context.Context, held []housing.Held) ([]view.Hold, error) {
	var codes []string
	for _, h := range held {
		codes = append(codes, h.Commune)
	}
	communes, err := s.Addresses.Communes(ctx, codes...)
	if err != nil {
		return nil, err
	}
	var list []view.Hold
	for _, h := range held {
		at := programmePath(h.Programme)
		v := view.Hold{
			ID: h.ID.String(), Path: at + "/holds/" + h.ID.String(), Area: h.Place, From: s.dayOf(h.Stay.From), Until: s.dayOf(h.Stay.Until), Places: h.Places,
			State: string(h.State), Beds: h.Beds, Ahead: h.Ahead, Lease: s.local(h.Lease), Why: string(h.Why), Free: s.local(h.Free), Asked: s.local(h.AskedAt),
			Arrived: s.local(h.ArrivedAt),
		}
		switch {
		case h.Listing != 0:
			v.Area, v.Ours, v.Home = areaName(communes[h.Commune]), true, at+"/homes/"+h.Listing.String()
		case h.Seen != 0:
			v.Home = at + "/found/" + h.Seen.String()
		}
		if !slices.Contains(pages.Refusals(), v.Why) {
			v.Why = ""
		}
		list = append(list, v)
	}
	return list, nil
}

// held is the hold in the path.
func (s *Server) held(r *http.Request, programme instance.ActorID) (housing.Held, error) {
	id, err := instance.ParseID(chi.URLParam(r, "hold"))
	if err != nil {
		return housing.Held{}, err
	}
	return s.Housing.Held(r.Context(), *me(r), programme, id)
}

// getHold shows one hold, and what comes next.
func (s *Server) getHold(w http.ResponseWriter, r *http.Request) error {
	return s.showHold(w, r, http.StatusOK, pages.ProgrammeHold{})
}

func (s *Server) showHold(w http.ResponseWriter, r *http.Request, status int, p pages.ProgrammeHold) error {
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "holds"); err != nil {
		return err
	}
	h, err := s.held(r, id)
	if err != nil {
		return err
	}
	shown, err := s.holdViews(r.Context(), []housing.Held{h})
	if err != nil {
		return err
	}
	p.Hold = shown[0]
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// settleHold signs a hold, gives it up, notes an arrival or a departure.
func (s *Server) settleHold(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	head, id, err := s.programme(r, "holds")
	if err != nil {
		return err
	}
	h, err := s.held(r, id)
	if err != nil {
		return err
	}
	if !head.Programme.Keeps {
		return instance.ErrForbidden
	}
	ctx, path, deed := r.Context(), programmePath(id)+"/holds/"+h.ID.String(), r.PostFormValue("deed")
	form := pages.ProgrammeHold{Leaving: r.PostFormValue("leaving"), Why: r.PostFormValue("why")}
	switch deed {
	case "sign":
		var both bool
		if both, err = s.Households.Sign(ctx, *me(r), h.ID); err == nil && both {
			deed = "agreed"
		}
	case "withdraw":
		_, err = s.Housing.Withdraw(ctx, *me(r), h.ID)
	case "arrived":
		err = s.Housing.Arrived(ctx, *me(r), id, h.ID)
	case "leave":
		var leaving ledger.Night
		if leaving, err = s.leaving(form.Leaving, form.Why, h.Stay); err == nil {
			_, err = s.Housing.Leave(ctx, *me(r), h.ID, leaving, ledger.Reason(form.Why))
		}
	default:
		err = unknownDeed("deed")
	}
	if all, ok := problems(err); ok && all[0].Field != "deed" {
		form.Problems = all
		return s.showHold(w, r, http.StatusUnprocessableEntity, form)
	}
	if errors.Is(err, instance.ErrForbidden) {
		SeeOther(w, r, path+"?said=second")
		return nil
	}
	if err != nil && said(w, r, path, err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.hold."+deed, path)
}

// leaving reads from which night on beds are free, and why.
func (s *Server) leaving(day, why string, stay ledger.Stay) (ledger.Night, error) {
	night, ok := s.readNight(day)
	switch {
	case !ok || night < stay.From || night > stay.Until:
		return 0, &instance.Invalid{Field: "leaving", Code: "day"}
	case !slices.Contains(ledger.Reasons, ledger.Reason(why)):
		return 0, &instance.Invalid{Field: "why", Code: "missing"}
	}
	return night, nil
}

// settleAtHome places who agreed at a home of ours, takes a hold back, or notes
// that a stay ends.
func (s *Server) settleAtHome(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	head, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	if !head.Programme.Keeps {
		return instance.ErrForbidden
	}
	h, err := s.holdAt(r, l.ID)
	if err != nil {
		return err
	}
	ctx, path, deed := r.Context(), programmePath(id)+"/homes/"+l.ID.String(), r.PostFormValue("deed")
	switch deed {
	case "place":
		err = s.Housing.Place(ctx, *me(r), l.ID, h.Number)
	case "drop":
		err = s.Housing.Drop(ctx, *me(r), l.ID, h.Number)
	case "end":
		var leaving ledger.Night
		if leaving, err = s.leaving(r.PostFormValue("leaving"), r.PostFormValue("why"), h.Stay); err == nil {
			err = s.Housing.End(ctx, *me(r), l.ID, h.Number, leaving, ledger.Reason(r.PostFormValue("why")))
		}
	default:
		err = unknownDeed("deed")
	}
	if all, ok := problems(err); ok && all[0].Field != "deed" {
		return s.showHomeListing(w, r, http.StatusUnprocessableEntity, all)
	}
	if errors.Is(err, instance.ErrForbidden) {
		SeeOther(w, r, path+"?said=stopped")
		return nil
	}
	if err != nil && said(w, r, path, err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.at."+deed, path)
}

// holdAt is the hold of the number in the path at a home of ours.
func (s *Server) holdAt(r *http.Request, home instance.ListingID) (housing.AtHome, error) {
	n, err := strconv.Atoi(chi.URLParam(r, "hold"))
	if err != nil {
		return housing.AtHome{}, instance.ErrNotFound
	}
	list, err := s.Housing.AtHome(r.Context(), *me(r), home)
	if err != nil {
		return housing.AtHome{}, err
	}
	i := slices.IndexFunc(list, func(h housing.AtHome) bool { return h.Number == n })
	if i < 0 {
		return housing.AtHome{}, instance.ErrNotFound
	}
	return list[i], nil
}

// addHolds fills in who has what at a home of ours.
func (s *Server) addHolds(r *http.Request, l instance.Listing, p *pages.HomeListing) error {
	if !l.State.Shown() && l.State != instance.ListingClosed {
		return nil
	}
	list, err := s.Housing.AtHome(r.Context(), *me(r), l.ID)
	if err != nil {
		return err
	}
	for _, h := range list {
		stay := h.Stay
		if stay.Nights() < 1 {
			stay = h.Ask.Stay
		}
		v := view.HoldAtHome{
			Number: h.Number, Ours: h.Ours, From: s.dayOf(stay.From), Until: s.dayOf(stay.Until), Beds: h.Beds, Places: h.Ask.Places, State: string(h.Standing), Lease: s.local(h.Lease),
		}
		if h.Who.ID != 0 {
			v.Who = personView(s.Site, h.Who)
		}
		p.Holds = append(p.Holds, v)
	}
	return nil
}

// subject is what a file is about: a hold of ours at another's home, or another's
// at a home of ours.
type subject struct {
	home   string
	number int
	live   bool
	back   string
	area   string
}

func (s *Server) subject(r *http.Request, programme instance.ActorID) (subject, error) {
	if chi.URLParam(r, "home") == "" {
		h, err := s.held(r, programme)
		if err == nil && h.Number == 0 {
			err = instance.ErrNotFound
		}
		return subject{h.Home, h.Number, h.State == instance.HoldHeld || h.State == instance.HoldAgreed || h.State == instance.HoldPlaced, programmePath(programme) + "/holds/" + h.ID.String(), h.Place}, err
	}
	l, err := s.lent(r, programme)
	if err != nil {
		return subject{}, err
	}
	h, err := s.holdAt(r, l.ID)
	if err != nil {
		return subject{}, err
	}
	lines, err := s.homeLines(r.Context(), []instance.Listing{l})
	if err != nil {
		return subject{}, err
	}
	return subject{l.URI, h.Number, h.Standing.Takes(), lines[0].Path, lines[0].Area}, nil
}

// getHomeFile shows what was told and received about a placement, unopened.
func (s *Server) getHomeFile(w http.ResponseWriter, r *http.Request) error {
	return s.showHomeFile(w, r, http.StatusOK, pages.HomeFile{})
}

func (s *Server) showHomeFile(w http.ResponseWriter, r *http.Request, status int, p pages.HomeFile) error {
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "holds"); err != nil {
		return err
	}
	if !p.Programme.Keeps {
		return instance.ErrForbidden
	}
	about, err := s.subject(r, id)
	if err != nil {
		return err
	}
	p.Back, p.Area, p.May, p.Path = about.back, about.area, about.live, strings.TrimSuffix(r.URL.Path, "/read")
	received, err := s.Housing.Files(r.Context(), *me(r), id, about.home)
	if err != nil {
		return err
	}
	for _, f := range received {
		if f.Hold == about.number {
			p.Received = append(p.Received, view.HousingFile{ID: f.ID, At: s.local(f.At), Gone: !f.DeletedAt.IsZero()})
		}
	}
	sent, err := s.Housing.SentFiles(r.Context(), *me(r), id, about.home)
	if err != nil {
		return err
	}
	for _, f := range sent {
		if f.Hold == about.number {
			p.Sent = append(p.Sent, view.HousingFile{ID: f.ID, At: s.local(f.At)})
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, status, p)
}

// sendHomeFile tells the caseworker of the other association the minimum.
func (s *Server) sendHomeFile(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	_, id, err := s.programme(r, "holds")
	if err != nil {
		return err
	}
	about, err := s.subject(r, id)
	if err != nil {
		return err
	}
	f := r.PostForm
	form := view.Minimum{Contact: f.Get("contact"), Address: f.Get("home"), Household: f.Get("household"), Needs: f.Get("needs")}
	_, err = s.Housing.Send(r.Context(), *me(r), id, about.home, about.number, housing.Minimum{Contact: form.Contact, Address: form.Address, Household: form.Household, Needs: form.Needs})
	all, ok := problems(err)
	switch {
	case ok:
	case errors.Is(err, instance.ErrUnreachable), errors.Is(err, instance.ErrNotFound):
		all = []view.Problem{{Field: "contact", Code: "unreceived"}}
	case errors.Is(err, instance.ErrConflict):
		all = []view.Problem{{Field: "contact", Code: "not-held"}}
	case err != nil:
		return err
	}
	if len(all) > 0 {
		return s.showHomeFile(w, r, http.StatusUnprocessableEntity, pages.HomeFile{Form: form, Problems: all})
	}
	return s.done(w, r, "programme.sent", r.URL.Path)
}

// readHomeFile opens a file that was received; who reads it is noted.
func (s *Server) readHomeFile(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	_, id, err := s.programme(r, "holds")
	if err != nil {
		return err
	}
	if _, err := s.subject(r, id); err != nil {
		return err
	}
	m, err := s.Housing.Read(r.Context(), *me(r), id, r.PostFormValue("file"))
	if err != nil && said(w, r, strings.TrimSuffix(r.URL.Path, "/read"), err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.showHomeFile(w, r, http.StatusOK, pages.HomeFile{Opened: &view.Minimum{Contact: m.Contact, Address: m.Address, Household: m.Household, Needs: m.Needs}})
}

// shownEntries is how many entries of a ledger the page shows; the file has all.
const shownEntries = 100

// getHomeLedger shows the ledger of a home, of which every entry is checked.
func (s *Server) getHomeLedger(w http.ResponseWriter, r *http.Request) error {
	var p pages.HomeLedger
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
	p.Home = lines[0]
	entries, err := s.Housing.Entries(r.Context(), *me(r), l.ID)
	if err != nil {
		return err
	}
	_, err = ledger.Verify(entries, ledger.Evidence{Now: s.Now()})
	p.Holds = err == nil
	p.More = max(0, len(entries)-shownEntries)
	for _, e := range slices.Backward(entries[p.More:]) {
		p.Lines = append(p.Lines, s.ledgerLine(e))
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) ledgerLine(e ledger.Entry) view.LedgerLine {
	v := view.LedgerLine{Number: e.Number, At: s.local(e.At), Hash: e.Hash().String()}
	by := ""
	switch d := e.Deed.(type) {
	case ledger.Opened:
		v.Deed = "opened"
	case ledger.Asked:
		v.Deed, by, v.Hold = "asked", d.Statement.By, e.Number
	case ledger.Granted:
		v.Deed, v.Hold = "granted", d.Hold
	case ledger.Withdrawn:
		v.Deed, by = "withdrawn", d.Statement.By
		if said, ok := d.Statement.Saying.(ledger.Withdraw); ok {
			v.Hold = said.Hold
		}
	case ledger.Lapsed:
		v.Deed, v.Hold = "lapsed", d.Hold
	case ledger.Dropped:
		v.Deed, v.Hold = "dropped", d.Hold
	case ledger.Agreed:
		v.Deed, by = "agreed", d.Statement.By
		if said, ok := d.Statement.Saying.(ledger.Agree); ok {
			v.Hold = said.Hold
		}
	case ledger.Placed:
		v.Deed, v.Hold = "placed", d.Hold
	case ledger.Ended:
		v.Deed, v.Hold = "ended", d.Hold
	case ledger.Closed:
		v.Deed = "closed"
	}
	v.By = strings.TrimPrefix(strings.TrimPrefix(by, "https://"), "http://")
	return v
}

// downloadLedger answers with the whole ledger as it travels: what
// `palier housing verify` reads. That it was taken stands in the log.
func (s *Server) downloadLedger(w http.ResponseWriter, r *http.Request) error {
	_, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	body, err := s.Housing.Export(r.Context(), *me(r), l.ID)
	if err != nil {
		return err
	}
	h := w.Header()
	Secure(h)
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="home-`+l.ID.String()+`.ledger.json"`)
	h.Set("Cache-Control", "private, no-store")
	_, _ = w.Write(body) // who asked may have gone
	return nil
}

// addPhotograph keeps a photograph of a home.
func (s *Server) addPhotograph(w http.ResponseWriter, r *http.Request) error {
	done, err := s.readUpload(w, r)
	defer done()
	if err != nil {
		return err
	}
	head, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	if !head.Programme.Keeps {
		return instance.ErrForbidden
	}
	file, _, err := r.FormFile("photograph")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return s.showHomeListing(w, r, http.StatusUnprocessableEntity, []view.Problem{{Field: "photograph", Code: "missing"}})
	}
	if err != nil {
		return malformed(err)
	}
	err = errors.Join(s.Housing.AddPhotograph(r.Context(), *me(r), l.ID, file), file.Close())
	path := programmePath(id) + "/homes/" + l.ID.String()
	if all, ok := problems(err); ok {
		return s.showHomeListing(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil && said(w, r, path, err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.pictured", path)
}

func photograph(r *http.Request) (instance.ID, error) {
	return instance.ParseID(chi.URLParam(r, "photograph"))
}

// getPhotograph answers with a photograph of a home, to the team alone.
func (s *Server) getPhotograph(w http.ResponseWriter, r *http.Request) error {
	_, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	n, err := photograph(r)
	if err != nil {
		return err
	}
	content, kind, err := s.Housing.Photograph(r.Context(), *me(r), l.ID, n)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = io.Copy(w, content) // who asked may have gone
	return nil
}

// dropPhotograph takes a photograph off.
func (s *Server) dropPhotograph(w http.ResponseWriter, r *http.Request) error {
	head, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	if !head.Programme.Keeps {
		return instance.ErrForbidden
	}
	n, err := photograph(r)
	if err != nil {
		return err
	}
	if err := s.Housing.DropPhotograph(r.Context(), *me(r), l.ID, n); err != nil {
		return err
	}
	return s.done(w, r, "programme.unpictured", programmePath(id)+"/homes/"+l.ID.String())
}

// getCuts shows what is switched off in a programme.
func (s *Server) getCuts(w http.ResponseWriter, r *http.Request) error {
	return s.showCuts(w, r, http.StatusOK, pages.ProgrammeCuts{})
}

// getAllCuts shows an administrator what is switched off on the whole server.
func (s *Server) getAllCuts(w http.ResponseWriter, r *http.Request) error {
	return s.showCuts(w, r, http.StatusOK, pages.ProgrammeCuts{})
}

func (s *Server) showCuts(w http.ResponseWriter, r *http.Request, status int, p pages.ProgrammeCuts) error {
	var id instance.ActorID
	var err error
	section := ""
	if p.All = chi.URLParam(r, "id") == ""; p.All {
		section = "mandates"
	} else if p.ProgrammeHead, id, err = s.programme(r, "switches"); err != nil {
		return err
	}
	const shown = 50
	list, err := s.Housing.Cuts(r.Context(), *me(r), id, shown)
	if err != nil {
		return err
	}
	for _, c := range list {
		v := view.Cut{
			ID: c.ID.String(), Areas: strings.Join(c.Areas, ", "), Category: string(c.Category), Reason: c.Reason, Own: c.Programme == id, At: s.local(c.At), Ended: s.local(c.EndedAt),
		}
		for _, f := range c.Functions {
			v.Functions = append(v.Functions, string(f))
		}
		p.Cuts = append(p.Cuts, v)
	}
	p.Action = r.URL.Path
	if p.Frame, err = s.frame(w, r, section); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// switchFunctions switches functions off in one act, or ends such an act.
func (s *Server) switchFunctions(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	var id instance.ActorID
	if chi.URLParam(r, "id") != "" {
		var err error
		if _, id, err = s.programme(r, "switches"); err != nil {
			return err
		}
	}
	f := r.PostForm
	if f.Get("deed") == "on" {
		cut, err := instance.ParseID(f.Get("cut"))
		if err == nil {
			err = s.Housing.SwitchOn(r.Context(), *me(r), id, cut)
		}
		if err != nil && said(w, r, r.URL.Path, err) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.done(w, r, "programme.restored", r.URL.Path)
	}
	form := pages.CutForm{Functions: f["functions"], Areas: f.Get("areas"), Category: f.Get("category"), Reason: f.Get("reason")}
	c := housing.Cut{Programme: id, Category: vocab.HomeCategory(form.Category), Reason: form.Reason}
	for _, x := range form.Functions {
		c.Functions = append(c.Functions, housing.Function(x))
	}
	c.Areas = strings.FieldsFunc(strings.ToUpper(form.Areas), func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '\n' || r == '\r' || r == '\t' })
	err := s.Housing.SwitchOff(r.Context(), *me(r), c)
	if all, ok := problems(err); ok {
		return s.showCuts(w, r, http.StatusUnprocessableEntity, pages.ProgrammeCuts{Form: form, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.switched", r.URL.Path)
}

// counters are what everyone may know of the homes of this server.
func (s *Server) counters(ctx context.Context) ([]view.ProgrammeCount, error) {
	c, err := s.Housing.Counters(ctx)
	if err != nil {
		return nil, err
	}
	var list []view.ProgrammeCount
	for _, x := range []view.ProgrammeCount{{What: "homes", Count: c.Homes}, {What: "free", Count: c.Free}, {What: "countries", Count: c.Countries}, {What: "partners", Count: c.Partners}} {
		if x.Count > 0 {
			list = append(list, x)
		}
	}
	return list, nil
}
