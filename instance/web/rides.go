package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/rides"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// rideRoutes are the pages of ways that neighbours go together.
func (s *Server) rideRoutes(r chi.Router) {
	r.Get("/rides", s.signedIn(s.getRides))
	r.Get("/rides/new", s.signedIn(s.getNewRide))
	r.Post("/rides/new", s.signedIn(s.offerRide))
	r.Get("/rides/{id:[0-9]+}", s.page(s.getRide))
	r.Post("/rides/{id:[0-9]+}/ask", s.signedIn(s.askForSeat))
	r.Post("/rides/{id:[0-9]+}/leave", s.signedIn(s.rideWith(s.Rides.Leave, "ride.left")))
	r.Post("/rides/{id:[0-9]+}/cancel", s.signedIn(s.rideWith(s.Rides.Cancel, "ride.cancelled")))
	r.Post("/rides/{id:[0-9]+}/seats/{seat:[0-9]+}", s.signedIn(s.answerSeat))
	r.Post("/rides/{id:[0-9]+}/trips", s.signedIn(s.shareTrip))
	r.Get("/trips/{word:[A-Z2-7]+}", s.page(s.getTrip))
}

func ridePath(id instance.PostID) string { return "/rides/" + id.String() }

// weekdays are the days of a week to tick, with those chosen ticked.
func weekdays(chosen instance.Weekdays) []view.Option {
	var all []view.Option
	for i := range 7 {
		all = append(all, view.Option{Value: strconv.Itoa(i + 1), Selected: chosen&(1<<i) != 0})
	}
	return all
}

// daysIn are the days of the week that a form ticks.
func daysIn(texts []string) (days instance.Weekdays) {
	for _, text := range texts {
		if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= 7 {
			days |= 1 << (n - 1)
		}
	}
	return days
}

// getNewRide is where a ride is offered.
func (s *Server) getNewRide(w http.ResponseWriter, r *http.Request) error {
	o, err := s.begin(r)
	if err != nil {
		return err
	}
	return s.showNewRide(w, r, http.StatusOK, o, view.RideWriting{Mode: "car", Seats: "3"}, 0)
}

func (s *Server) showNewRide(w http.ResponseWriter, r *http.Request, status int, o *opening, written view.RideWriting, days instance.Weekdays) error {
	choices, err := s.choices(r.Context(), o.place, o.draft.Audience)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	p := pages.NewRide{Frame: f, Once: o.draft.Once, Writing: written, Days: weekdays(days), Choices: choices, Problems: o.problems}
	if o.place != nil {
		place := personView(s.Site, o.place.Actor)
		p.In = &place
	}
	for _, m := range instance.RideModes {
		p.Modes = append(p.Modes, view.Option{Value: m, Selected: m == written.Mode})
	}
	return s.HTML(w, r, status, p)
}

// offerRide offers seats on a way.
func (s *Server) offerRide(w http.ResponseWriter, r *http.Request) error {
	o, err := s.readOpening(w, r)
	if err != nil {
		return err
	}
	form := r.PostForm
	written := view.RideWriting{
		Title: o.draft.Title, Text: o.draft.Text, Mode: form.Get("mode"), FromPlace: form.Get("from-place"), From: form.Get("from"),
		ToPlace: form.Get("to-place"), To: form.Get("to"), Starts: form.Get("starts"), Seats: form.Get("seats"),
	}
	ride := instance.Ride{Mode: written.Mode, At: o.moment(s, r, "starts"), Days: daysIn(form["day"])}
	ride.From = s.stop(r.Context(), o, "from", written.FromPlace, written.From, &err)
	ride.To = s.stop(r.Context(), o, "to", written.ToPlace, written.To, &err)
	seats := o.whole(r, "seats")
	if err != nil {
		return err
	}
	var p *instance.Post
	if o.fits() {
		if p, err = s.Rides.Offer(r.Context(), visitOf(r).viewer, o.draft, ride, seats); err != nil && !o.refuse(err) {
			return err
		}
	}
	if !o.fits() {
		return s.showNewRide(w, r, http.StatusUnprocessableEntity, o, written, ride.Days)
	}
	s.flashes.Set(w, view.Flash{Key: "ride.offered", Sent: "ride"})
	SeeOther(w, r, ridePath(p.ID))
	return nil
}

