package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/proofs"
	"palier/instance/screens"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// screenRoutes are what devices in halls ask for, and the page from which they are
// looked after.
func (s *Server) screenRoutes(r chi.Router) {
	r.Get("/screen", s.page(s.getScreen))
	r.Get("/screen/bundle", s.page(s.getBundle))
	r.Get("/screen/idle", s.page(s.getIdle))
	r.Get("/screen/sw.js", s.page(s.getScreenWorker))
	r.Get("/screen/start/{secret:[A-Z2-7]+}", s.page(s.startScreen))
	r.Get("/g/{name}/screens", s.signedIn(s.getScreens))
	r.Post("/g/{name}/screens", s.signedIn(s.bindScreen))
	r.Post("/g/{name}/screens/{id:[0-9]+}", s.signedIn(s.tellScreen))
	r.Post("/settings/screens", s.signedIn(s.agreeToScreens))
}

const (
	// cardTime is how long a card is shown; the page asks again once all had their
	// turn.
	cardTime = 20 * time.Second
	// readTime is how long somebody may read before a screen turns back to what it
	// shows by itself.
	readTime = 3 * time.Minute
	// waitTime is how often a device that shows nothing asks again.
	waitTime = 15 * time.Second
	// keepsDevice is how long a device is known, in seconds: browsers keep nothing
	// longer.
	keepsDevice = 400 * 24 * 60 * 60
	// silentAfter is after how long a screen that does not ask is in trouble.
	silentAfter = 15 * time.Minute
)

func (s *Server) screenCookie() string { return auth.CookieName(s.Site, "screen") }

// holds gives a device what it is known by.
func (s *Server) holds(w http.ResponseWriter, secret string) {
	http.SetCookie(w, &http.Cookie{
		Name: s.screenCookie(), Value: secret, Path: "/", MaxAge: keepsDevice, HttpOnly: true, Secure: s.Site.Secure(), SameSite: http.SameSiteLaxMode,
	})
}

// secretOf is what the device that asks is known by, empty for none.
func (s *Server) secretOf(r *http.Request) string {
	c, err := r.Cookie(s.screenCookie())
	if err != nil {
		return ""
	}
	return c.Value
}

// getScreen is what a device in a hall shows: a code until it is bound, then what
// its place has to say.
func (s *Server) getScreen(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "private, no-store")
	secret := s.secretOf(r)
	x, err := s.Screens.Device(r.Context(), secret)
	if errors.Is(err, instance.ErrNotFound) {
		return s.pairScreen(w, r, secret)
	}
	if err != nil {
		return err
	}
	s.holds(w, secret)
	switch {
	case x.Restart:
		if err := s.Screens.Begun(r.Context(), x.ID); err != nil {
			return err
		}
		w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
		return s.showAlone(w, r, x.Language, 2*time.Second, pages.ScreenPairing{State: "restart"})
	case x.Blank:
		return s.showAlone(w, r, x.Language, 2*waitTime, pages.ScreenPairing{State: "blank"})
	}
	return s.showScreen(w, r, x)
}

// pairScreen shows the code by which a device is bound. A device that is new gets
// something to be known by first.
func (s *Server) pairScreen(w http.ResponseWriter, r *http.Request, secret string) error {
	waits, err := s.Screens.Waits(r.Context(), secret)
	if err != nil {
		return err
	}
	if !waits {
		if wait, ok := s.codes.Allow("screen " + auth.From(r)); !ok {
			return &auth.TooFast{Wait: wait}
		}
	}
	code, err := s.Screens.Pair(r.Context(), secret)
	if errors.Is(err, instance.ErrInvalid) {
		secret = screens.NewSecret()
		code, err = s.Screens.Pair(r.Context(), secret)
	}
	if err != nil {
		return err
	}
	s.holds(w, secret)
	return s.showAlone(w, r, "", waitTime, pages.ScreenPairing{State: "pair", Code: screens.Grouped(code.Text), Until: code.Until.In(s.Zone)})
}

// showAlone shows what stands on a screen that has nothing to tell.
func (s *Server) showAlone(w http.ResponseWriter, r *http.Request, language string, again time.Duration, p pages.ScreenPairing) error {
	p.Frame = s.screenFrame(r, language)
	refresh(w, again, "/screen")
	return s.HTML(w, r, http.StatusOK, p)
}

// refresh has a browser load a page after a while, without any script.
func refresh(w http.ResponseWriter, after time.Duration, path string) {
	w.Header().Set("Refresh", strconv.Itoa(int(after/time.Second))+";url="+path)
}

// screenFrame is the frame of what a device shows: nobody reads it in particular.
func (s *Server) screenFrame(r *http.Request, language string) pages.Frame {
	f := pages.Frame{Language: visitOf(r).language, Now: s.Now().In(s.Zone), Server: pages.Server{Name: s.Title, Host: s.Site.Host()}}
	if language != "" {
		f.Language = s.set.Languages().Match(language, "")
	}
	return f
}

