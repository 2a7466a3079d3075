package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/joining"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// AddressFinder reads back an address that a page of ours handed out sealed.
type AddressFinder interface {
	// Open returns which address it is. It returns [instance.ErrNotFound] for
	// what was not sealed here.
	Open(word string) (instance.AddressID, error)
	// ByID returns an address.
	ByID(ctx context.Context, id instance.AddressID) (instance.Address, error)
}

// joinKey is where a session keeps what somebody who joins has said so far.
const joinKey = "joining"

// started is what they have said.
type started struct {
	Plan  joining.Plan `json:"plan"`
	Email string       `json:"email"`
}

func (s *Server) started(r *http.Request) (started, bool) {
	var so started
	text := s.Sessions.Pop(r.Context(), joinKey)
	if text == "" || json.Unmarshal([]byte(text), &so) != nil {
		return so, false
	}
	s.Sessions.Put(r.Context(), joinKey, text)
	return so, true
}

func (s *Server) goOn(r *http.Request, so started) error {
	b, err := json.Marshal(so)
	if err != nil {
		return err
	}
	s.Sessions.Put(r.Context(), joinKey, string(b))
	return nil
}

// entrance is what the address of the page to join says: where, and asked by
// whom.
type entrance struct {
	place      instance.Neighbourhood
	address    int64
	label      string
	sealed     string
	invitation joining.Invitation
}

// getJoin is the first step of joining: what one is called, in a place that the
// address names, or else which place it is.
func (s *Server) getJoin(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	e, state, err := s.entrance(r, q.Get("place"), q.Get("address"), q.Get("invitation"))
	if err != nil {
		return err
	}
	if me(r) != nil {
		to := "/home"
		if e.place.ID != 0 {
			to = "/@" + e.place.Username
		}
		SeeOther(w, r, to)
		return nil
	}
	if state != "" || e.place.ID == 0 {
		return s.askForPlace(w, r, state)
	}
	return s.askForName(w, r, http.StatusOK, e, pages.Join{})
}

// entrance reads where somebody wants to join. state says why they may not.
func (s *Server) entrance(r *http.Request, place, sealed, code string) (e entrance, state string, err error) {
	ctx := r.Context()
	if code != "" {
		e.invitation, err = s.Joining.Coded(ctx, code)
		switch {
		case errors.Is(err, instance.ErrGone):
			state = "gone"
		case err != nil:
			return e, "", err
		case place == "":
			place = e.invitation.Place.String()
		}
	}
	switch reg := s.Joining.Registrations(); {
	case reg == joining.Closed:
		return e, "closed", nil
	case reg == joining.Invited && e.invitation.ID == 0:
		return e, "invited", nil
	case state != "":
		return e, state, nil
	}
	if sealed != "" && s.Finder != nil {
		a, err := s.addressBehind(ctx, sealed)
		switch {
		case err == nil:
			e.address, e.label, e.sealed = int64(a.ID), a.Line()+", "+a.Town(), sealed
		case !errors.Is(err, instance.ErrNotFound):
			return e, "", err
		}
	}
	if place == "" {
		return e, "", nil
	}
	if e.place, err = s.placeCalled(ctx, place); errors.Is(err, instance.ErrNotFound) {
		return e, "", nil
	}
	return e, "", err
}

func (s *Server) addressBehind(ctx context.Context, sealed string) (instance.Address, error) {
	id, err := s.Finder.Open(sealed)
	if err != nil {
		return instance.Address{}, err
	}
	return s.Finder.ByID(ctx, id)
}

// placeCalled is a place of ours by its id or its name.
func (s *Server) placeCalled(ctx context.Context, name string) (instance.Neighbourhood, error) {
	if id, err := instance.ParseID(name); err == nil {
		return s.Places.ByID(ctx, instance.ActorID(id))
	}
	return s.Places.Named(ctx, strings.TrimPrefix(name, "@"))
}

