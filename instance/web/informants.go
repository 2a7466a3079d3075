package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/care"
	"palier/instance/help"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// informantRoutes are the pages of informants and of those who write to them.
func (s *Server) informantRoutes(r chi.Router) {
	r.Get("/informants", s.signedIn(s.getInformantDesk))
	r.Get("/informants/requests/{id:[0-9]+}", s.signedIn(s.getInformantRequest))
	r.Post("/informants/requests/{id:[0-9]+}", s.signedIn(s.sayInRequest))
	r.Post("/informants/requests/{id:[0-9]+}/{deed:take|close}", s.signedIn(s.steerRequest))
	r.Get("/g/{name}/informants", s.signedIn(s.getInformants))
	r.Post("/g/{name}/informants", s.signedIn(s.volunteer))
	r.Post("/g/{name}/informants/requests", s.signedIn(s.askInformants))
	r.Get("/g/{name}/informants/pass-on", s.signedIn(s.getPassOn))
	r.Post("/g/{name}/informants/pass-on", s.signedIn(s.passOn))
	r.Post("/g/{name}/informants/{id:[0-9]+}", s.signedIn(s.settleInformant))
	r.Post("/g/{name}/informants/{id:[0-9]+}/care", s.signedIn(s.askCare))
	r.Get("/g/{name}/informants/{id:[0-9]+}/hand-on", s.signedIn(s.getHandOn))
	r.Post("/g/{name}/informants/{id:[0-9]+}/hand-on", s.signedIn(s.handOnInformant))
}

func informantsPath(place instance.Actor) string { return "/g/" + place.Username + "/informants" }

// getInformants shows who the informants of a place are, to its residents, and
// where one writes to them or becomes one.
func (s *Server) getInformants(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	return s.showInformants(w, r, http.StatusOK, a, pages.Informants{Once: newOnce()})
}

// passedShown is how much of what was passed on is shown.
const passedShown = 3

