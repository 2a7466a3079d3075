package web

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/assisted"
	"palier/instance/help"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// assistedRoutes are the pages of those who act for people without internet, and
// of those people themselves.
func (s *Server) assistedRoutes(r chi.Router) {
	r.Get("/for", s.signedIn(s.getHelped))
	r.Post("/for", s.signedIn(s.openHelped))
	r.Get("/for/new", s.signedIn(s.getNewHelped))
	r.Get("/for/paper", s.signedIn(s.getConsentSheet))
	r.Post("/for/stop", s.signedIn(s.stopActing))
	r.Get("/for/{id:[0-9]+}", s.signedIn(s.getOneHelped))
	r.Post("/for/{id:[0-9]+}", s.signedIn(s.settleHelped))
	r.Get("/for/{id:[0-9]+}/sheet", s.signedIn(s.getAnswerSheet))
	r.Post("/for/{id:[0-9]+}/helpers", s.signedIn(s.handOn))
	r.Get("/desk/slips", s.signedIn(s.getSlip))
	r.Post("/desk/slips", s.signedIn(s.findSlip))
	r.Get("/settings/helpers", s.signedIn(s.getHelpers))
	r.Post("/settings/helpers/{id:[0-9]+}", s.signedIn(s.settleHelper))
	r.Post("/settings/easy", s.signedIn(s.saveEasy))
}

// actsFor is the name under which a session keeps for whom its person acts.
const actsFor = "acts for"

// forOthers are the pages on which somebody can act for another: those to ask,
// offer, come, order and answer with. Messages, notices, settings and the home
// page are nobody's but the person's own.
var forOthers = regexp.MustCompile(`^/(ask/new|offer/new|events|exchange|places` +
	`|e/\d+(/answer|/needs/\d+)?|purchases/\d+(/order|/drop|/slot)?` +
	`|agreements/\d+(/(cancel|done|decline|hand-over|return))?` +
	`|@[A-Za-z0-9_]+(/exchange|/events)?|@[A-Za-z0-9_]+/\d+(/take|/reply|/close)?)$`)

// forOneself are the pages that stay a helper's own while they act for another.
var forOneself = regexp.MustCompile(`^/(for(/.*)?|help(/.*)?|desk(/.*)?|signout|signin.*|language|sw\.js|manifest\.webmanifest|offline|icon-.*|media/.*)$`)

// actFor puts the person into a visit for whom its own acts. It returns the path
// to go to instead for a page on which nobody acts for another.
func (s *Server) actFor(r *http.Request, v *visit) (elsewhere string, err error) {
	chosen := s.Sessions.Get(r.Context(), actsFor)
	if chosen == "" || v.account == nil || forOneself.MatchString(r.URL.Path) {
		return "", nil
	}
	id, err := instance.ParseID(chosen)
	if err != nil {
		return "", err
	}
	h, err := s.Assisted.ByHelper(r.Context(), v.account.ID, instance.ActorID(id))
	if err == nil && !h.May {
		err = instance.ErrForbidden
	}
	var person instance.Account
	if err == nil {
		person, err = s.People.Account(r.Context(), h.ID)
	}
	switch {
	case errors.Is(err, instance.ErrNotFound), errors.Is(err, instance.ErrForbidden):
		// Their help was ended meanwhile: nobody acts for anybody.
		s.Sessions.Put(r.Context(), actsFor, "")
		return "/for", nil
	case err != nil:
		return "", err
	}
	if !forOthers.MatchString(r.URL.Path) {
		return "/for/" + person.ID.String(), nil
	}
	v.helper, v.account = v.account, &person
	if v.viewer, err = s.Places.Viewer(r.Context(), person.ID); err != nil {
		return "", err
	}
	v.viewer.Helped = true
	v.viewer.ByLine = v.language.Say("assisted.by-line", "Helper", v.helper.Shown(), "Name", person.Shown())
	return "", nil
}

// acted notes what a helper did for another, once it was done.
func (s *Server) acted(r *http.Request, v *visit, location string) error {
	return s.Assisted.Note(r.Context(), v.account.ID, v.helper.ID, deedOf(r.URL.Path), postAt(location, r.URL.Path))
}

func deedOf(path string) string {
	switch {
	case strings.HasPrefix(path, "/ask/"):
		return "ask"
	case strings.HasPrefix(path, "/offer/"):
		return "offer"
	case strings.HasPrefix(path, "/e/"):
		return "come"
	case strings.HasPrefix(path, "/purchases/"):
		return "order"
	case strings.HasSuffix(path, "/take"), strings.HasSuffix(path, "/reply"), strings.HasPrefix(path, "/agreements/"):
		return "answer"
	}
	return "other"
}

var idInPath = regexp.MustCompile(`^/(?:@[A-Za-z0-9_@.:-]+|e|purchases)/(\d+)`)