func (s *Server) askForPlace(w http.ResponseWriter, r *http.Request, state string) error {
	p := pages.JoinPlace{State: state}
	if p.State == "" {
		p.State = string(s.Joining.Registrations())
	}
	if state == "" || state == "gone" {
		p.State = state
		all, err := s.Places.All(r.Context())
		if err != nil {
			return err
		}
		p.Places = s.placeLines(all)
	}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) askForName(w http.ResponseWriter, r *http.Request, status int, e entrance, p pages.Join) error {
	p.Place = placeLine(s.Site, e.place)
	p.Address, p.Sealed, p.Invitation = e.label, e.sealed, e.invitation.Code
	if e.invitation.ID != 0 {
		by, err := s.People.ByID(r.Context(), e.invitation.By)
		if err != nil {
			return err
		}
		who := personView(s.Site, by.Actor)
		p.Inviter = &who
	}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func placeLine(site instance.Site, n instance.Neighbourhood) view.PlaceLine {
	return view.PlaceLine{Person: personView(site, n.Actor), Level: view.Level(n.Level), Verified: n.Verified}
}

// takeName keeps what somebody is called, for the next step.
func (s *Server) takeName(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	e, state, err := s.entrance(r, r.PostFormValue("place"), r.PostFormValue("address"), r.PostFormValue("invitation"))
	if err != nil {
		return err
	}
	if state != "" || e.place.ID == 0 {
		return s.askForPlace(w, r, state)
	}
	p := pages.Join{Name: r.PostFormValue("name"), Hide: r.PostFormValue("hide") != "", Alias: r.PostFormValue("alias")}
	plan := joining.Plan{FullName: strings.TrimSpace(p.Name), Place: e.place.ID, Address: e.address, Label: e.label, Invitation: e.invitation.Code}
	err = plan.CheckName()
	if p.Hide && err == nil {
		plan.Alias = strings.TrimSpace(p.Alias)
		if err = plan.CheckName(); plan.Alias == "" {
			err = &instance.Invalid{Field: "alias", Code: "missing"}
		}
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.askForName(w, r, http.StatusUnprocessableEntity, e, p)
	}
	if err != nil {
		return err
	}
	if err := s.goOn(r, started{Plan: plan}); err != nil {
		return err
	}
	SeeOther(w, r, "/join/email")
	return nil
}

// getJoinEmail is the second step: where one can be written to.
func (s *Server) getJoinEmail(w http.ResponseWriter, r *http.Request) error {
	return s.askForEmail(w, r, http.StatusOK, nil)
}

func (s *Server) askForEmail(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	so, ok := s.started(r)
	if !ok {
		SeeOther(w, r, "/join")
		return nil
	}
	n, err := s.Places.ByID(r.Context(), so.Plan.Place)
	if err != nil {
		return err
	}
	p := pages.JoinEmail{Place: placeLine(s.Site, n), Name: so.Plan.FullName, Email: so.Email, Problems: all}
	if typed := r.PostFormValue("email"); typed != "" {
		p.Email = typed
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// joinEmail has the letter sent that opens the account. The answer is the same
// for every address (security.md G03).
func (s *Server) joinEmail(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	so, ok := s.started(r)
	if !ok {
		SeeOther(w, r, "/join")
		return nil
	}
	if all := missing(r, "email"); all != nil {
		return s.askForEmail(w, r, http.StatusUnprocessableEntity, all)
	}
	so.Email = strings.TrimSpace(r.PostFormValue("email"))
	if err := s.mayBeWrittenTo(r, so.Email); err != nil {
		return err
	}
	plan := so.Plan
	plan.Email, plan.Locale = so.Email, visitOf(r).language.Tag
	err := s.Joining.Ask(r.Context(), plan)
	if all, ok := problems(err); ok {
		return s.askForEmail(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	if err := s.goOn(r, so); err != nil {
		return err
	}
	SeeOther(w, r, "/join/sent")
	return nil
}

// mayBeWrittenTo counts what is sent to one address, and asked for from one
// (security.md G02).
func (s *Server) mayBeWrittenTo(r *http.Request, email string) error {
	if wait, ok := s.askers.Allow(auth.From(r)); !ok {
		return &auth.TooFast{Wait: wait}
	}
	if wait, ok := s.letters.Allow(strings.ToLower(strings.TrimSpace(email))); !ok {
		return &auth.TooFast{Wait: wait}
	}
	return nil
}

// getJoinSent tells that the letter is on its way.
func (s *Server) getJoinSent(w http.ResponseWriter, r *http.Request) error {
	so, _ := s.started(r)
	return s.linkSent(w, r, "join", so.Email)
}

func (s *Server) linkSent(w http.ResponseWriter, r *http.Request, deed, email string) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.LinkSent{Frame: f, Deed: deed, Email: email})
}

// getJoinConfirm is where the link of the letter leads; the press there opens
// the account.
func (s *Server) getJoinConfirm(w http.ResponseWriter, r *http.Request) error {
	token := chi.URLParam(r, "token")
	l, err := s.Joining.Look(r.Context(), joining.ToJoin, token)
	if err != nil {
		return err
	}
	n, err := s.Places.ByID(r.Context(), l.Plan.Place)
	if err != nil {
		return err
	}
	line := placeLine(s.Site, n)
	return s.linkOpen(w, r, http.StatusOK, pages.LinkOpen{Deed: "join", Name: l.Plan.FullName, Place: &line, Email: l.Email, Action: "/join/confirm/" + token})
}

func (s *Server) linkOpen(w http.ResponseWriter, r *http.Request, status int, p pages.LinkOpen) error {
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here = "/signin" // the link itself is not to be led back to
	return s.HTML(w, r, status, p)
}

// joinConfirm opens the account and signs its person in.
func (s *Server) joinConfirm(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.Joining.Join(r.Context(), chi.URLParam(r, "token"))
	if err != nil {
		return err
	}
	s.Sessions.Pop(r.Context(), joinKey)
	if err := s.Sessions.SignIn(r.Context(), a.ID); err != nil {
		return err
	}
	SeeOther(w, r, "/join/way")
	return nil
}

// getJoinWay is the third step: how one will sign in.
func (s *Server) getJoinWay(w http.ResponseWriter, r *http.Request) error {
	return s.askForWay(w, r, http.StatusOK, nil)
}

func (s *Server) askForWay(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	if me(r).HasPassword {
		SeeOther(w, r, "/join/circles")
		return nil
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, status, pages.JoinWay{Frame: f, Email: me(r).Email, Passkeys: s.Passkeys.Possible(), Problems: all})
}

// joinWay keeps how one will sign in.
func (s *Server) joinWay(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if r.PostFormValue("way") == "password" {
		err := s.People.FirstPassword(r.Context(), me(r).ID, r.PostFormValue("password"))
		if all, ok := problems(err); ok {
			return s.askForWay(w, r, http.StatusUnprocessableEntity, all)
		}
		if err != nil && !errors.Is(err, instance.ErrConflict) {
			return err
		}
	}
	SeeOther(w, r, "/join/circles")
	return nil
}

// getJoinCircles is the fourth step: what others see. The fifth is to prove
// where one lives.
func (s *Server) getJoinCircles(w http.ResponseWriter, r *http.Request) error {
	return s.showSeen(w, r, true)
}

// getSeen shows somebody what others see of them.
func (s *Server) getSeen(w http.ResponseWriter, r *http.Request) error {
	return s.showSeen(w, r, false)
}

func (s *Server) showSeen(w http.ResponseWriter, r *http.Request, first bool) error {
	a := me(r)
	homes, err := s.Places.Residences(r.Context(), a.ID)
	if err != nil {
		return err
	}
	p := pages.Seen{First: first, Hidden: a.Protected}
	inner := a.Shown()
	if a.FullName != "" && !a.Protected {
		inner = a.FullName
	}
	handle := "@" + a.Acct() + "@" + s.Site.Host()
	var names []string
	for _, h := range homes {
		names = append(names, h.Place.Shown())
	}
	for _, h := range homes {
		switch {
		case h.Place.Level.House():
			p.Circles = append(p.Circles, view.SeenBy{Audience: view.ToBuilding, Where: h.Place.Shown(), Name: inner, Places: names})
		case h.Place.Level == "neighbourhood":
			p.Circles = append(p.Circles, view.SeenBy{Audience: view.ToNeighbourhood, Where: h.Place.Shown(), Name: inner, Places: names})
		}
	}
	p.Circles = append(p.Circles,
		view.SeenBy{Audience: view.ToAround, Name: a.Shown(), Handle: handle},
		view.SeenBy{Audience: view.ToPublic, Name: a.Shown(), Handle: handle})
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
