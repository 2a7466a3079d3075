package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/hosts"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// hostRoutes are the pages of hosts: those of who lends a home, with an account or
// by the link in a letter, of who is asked for a reference, and of the team.
func (s *Server) hostRoutes(r chi.Router) {
	r.Get("/programmes/{id:[0-9]+}/host", s.page(s.getHostForm))
	r.Post("/programmes/{id:[0-9]+}/host", s.page(s.offerHome))
	r.Get("/hosting", s.signedIn(s.getOwnHosting))
	r.Get("/hosting/{host:[0-9]+}", s.signedIn(s.getHosting))
	r.Post("/hosting/{host:[0-9]+}/{deed}", s.signedIn(s.changeHosting))
	r.Get("/hosting/link/{token}", s.page(s.getHosting))
	r.Post("/hosting/link/{token}/{deed}", s.page(s.changeHosting))
	s.nightlyRoutes(r)
	s.stayRoutes(r)
	s.agreementRoutes(r)
	s.nightRoutes(r)
	s.inventoryRoutes(r)
	s.mediationRoutes(r)
	r.Get("/references/{token}", s.page(s.getReference))
	r.Post("/references/{token}", s.page(s.writeReference))
	r.Get("/programmes/{id:[0-9]+}/hosts", s.signedIn(s.getProgrammeHosts))
	r.Post("/programmes/{id:[0-9]+}/hosts", s.signedIn(s.meetHosts))
	r.Get("/programmes/{id:[0-9]+}/hosts/{host:[0-9]+}", s.signedIn(s.getProgrammeHost))
	r.Post("/programmes/{id:[0-9]+}/hosts/{host:[0-9]+}", s.signedIn(s.changeProgrammeHost))
}

// getHostForm is where somebody says that they would lend a home.
func (s *Server) getHostForm(w http.ResponseWriter, r *http.Request) error {
	p := pages.HostForm{Form: pages.HostWriting{Kind: "room", Places: "1", Nights: strconv.Itoa(s.Hosts.Pack().Stay.Usual)}}
	if a := visitOf(r).account; a != nil {
		p.Form.Name = a.Shown()
	}
	return s.showHostForm(w, r, http.StatusOK, p)
}

