package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/organisations"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getDirectory lists what the registers know in the commune of a place.
func (s *Server) getDirectory(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	p := pages.Directory{Place: personView(s.Site, a), Query: strings.TrimSpace(q.Get("q")), Register: q.Get("register")}
	if runes := []rune(p.Query); len(runes) > 100 {
		p.Query = string(runes[:100])
	}
	if !slices.Contains(p.Registers(), p.Register) {
		p.Register = ""
	}
	after := idIn(r, "after")
	list, err := s.Organisations.Directory(r.Context(), a.ID, organisations.Wanted{Words: p.Query, Register: p.Register, After: after, Limit: perPage})
	if err != nil {
		return err
	}
	days, err := s.marketDays(r, a.ID, 1)
	if err != nil {
		return err
	}
	now, err := s.openNow(r, a.ID, days)
	if err != nil {
		return err
	}
	path := "/g/" + a.Username + "/directory"
	for _, e := range list {
		shown := entryView(e)
		shown.Open = shown.Page != "" && slices.ContainsFunc(now, func(o view.Open) bool { return o.Path == shown.Page })
		if e.Page == "" && me(r) != nil {
			shown.Claim = path + "/" + shown.ID
		}
		p.Entries = append(p.Entries, shown)
	}
	asked := url.Values{"q": {p.Query}, "register": {p.Register}}
	if after != 0 {
		p.Pager.Newer = path + "?" + asked.Encode()
	}
	if len(list) == perPage {
		asked.Set("after", list[perPage-1].ID.String())
		p.Pager.Older = path + "?" + asked.Encode()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func entryView(e organisations.Entry) view.Entry {
	shown := view.Entry{ID: e.ID.String(), Register: e.Register, Name: e.Name, Purpose: e.Purpose, Street: e.Street, Commune: e.Commune, Website: e.Website}
	if e.Page != "" {
		shown.Page = "/@" + e.Page
	}
	return shown
}

// entryIn is the line of the registers that the path names, if it has no page yet.
func (s *Server) entryIn(r *http.Request) (instance.Actor, organisations.Entry, error) {
	a, err := s.place(r)
	if err != nil {
		return a, organisations.Entry{}, err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return a, organisations.Entry{}, err
	}
	e, err := s.Organisations.Entry(r.Context(), id)
	if err == nil && e.Page != "" {
		err = fmt.Errorf("entry %s: %w", id, instance.ErrNotFound)
	}
	return a, e, err
}

// getClaim is where somebody says that a line of the registers is theirs.
func (s *Server) getClaim(w http.ResponseWriter, r *http.Request) error {
	a, e, err := s.entryIn(r)
	if err != nil {
		return err
	}
	return s.showClaim(w, r, http.StatusOK, a, e, pages.Claim{})
}

func (s *Server) showClaim(w http.ResponseWriter, r *http.Request, status int, a instance.Actor, e organisations.Entry, p pages.Claim) error {
	way, err := s.Organisations.Standing(r.Context(), me(r).ID, e.ID)
	if err != nil {
		return err
	}
	p.Place, p.Entry, p.Way, p.Site = personView(s.Site, a), entryView(e), string(way), e.Site()
	if way == organisations.ByDomain {
		proof, err := s.Organisations.DomainProof(r.Context(), me(r).ID, e.ID)
		if err != nil {
			return err
		}
		p.ProofURL, p.ProofText = proof.URL, proof.Text
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// claim notes that somebody says a line of the registers is theirs.
func (s *Server) claim(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, e, err := s.entryIn(r)
	if err != nil {
		return err
	}
	form := pages.Claim{Username: strings.TrimSpace(r.PostFormValue("username"))}
	err = s.Organisations.Claim(r.Context(), me(r).ID, a.ID, e.ID, organisations.Way(r.PostFormValue("way")), form.Username)
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showClaim(w, r, http.StatusUnprocessableEntity, a, e, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "claim.sent", "/g/"+a.Username+"/directory/"+e.ID.String())
}

// proveClaim opens the page of whoever has the code of the letter.
func (s *Server) proveClaim(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, e, err := s.entryIn(r)
	if err != nil {
		return err
	}
	o, err := s.proveIn(r, e)
	if all, ok := problems(err); ok {
		return s.showClaim(w, r, http.StatusUnprocessableEntity, a, e, pages.Claim{Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "created", "/@"+o.Username)
}

// proveIn proves a claim in the way it was made: what was typed, or what a web
// site says, which is not asked too often.
func (s *Server) proveIn(r *http.Request, e organisations.Entry) (instance.Organisation, error) {
	if r.PostFormValue("look") == "" {
		return s.Organisations.Prove(r.Context(), me(r).ID, e.ID, r.PostFormValue("code"))
	}
	if wait, ok := s.lookups.Allow(me(r).ID.String()); !ok {
		return instance.Organisation{}, &auth.TooFast{Wait: wait}
	}
	return s.Organisations.ProveByDomain(r.Context(), me(r).ID, e.ID)
}

// getLetterClaims lists the letters to print, for the operator.
func (s *Server) getLetterClaims(w http.ResponseWriter, r *http.Request) error {
	return s.showClaims(w, r, organisations.ByLetter, 0, pages.Claims{Action: "/admin/claims", Letters: true})
}

func (s *Server) showClaims(w http.ResponseWriter, r *http.Request, way organisations.Way, place instance.ActorID, p pages.Claims) error {
	list, err := s.Organisations.Claims(r.Context(), way, place, perPage)
	if err != nil {
		return err
	}
	for _, c := range list {
		p.Claims = append(p.Claims, view.Claim{ID: c.ID.String(), Entry: entryView(c.Entry), Name: c.Name, Printed: c.Printed})
	}
	if p.Frame, err = s.frame(w, r, "claims"); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store") // it may hold a code
	return s.HTML(w, r, http.StatusOK, p)
}

// printClaim makes the letter for a claim. It is shown this once.
func (s *Server) printClaim(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	l, err := s.Organisations.PrintLetter(r.Context(), id)
	if err != nil {
		return err
	}
	return s.showClaims(w, r, organisations.ByLetter, 0, pages.Claims{
		Action: "/admin/claims", Letters: true, Printed: &view.Letterhead{Name: l.Name, Lines: l.Lines, Code: l.Code},
	})
}

// getCouncilClaims lists what a council is to confirm.
func (s *Server) getCouncilClaims(w http.ResponseWriter, r *http.Request) error {
	o, err := s.mine(r)
	if err != nil {
		return err
	}
	if o.Sort != instance.Council {
		return instance.ErrNotFound
	}
	return s.showClaims(w, r, organisations.ByCouncil, o.Place.ID, pages.Claims{Action: "/@" + o.Username + "/claims"})
}

// attestClaim decides about a claim as a council.
func (s *Server) attestClaim(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	o, err := s.mine(r)
	if err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	err = s.Organisations.Attest(r.Context(), *me(r), o.ID, id, r.PostFormValue("answer") == "yes")
	if errors.Is(err, instance.ErrInvalid) {
		return s.done(w, r, "claim.name-taken", "/@"+o.Username+"/claims")
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "decided", "/@"+o.Username+"/claims")
}