func (s *Server) showScreen(w http.ResponseWriter, r *http.Request, x instance.Screen) error {
	b, err := s.Screens.Bundle(r.Context(), x)
	if err != nil {
		return err
	}
	p := pages.Screen{Place: b.Name, Made: b.Made.In(s.Zone), Begins: x.Easy, Easy: x.Easy}
	if chosen := r.URL.Query().Get("easy"); chosen != "" {
		p.Easy = chosen == "yes"
	}
	for _, c := range b.Cards {
		shown := view.ScreenCard{Section: c.Section, URL: c.URL}
		for _, i := range c.Items {
			shown.Items = append(shown.Items, s.screenItem(i))
		}
		p.Cards = append(p.Cards, shown)
	}
	if x.Shows("codes") {
		code, err := s.codeCard(r, x)
		if err != nil {
			return err
		}
		p.Cards = append(p.Cards, code)
	}
	again, path := max(time.Duration(len(p.Cards))*cardTime, time.Minute), "/screen"
	if p.Easy {
		again = readTime
		at, err := strconv.Atoi(r.URL.Query().Get("at"))
		if err == nil && at > 0 && at < len(p.Cards) {
			p.At = at
		}
	}
	p.Frame = s.screenFrame(r, x.Language)
	refresh(w, again, path)
	w.Header().Set("X-Screen-Until", b.Expires.Format(time.RFC3339))
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) screenItem(i screens.Item) view.ScreenItem {
	shown := view.ScreenItem{Kind: i.Kind, Title: i.Title, Text: i.Text, Language: i.Language, By: i.By, Where: i.Where, Cut: i.Cut, State: i.State}
	if !i.Starts.IsZero() {
		shown.Starts = i.Starts.In(s.Zone)
	}
	if !i.Ends.IsZero() {
		shown.Ends = i.Ends.In(s.Zone)
	}
	return shown
}

// codeCard is the last card: a square code that leads to the place, and in a house
// the code that shows who comes in. That one stands in no bundle: it is worth
// nothing a moment later.
func (s *Server) codeCard(r *http.Request, x instance.Screen) (view.ScreenCard, error) {
	a, err := s.People.KnownByID(r.Context(), x.Place)
	if err != nil {
		return view.ScreenCard{}, err
	}
	c := view.ScreenCard{Section: "codes", URL: s.Site.Page(a.Username)}
	if !a.Level.House() {
		return c, nil
	}
	now, _, err := s.Proofs.HallCodes(r.Context(), x.Place)
	if errors.Is(err, instance.ErrNotFound) {
		return c, nil
	}
	c.Code, c.Until, c.URL = proofs.Grouped(now.Code), now.Until.In(s.Zone), s.hallURL(x.Place)
	return c, err
}

// getBundle answers with what the device shows, signed by its place.
func (s *Server) getBundle(w http.ResponseWriter, r *http.Request) error {
	x, err := s.Screens.Device(r.Context(), s.secretOf(r))
	if err != nil {
		return err
	}
	b, err := s.Screens.Bundle(r.Context(), x)
	if err != nil {
		return err
	}
	doc, err := s.Screens.Signed(r.Context(), x, b)
	if err != nil {
		return err
	}
	h := w.Header()
	Secure(h)
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	_, _ = w.Write(doc) // who asked may have gone
	return nil
}

// getIdle is what a screen shows that has had no connection for too long: the same
// for everyone, in the language of the screen.
func (s *Server) getIdle(w http.ResponseWriter, r *http.Request) error {
	x, err := s.Screens.Device(r.Context(), s.secretOf(r))
	if err != nil && !errors.Is(err, instance.ErrNotFound) {
		return err
	}
	return s.showAlone(w, r, x.Language, 4*waitTime, pages.ScreenPairing{State: "idle"})
}

// getScreenWorker answers with the script that devices keep for when there is no
// connection.
func (s *Server) getScreenWorker(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Service-Worker-Allowed", "/screen")
	return s.worker(w, "screen-sw.js")
}

// startScreen is where a device begins that forgets what it holds.
func (s *Server) startScreen(w http.ResponseWriter, r *http.Request) error {
	if wait, ok := s.codes.Allow("screen " + auth.From(r)); !ok {
		return &auth.TooFast{Wait: wait}
	}
	secret := chi.URLParam(r, "secret")
	if _, err := s.Screens.Device(r.Context(), secret); err != nil {
		return err
	}
	s.holds(w, secret)
	SeeOther(w, r, "/screen")
	return nil
}

// hung is the place that the path names, if the one who asks may decide about its
// screens.
func (s *Server) hung(r *http.Request) (instance.Actor, error) {
	a, err := s.place(r)
	if err == nil && !s.looksAfter(r, a) {
		err = instance.ErrNotFound
	}
	return a, err
}