func (s *Server) stop(ctx context.Context, o *opening, field, place, commune string, fault *error) instance.Stop {
	stop, err := s.Rides.Stop(ctx, field, strings.TrimSpace(place), strings.TrimSpace(commune))
	o.refuseOrFail(err, fault)
	return stop
}

// getRides looks for a ride.
func (s *Server) getRides(w http.ResponseWriter, r *http.Request) error {
	place, err := s.home(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	days := daysIn(q["day"])
	p := pages.Rides{Writing: view.RideWriting{From: q.Get("from"), To: q.Get("to"), Starts: q.Get("starts")}, Days: weekdays(days)}
	if place != nil {
		in := personView(s.Site, place.Actor)
		p.In = &in
	}
	if q.Has("from") {
		if err := s.seekRides(r, &p, days); err != nil {
			return err
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// seekRides finds what somebody looks for.
func (s *Server) seekRides(r *http.Request, p *pages.Rides, days instance.Weekdays) (err error) {
	var o opening
	from := s.stop(r.Context(), &o, "from", "", p.Writing.From, &err)
	to := s.stop(r.Context(), &o, "to", "", p.Writing.To, &err)
	at, bad := time.Parse("15:04", p.Writing.Starts)
	if bad != nil {
		o.problems = append(o.problems, view.Problem{Field: "starts", Code: "moment"})
	}
	p.Problems = o.problems
	if err != nil || !o.fits() {
		return err
	}
	if days == 0 {
		days = 1<<7 - 1
	}
	p.Sought = true
	found, err := s.Rides.Matches(r.Context(), visitOf(r).viewer, rides.Way{From: from.INSEE, To: to.INSEE, Minute: at.Hour()*60 + at.Minute(), Days: days})
	p.Posts = s.postViews(found, visitOf(r))
	return err
}

func (s *Server) postViews(list []*instance.Post, v *visit) []view.Post {
	var shown []view.Post
	for _, p := range list {
		shown = append(shown, s.postView(p, v))
	}
	return shown
}

// getRide shows a ride.
func (s *Server) getRide(w http.ResponseWriter, r *http.Request) error {
	return s.showRide(w, r, http.StatusOK, nil, nil)
}

func (s *Server) showRide(w http.ResponseWriter, r *http.Request, status int, all []view.Problem, with func(*pages.Ride)) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	g, err := s.Rides.ByID(r.Context(), v.viewer, id)
	if err != nil {
		return err
	}
	p := pages.Ride{Post: s.postView(g.Post, v), Ride: *rideView(g.Post), Drives: g.Drives, Goes: g.Goes(), Problems: all}
	p.MayAsk = v.account != nil && !g.Drives && g.Mine == nil && !g.Post.Proposal.Gone(s.Now())
	p.Leaves, p.Arrives = g.Next.Format(typedMoment), g.Next.Add(time.Hour).Format(typedMoment)
	for i := range g.Seats {
		p.Seats = append(p.Seats, s.seatView(&g.Seats[i], g.Drives))
	}
	if g.Mine != nil {
		mine := s.seatView(g.Mine, true)
		p.Mine = &mine
	}
	if v.account != nil {
		same, err := s.Rides.Matches(r.Context(), v.viewer, g.Way)
		if err != nil {
			return err
		}
		same = slices.DeleteFunc(same, func(other *instance.Post) bool { return other.ID == id })
		p.Same = s.postViews(same, v)
	}
	if with != nil {
		with(&p)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here = p.Ride.Path
	return s.HTML(w, r, status, p)
}

// seatView is somebody who asked to come along; others who go see their first
// name only.
func (s *Server) seatView(seat *instance.Seat, whole bool) view.Seat {
	shown := view.Seat{ID: seat.ID.String(), Who: personView(s.Site, seat.Actor), State: string(seat.State)}
	if !whole {
		shown.Who = view.Person{Name: firstName(seat.Actor)}
	}
	return shown
}

// rideView is a way as every reader of its post may know it; nil for a post that
// is none of ours.
func rideView(p *instance.Post) *view.Ride {
	q := p.Proposal
	if q == nil || p.Kind != instance.KindCarpool || !p.Local || q.From == nil || q.To == nil {
		return nil
	}
	shown := &view.Ride{
		Path: ridePath(p.ID), Mode: q.Category, Status: string(q.Status), From: q.From.Name, To: q.To.Name, Starts: q.Starts,
		Weekly: q.Repeats != "", Left: int(q.Available / instance.One),
	}
	if _, days, ok := strings.Cut(q.Repeats, "BYDAY="); ok {
		for i, name := range []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"} {
			if strings.Contains(days, name) {
				shown.Days = append(shown.Days, i+1)
			}
		}
	}
	return shown
}

// askForSeat asks to come along.
func (s *Server) askForSeat(w http.ResponseWriter, r *http.Request) error {
	return s.seated(w, r, "ride.asked", func(id instance.PostID) error { return s.Rides.Ask(r.Context(), visitOf(r).viewer, id) })
}

// answerSeat takes somebody along, or not.
func (s *Server) answerSeat(w http.ResponseWriter, r *http.Request) error {
	seat, err := instance.ParseID(chi.URLParam(r, "seat"))
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	answer, flash := s.Rides.Accept, "ride.accepted"
	if r.PostFormValue("answer") != "accept" {
		answer, flash = s.Rides.Decline, "ride.declined"
	}
	return s.seated(w, r, flash, func(id instance.PostID) error { return answer(r.Context(), me(r).ID, id, seat) })
}

// seated does something with a seat and leads back, or shows why not.
func (s *Server) seated(w http.ResponseWriter, r *http.Request, flash string, do func(instance.PostID) error) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	err = do(id)
	if all, ok := problems(err); ok {
		return s.showRide(w, r, http.StatusUnprocessableEntity, all, nil)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: flash})
	SeeOther(w, r, ridePath(id))
	return nil
}

// rideWith makes a handler of what one does with a ride.
func (s *Server) rideWith(do func(ctx context.Context, who instance.ActorID, id instance.PostID) error, flash string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return s.seated(w, r, flash, func(id instance.PostID) error {
			if _, err := s.Rides.ByID(r.Context(), visitOf(r).viewer, id); err != nil {
				return err
			}
			return do(r.Context(), me(r).ID, id)
		})
	}
}

