package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/events"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// minutesRoutes are the pages of what a group meets about, and of what came of it.
func (s *Server) minutesRoutes(r chi.Router) {
	r.Get("/e/{id:[0-9]+}/agenda", s.signedIn(s.getAgenda))
	r.Post("/e/{id:[0-9]+}/agenda", s.signedIn(s.changeAgenda))
	r.Get("/e/{id:[0-9]+}/minutes", s.page(s.getMinutes))
	r.Get("/e/{id:[0-9]+}/minutes/write", s.signedIn(s.getWriteMinutes))
	r.Post("/e/{id:[0-9]+}/minutes/write", s.signedIn(s.writeMinutes))
}

// meeting is the meeting that the path names, if the one who asks takes part in its
// group, and whether they look after that.
func (s *Server) meeting(r *http.Request) (p *instance.Post, tends bool, err error) {
	id, err := postID(r)
	if err != nil {
		return nil, false, err
	}
	v := visitOf(r).viewer
	if p, err = s.Posts.ByID(r.Context(), v, id); err != nil {
		return nil, false, err
	}
	if p.Gone() || !p.Meets() || !v.Reads(instance.ToNeighbourhood, p.Group.ID) {
		return nil, false, fmt.Errorf("meeting %s: %w", id, instance.ErrNotFound)
	}
	return p, slices.Contains(v.Tends, p.Group.ID), nil
}

// getAgenda shows the agenda of a meeting to the members of its group.
func (s *Server) getAgenda(w http.ResponseWriter, r *http.Request) error {
	return s.showAgenda(w, r, http.StatusOK, pages.Agenda{})
}

