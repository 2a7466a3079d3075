package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/boundaries"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getBorders tells how a place forms, and what is proposed about its borders.
func (s *Server) getBorders(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	return s.showBorders(w, r, http.StatusOK, a, pages.Borders{})
}

func (s *Server) showBorders(w http.ResponseWriter, r *http.Request, status int, a instance.Actor, p pages.Borders) error {
	ctx := r.Context()
	feed, err := s.Boundaries.Feed(ctx, a.ID)
	if err != nil {
		return err
	}
	households, err := s.Boundaries.Households(ctx, a.ID)
	if err != nil {
		return err
	}
	p.Place, p.Households = personView(s.Site, a), rounded(households)
	p.Living, p.Crowded = boundaries.Living, boundaries.Crowded
	if p.Near, err = s.linesOf(r, feed.Near); err != nil {
		return err
	}
	history, err := s.Boundaries.History(ctx, a.ID)
	if err != nil {
		return err
	}
	if err := s.addBorders(r, a, history, &p); err != nil {
		return err
	}
	if err := s.addProspect(r, a, &p); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// addBorders fills in what was proposed for a place.
func (s *Server) addBorders(r *http.Request, a instance.Actor, history []boundaries.Proposal, p *pages.Borders) error {
	var others []instance.ActorID
	for _, h := range history {
		others = append(others, h.Other, h.Place)
	}
	named, err := s.Places.ByIDs(r.Context(), others)
	if err != nil {
		return err
	}
	for _, h := range history {
		b := s.border(h, a.ID, named)
		if h.State != boundaries.Open && h.State != boundaries.Accepted || h.Place != a.ID && h.Kind == boundaries.Split {
			p.Past = append(p.Past, b)
			continue
		}
		p.Open = &b
		if v := visitOf(r); v.account != nil {
			voice, err := s.Boundaries.VoiceOf(r.Context(), h.ID, v.viewer.ID)
			if err != nil {
				return err
			}
			b.Voice = string(voice)
			p.May.Vote = slices.Contains(v.viewer.Inner, h.Place) || h.Kind == boundaries.Merge && slices.Contains(v.viewer.Inner, h.Other)
		}
	}
	return nil
}

// addProspect fills in what a resident could propose now.
func (s *Server) addProspect(r *http.Request, a instance.Actor, p *pages.Borders) error {
	if p.Open != nil || !slices.Contains(visitOf(r).viewer.Inner, a.ID) || a.Level != "neighbourhood" || a.MovedTo != "" {
		return nil
	}
	now, err := s.Boundaries.Prospect(r.Context(), a.ID)
	if err != nil || now.NotBefore.After(s.Now()) {
		return err
	}
	if now.Line != nil {
		p.May.Split = true
		p.May.Prospect = view.Border{
			Kind: "split", Staying: rounded(max(now.Near, now.Far)), Going: rounded(min(now.Near, now.Far)),
			Map: borderMap(*now.Line, now.Far <= now.Near, now.Reach),
		}
	}
	p.May.Into, err = s.linesOf(r, now.MergeableIn)
	return err
}

// border is a proposal as the page of one of its places shows it.
func (s *Server) border(h boundaries.Proposal, on instance.ActorID, named map[instance.ActorID]instance.Actor) view.Border {
	b := view.Border{
		ID: h.ID.String(), Kind: string(h.Kind), State: string(h.State), Name: h.Name, Now: s.Now().In(s.Zone),
		Staying: rounded(h.Staying), Going: rounded(h.Going), Opened: h.Opened, Closes: h.Closes, Yes: h.Yes, No: h.No,
	}
	other := named[h.Other]
	if h.Other == on {
		other = named[h.Place]
	}
	if other.ID != 0 {
		b.Name, b.Path = other.Shown(), "/@"+other.Username
	}
	if h.Kind == boundaries.Split {
		b.Map = borderMap(h.Line, h.Beyond, h.Reach)
		b.Name = h.Name
	}
	return b
}

func borderMap(l boundaries.Line, beyond bool, reach int) view.BorderMap {
	if reach == 0 {
		return view.BorderMap{}
	}
	side := func(beyond bool) string {
		return polygon(boundaries.Region{{Line: l, Beyond: beyond}}.Outline(l.Origin, reach))
	}
	return view.BorderMap{Staying: side(!beyond), Going: side(beyond), Metres: 2 * reach}
}

// polygon is the points attribute of an SVG polygon.
func polygon(corners []boundaries.Point) string {
	var b strings.Builder
	for i, c := range corners {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(c.X) + "," + strconv.Itoa(c.Y))
	}
	return b.String()
}

// rounded is a number of households as it may be told: to the next ten, so that
// nobody counts who came.
func rounded(n int) int {
	if n < 10 {
		return n
	}
	return (n + 5) / 10 * 10
}

// linesOf are places of ours as lines of a list, in the order of ids.
func (s *Server) linesOf(r *http.Request, ids []instance.ActorID) ([]view.PlaceLine, error) {
	named, err := s.Places.ByIDs(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	var found []instance.Actor
	for _, id := range ids {
		if a, ok := named[id]; ok {
			found = append(found, a)
		}
	}
	return s.actorLines(found), nil
}

// proposeSplit puts it to the vote whether a place is shared in two.
func (s *Server) proposeSplit(w http.ResponseWriter, r *http.Request) error {
	return s.propose(w, r, func(a instance.Actor) error {
		_, err := s.Boundaries.ProposeSplit(r.Context(), a.ID, me(r).ID, r.PostFormValue("name"), r.PostFormValue("username"))
		return err
	})
}

// proposeMerge puts it to the vote whether a place becomes part of another.
func (s *Server) proposeMerge(w http.ResponseWriter, r *http.Request) error {
	return s.propose(w, r, func(a instance.Actor) error {
		into, err := instance.ParseID(r.PostFormValue("into"))
		if err != nil {
			return &instance.Invalid{Field: "into", Code: "unknown"}
		}
		_, err = s.Boundaries.ProposeMerge(r.Context(), a.ID, instance.ActorID(into), me(r).ID)
		return err
	})
}

func (s *Server) propose(w http.ResponseWriter, r *http.Request, deed func(instance.Actor) error) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	err = deed(a)
	if all, ok := problems(err); ok {
		form := pages.BorderForm{Name: r.PostFormValue("name"), Username: r.PostFormValue("username")}
		return s.showBorders(w, r, http.StatusUnprocessableEntity, a, pages.Borders{Form: form, Problems: all})
	}
	if err != nil && !errors.Is(err, instance.ErrConflict) {
		return err
	}
	if err == nil { // else somebody was quicker: the page shows what they proposed
		s.flashes.Set(w, view.Flash{Key: "borders.proposed"})
	}
	SeeOther(w, r, "/@"+a.Username+"/borders")
	return nil
}

// voteBorder gives the voice of the one who reads to a proposal.
func (s *Server) voteBorder(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	voice := boundaries.Voice(r.PostFormValue("voice"))
	if voice != boundaries.Yes && voice != boundaries.No {
		return fmt.Errorf("vote %q: %w", voice, instance.ErrInvalid)
	}
	if err := s.Boundaries.Vote(r.Context(), id, me(r).ID, voice == boundaries.Yes); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "borders.voted"})
	SeeOther(w, r, "/@"+a.Username+"/borders")
	return nil
}