// shareTrip makes an address for one trip and leads there.
func (s *Server) shareTrip(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	var o opening
	leaves, arrives := o.moment(s, r, "leaves"), o.moment(s, r, "arrives")
	var word string
	if o.fits() {
		word, err = s.Rides.Share(r.Context(), visitOf(r).viewer, id, leaves, arrives)
		if err != nil && !o.refuse(err) {
			return err
		}
	}
	if !o.fits() {
		return s.showRide(w, r, http.StatusUnprocessableEntity, o.problems, func(p *pages.Ride) {
			p.Leaves, p.Arrives = r.PostFormValue("leaves"), r.PostFormValue("arrives")
		})
	}
	SeeOther(w, r, "/trips/"+word)
	return nil
}

// getTrip shows one trip to whoever has its address.
func (s *Server) getTrip(w http.ResponseWriter, r *http.Request) error {
	t, err := s.Rides.Trip(r.Context(), chi.URLParam(r, "word"))
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, http.StatusOK, pages.Trip{Frame: f, Trip: view.Trip{
		Who: firstName(t.Who), Driver: firstName(t.Driver), Mode: t.Mode, From: t.From, To: t.To, Leaves: t.Leaves, Arrives: t.Arrives,
		Address: s.Site.Base() + r.URL.Path,
	}})
}
