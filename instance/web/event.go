package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/events"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getEvent shows an event, with who comes and what is said below it.
func (s *Server) getEvent(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if wantsActivity(r) {
		w.Header().Add("Vary", "Accept")
		SeeOther(w, r, "/o/"+id.String())
		return nil
	}
	return s.showEvent(w, r, http.StatusOK, id, nil, pages.GuestForm{})
}

func (s *Server) showEvent(w http.ResponseWriter, r *http.Request, status int, id instance.PostID, wrong []view.Problem, form pages.GuestForm) error {
	thread, err := s.thread(r, id)
	if err != nil {
		return err
	}
	p, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return err
	}
	if p.Kind != instance.KindEvent {
		return fmt.Errorf("event %s: %w", id, instance.ErrNotFound)
	}
	page := pages.Event{Thread: thread, Wrong: wrong, Guest: form}
	if p.Gone() {
		status = http.StatusGone
	} else if page.Event, err = s.eventView(r, p); err != nil {
		return err
	}
	canonical := ""
	if thread.Canonical != "" {
		canonical = s.Site.Base() + eventPath(p.ID)
	}
	if page.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	page.Canonical, page.Here = canonical, eventPath(p.ID)
	return s.HTML(w, r, status, page)
}

// eventPath is the address of the page of an event here.
func eventPath(id instance.PostID) string { return "/e/" + id.String() }

// occasion is when and where the people meet whom a post invites, at one of
// its times; at the zero time it is the first.
func occasion(p *instance.Post, at time.Time) view.Occasion {
	e := p.Event
	from, to := e.Local()
	i := view.Occasion{
		Path: eventPath(p.ID), Title: p.Title, Starts: from, Ends: to, Where: e.Venue.Name, Online: e.Online, Status: string(e.Status),
		Repeats: e.Repeats != "", Taken: e.Taken, Left: e.Left(), Waiting: e.Waiting,
	}
	if !at.IsZero() {
		i.Starts = at.In(from.Location())
		if !to.IsZero() {
			i.Ends = i.Starts.Add(to.Sub(from))
		}
	}
	town := strings.TrimSpace(e.Venue.PostalCode + " " + e.Venue.Locality)
	street := e.Venue.Street
	if street == e.Venue.Name {
		street = ""
	}
	i.Street = strings.Trim(street+", "+town, ", ")
	if lat, lon := e.Venue.Latitude, e.Venue.Longitude; lat != nil && lon != nil {
		y, x := strconv.FormatFloat(*lat, 'f', 5, 64), strconv.FormatFloat(*lon, 'f', 5, 64)
		i.Map = "https://www.openstreetmap.org/?mlat=" + y + "&mlon=" + x + "#map=17/" + y + "/" + x
	}
	return i
}

// eventView is an event as the one who asks sees it. Who comes is told by name
// to hosts and to those who come themselves; to others it is a number.
func (s *Server) eventView(r *http.Request, p *instance.Post) (view.Event, error) {
	ctx, v, now := r.Context(), visitOf(r), s.Now()
	e := p.Event
	off, err := s.Events.DatesOff(ctx, p.ID)
	if err != nil {
		return view.Event{}, err
	}
	shown := view.Event{
		Occasion: occasion(p, e.Next(now, off)), Template: e.Template, Access: e.Access, JoinMode: e.JoinMode, JoinURL: e.JoinURL, Over: e.Over(now), Seats: 1,
	}
	shown.Open = !shown.Over && e.Status != instance.EventCancelled && (e.JoinMode == "free" || e.JoinMode == "restricted") && (p.Local || p.Audience.Leaves())
	shown.Public = p.Local && p.Audience.Open() && s.Events.Writes()
	if e.Repeats != "" {
		for _, at := range e.Times(now.AddDate(1, 0, 0), instance.MaxOccurrences) {
			if at.After(now.Add(-24*time.Hour)) && len(shown.Next) < 12 {
				shown.Next = append(shown.Next, view.Date{At: at, Key: strconv.FormatInt(at.UnixMilli(), 10), Off: slices.ContainsFunc(off, at.Equal)})
			}
		}
	}
	shown.Album = v.account != nil && p.Local && !e.Starts.After(now)
	plan, err := s.Events.PlanOf(ctx, p.ID)
	if err != nil {
		return shown, err
	}
	shown.Came, shown.Minutes = plan.Came, plan.Minutes
	if shown.Hosts, err = s.Events.Hosts(ctx, v.viewer.ID, p); err != nil {
		return shown, err
	}
	if v.account != nil {
		mine, err := s.Events.Mine(ctx, v.viewer.ID, p.ID)
		if err != nil {
			return shown, err
		}
		shown.Mine, shown.Note = string(mine.State), mine.Note
		if mine.Seats > 0 {
			shown.Seats = mine.Seats
		}
		if shown.Hosts || mine.State == instance.Comes {
			come, err := s.Events.Coming(ctx, p.ID)
			if err != nil {
				return shown, err
			}
			shown.Guests = s.personViews(come)
		}
	}
	if e.Organiser != "" && e.Organiser != p.Author.URI {
		if a, err := s.Events.Organiser(ctx, p); err == nil {
			who := personView(s.Site, a)
			shown.Organise = &who
		}
	}
	return shown, s.addNeeds(ctx, v, p, &shown)
}

