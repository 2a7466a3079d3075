package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/countries"
	"palier/instance/hosts"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func hostNumbers(list []countries.Number) []view.EmergencyNumber {
	shown := make([]view.EmergencyNumber, len(list))
	for i, n := range list {
		shown[i] = view.EmergencyNumber{Number: n.Number, What: n.What, Text: n.Text}
	}
	return shown
}

// getProgrammeHosts lists the hosts of a programme, who waits, and the meetings.
func (s *Server) getProgrammeHosts(w http.ResponseWriter, r *http.Request) error {
	return s.showProgrammeHosts(w, r, http.StatusOK, pages.ProgrammeHosts{})
}

// queueShown is how many of those who wait are shown.
const queueShown = 10

func (s *Server) showProgrammeHosts(w http.ResponseWriter, r *http.Request, status int, p pages.ProgrammeHosts) error {
	ctx := r.Context()
	h, id, err := s.programme(r, "hosts")
	if err != nil {
		return err
	}
	p.ProgrammeHead = h
	var narrowed []instance.HostState
	state, ok := hostState(r)
	if ok {
		narrowed = append(narrowed, state)
	}
	p.States = append(p.States, view.Option{Label: "any", Selected: !ok})
	for _, known := range instance.HostStates {
		p.States = append(p.States, view.Option{Value: string(known), Label: string(known), Selected: ok && known == state})
	}
	list, err := s.Hosts.List(ctx, *me(r), id, idIn(r, "before"), perPage, narrowed...)
	if err != nil {
		return err
	}
	p.Hosts = hostLines(h.Programme.Path, list)
	if len(list) == perPage {
		p.Pager.Older = h.Programme.Path + "/hosts?state=" + string(state) + "&before=" + list[perPage-1].ID.String()
	}
	queue, waiting, err := s.Hosts.Queue(ctx, *me(r), id, queueShown)
	if err != nil {
		return err
	}
	p.Queue, p.Waiting = hostLines(h.Programme.Path, queue), waiting
	meetings, err := s.Hosts.Meetings(ctx, *me(r), id)
	if err != nil {
		return err
	}
	for _, m := range meetings {
		p.Meetings = append(p.Meetings, view.HostMeeting{ID: m.ID.String(), At: m.At, Venue: m.Venue, Places: m.Places, Invited: m.Invited, Over: m.At.Before(s.Now())})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.HTML(w, r, status, p)
}

func hostLines(programme string, list []hosts.Line) []view.HostLine {
	shown := make([]view.HostLine, len(list))
	for i, l := range list {
		shown[i] = view.HostLine{
			Path: programme + "/hosts/" + l.ID.String(), Name: l.Name, Number: l.ID.String(), State: string(l.State), Since: l.Since, Places: l.Places,
		}
	}
	return shown
}

// meetHosts plans a meeting, or invites the first of those who wait to one.
func (s *Server) meetHosts(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, err := s.programme(r, "hosts")
	if err != nil {
		return err
	}
	path := h.Programme.Path + "/hosts"
	switch r.PostFormValue("deed") {
	case "plan":
		err = s.planMeeting(r, id)
	case "invite":
		var meeting instance.ID
		if meeting, err = instance.ParseID(r.PostFormValue("meeting")); err == nil {
			_, err = s.Hosts.Invite(r.Context(), *me(r), meeting, numberIn(r.PostFormValue("many")))
		}
	default:
		return unknownDeed("deed")
	}
	if all, ok := problems(err); ok {
		typed := map[string]string{"at": r.PostFormValue("at"), "venue": r.PostFormValue("venue"), "places": r.PostFormValue("places")}
		return s.showProgrammeHosts(w, r, http.StatusUnprocessableEntity, pages.ProgrammeHosts{Problems: all, Typed: typed})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "host.kept", path)
}

func (s *Server) planMeeting(r *http.Request, programme instance.ActorID) error {
	at, err := time.ParseInLocation("2006-01-02T15:04", r.PostFormValue("at"), s.Zone)
	if err != nil {
		return &instance.Invalid{Field: "at", Code: "moment"}
	}
	_, err = s.Hosts.Plan(r.Context(), *me(r), programme, hosts.Meeting{At: at, Venue: r.PostFormValue("venue"), Places: numberIn(r.PostFormValue("places"))})
	return err
}

// getProgrammeHost opens the file of a host, which is noted.
func (s *Server) getProgrammeHost(w http.ResponseWriter, r *http.Request) error {
	return s.showProgrammeHost(w, r, http.StatusOK, pages.ProgrammeHost{})
}

func (s *Server) showProgrammeHost(w http.ResponseWriter, r *http.Request, status int, p pages.ProgrammeHost) error {
	h, programme, err := s.programme(r, "hosts")
	if err != nil {
		return err
	}
	p.ProgrammeHead = h
	id, err := instance.ParseID(chi.URLParam(r, "host"))
	if err != nil {
		return err
	}
	x, err := s.Hosts.Open(r.Context(), *me(r), id)
	if err == nil && x.Programme != programme {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	p.Path = h.Programme.Path + "/hosts/" + id.String()
	s.fillHost(&p, x, me(r).ID)
	known, err := s.Addresses.Communes(r.Context(), x.File.Commune)
	if err != nil {
		return err
	}
	p.Commune = areaName(known, x.File.Commune)
	if err := s.addHomes(r, &p, programme, id); err != nil {
		return err
	}
	if h.Programme.Keeps {
		list, err := s.Households.AlikeHost(r.Context(), *me(r), programme, id)
		if err != nil {
			return err
		}
		p.Alike = alikeViews(programme, list)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.HTML(w, r, status, p)
}

func (s *Server) fillHost(p *pages.ProgrammeHost, x hosts.Opened, by instance.ActorID) {
	pack := s.Hosts.Pack()
	p.State, p.Name, p.Email, p.Phone, p.Address, p.Born, p.About = string(x.State), x.File.Name, x.File.Email, x.File.Phone, x.File.Address, x.File.Born, x.File.About
	p.Identity, p.Lawful, p.Document = !x.IdentityAt.IsZero() || x.State == instance.HostInterested, pack.Record.Lawful, pack.Record.Document
	p.Adults, p.References, p.Places = hostAdults(x.Adults, s.Now()), hostReferences(x.References), x.Places
	for _, want := range x.Wanting {
		p.Wanting = append(p.Wanting, string(want))
	}
	for _, v := range x.Visits {
		line := view.HostVisit{At: v.At, Until: v.Until, Passed: v.Passed, Ended: v.Passed && !v.EndedAt.IsZero(), Worries: v.List.Feelings, Room: v.List.Room, Animals: v.List.Animals, People: v.List.People, Note: v.List.Note}
		for must, ok := range v.List.Musts(pack.Room.Least) {
			if !ok {
				line.Missing = append(line.Missing, must)
			}
		}
		slices.Sort(line.Missing)
		p.Visits = append(p.Visits, line)
	}
	p.Until = x.VisitUntil.Format(time.DateOnly)
	if x.VisitUntil.IsZero() {
		p.Until = ""
	}
	p.Own = by == x.Person || by == x.ProposedBy
	p.ByLink = x.Person == 0 && !x.State.Over()
	for _, name := range pages.HostDeeds {
		for _, step := range instance.HostSteps {
			if step.Name() == name && step.Takes(x.State) && by != x.Person {
				p.Deeds = append(p.Deeds, name)
			}
		}
	}
}

// addHomes fills in the homes of a host, and the drafts that are nobody's yet.
func (s *Server) addHomes(r *http.Request, p *pages.ProgrammeHost, programme instance.ActorID, host instance.HostID) error {
	homes, err := s.Housing.HomesOf(r.Context(), *me(r), host)
	if err != nil {
		return err
	}
	for _, l := range homes {
		p.Homes = append(p.Homes, view.HostHome{Path: p.Programme.Path + "/homes/" + l.ID.String(), State: string(l.State)})
	}
	drafts, err := s.Housing.Unhosted(r.Context(), *me(r), programme)
	if err != nil {
		return err
	}
	lines, err := s.homeLines(r.Context(), drafts)
	if err != nil {
		return err
	}
	for _, l := range lines {
		p.Drafts = append(p.Drafts, view.Option{Value: l.Path[len(p.Programme.Path+"/homes/"):], Label: l.Area})
	}
	return nil
}

// changeProgrammeHost does what the team does with a host.
func (s *Server) changeProgrammeHost(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, _, err := s.programme(r, "hosts")
	if err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "host"))
	if err != nil {
		return err
	}
	path := h.Programme.Path + "/hosts/" + id.String()
	err = s.vetHost(r, id)
	if all, ok := problems(err); ok && !errors.Is(err, instance.ErrConflict) {
		typed := map[string]string{}
		for _, field := range []string{"room", "people", "animals", "note"} {
			typed[field] = r.PostFormValue(field)
		}
		return s.showProgrammeHost(w, r, http.StatusUnprocessableEntity, pages.ProgrammeHost{Problems: all, Typed: typed})
	}
	if errors.Is(err, instance.ErrConflict) || errors.Is(err, instance.ErrForbidden) && h.Programme.Keeps {
		return s.done(w, r, "host.not-now", path)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "host.kept", path)
}

func (s *Server) vetHost(r *http.Request, id instance.HostID) error {
	ctx, by, form := r.Context(), *me(r), r.PostFormValue
	switch deed := form("deed"); deed {
	case "identity":
		return s.Hosts.SeenIdentity(ctx, by, id, form("of-age") != "")
	case "heard", "record":
		adult, err := instance.ParseID(form("adult"))
		if err != nil {
			return err
		}
		if deed == "heard" {
			return s.Hosts.Heard(ctx, by, id, adult)
		}
		return s.Hosts.Checked(ctx, by, id, adult)
	case "visit":
		must := func(point string) bool { return slices.Contains(r.PostForm["must"], point) }
		return s.Hosts.Visited(ctx, by, id, hosts.Checklist{
			Smoke: must("smoke"), Heating: must("heating"), Damp: must("damp"), Room: numberIn(form("room")), Private: must("private"), Lock: must("lock"),
			Exits: must("exits"), Water: must("water"), Animals: form("animals"), People: form("people"), Note: form("note"), Feelings: r.PostForm["worry"],
		})
	case "assign":
		home, err := instance.ParseID(form("home"))
		if err != nil {
			return err
		}
		return s.Housing.Assign(ctx, by, home, id)
	case "propose":
		return s.Hosts.Propose(ctx, by, id)
	case "approve":
		until, err := time.ParseInLocation(time.DateOnly, form("until"), s.Zone)
		if err != nil {
			return &instance.Invalid{Field: "until", Code: "day"}
		}
		limits := instance.HostLimits{Places: numberIn(form("places")), Nights: numberIn(form("nights")), Children: form("children") != ""}
		return s.Hosts.Approve(ctx, by, id, limits, until)
	case "refuse":
		return s.Hosts.Refuse(ctx, by, id)
	case "link":
		if wait, ok := s.letters.Allow("host " + id.String()); !ok {
			return &auth.TooFast{Wait: wait}
		}
		return s.Hosts.NewLink(ctx, by, id)
	case "resume":
		return s.Hosts.Resume(ctx, by, id)
	default:
		return s.Hosts.Lead(ctx, by, id, deed)
	}
}
