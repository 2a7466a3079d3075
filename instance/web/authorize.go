package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

const authorizePath = "/oauth/authorize"

// forProgram leaves a page that is on its way to the consent page in reach of
// the program that opened it, which may have done so in a window of its own and
// waits there for the answer: a stricter opener policy anywhere on the way
// would cut the two apart (specs/decisions/0055-our-own-oauth.md).
func forProgram(w http.ResponseWriter, path string) {
	if strings.HasPrefix(path, authorizePath) {
		w.Header().Set(openerPolicy, "unsafe-none")
	}
}

// fault is what a program asked wrongly, as one of [pages.AuthorizeFault.Faults].
type fault string

func (f fault) Error() string { return "authorize: wrong " + string(f) }

// asked are the parameters of an authorization request that mean something
// here (RFC 6749 §4.1.1, RFC 7636 §4.3).
var asked = []string{"response_type", "response_mode", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"}

// grant reads what a program asks. It returns a fault if that gets no answer:
// since anyone can register any address, nobody is led to one before somebody
// here said so (RFC 9700 §4.11.2).
func (s *Server) grant(ctx context.Context, q url.Values) (auth.Grant, error) {
	var g auth.Grant
	for _, name := range asked {
		if len(q[name]) > 1 {
			return g, fault("twice")
		}
	}
	app, err := s.Apps.Client(ctx, q.Get("client_id"))
	switch {
	case errors.Is(err, instance.ErrNotFound):
		return g, fault("client")
	case err != nil:
		return g, err
	case !app.RedirectsTo(q.Get("redirect_uri")):
		return g, fault("redirect")
	case q.Get("response_type") != "code", q.Get("response_mode") != "" && q.Get("response_mode") != "query":
		return g, fault("response")
	}
	scopes, err := auth.ParseScopes(q.Get("scope"))
	if len(scopes) == 0 {
		scopes = auth.Scopes{"read"}
	}
	if err != nil || !app.Scopes.Cover(scopes) {
		return g, fault("scope")
	}
	if auth.CheckChallenge(q.Get("code_challenge"), q.Get("code_challenge_method")) != nil {
		return g, fault("challenge")
	}
	return auth.Grant{App: app, Scopes: scopes, RedirectURI: q.Get("redirect_uri"), Challenge: q.Get("code_challenge")}, nil
}

// getAuthorize asks somebody whether a program may act for them, once they have
// signed in: anew, if the program wants that.
func (s *Server) getAuthorize(w http.ResponseWriter, r *http.Request) error {
	forProgram(w, authorizePath)
	if err := s.granting(w, r); err != nil {
		return err
	}
	q := r.URL.Query()
	s.speak(r, q.Get("lang"))
	g, err := s.grant(r.Context(), q)
	if err != nil {
		return s.askedWrongly(w, r, err)
	}
	forced := slices.Contains([]string{"true", "1", "on"}, q.Get("force_login"))
	if me(r) == nil || forced {
		to := url.Values{"back": {again(q)}, "again": {"true"}}
		if lang := q.Get("lang"); lang != "" {
			to.Set("lang", lang)
		}
		SeeOther(w, r, "/signin?"+to.Encode())
		return nil
	}
	return s.askForConsent(w, r, q, g)
}

// again is the address of the same request after somebody signed in.
func again(q url.Values) string {
	same := url.Values{}
	for _, name := range asked {
		if v := q.Get(name); v != "" {
			same.Set(name, v)
		}
	}
	return authorizePath + "?" + same.Encode()
}

func (s *Server) askForConsent(w http.ResponseWriter, r *http.Request, q url.Values, g auth.Grant) error {
	to := auth.ReadRedirect(g.RedirectURI)
	p := pages.Authorize{
		Program: programView(g.App), Scopes: scopeViews(g.Scopes), Host: to.Host, Scheme: to.Scheme,
		Circles: slices.ContainsFunc(readsCircles, g.Scopes.Allows),
		Other:   "/signin?" + url.Values{"back": {again(q)}, "again": {"true"}}.Encode(),
		Request: []view.Option{{Value: "as", Label: me(r).ID.String()}},
	}
	for _, name := range asked {
		if v := q.Get(name); v != "" {
			p.Request = append(p.Request, view.Option{Value: name, Label: v})
		}
	}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here = again(q)
	// Browsers hold the answer to the form to this, and that leads to the
	// program.
	w.Header().Set("Content-Security-Policy", strings.TrimSpace(policy+"; form-action 'self' "+to.Origin))
	w.Header().Set("Cache-Control", "no-store")
	return s.HTML(w, r, http.StatusOK, p)
}

// readsCircles are the scopes that show what is written for neighbours only.
var readsCircles = []string{"read:statuses", "read:notifications", "read:bookmarks", "read:favourites", "read:search"}

// authorize leads back to the program: with a code, or with a no.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) error {
	forProgram(w, authorizePath)
	if err := s.granting(w, r); err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	q := r.PostForm
	g, err := s.grant(r.Context(), q)
	if err != nil {
		return s.askedWrongly(w, r, err)
	}
	// Whoever was asked says yes, and not who signed in here meanwhile.
	if me(r) == nil || me(r).ID.String() != q.Get("as") {
		SeeOther(w, r, again(q))
		return nil
	}
	answer := url.Values{"iss": {s.Site.Base()}} // RFC 9207
	if state := q.Get("state"); state != "" {
		answer.Set("state", state)
	}
	switch q.Get("decision") {
	case "allow":
		g.Person = me(r).ID
		code, err := s.Apps.Authorize(r.Context(), g)
		if err != nil {
			return err
		}
		answer.Set("code", code)
	case "deny":
		answer.Set("error", "access_denied")
	default:
		return instance.ErrInvalid
	}
	s.leadBack(w, r, g.RedirectURI, answer)
	return nil
}