// addNeeds puts what an event needs and its agenda into its view: what is to be
// done only for its hosts.
func (s *Server) addNeeds(ctx context.Context, v *visit, p *instance.Post, shown *view.Event) error {
	all, err := s.Events.Needs(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, n := range all {
		line := view.Need{ID: n.ID.String(), What: n.What, Due: events.When(p.Event, n), Done: !n.Done.IsZero()}
		if n.Taker != nil {
			who := personView(s.Site, *n.Taker)
			if v.account == nil {
				who.Name = s.initial(who.Name)
			}
			line.Taker, line.Mine = &who, n.Taker.ID == v.viewer.ID
		}
		switch {
		case n.Kind == "bring":
			shown.Bring = append(shown.Bring, line)
		case shown.Hosts:
			shown.Do = append(shown.Do, line)
		}
	}
	points, err := s.Events.Agenda(ctx, p.ID)
	for _, point := range points {
		if point.State == instance.PointTaken {
			shown.Agenda = append(shown.Agenda, point.Title)
		}
	}
	shown.Meets = p.Meets() && v.account != nil && v.viewer.Reads(instance.ToNeighbourhood, p.Group.ID)
	return err
}

// initial is the first letter of a name, for those who are not to know it.
func (s *Server) initial(name string) string {
	for _, r := range name {
		return string(r) + "."
	}
	return ""
}

// answerEvent takes what somebody says to an invitation.
func (s *Server) answerEvent(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	key := "event.answered-no"
	switch r.PostFormValue("answer") {
	case "yes", "maybe":
		seats, _ := strconv.Atoi(r.PostFormValue("seats")) // nothing is one
		a := events.Answer{Seats: seats, Note: strings.TrimSpace(r.PostFormValue("note") + "\n" + visitOf(r).viewer.ByLine), Maybe: r.PostFormValue("answer") == "maybe"}
		answered, err := s.Events.Come(r.Context(), visitOf(r).viewer, id, a)
		if all, ok := problems(err); ok {
			return s.showEvent(w, r, http.StatusUnprocessableEntity, id, all, pages.GuestForm{})
		}
		if err != nil {
			return err
		}
		key = "event.answered-" + string(answered.State)
	case "no":
		if err := s.Events.Leave(r.Context(), visitOf(r).viewer, id); err != nil {
			return err
		}
	default:
		return fmt.Errorf("answer event %s: %w", id, instance.ErrInvalid)
	}
	return s.eventAgain(w, r, id, key, "#answer")
}

func (s *Server) eventAgain(w http.ResponseWriter, r *http.Request, id instance.PostID, key, at string) error {
	s.flashes.Set(w, view.Flash{Key: key})
	SeeOther(w, r, eventPath(id)+at)
	return nil
}

// needOfEvent takes, drops or ticks off what an event needs.
func (s *Server) needOfEvent(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	need, err := instance.ParseID(chi.URLParam(r, "need"))
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	v := visitOf(r).viewer
	switch r.PostFormValue("act") {
	case "take":
		err = s.Events.Take(r.Context(), v, id, need)
	case "drop":
		err = s.Events.Drop(r.Context(), v, id, need)
	case "done":
		err = s.Events.Done(r.Context(), v, id, need, true)
	case "undone":
		err = s.Events.Done(r.Context(), v, id, need, false)
	default:
		err = instance.ErrInvalid
	}
	if err != nil {
		return err
	}
	return s.eventAgain(w, r, id, "event.noted", "#bring")
}

// afterEvent keeps how many came, and what was decided.
func (s *Server) afterEvent(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	came, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("came")))
	if err != nil && strings.TrimSpace(r.PostFormValue("came")) != "" {
		came = -1
	}
	err = s.Events.After(r.Context(), me(r).ID, id, came, r.PostFormValue("minutes"))
	if all, ok := problems(err); ok {
		return s.showEvent(w, r, http.StatusUnprocessableEntity, id, all, pages.GuestForm{})
	}
	if err != nil {
		return err
	}
	return s.eventAgain(w, r, id, "event.noted", "")
}

