package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/ledger"
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
			Arrived: s.local(h.ArrivedAt), There: s.thereAt(h.Lease, h.Area),
		}
		switch {
		case h.Listing != 0:
			v.Area, v.Ours, v.Home = areaName(communes, h.Commune), true, at+"/homes/"+h.Listing.String()
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
	if p.Programme.Keeps {
		c, err := s.Households.CaseOf(r.Context(), *me(r), h.ID)
		if err == nil {
			p.Case = casePath(c.ID)
			err = s.signedUnder(r, c, h.ID, &p)
		}
		if err != nil && !errors.Is(err, instance.ErrNotFound) {
			return err
		}
	}
	if h.Said == housing.SaidOpen || h.Said == housing.SaidUnanswered {
		p.Hold.Unsaid = string(h.Said)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// signedUnder tells how many signed a hold of a case, and whether who reads did.
func (s *Server) signedUnder(r *http.Request, c instance.Case, hold instance.ID, p *pages.ProgrammeHold) error {
	list, err := s.Households.Holds(r.Context(), *me(r), c.ID)
	for _, h := range list {
		if h.ID == hold {
			v := s.caseHoldView(h, c, me(r).ID)
			p.Signed, p.Mine = v.Signed, v.Mine
		}
	}
	return err
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
		err = s.Households.Arrived(ctx, *me(r), h.ID)
	case "leave":
		err = s.leaves(r, h.ID, h.Stay, form)
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

// leaves says that who lives under a hold leaves: for its case, where it has one, so that
// all of the stay ends with it.
func (s *Server) leaves(r *http.Request, hold instance.ID, stay ledger.Stay, form pages.ProgrammeHold) error {
	ctx, by := r.Context(), *me(r)
	c, err := s.Households.CaseOf(ctx, by, hold)
	none := errors.Is(err, instance.ErrNotFound)
	if err == nil {
		var list []households.CaseHold
		if list, err = s.Households.Holds(ctx, by, c.ID); err == nil {
			stay = households.WholeStay(list, hold)
		}
	}
	if err != nil && !none {
		return err
	}
	night, err := s.leaving(form.Leaving, form.Why, stay)
	switch {
	case err != nil:
	case none:
		_, err = s.Housing.Leave(ctx, by, hold, night, ledger.Reason(form.Why))
	default:
		err = s.Households.Leave(ctx, by, c.ID, hold, night, ledger.Reason(form.Why))
	}
	return err
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

// shownEntries is how many entries of a ledger the page shows; the file has all.
const shownEntries = 100