// leadBack leads to where a program waits for answer.
func (s *Server) leadBack(w http.ResponseWriter, r *http.Request, uri string, answer url.Values) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	switch {
	case uri != auth.OutOfBand:
		join := "?"
		if strings.Contains(uri, "?") {
			join = "&"
		}
		Secure(h)
		h.Set("Location", uri+join+answer.Encode()) // as registered: parsing it anew could change it
		w.WriteHeader(http.StatusSeeOther)
	case answer.Has("code"):
		SeeOther(w, r, authorizePath+"/native?"+url.Values{"code": answer["code"]}.Encode())
	default:
		s.flashes.Set(w, view.Flash{Key: "authorize.denied"})
		SeeOther(w, r, "/home")
	}
}

var codeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)

// getCode shows a code to be copied into a program that has no address.
func (s *Server) getCode(w http.ResponseWriter, r *http.Request) error {
	forProgram(w, authorizePath)
	code := r.URL.Query().Get("code")
	if !codeForm.MatchString(code) {
		return instance.ErrNotFound
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.HTML(w, r, http.StatusOK, pages.AuthorizeCode{Frame: f, Code: code})
}

// askedWrongly tells what a program asked wrongly.
func (s *Server) askedWrongly(w http.ResponseWriter, r *http.Request, err error) error {
	wrong, ok := errors.AsType[fault](err)
	if !ok {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	f.Here = "/"
	w.Header().Set("Cache-Control", "no-store")
	return s.HTML(w, r, http.StatusBadRequest, pages.AuthorizeFault{Frame: f, Fault: string(wrong)})
}

// granting turns away whoever asks to be let in too often.
func (s *Server) granting(w http.ResponseWriter, r *http.Request) error {
	turn := s.grants.Take(auth.From(r))
	turn.Tell(w.Header())
	if !turn.OK {
		return &auth.TooFast{Wait: turn.Wait}
	}
	return nil
}

func programView(a auth.App) view.Program { return view.Program{Name: a.Name, Site: a.Host()} }

// scopeViews are scopes as the catalogue names them.
func scopeViews(all auth.Scopes) []string {
	var names []string
	for _, scope := range all.Shortest() {
		names = append(names, strings.ReplaceAll(scope, ":", "."))
	}
	return names
}