// dateOfEvent says that an event is off on one of its dates, or on again.
func (s *Server) dateOfEvent(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	at, err := strconv.ParseInt(r.PostFormValue("date"), 10, 64)
	if err != nil {
		return fmt.Errorf("date of event %s: %w", id, instance.ErrInvalid)
	}
	if err := s.Events.SetOff(r.Context(), me(r).ID, id, time.UnixMilli(at), r.PostFormValue("off") == "yes"); err != nil {
		return err
	}
	return s.eventAgain(w, r, id, "event.noted", "")
}

// hostedEvent returns the event in the path if the one who asks is its host.
func (s *Server) hostedEvent(r *http.Request) (*instance.Post, error) {
	id, err := postID(r)
	if err != nil {
		return nil, err
	}
	p, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return nil, err
	}
	hosts, err := s.Events.Hosts(r.Context(), me(r).ID, p)
	if err == nil && (!hosts || p.Gone()) {
		err = fmt.Errorf("event %s: %w", id, instance.ErrNotFound)
	}
	return p, err
}

// getEventGuests lists who comes, for hosts.
func (s *Server) getEventGuests(w http.ResponseWriter, r *http.Request) error {
	p, err := s.hostedEvent(r)
	if err != nil {
		return err
	}
	all, err := s.Events.Guests(r.Context(), me(r).ID, p)
	if err != nil {
		return err
	}
	plan, err := s.Events.PlanOf(r.Context(), p.ID)
	if err != nil {
		return err
	}
	page := pages.EventGuests{Event: view.Event{Occasion: occasion(p, time.Time{})}, Remind: plan.Remind}
	for _, g := range all {
		line := view.Guest{Name: g.Name, State: string(g.State), Seats: g.Seats, Note: g.Note, Key: g.ID.String()}
		if g.Who != nil {
			who := personView(s.Site, *g.Who)
			line.Person, line.Name = &who, who.Name
		}
		page.Guests = append(page.Guests, line)
	}
	if page.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, page)
}

// decideGuest lets somebody come, or not.
func (s *Server) decideGuest(w http.ResponseWriter, r *http.Request) error {
	p, err := s.hostedEvent(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if r.PostFormValue("act") == "remind" {
		return s.remindOfEvent(w, r, p)
	}
	key, err := instance.ParseID(r.PostFormValue("key"))
	if err != nil {
		return err
	}
	decide := s.Events.Turn
	if r.PostFormValue("act") == "admit" {
		decide = s.Events.Admit
	}
	if err := decide(r.Context(), me(r).ID, p.ID, key); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "event.noted"})
	SeeOther(w, r, eventPath(p.ID)+"/guests")
	return nil
}

// remindOfEvent says when those who come are reminded.
func (s *Server) remindOfEvent(w http.ResponseWriter, r *http.Request, p *instance.Post) error {
	hours, err := strconv.Atoi(r.PostFormValue("hours"))
	if err != nil {
		return fmt.Errorf("hours of a reminder: %w: %w", instance.ErrInvalid, err)
	}
	if err := s.Events.SetRemind(r.Context(), me(r).ID, p.ID, hours); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "event.noted"})
	SeeOther(w, r, eventPath(p.ID)+"/guests")
	return nil
}