// getScreens is where the screens of a place are looked after.
func (s *Server) getScreens(w http.ResponseWriter, r *http.Request) error {
	a, err := s.hung(r)
	if err != nil {
		return err
	}
	typed := view.ScreenWriting{Language: visitOf(r).language.Tag, Playlist: map[string]bool{}}
	for _, section := range instance.ScreenSections {
		typed.Playlist[section] = true
	}
	return s.showScreens(w, r, http.StatusOK, a, pages.Screens{Typed: typed})
}

func (s *Server) showScreens(w http.ResponseWriter, r *http.Request, status int, a instance.Actor, p pages.Screens) error {
	list, err := s.Screens.In(r.Context(), a.ID)
	if err != nil {
		return err
	}
	p.Place, p.House = personView(s.Site, a), a.Level.House()
	for _, x := range list {
		shown := view.HallScreen{
			ID: x.ID.String(), Name: x.Name, Playlist: x.Playlist, Tag: x.Tag, Language: x.Language, Easy: x.Easy, Blank: x.Blank, Restart: x.Restart,
			Silent: s.Now().Sub(x.SeenAt) > silentAfter,
		}
		if !x.SeenAt.IsZero() {
			shown.Seen = x.SeenAt.In(s.Zone)
		}
		p.Screens = append(p.Screens, shown)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here = "/g/" + a.Username + "/screens"
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, status, p)
}

// typedScreen is what somebody typed about a screen.
func typedScreen(r *http.Request) (view.ScreenWriting, instance.ScreenPlan) {
	form := r.PostForm
	typed := view.ScreenWriting{
		Code: form.Get("code"), Name: form.Get("where"), Tag: form.Get("tag"), Language: form.Get("language"), Easy: form.Get("easy") != "", Playlist: map[string]bool{},
	}
	plan := instance.ScreenPlan{Name: typed.Name, Tag: typed.Tag, Language: typed.Language, Easy: typed.Easy}
	for _, section := range slices.Compact(slices.Sorted(slices.Values(form["playlist"]))) {
		typed.Playlist[section] = true
		plan.Playlist = append(plan.Playlist, section)
	}
	return typed, plan
}

// bindScreen hangs a device in the hall of a place.
func (s *Server) bindScreen(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.hung(r)
	if err != nil {
		return err
	}
	if err := s.slowCodes(r); err != nil {
		return err
	}
	typed, plan := typedScreen(r)
	ctx, v := r.Context(), visitOf(r).viewer
	_, err = s.Screens.Bind(ctx, v, s.runs(r), a.ID, typed.Code, plan)
	if all, ok := problems(err); ok {
		return s.showScreens(w, r, http.StatusUnprocessableEntity, a, pages.Screens{Typed: typed, Problems: all})
	}
	if err != nil {
		return err
	}
	if a.Level.House() && plan.Shows("codes") {
		if err := s.Proofs.KeepHallCodes(ctx, a.ID, v.ID); err != nil {
			return err
		}
	}
	return s.done(w, r, "screen.bound", "/g/"+a.Username+"/screens")
}

// runs tells whether the one who asks runs the server.
func (s *Server) runs(r *http.Request) bool { return me(r).Role == instance.Admin }

// tellScreen does what a button beside a screen says.
func (s *Server) tellScreen(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.hung(r)
	if err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	ctx, v, admin := r.Context(), visitOf(r).viewer, s.runs(r)
	switch deed := r.PostFormValue("deed"); deed {
	case "blank", "show":
		err = s.Screens.Blank(ctx, v, admin, a.ID, id, deed == "blank")
	case "restart":
		err = s.Screens.Restart(ctx, v, admin, a.ID, id)
	case "unbind":
		err = s.Screens.Unbind(ctx, v, admin, a.ID, id)
	case "arrange":
		_, plan := typedScreen(r)
		err = s.Screens.Arrange(ctx, v, admin, a.ID, id, plan)
	case "address":
		secret, err := s.Screens.Readdress(ctx, v, admin, a.ID, id)
		if err != nil {
			return err
		}
		typed := view.ScreenWriting{Language: visitOf(r).language.Tag, Playlist: map[string]bool{}}
		return s.showScreens(w, r, http.StatusOK, a, pages.Screens{Typed: typed, Address: s.Site.Base() + "/screen/start/" + secret, Of: id.String()})
	default:
		err = unknownDeed("deed")
	}
	if all, ok := problems(err); ok {
		typed, _ := typedScreen(r)
		return s.showScreens(w, r, http.StatusUnprocessableEntity, a, pages.Screens{Typed: typed, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", "/g/"+a.Username+"/screens")
}

// agreeToScreens notes whether somebody agrees that their first name stands on
// screens.
func (s *Server) agreeToScreens(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.Screens.Agree(r.Context(), me(r).ID, r.PostFormValue("name") == "yes"); err != nil {
		return err
	}
	return s.done(w, r, "settings.saved", "/settings")
}