func (s *Server) showInformants(w http.ResponseWriter, r *http.Request, status int, a instance.Actor, p pages.Informants) error {
	ctx, v := r.Context(), visitOf(r)
	p.Place, p.May = personView(s.Site, a), slices.Contains(v.viewer.Inner, a.ID)
	var err error
	if p.Keeps, err = s.Informants.Keeps(ctx, me(r).ID, a.ID); err != nil {
		return err
	}
	if p.May {
		if p.List, err = s.informantsAt(r, a.ID); err != nil {
			return err
		}
		p.Asks = slices.ContainsFunc(p.List, func(i view.Informant) bool { return i.Near && !i.Mine })
		if p.PassedOn, err = s.passedOn(r, a.ID); err != nil {
			return err
		}
		if p.Own, err = s.ownSeat(r, a.ID); err != nil {
			return err
		}
		if p.Own != nil && len(p.Problems) == 0 {
			p.Hours, p.Phone = p.Own.Hours, p.Own.Phone
		}
	}
	if p.Keeps {
		left, err := s.Informants.LeftOpen(ctx, me(r).ID, a.ID)
		if err != nil {
			return err
		}
		p.Left = s.personViews(left)
		waiting, err := s.Informants.Waiting(ctx, me(r).ID)
		if err != nil {
			return err
		}
		for _, i := range waiting {
			if i.Place.ID == a.ID {
				p.Waiting = append(p.Waiting, s.informantView(r, i, a.ID))
			}
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) informantView(r *http.Request, i instance.Informant, at instance.ActorID) view.Informant {
	shown := view.Informant{
		Who: personView(s.Site, i.Person), Place: personView(s.Site, i.Place), Near: i.Place.ID == at, Hours: i.Hours, Phone: i.Phone,
		Mine: i.Person.ID == visitOf(r).viewer.ID, Asked: !i.Asked.IsZero(),
	}
	if !i.Until.IsZero() {
		shown.Until = s.local(i.Until)
		shown.Renew = !shown.Asked && i.Until.Before(s.Now().Add(instance.InformantRenewal))
	}
	return shown
}

// informantsAt are the informants of a place as its residents see them.
func (s *Server) informantsAt(r *http.Request, place instance.ActorID) ([]view.Informant, error) {
	all, err := s.Informants.InOffice(r.Context(), visitOf(r).viewer, place)
	if err != nil {
		return nil, err
	}
	var list []view.Informant
	for _, i := range all {
		list = append(list, s.informantView(r, i, place))
	}
	return list, nil
}

// passedOn is what informants passed on in a place, as the one who reads may see it.
func (s *Server) passedOn(r *http.Request, place instance.ActorID) ([]view.PassedOn, error) {
	all, err := s.Informants.PassedOn(r.Context(), visitOf(r).viewer, place, passedShown)
	if err != nil {
		return nil, err
	}
	var list []view.PassedOn
	for _, p := range all {
		list = append(list, view.PassedOn{Path: postPath(p.Post), Title: excerpt(p.Post), Language: p.Language, By: p.Author.Shown(), Source: p.Source})
	}
	return list, nil
}

// ownSeat is how the one who reads is an informant of a place, nil for not.
func (s *Server) ownSeat(r *http.Request, place instance.ActorID) (*view.Informant, error) {
	seats, err := s.Informants.Of(r.Context(), me(r).ID)
	if err != nil {
		return nil, err
	}
	for _, i := range seats {
		if i.Place.ID == place {
			own := s.informantView(r, i, place)
			return &own, nil
		}
	}
	return nil, nil
}

// volunteer notes that somebody wants to be an informant, when they can be reached,
// or that they want it no longer.
func (s *Server) volunteer(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	deed := r.PostFormValue("deed")
	if deed == "give-back" {
		if err := s.Informants.GiveBack(r.Context(), me(r).ID, a.ID); err != nil {
			return err
		}
		return s.done(w, r, "informants.given-back", informantsPath(a))
	}
	form := pages.Informants{Once: newOnce(), Hours: r.PostFormValue("hours"), Phone: r.PostFormValue("phone")}
	if deed == "volunteer" && r.PostFormValue("consent") == "" {
		form.Problems = []view.Problem{{Field: "consent", Code: "unticked"}}
		return s.showInformants(w, r, http.StatusUnprocessableEntity, a, form)
	}
	flash := "saved"
	pledge := instance.Pledge{Hours: form.Hours}
	pledge.Phone, err = help.ParsePhone(form.Phone)
	switch {
	case err != nil:
	case deed == "pledge" && r.PostFormValue("again") == "":
		err = s.Informants.SetPledge(r.Context(), me(r).ID, a.ID, pledge)
	case deed == "volunteer" || deed == "pledge":
		flash = "informants.volunteered"
		err = s.Informants.Volunteer(r.Context(), visitOf(r).viewer, a.ID, pledge)
	default:
		return unknownDeed("deed")
	}
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showInformants(w, r, http.StatusUnprocessableEntity, a, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, flash, informantsPath(a))
}

// settleInformant accepts who volunteers, says no, or ends the time of an
// informant.
func (s *Server) settleInformant(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	who, err := actorID(r)
	if err != nil {
		return err
	}
	deeds := map[string]func(ctx context.Context, by, place, person instance.ActorID) error{
		"accept": s.Informants.Accept, "decline": s.Informants.Decline, "end": s.Informants.End,
	}
	deed := r.PostFormValue("deed")
	do, ok := deeds[deed]
	if !ok {
		return unknownDeed("deed")
	}
	err = unseen(do(r.Context(), me(r).ID, a.ID, who))
	if all, ok := problems(err); ok {
		return s.showInformants(w, r, http.StatusUnprocessableEntity, a, pages.Informants{Once: newOnce(), Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "informants."+deed, informantsPath(a))
}

// askInformants writes to the informants of a place.
func (s *Server) askInformants(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	form := pages.Informants{Once: r.PostFormValue("once"), Text: r.PostFormValue("text")}
	id, err := s.Informants.Ask(r.Context(), visitOf(r).viewer, a.ID, form.Text, form.Once)
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showInformants(w, r, http.StatusUnprocessableEntity, a, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "informants.asked", "/informants/requests/"+id.String())
}

// askCare asks an informant into one's own circle of care, which begins with that
// where there is none yet.
func (s *Server) askCare(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	who, err := actorID(r)
	if err != nil {
		return err
	}
	all, err := s.Informants.InOffice(r.Context(), visitOf(r).viewer, a.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(i instance.Informant) bool { return i.Person.ID == who }) {
		return instance.ErrNotFound
	}
	if r.PostFormValue("consent") == "" {
		return s.showInformants(w, r, http.StatusUnprocessableEntity, a, pages.Informants{Once: newOnce(), Problems: []view.Problem{{Field: "consent", Code: "unticked"}}})
	}
	id, err := s.ownCircle(r)
	if err == nil {
		err = s.Care.InviteInformant(r.Context(), me(r).ID, id, who, a.ID)
	}
	if all, ok := problems(err); ok {
		return s.showInformants(w, r, http.StatusUnprocessableEntity, a, pages.Informants{Once: newOnce(), Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "care.invited", "/care/"+id.String())
}

// ownCircle is the circle of care around the one who asks, begun by their word if
// there is none.
func (s *Server) ownCircle(r *http.Request) (instance.ID, error) {
	id, err := s.Care.Open(r.Context(), me(r).ID)
	if !errors.Is(err, instance.ErrConflict) {
		return id, err
	}
	list, err := s.Care.Of(r.Context(), me(r).ID)
	i := slices.IndexFunc(list, func(b care.Brief) bool { return b.Own })
	if err == nil && i < 0 {
		err = instance.ErrNotFound // they ended it this very moment
	}
	if err != nil {
		return 0, err
	}
	return list[i].ID, nil
}

// getInformantDesk is what is for an informant, for who accepts them, and what one
// wrote to informants.
func (s *Server) getInformantDesk(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), visitOf(r)
	var p pages.InformantDesk
	seats, err := s.Informants.Of(ctx, me(r).ID)
	if err != nil {
		return err
	}
	var places []instance.ActorID
	for _, i := range seats {
		p.Seats = append(p.Seats, s.informantView(r, i, i.Place.ID))
		if !i.Until.IsZero() {
			places = append(places, i.Place.ID)
		}
	}
	waiting, err := s.Informants.Waiting(ctx, me(r).ID)
	if err != nil {
		return err
	}
	for _, i := range waiting {
		p.Waiting = append(p.Waiting, s.informantView(r, i, i.Place.ID))
	}
	if len(places) > 0 {
		if err := s.informs(r, &p, places); err != nil {
			return err
		}
	}
	asked, err := s.Informants.Asked(ctx, v.viewer)
	if err != nil {
		return err
	}
	p.Asked = s.requestLines(r, asked)
	homes, err := s.Places.ByIDs(ctx, v.viewer.Inner)
	if err != nil {
		return err
	}
	for _, id := range v.viewer.Inner {
		if a, ok := homes[id]; ok && a.Local() && a.Level != "" && !a.Gone() {
			p.Homes = append(p.Homes, view.PlaceLine{Person: personView(s.Site, a), Level: level(a)})
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, http.StatusOK, p)
}

// informs puts on a desk what is for the informants of some places.
func (s *Server) informs(r *http.Request, p *pages.InformantDesk, places []instance.ActorID) (err error) {
	ctx, v := r.Context(), visitOf(r).viewer
	if p.Alerts, err = s.alerts(ctx, places...); err != nil {
		return err
	}
	open, err := s.Informants.Open(ctx, v)
	if err != nil {
		return err
	}
	p.Open = s.requestLines(r, open)
	unanswered, err := s.Informants.Unanswered(ctx, v)
	if err != nil {
		return err
	}
	p.Unanswered = s.dashboardLines(unanswered)
	circles, err := s.Care.Of(ctx, me(r).ID)
	if err != nil {
		return err
	}
	for _, b := range circles {
		if !b.Own {
			p.Circles = append(p.Circles, view.CareLine{ID: b.ID.String(), Who: personView(s.Site, b.Person), Asked: b.Asked})
		}
	}
	return nil
}

func (s *Server) requestLines(r *http.Request, list []instance.Request) []view.InformantLine {
	var lines []view.InformantLine
	for _, q := range list {
		lines = append(lines, s.requestLine(r, q))
	}
	return lines
}

func (s *Server) requestLine(r *http.Request, q instance.Request) view.InformantLine {
	line := view.InformantLine{
		Path: "/informants/requests/" + q.ID.String(), Place: personView(s.Site, q.Place), Asker: personView(s.Site, q.Asker), First: q.First,
		Closed: q.Closed, At: s.local(q.Last), Now: s.Now().In(s.Zone),
	}
	if q.Taken.ID != 0 {
		taken := personView(s.Site, q.Taken)
		line.Taken, line.Mine = &taken, q.Taken.ID == me(r).ID
	}
	return line
}

// requestIn is the number of the request that the path names.
func requestIn(r *http.Request) (instance.ID, error) { return instance.ParseID(chi.URLParam(r, "id")) }

// getInformantRequest shows a request to who wrote it and to the informants.
func (s *Server) getInformantRequest(w http.ResponseWriter, r *http.Request) error {
	return s.showInformantRequest(w, r, http.StatusOK, pages.InformantRequest{Once: newOnce()})
}

func (s *Server) showInformantRequest(w http.ResponseWriter, r *http.Request, status int, p pages.InformantRequest) error {
	id, err := requestIn(r)
	if err != nil {
		return err
	}
	q, informs, err := s.Informants.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return err
	}
	p.Request, p.Informs = s.requestLine(r, *q), informs
	for _, word := range q.Words {
		p.Words = append(p.Words, view.InformantWord{By: personView(s.Site, word.By), Mine: word.By.ID == me(r).ID, Text: word.Text, At: s.local(word.ID.Time())})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, status, p)
}

// sayInRequest adds words to a request.
func (s *Server) sayInRequest(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := requestIn(r)
	if err != nil {
		return err
	}
	form := pages.InformantRequest{Text: r.PostFormValue("text"), Once: r.PostFormValue("once")}
	err = s.Informants.Say(r.Context(), visitOf(r).viewer, id, form.Text, form.Once)
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showInformantRequest(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "informants.said", "/informants/requests/"+id.String())
}

// steerRequest has an informant see to a request, or says that it is settled.
func (s *Server) steerRequest(w http.ResponseWriter, r *http.Request) error {
	id, err := requestIn(r)
	if err != nil {
		return err
	}
	deed, do := "take", s.Informants.Take
	if chi.URLParam(r, "deed") == "close" {
		deed, do = "close", s.Informants.Close
	}
	err = do(r.Context(), visitOf(r).viewer, id)
	if errors.Is(err, instance.ErrConflict) {
		err = nil // another was quicker: the page shows who
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "informants."+deed, "/informants/requests/"+id.String())
}

// getPassOn is where an informant passes on what officials say.
func (s *Server) getPassOn(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	return s.showPassOn(w, r, http.StatusOK, a, pages.PassOn{Once: newOnce(), Until: s.Now().In(s.Zone).AddDate(0, 0, 7).Format(time.DateOnly)})
}

func (s *Server) showPassOn(w http.ResponseWriter, r *http.Request, status int, a instance.Actor, p pages.PassOn) error {
	own, err := s.ownSeat(r, a.ID)
	if err == nil && (own == nil || own.Until.IsZero()) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	residents, err := s.Places.CountResidents(r.Context(), a.ID)
	if err != nil {
		return err
	}
	p.Place, p.Readers = personView(s.Site, a), residents.Verified
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// passOn posts what officials say, with whose word it is. It holds to the end of
// its day.
func (s *Server) passOn(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	f := r.PostForm
	form := pages.PassOn{
		Title: f.Get("title"), Text: f.Get("text"), Source: f.Get("source"), Link: f.Get("link"), Until: f.Get("until"), Public: f.Get("public") != "", Once: f.Get("once"),
	}
	p := instance.PassedOn{Title: form.Title, Text: form.Text, Source: form.Source, Link: form.Link, Language: me(r).Locale, Public: form.Public}
	if day, err := time.ParseInLocation(time.DateOnly, form.Until, s.Zone); err == nil {
		p.Until = day.AddDate(0, 0, 1)
	}
	p.Line = s.sourceLine(r, p)
	post, err := s.Informants.PassOn(r.Context(), visitOf(r).viewer, a.ID, p, form.Once)
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showPassOn(w, r, http.StatusUnprocessableEntity, a, form)
	}
	if err != nil {
		return unseen(err)
	}
	return s.done(w, r, "post.published", postPath(post))
}

// sourceLine says whose word it is that is passed on, in the language of the text.
func (s *Server) sourceLine(r *http.Request, p instance.PassedOn) string {
	line := visitOf(r).language.Say("pass-on.from", "Source", p.Source)
	if p.Link != "" {
		line += " " + p.Link
	}
	return line
}
