package web

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

const (
	tonightShown = 50 // households without a bed
	nightHomes   = 12 // homes that fit, for one of them
	byNight      = 6  // o’clock, before which the night that is began yesterday
)

// getTonight is who has no bed tonight, and which beds are free.
func (s *Server) getTonight(w http.ResponseWriter, r *http.Request) error {
	return s.showTonight(w, r, http.StatusOK, idIn(r, "case"), nil)
}

func (s *Server) showTonight(w http.ResponseWriter, r *http.Request, status int, chosen instance.CaseID, wrong []view.Problem) error {
	h, id, err := s.programme(r, "tonight")
	if err != nil {
		return err
	}
	p := pages.ProgrammeTonight{ProgrammeHead: h, Problems: wrong}
	ctx, by := r.Context(), *me(r)
	list, err := s.Households.Tonight(ctx, by, id, tonightShown)
	if err != nil {
		return err
	}
	for _, l := range list {
		line := s.boardLine(l)
		p.Waiting = append(p.Waiting, line)
		if l.ID == chosen {
			p.Chosen = &line
		}
	}
	if p.Chosen != nil {
		err = s.bedsFor(r, chosen, &p)
	} else {
		err = s.bedsFree(r, id, &p)
	}
	if err != nil {
		return err
	}
	if err := s.answeredTonight(r, id, &p); err != nil {
		return err
	}
	if p.OnDuty, p.Next, err = s.onDuty(r, id, h); err != nil {
		return err
	}
	s.instead(&p)
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// instead is what there is when nothing is free.
func (s *Server) instead(p *pages.ProgrammeTonight) {
	pack, now := s.Hosts.Pack(), s.Now().In(s.Zone)
	for _, n := range hostNumbers(pack.Numbers) {
		if n.What == "shelter" {
			p.Shelter = append(p.Shelter, n)
		} else if !n.Text {
			p.Numbers = append(p.Numbers, n)
		}
	}
	p.Minors, p.Night = pack.Minors.Number, now.Hour() < byNight
	p.After = time.Date(now.Year(), now.Month(), now.Day(), pack.CallAfter, 0, 0, 0, s.Zone)
	p.Late = p.Night || now.Hour() >= pack.CallAfter
}

// nightHome is a home of tonight.
func (s *Server) nightHome(r *http.Request, n int, home households.Home) view.NightHome {
	v := view.NightHome{Number: n, Home: home.URI, Card: s.cardView(r, home), Free: home.Free, Ours: home.HeardAt.IsZero(), Said: home.Tonight > 0}
	if !v.Ours {
		v.Heard = s.local(home.HeardAt)
	}
	return v
}

// bedsFor are the beds in which a household could sleep.
func (s *Server) bedsFor(r *http.Request, id instance.CaseID, p *pages.ProgrammeTonight) error {
	n, err := s.Households.BedsTonight(r.Context(), *me(r), id, 1)
	if err != nil {
		return err
	}
	p.Ready, p.Alone, p.Old, p.Not = n.Ready, n.Alone, n.Old, n.Not
	for _, list := range []struct {
		fits []households.Fit
		to   *[]view.NightHome
	}{{n.Fits, &p.Fits}, {n.Asking, &p.Asking}} {
		for i, fit := range list.fits[:min(len(list.fits), nightHomes)] {
			home := s.nightHome(r, i+1, fit.Home)
			for _, x := range fit.Findings {
				if !x.Hard {
					home.Talk = append(home.Talk, view.HomeRule{Rule: string(x.Rule), Need: x.Need, Have: x.Have})
				}
			}
			*list.to = append(*list.to, home)
		}
	}
	return nil
}

// bedsFree are all beds that are free, as long as no household is chosen.
func (s *Server) bedsFree(r *http.Request, programme instance.ActorID, p *pages.ProgrammeTonight) error {
	homes, old, err := s.Households.FreeTonight(r.Context(), *me(r), programme)
	if err != nil {
		return err
	}
	p.Old = old
	for i, home := range homes {
		p.Beds += home.Free
		if i < nightHomes {
			p.Fits = append(p.Fits, s.nightHome(r, i+1, home))
		}
	}
	return nil
}

// askTonight asks for a bed with one tap, or takes a mark back.
func (s *Server) askTonight(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	_, programme, err := s.programme(r, "tonight")
	if err != nil {
		return err
	}
	id, err := instance.ParseID(r.PostFormValue("case"))
	if err != nil {
		return err
	}
	c, err := s.Households.Case(r.Context(), *me(r), id)
	if err == nil && c.Programme != programme {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	nights, err := strconv.Atoi(r.PostFormValue("nights"))
	if err != nil {
		nights = 0 // which is too few
	}
	h, err := s.Households.AskTonight(r.Context(), *me(r), id, r.PostFormValue("home"), nights)
	switch {
	case errors.Is(err, instance.ErrForbidden):
		err = &instance.Invalid{Field: "homes", Code: "rules"}
	case errors.Is(err, instance.ErrConflict):
		err = &instance.Invalid{Field: "homes", Code: "taken"}
	}
	if all, ok := problems(later("homes", err)); ok {
		return s.showTonight(w, r, http.StatusUnprocessableEntity, id, all)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.hold", programmePath(programme)+"/holds/"+h.ID.String())
}
