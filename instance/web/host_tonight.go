package web

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/hosts"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/ledger"
)

// nightlyRoutes are where hosts answer whether a bed is free, and where they stop being
// asked: whoever has the letter needs not sign in.
func (s *Server) nightlyRoutes(r chi.Router) {
	r.Get("/hosting/tonight/{host:[0-9]+}/{night}/{seal}", s.byLink(s.getHostTonight))
	r.Post("/hosting/tonight/{host:[0-9]+}/{night}/{seal}", s.byLink(s.answerTonight))
	r.Get("/stop/tonight/{host:[0-9]+}/{seal}", s.byLink(s.getStopTonight))
	r.Post("/stop/tonight/{host:[0-9]+}/{seal}", s.byLink(s.stopTonight))
	r.Post("/programmes/{id:[0-9]+}/tonight/asking", s.discreet(s.askHosts))
}

// nightLink is what the link in a letter says. A night that cannot be read is no link.
func nightLink(r *http.Request) (hosts.NightLink, error) {
	l := hosts.NightLink{Seal: chi.URLParam(r, "seal")}
	var err error
	if l.Host, err = instance.ParseID(chi.URLParam(r, "host")); err == nil {
		l.Night, err = ledger.ParseNight(chi.URLParam(r, "night"))
	}
	if err != nil {
		err = instance.ErrNotFound
	}
	return l, err
}

// getHostTonight asks a host whether a bed is free. It says of nobody, since letters are
// passed on.
func (s *Server) getHostTonight(w http.ResponseWriter, r *http.Request) error {
	return s.showHostTonight(w, r, http.StatusOK, nil)
}

func (s *Server) showHostTonight(w http.ResponseWriter, r *http.Request, status int, wrong []view.Problem) error {
	l, err := nightLink(r)
	if err != nil {
		return err
	}
	q, err := s.Hosts.AskedTonight(r.Context(), l)
	if err != nil {
		return err
	}
	p := pages.HostingTonight{Action: r.URL.Path, Night: l.Night.Date(), Over: q.Over, Stopped: q.Stopped, Stop: s.Hosts.StopPath(l.Host), Problems: wrong}
	for _, h := range q.Homes {
		p.Homes = append(p.Homes, view.NightQuestion{ID: h.ID.String(), Category: string(h.Category), Most: h.Most, Beds: h.Beds, Said: !h.At.IsZero()})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// answerTonight keeps what a host answers. The same answer twice is one.
func (s *Server) answerTonight(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	l, err := nightLink(r)
	if err != nil {
		return err
	}
	home, err := instance.ParseID(r.PostFormValue("home"))
	if err != nil {
		return err
	}
	beds := 0
	switch r.PostFormValue("answer") {
	case "yes":
		if beds = numberIn(r.PostFormValue("beds")); beds == 0 {
			beds = -1 // no number is no yes, and no no either
		}
	case "no":
	default:
		return unknownDeed("answer")
	}
	err = s.Hosts.FreeTonight(r.Context(), l, home, beds)
	if errors.Is(err, instance.ErrGone) {
		return s.showHostTonight(w, r, http.StatusOK, nil) // which says that the night is over
	}
	if errors.Is(err, instance.ErrConflict) {
		err = &instance.Invalid{Field: "beds", Code: "taken"}
	}
	if all, ok := problems(err); ok {
		return s.showHostTonight(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "host.tonight", r.URL.Path)
}

// getStopTonight asks whether a host is to be asked no more. Programs that look at every
// link stop nothing.
func (s *Server) getStopTonight(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "host"))
	if err != nil {
		return err
	}
	p := pages.Stop{Kind: "tonight"}
	if p.Done, err = s.Hosts.Stops(r.Context(), id, chi.URLParam(r, "seal")); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// stopTonight ends that a host is asked, for a person at the page or for their mail
// program (RFC 8058 §3.1).
func (s *Server) stopTonight(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "host"))
	if err == nil {
		err = s.Hosts.StopAsking(r.Context(), id, chi.URLParam(r, "seal"))
	}
	if err != nil {
		return err
	}
	if r.PostForm.Get("List-Unsubscribe") == "One-Click" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	SeeOther(w, r, r.URL.Path)
	return nil
}

// askHosts has the hosts of a programme asked each day, or no more.
func (s *Server) askHosts(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	_, id, err := s.programme(r, "tonight")
	if err != nil {
		return err
	}
	area := r.PostFormValue("area")
	switch r.PostFormValue("deed") {
	case "begin":
		err = s.Hosts.AskEachDay(r.Context(), *me(r), id, area, numberIn(r.PostFormValue("for")))
	case "end":
		err = s.Hosts.AskNoMore(r.Context(), *me(r), id, area)
	default:
		return unknownDeed("deed")
	}
	if all, ok := problems(later("area", err)); ok {
		return s.showTonight(w, r, http.StatusUnprocessableEntity, 0, all)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "host.tonight-asked", programmePath(id)+"/tonight")
}

// answeredTonight is what hosts answered, and where they are asked.
func (s *Server) answeredTonight(r *http.Request, id instance.ActorID, p *pages.ProgrammeTonight) error {
	ctx, by := r.Context(), *me(r)
	asked, err := s.Hosts.Emergencies(ctx, by, id)
	if err != nil {
		return err
	}
	for _, e := range asked {
		p.Asked = append(p.Asked, view.NightAsked{Area: e.Area, Until: e.Until.Date()})
	}
	if p.Areas, err = s.Hosts.Areas(ctx, by, id); err != nil {
		return err
	}
	said, err := s.Hosts.Answered(ctx, by, id)
	if err != nil {
		return err
	}
	var codes []string
	for _, list := range [][]hosts.Said{said.Yes, said.Waiting, said.No} {
		for _, x := range list {
			codes = append(codes, x.Commune)
		}
	}
	known, err := s.Addresses.Communes(ctx, codes...)
	if err != nil {
		return err
	}
	shown := func(list []hosts.Said) (views []view.NightSaid) {
		for _, x := range list {
			views = append(views, view.NightSaid{
				Path: programmePath(id) + "/homes/" + x.Home.String(), Where: areaName(known, x.Commune), Category: string(x.Category), Beds: x.Beds, At: s.local(x.At),
			})
		}
		return views
	}
	p.Yes, p.NoWord, p.No = shown(said.Yes), shown(said.Waiting), shown(said.No)
	return nil
}