func (s *Server) showAgenda(w http.ResponseWriter, r *http.Request, status int, p pages.Agenda) error {
	meeting, tends, err := s.meeting(r)
	if err != nil {
		return err
	}
	list, err := s.Events.Agenda(r.Context(), meeting.ID)
	if err != nil {
		return err
	}
	p.Meeting, p.Tends = s.meetingHead(meeting), tends
	for _, point := range list {
		line := view.AgendaPoint{ID: point.ID.String(), Title: point.Title, Reason: point.Reason}
		if point.By != nil {
			who := personView(s.Site, *point.By)
			line.By = &who
		}
		switch point.State {
		case instance.PointTaken:
			p.Taken = append(p.Taken, line)
		case instance.PointProposed:
			p.Proposed = append(p.Proposed, line)
		default:
			p.Declined = append(p.Declined, line)
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// meetingHead is a meeting as the pages about it name it.
func (s *Server) meetingHead(p *instance.Post) view.MeetingHead {
	return view.MeetingHead{Path: eventPath(p.ID), Title: p.Title, Group: personView(s.Site, *p.Group), Starts: p.Event.Starts.In(s.Zone), Begun: !p.Event.Starts.After(s.Now())}
}

// changeAgenda takes a point that somebody proposes, or what was decided about one.
func (s *Server) changeAgenda(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	ctx, v, deed := r.Context(), visitOf(r).viewer, r.PostFormValue("deed")
	p := pages.Agenda{Typed: r.PostFormValue("point"), Reason: r.PostFormValue("reason")}
	if deed == "propose" {
		err = s.Events.Propose(ctx, v, id, p.Typed)
	} else {
		var point instance.ID
		if point, err = instance.ParseID(r.PostFormValue("of")); err != nil {
			return err
		}
		p.Of = point.String()
		switch deed {
		case "take", "decline":
			err = s.Events.Settle(ctx, v, id, point, deed == "take", p.Reason)
		case "up", "down":
			err = s.Events.Move(ctx, v, id, point, deed == "up")
		default:
			err = instance.ErrInvalid
		}
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showAgenda(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", eventPath(id)+"/agenda")
}

// getMinutes shows the minutes of a meeting, the last or an earlier version.
func (s *Server) getMinutes(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.URL.Query().Get("version")) // what is none is the last one
	v := visitOf(r).viewer
	m, err := s.Events.Minutes(r.Context(), v, id, max(0, version))
	if err != nil {
		return err
	}
	p := pages.Minutes{
		Meeting: view.MeetingHead{Path: eventPath(id), Title: m.Title, Group: personView(s.Site, m.Group), Starts: m.Starts.In(s.Zone), Begun: true},
		Version: m.Version, Public: m.Audience == instance.ToPublic, Member: v.ID != 0 && v.Reads(instance.ToNeighbourhood, m.Group.ID), Tends: slices.Contains(v.Tends, m.Group.ID),
	}
	for _, point := range m.Points {
		p.Points = append(p.Points, view.AgendaPoint{Title: point.Title, Said: point.Said, Decision: point.Decision})
	}
	for _, one := range m.Versions {
		p.Versions = append(p.Versions, view.MinutesVersion{Version: one.Version, At: one.At.In(s.Zone), Reason: one.Reason})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	if p.Public && version == 0 {
		p.Canonical = s.Site.Base() + eventPath(id) + "/minutes"
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getWriteMinutes is where those who look after a group write what was said and
// decided.
func (s *Server) getWriteMinutes(w http.ResponseWriter, r *http.Request) error {
	return s.showWriteMinutes(w, r, http.StatusOK, pages.WriteMinutes{}, nil)
}

// showWriteMinutes shows the form, with what was typed instead of what is kept.
func (s *Server) showWriteMinutes(w http.ResponseWriter, r *http.Request, status int, p pages.WriteMinutes, typed map[instance.ID]instance.MinutedPoint) error {
	meeting, tends, err := s.meeting(r)
	if err != nil {
		return err
	}
	if !tends {
		return fmt.Errorf("write minutes of %s: %w", meeting.ID, instance.ErrForbidden)
	}
	list, err := s.Events.Agenda(r.Context(), meeting.ID)
	if err != nil {
		return err
	}
	p.Meeting, p.Version = s.meetingHead(meeting), 1
	for _, point := range list {
		if point.State != instance.PointTaken {
			continue
		}
		line := view.AgendaPoint{ID: point.ID.String(), Title: point.Title, Said: point.Said, Decision: point.Decision}
		if kept, ok := typed[point.ID]; ok {
			line.Said, line.Decision = kept.Said, kept.Decision
		}
		p.Points = append(p.Points, line)
	}
	published, err := s.Events.Minutes(r.Context(), visitOf(r).viewer, meeting.ID, 0)
	switch {
	case err == nil:
		p.Version, p.Public = published.Version+1, published.Audience == instance.ToPublic
	case !errors.Is(err, instance.ErrNotFound):
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// writeMinutes keeps what was typed, and publishes it where that was pressed.
func (s *Server) writeMinutes(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	ctx, v := r.Context(), visitOf(r).viewer
	list, err := s.Events.Agenda(ctx, id)
	if err != nil {
		return err
	}
	typed := map[instance.ID]instance.MinutedPoint{}
	for _, point := range list {
		name := point.ID.String()
		if r.PostForm.Has("said-" + name) {
			typed[point.ID] = instance.MinutedPoint{Said: r.PostFormValue("said-" + name), Decision: r.PostFormValue("decision-" + name)}
		}
	}
	publishes, path := r.PostFormValue("deed") == "publish", eventPath(id)+"/minutes"
	p := pages.WriteMinutes{Audience: r.PostFormValue("audience"), Reason: r.PostFormValue("reason")}
	err = s.Events.Write(ctx, v, id, typed)
	if err == nil && publishes {
		version, _ := strconv.Atoi(r.PostFormValue("version")) // none is refused like one there is already
		err = s.Events.PublishMinutes(ctx, v, id, events.Publication{Version: version, Audience: instance.Audience(p.Audience), Reason: p.Reason})
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showWriteMinutes(w, r, http.StatusUnprocessableEntity, p, typed)
	}
	if err != nil {
		return err
	}
	if !publishes {
		path += "/write"
	}
	return s.done(w, r, "saved", path)
}