func (s *Server) showHostForm(w http.ResponseWriter, r *http.Request, status int, p pages.HostForm) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	x, err := s.Housing.Shown(r.Context(), visitOf(r).viewer.ID, id)
	if err != nil {
		return err
	}
	p.Programme = s.programmeView(x)
	if p.Paused, err = s.pausedIntake(r, id); err != nil {
		return err
	}
	if len(p.Paused) == 0 {
		if err := s.asksWhere(r, id, &p); err != nil {
			return err
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// asksWhere has the form ask where the home is before everything else as long as
// somebody somewhere is not taken in, and says so to whom it is.
func (s *Server) asksWhere(r *http.Request, programme instance.ActorID, p *pages.HostForm) error {
	takes := func(area string) (rooms, homes bool, err error) {
		if rooms, err = s.Hosts.TakesIn(r.Context(), programme, area, false); err == nil {
			homes, err = s.Hosts.TakesIn(r.Context(), programme, area, true)
		}
		return rooms, homes, err
	}
	if rooms, homes, err := takes(""); err != nil || rooms && homes {
		return err
	}
	if p.Form.Commune == "" || len(p.Found) > 0 {
		p.Where = true
		return nil
	}
	known, err := s.Addresses.Communes(r.Context(), p.Form.Commune)
	if err != nil {
		return err
	}
	if p.Place = areaName(known, p.Form.Commune); p.Place == "" {
		p.Where = true // no commune that anybody knows
		return nil
	}
	rooms, homes, err := takes(instance.DepartementOf(p.Form.Commune))
	if err == nil && !rooms && !homes {
		p.Paused = []string{households.Intake}
	}
	return err
}

// offerHome takes a first word. Whoever has no account is written to, and told the
// same whatever is known of that mailbox.
func (s *Server) offerHome(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := actorID(r)
	if err != nil {
		return err
	}
	f := pages.HostWriting{
		Name: r.PostFormValue("name"), Email: strings.TrimSpace(r.PostFormValue("email")), Phone: r.PostFormValue("phone"), Born: r.PostFormValue("born"),
		Places: r.PostFormValue("places"), Kind: r.PostFormValue("kind"), From: r.PostFormValue("from"), Nights: r.PostFormValue("nights"),
		Commune: cmp.Or(r.PostFormValue("commune-code"), r.PostFormValue("commune")),
	}
	code, among, err := s.communeOf(r.Context(), f.Commune)
	if err != nil {
		return err
	}
	asked := r.PostFormValue("step") == "where"
	if code == "" && (asked || f.Commune != "") {
		problem := view.Problem{Field: "commune", Code: "unknown"}
		switch {
		case f.Commune == "":
			problem.Code = "missing"
		case len(among) > 0:
			problem.Code = "which"
		}
		return s.showHostForm(w, r, http.StatusUnprocessableEntity, pages.HostForm{Form: f, Found: among, Where: asked, Problems: []view.Problem{problem}})
	}
	f.Commune = code
	if asked {
		if a := visitOf(r).account; a != nil {
			f.Name = a.Shown()
		}
		f.Kind, f.Places, f.Nights = "room", "1", strconv.Itoa(s.Hosts.Pack().Stay.Usual)
		return s.showHostForm(w, r, http.StatusOK, pages.HostForm{Form: f})
	}
	by := visitOf(r).account
	if by == nil {
		for _, key := range []string{auth.From(r), strings.ToLower(f.Email)} {
			if wait, ok := s.letters.Allow(key); !ok {
				return &auth.TooFast{Wait: wait}
			}
		}
	}
	host, err := s.Hosts.Offer(r.Context(), by, id, hosts.Interest{
		Name: f.Name, Email: f.Email, Phone: f.Phone, Born: numberIn(f.Born), Places: numberIn(f.Places), Whole: f.Kind == "whole", From: f.From,
		Nights: numberIn(f.Nights), Language: visitOf(r).language.Tag, Commune: f.Commune,
	})
	if all, ok := problems(err); ok {
		return s.showHostForm(w, r, http.StatusUnprocessableEntity, pages.HostForm{Form: f, Problems: all})
	}
	if errors.Is(err, instance.ErrConflict) {
		return s.showHostForm(w, r, http.StatusOK, pages.HostForm{Form: f, Already: true})
	}
	if err != nil {
		return err
	}
	if by == nil {
		return s.showHostForm(w, r, http.StatusOK, pages.HostForm{Sent: true})
	}
	return s.done(w, r, "host.offered", "/hosting/"+host.String())
}

// numberIn is a number that was typed, 0 for what is none.
func numberIn(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return 0
	}
	return n
}

// getOwnHosting leads to the newest of one's own pages.
func (s *Server) getOwnHosting(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Hosts.OwnedBy(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	path := "/programmes"
	if len(list) > 0 {
		path = "/hosting/" + list[0].ID.String()
	}
	SeeOther(w, r, path)
	return nil
}

// hand is who acts for themself at a page of theirs, and where that is.
func hand(r *http.Request) (hosts.Hand, instance.HostID, string, error) {
	if token := chi.URLParam(r, "token"); token != "" {
		return hosts.Hand{Link: token}, 0, "/hosting/link/" + token, nil
	}
	id, err := instance.ParseID(chi.URLParam(r, "host"))
	return hosts.Hand{Person: me(r).ID}, id, "/hosting/" + id.String(), err
}

// getHosting is the page of a host.
func (s *Server) getHosting(w http.ResponseWriter, r *http.Request) error {
	return s.showHosting(w, r, http.StatusOK, pages.Hosting{})
}

func (s *Server) showHosting(w http.ResponseWriter, r *http.Request, status int, p pages.Hosting) error {
	h, id, path, err := hand(r)
	if err != nil {
		return err
	}
	x, err := s.Hosts.Own(r.Context(), h, id)
	if err != nil {
		return err
	}
	shown, err := s.Housing.Shown(r.Context(), visitOf(r).viewer.ID, x.Programme)
	if err != nil {
		return err
	}
	p.Programme, p.Action = s.programmeView(shown), path
	fillHosting(&p, x, s.Now())
	p.Numbers = hostNumbers(s.Hosts.Pack().Numbers)
	if p.Asked = x.Wants; x.AskedTonight {
		p.Question = s.Hosts.NightPath(x.ID)
	}
	if x.Confirmed {
		list, err := s.Households.DecidedAboutHost(r.Context(), households.HostHand{Host: x.ID, Person: h.Person, Link: h.Link})
		if err != nil && !errors.Is(err, instance.ErrNotFound) {
			return err
		}
		p.Decided = s.decidedViews(list)
	}
	if x.Confirmed && !x.State.Over() {
		stays, err := s.Households.HostStays(r.Context(), households.HostHand{Host: x.ID, Person: h.Person, Link: h.Link})
		if err != nil {
			return err
		}
		for _, stay := range stays {
			p.Stays = append(p.Stays, s.stayView(stay, path+"/stays/"+stay.Case.String()))
		}
		lodged, err := s.Housing.Lodged(r.Context(), x.ID)
		if err != nil {
			return err
		}
		for _, l := range lodged {
			p.Lodged = append(p.Lodged, view.HostLodged{Who: personView(s.Site, l.Who), From: s.dayOf(l.Stay.From), Until: s.dayOf(l.Stay.Until), Places: l.Places})
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.HTML(w, r, status, p)
}

func fillHosting(p *pages.Hosting, x hosts.Slice, now time.Time) {
	p.State, p.Confirmed, p.Waiting, p.Limits = string(x.State), x.Confirmed, x.Waiting, x.Limits
	p.Name, p.Yes = x.File.Name, x.File.Check.Answers
	for field, to := range map[string]struct {
		kept string
		to   *string
	}{"address": {x.File.Address, &p.Address}, "phone": {x.File.Phone, &p.Phone}, "about": {x.File.About, &p.About}, "rules": {x.File.Rules, &p.Rules}} {
		*to.to = to.kept
		if typed, ok := p.Typed[field]; ok {
			*to.to = typed // as somebody left it, empty or not
		}
	}
	if x.Meeting != nil {
		p.Meeting = &view.HostMeeting{At: x.Meeting.At, Venue: x.Meeting.Venue}
	}
	if !x.ApprovedUntil.IsZero() {
		p.Until = x.ApprovedUntil
	}
	p.Adults = hostAdults(x.Adults, now)
	p.References = hostReferences(x.References)
	for _, want := range x.Wanting {
		p.Wanting = append(p.Wanting, string(want))
	}
	if !x.VisitedAt.IsZero() {
		p.Visit = &view.HostVisit{At: x.VisitedAt, Until: x.VisitUntil, Passed: x.Passed && !x.VisitUntil.IsZero()}
	}
}

func hostAdults(list []hosts.Adult, _ time.Time) []view.HostAdult {
	shown := make([]view.HostAdult, len(list))
	for i, a := range list {
		shown[i] = view.HostAdult{ID: a.ID.String(), Name: a.Name, Own: a.Own, Heard: !a.HeardAt.IsZero(), Checked: !a.RecordAt.IsZero()}
	}
	return shown
}

func hostReferences(list []hosts.Reference) []view.HostReference {
	shown := make([]view.HostReference, len(list))
	for i, r := range list {
		shown[i] = view.HostReference{Name: r.Name, Family: r.Family, Answered: !r.AnsweredAt.IsZero(), Text: r.Text}
	}
	return shown
}

// changeHosting does what a host does at their page.
func (s *Server) changeHosting(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, path, err := hand(r)
	if err != nil {
		return err
	}
	if h.Link != "" && id == 0 && chi.URLParam(r, "deed") != "confirm" {
		x, err := s.Hosts.Own(r.Context(), h, 0)
		if err != nil {
			return err
		}
		id = x.ID
	}
	err = s.hostDeed(r, h, id)
	if all, ok := problems(err); ok {
		typed := map[string]string{}
		for _, field := range []string{"address", "phone", "about", "rules", "adult", "reference", "email", "family"} {
			if _, sent := r.PostForm[field]; sent {
				typed[field] = r.PostFormValue(field)
			}
		}
		return s.showHosting(w, r, http.StatusUnprocessableEntity, pages.Hosting{Problems: all, Typed: typed})
	}
	if errors.Is(err, instance.ErrConflict) || errors.Is(err, instance.ErrForbidden) {
		return s.done(w, r, "host.not-now", path)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "host.kept", path)
}

func (s *Server) hostDeed(r *http.Request, h hosts.Hand, id instance.HostID) error {
	ctx, form := r.Context(), r.PostFormValue
	switch chi.URLParam(r, "deed") {
	case "confirm":
		return s.Hosts.Confirm(ctx, h.Link)
	case "change":
		return s.Hosts.Change(ctx, h, id, form("phone"), form("address"), form("about"))
	case "rule":
		return s.Hosts.Rule(ctx, h, id, form("rules"))
	case "check":
		return s.Hosts.Answer(ctx, h, id, r.PostForm["yes"])
	case "adult":
		return s.Hosts.LivesHere(ctx, h, id, form("adult"))
	case "left":
		adult, err := instance.ParseID(form("adult-id"))
		if err != nil {
			return err
		}
		return s.Hosts.LivesElsewhere(ctx, h, id, adult)
	case "reference":
		if wait, ok := s.letters.Allow(strings.ToLower(strings.TrimSpace(form("email")))); !ok {
			return &auth.TooFast{Wait: wait}
		}
		return s.Hosts.AskReference(ctx, h, id, form("reference"), form("email"), form("family") != "")
	case "appeal":
		incident, err := instance.ParseID(form("incident"))
		if err != nil {
			return err
		}
		return s.Households.HostAppeal(ctx, households.HostHand{Host: id, Person: h.Person, Link: h.Link}, incident, form("appeal"))
	case "tonight":
		return s.Hosts.WantsAsked(ctx, h, id, form("asked") != "")
	case "take":
		return s.Hosts.Take(ctx, h, id, form("step"))
	}
	return instance.ErrNotFound
}

// getReference is where the link in a letter to a reference leads.
func (s *Server) getReference(w http.ResponseWriter, r *http.Request) error {
	return s.showReference(w, r, http.StatusOK, pages.HostReference{})
}

func (s *Server) showReference(w http.ResponseWriter, r *http.Request, status int, p pages.HostReference) error {
	token := chi.URLParam(r, "token")
	if p.Done == "" {
		a, err := s.Hosts.AskedBy(r.Context(), token)
		if err != nil {
			return err
		}
		p.About = a.About
	}
	p.Action = "/references/" + token
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.HTML(w, r, status, p)
}

// writeReference takes what somebody knows of a host, or that they say nothing.
func (s *Server) writeReference(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	token := chi.URLParam(r, "token")
	if r.PostFormValue("deed") == "decline" {
		if err := s.Hosts.Declines(r.Context(), token); err != nil {
			return err
		}
		return s.showReference(w, r, http.StatusOK, pages.HostReference{Done: "declined"})
	}
	known, text, family := r.PostFormValue("known"), r.PostFormValue("text"), r.PostFormValue("family") != ""
	err := s.Hosts.Vouch(r.Context(), token, known, text, family)
	if all, ok := problems(err); ok {
		return s.showReference(w, r, http.StatusUnprocessableEntity, pages.HostReference{Known: known, Text: text, Family: family, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.showReference(w, r, http.StatusOK, pages.HostReference{Done: "written"})
}

// hostState is the state that a list is narrowed to, if it is one.
func hostState(r *http.Request) (instance.HostState, bool) {
	state := instance.HostState(r.URL.Query().Get("state"))
	return state, slices.Contains(instance.HostStates, state)
}