// postAt is the post that the first of some paths is about that is about one.
func postAt(paths ...string) instance.PostID {
	for _, path := range paths {
		if m := idInPath.FindStringSubmatch(path); m != nil {
			if id, err := instance.ParseID(m[1]); err == nil {
				return instance.PostID(id)
			}
		}
	}
	return 0
}

// handleFor lets a helper do something for another, and notes it once it is done.
func (s *Server) handleFor(h handler, w http.ResponseWriter, r *http.Request) error {
	l := &leading{ResponseWriter: w}
	if err := h(l, r); err != nil || l.status != http.StatusSeeOther {
		return err
	}
	return s.acted(r, visitOf(r), w.Header().Get("Location"))
}

// leading notes where an answer leads to.
type leading struct {
	http.ResponseWriter
	status int
}

func (l *leading) WriteHeader(status int) {
	l.status = status
	l.ResponseWriter.WriteHeader(status)
}

// Unwrap lets deadlines be set on what is behind.
func (l *leading) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// getHelped lists for whom somebody acts.
func (s *Server) getHelped(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Assisted.HelpedBy(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	p := pages.Helped{}
	now := s.Sessions.Get(r.Context(), actsFor)
	for _, h := range list {
		line := helpedView(s.Site, h)
		line.Now = h.May && h.ID.String() == now
		p.List = append(p.List, line)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func helpedView(site instance.Site, h assisted.Helped) view.Helped {
	return view.Helped{Who: personView(site, h.Actor), Phone: h.Phone, Agreed: h.Agreed, May: h.May}
}

// getNewHelped is where an account is opened for somebody without internet.
func (s *Server) getNewHelped(w http.ResponseWriter, r *http.Request) error {
	return s.showNewHelped(w, r, http.StatusOK, pages.NewHelped{Locale: me(r).Locale})
}

// keptPlaces are the places in which somebody can open an account for another:
// those of their desks, and those they live in.
func (s *Server) keptPlaces(r *http.Request) (desks, homes []instance.Actor, err error) {
	if desks, err = s.Proofs.Desks(r.Context(), me(r).ID); err != nil {
		return nil, nil, err
	}
	residences, err := s.Places.Residences(r.Context(), me(r).ID)
	for _, h := range residences {
		if h.Standing == instance.Verified {
			homes = append(homes, h.Place)
		}
	}
	return desks, homes, err
}

func (s *Server) showNewHelped(w http.ResponseWriter, r *http.Request, status int, p pages.NewHelped) error {
	desks, homes, err := s.keptPlaces(r)
	if err != nil {
		return err
	}
	if len(desks)+len(homes) == 0 {
		return instance.ErrNotFound // only verified neighbours and desks can
	}
	seen := map[instance.ActorID]bool{}
	for _, a := range append(desks, homes...) {
		if !seen[a.ID] {
			seen[a.ID] = true
			p.Places = append(p.Places, view.Option{Value: a.ID.String(), Label: a.Shown(), Selected: a.ID.String() == p.Place})
		}
	}
	p.Desk = len(desks) > 0
	for _, l := range s.set.Languages().All() {
		p.Languages = append(p.Languages, view.Option{Value: l.Tag, Label: l.Own(), Selected: l.Tag == p.Locale})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// openHelped opens the account and shows, once, the slip with the code.
func (s *Server) openHelped(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	p := pages.NewHelped{
		Name: f.Get("name"), Locale: f.Get("language"), Phone: f.Get("phone"), Place: f.Get("place"), Document: f.Get("document"), Helper: f.Get("who"), Consent: f.Get("consent") != "",
	}
	opened, desk, err := s.openFor(r, p)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showNewHelped(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	slip := pages.Slip{Name: opened.FullName, Code: assisted.Grouped(opened.Code), Verified: desk, Path: "/for/" + opened.ID.String()}
	if slip.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.HTML(w, r, http.StatusOK, slip)
}

func (s *Server) openFor(r *http.Request, p pages.NewHelped) (opened assisted.Opened, verified bool, err error) {
	desks, homes, err := s.keptPlaces(r)
	if err != nil {
		return opened, false, err
	}
	at := func(list []instance.Actor) int {
		return slices.IndexFunc(list, func(a instance.Actor) bool { return a.ID.String() == p.Place })
	}
	plan := assisted.Plan{Name: p.Name, Locale: p.Locale, Consent: p.Consent, By: me(r).ID}
	switch i, j := at(desks), at(homes); {
	case i >= 0:
		plan.Place, plan.Desk = desks[i].ID, true
	case j >= 0:
		plan.Place = homes[j].ID
	default:
		return opened, false, &instance.Invalid{Field: "place", Code: "unknown"}
	}
	if !instance.Speaks(p.Locale) {
		return opened, false, &instance.Invalid{Field: "language", Code: "unknown"}
	}
	if plan.Phone, err = help.ParsePhone(p.Phone); err != nil {
		return opened, false, err
	}
	if strings.TrimSpace(p.Helper) != "" {
		helper, err := s.People.Neighbour(r.Context(), visitOf(r).viewer, p.Helper)
		if err != nil {
			return opened, false, err
		}
		plan.Helper = helper.ID
	}
	if opened, err = s.Assisted.Open(r.Context(), plan); err != nil || !plan.Desk || p.Document == "" {
		return opened, false, err
	}
	// The document that says where they live was seen at the same desk.
	n, err := s.Proofs.DeskNumber(r.Context(), plan.Place, opened.ID)
	if err == nil {
		_, err = s.Proofs.SeeDocument(r.Context(), me(r).ID, n.Number, p.Document)
	}
	return opened, err == nil, err
}

// getConsentSheet is the sheet that the person signs and keeps.
func (s *Server) getConsentSheet(w http.ResponseWriter, r *http.Request) error {
	p := pages.ConsentSheet{}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) helpedIn(r *http.Request) (assisted.Helped, error) {
	id, err := actorID(r)
	if err != nil {
		return assisted.Helped{}, err
	}
	return s.Assisted.ByHelper(r.Context(), me(r).ID, id)
}

// getOneHelped is where a helper chooses what to do for somebody.
func (s *Server) getOneHelped(w http.ResponseWriter, r *http.Request) error {
	return s.showOneHelped(w, r, http.StatusOK, pages.OneHelped{})
}

func (s *Server) showOneHelped(w http.ResponseWriter, r *http.Request, status int, p pages.OneHelped) error {
	h, err := s.helpedIn(r)
	if err != nil {
		return err
	}
	p.Helped = helpedView(s.Site, h)
	p.Helped.Now = h.May && s.Sessions.Get(r.Context(), actsFor) == h.ID.String()
	if h.May {
		home, err := s.home(r.Context(), h.ID)
		if err != nil {
			return err
		}
		if home != nil {
			at := personView(s.Site, home.Actor)
			p.Home = &at
		}
		if p.Acts, err = s.actViews(r, h.ID); err != nil {
			return err
		}
		helpers, err := s.Assisted.Helpers(r.Context(), h.ID)
		if err != nil {
			return err
		}
		for _, o := range helpers {
			p.Helpers = append(p.Helpers, view.Helper{Who: personView(s.Site, o.Actor), Since: o.Since, Agreed: o.Agreed, Confirmed: o.Confirmed})
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) actViews(r *http.Request, person instance.ActorID) ([]view.HelpedAct, error) {
	acts, err := s.Assisted.Acts(r.Context(), person)
	if err != nil {
		return nil, err
	}
	var shown []view.HelpedAct
	for _, a := range acts {
		v := view.HelpedAct{Deed: a.Deed, Name: a.Name, At: s.local(a.At)}
		if a.By != nil {
			by := personView(s.Site, *a.By)
			v.By = &by
		}
		shown = append(shown, v)
	}
	return shown, nil
}

// settleHelped begins to act for somebody, or answers whether one does at all.
func (s *Server) settleHelped(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, err := s.helpedIn(r)
	if err != nil {
		return err
	}
	here := "/for/" + h.ID.String()
	switch r.PostFormValue("deed") {
	case "act":
		if !h.May {
			return instance.ErrNotFound
		}
		s.Sessions.Put(r.Context(), actsFor, h.ID.String())
		return s.done(w, r, "assisted.acting", here)
	case "yes":
		if err := s.Assisted.Answer(r.Context(), me(r).ID, h.ID, true); err != nil {
			return err
		}
		return s.done(w, r, "assisted.agreed", here)
	case "no":
		if err := s.Assisted.Answer(r.Context(), me(r).ID, h.ID, false); err != nil {
			return err
		}
		s.Sessions.Put(r.Context(), actsFor, "")
		return s.done(w, r, "assisted.ended", "/for")
	}
	return unknownDeed("deed")
}

// stopActing has one be oneself again.
func (s *Server) stopActing(w http.ResponseWriter, r *http.Request) error {
	s.Sessions.Put(r.Context(), actsFor, "")
	return s.done(w, r, "assisted.stopped", "/for")
}

// getAnswerSheet is what came back, on paper, for who has no mail.
func (s *Server) getAnswerSheet(w http.ResponseWriter, r *http.Request) error {
	h, err := s.helpedIn(r)
	if err == nil && !h.May {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	answers, err := s.Assisted.Answers(r.Context(), h.ID)
	if err != nil {
		return err
	}
	p := pages.AnswerSheet{Helped: helpedView(s.Site, h)}
	for _, a := range answers {
		p.Answers = append(p.Answers, view.HelpedAnswer{From: personView(s.Site, a.From), To: a.To, Content: sanitised(a.Content), At: s.local(a.At)})
	}
	viewer, err := s.Places.Viewer(r.Context(), h.ID)
	if err != nil {
		return err
	}
	viewer.Helped = true
	deals, err := s.Exchange.Mine(r.Context(), viewer)
	if err != nil {
		return err
	}
	for _, d := range deals {
		p.Deals = append(p.Deals, s.agreementView(d.Agreement, d.About, h.ID, ""))
	}
	if p.Acts, err = s.actViews(r, h.ID); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// handOn asks another to act for somebody.
func (s *Server) handOn(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, err := s.helpedIn(r)
	if err != nil {
		return err
	}
	typed := r.PostFormValue("who")
	to, err := s.People.Neighbour(r.Context(), visitOf(r).viewer, typed)
	if err == nil {
		err = s.Assisted.HandOn(r.Context(), me(r).ID, h.ID, to.ID, r.PostFormValue("consent") != "")
	}
	if all, ok := problems(err); ok {
		return s.showOneHelped(w, r, http.StatusUnprocessableEntity, pages.OneHelped{Who: typed, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "assisted.asked", "/for/"+h.ID.String())
}

// getSlip is where a desk types the code that somebody says by telephone.
func (s *Server) getSlip(w http.ResponseWriter, r *http.Request) error {
	return s.showSlip(w, r, http.StatusOK, pages.DeskSlip{})
}

func (s *Server) showSlip(w http.ResponseWriter, r *http.Request, status int, p pages.DeskSlip) error {
	if _, err := s.desks(r); err != nil {
		return err
	}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// findSlip shows whose slip it is, ends the help of one or of all, and gives the
// person access of their own.
func (s *Server) findSlip(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if _, err := s.desks(r); err != nil {
		return err
	}
	if err := s.slowCodes(r); err != nil {
		return err
	}
	p := pages.DeskSlip{Code: r.PostFormValue("code"), Email: r.PostFormValue("email")}
	person, err := s.Assisted.ByCode(r.Context(), me(r).ID, p.Code)
	if err == nil {
		err = s.withSlip(r, person.ID)
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		if person.ID == 0 {
			return s.showSlip(w, r, http.StatusUnprocessableEntity, p)
		}
	} else if err != nil {
		return err
	}
	who := personView(s.Site, person)
	p.Person = &who
	helpers, err := s.Assisted.Helpers(r.Context(), person.ID)
	if err != nil {
		return err
	}
	for _, h := range helpers {
		p.Helpers = append(p.Helpers, view.Helper{Who: personView(s.Site, h.Actor), Since: h.Since, Agreed: h.Agreed, Confirmed: h.Confirmed})
	}
	p.Done = r.PostFormValue("deed")
	status := http.StatusOK
	if len(p.Problems) > 0 {
		p.Done, status = "", http.StatusUnprocessableEntity
	}
	return s.showSlip(w, r, status, p)
}

// withSlip does what the one with the slip asks the desk for.
func (s *Server) withSlip(r *http.Request, person instance.ActorID) error {
	switch r.PostFormValue("deed") {
	case "end-all":
		return s.Assisted.EndAll(r.Context(), person)
	case "end":
		helper, err := instance.ParseID(r.PostFormValue("helper"))
		if err != nil {
			return err
		}
		return s.Assisted.End(r.Context(), person, instance.ActorID(helper))
	case "access":
		return s.Assisted.GiveAccess(r.Context(), person, r.PostFormValue("email"))
	}
	return nil
}

// getHelpers shows a person with access of their own who acts for them.
func (s *Server) getHelpers(w http.ResponseWriter, r *http.Request) error {
	is, err := s.Assisted.Is(r.Context(), me(r).ID)
	if err == nil && !is {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	list, err := s.Assisted.Helpers(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	p := pages.OwnHelpers{}
	for _, h := range list {
		p.Helpers = append(p.Helpers, view.Helper{Who: personView(s.Site, h.Actor), Since: h.Since, Agreed: h.Agreed, Confirmed: h.Confirmed})
	}
	if p.Acts, err = s.actViews(r, me(r).ID); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// settleHelper confirms a helper, or drops them.
func (s *Server) settleHelper(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := actorID(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("deed") == "confirm" {
		if err := s.Assisted.Confirm(r.Context(), me(r).ID, id); err != nil {
			return err
		}
		return s.done(w, r, "assisted.confirmed", "/settings/helpers")
	}
	if err := s.Assisted.End(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	return s.done(w, r, "assisted.dropped", "/settings/helpers")
}

// saveEasy turns the easy pages on or off.
func (s *Server) saveEasy(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.People.SetEasy(r.Context(), me(r).ID, r.PostFormValue("easy") == "yes"); err != nil {
		return err
	}
	return s.done(w, r, "settings.saved", "/settings")
}
