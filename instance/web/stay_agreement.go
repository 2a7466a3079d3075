package web

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/ledger"
)

// agreementRoutes are where team, household and host read and sign an agreement.
func (s *Server) agreementRoutes(r chi.Router) {
	r.Get("/cases/{id:[0-9]+}/agreement", s.discreet(s.getCaseAgreement))
	r.Post("/cases/{id:[0-9]+}/agreement", s.discreet(s.changeCaseAgreement))
	r.Get("/household/{id:[0-9]+}/agreement", s.discreet(s.getOwnAgreement))
	r.Post("/household/{id:[0-9]+}/agreement", s.discreet(s.signOwnAgreement))
	r.Get("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}/agreement", s.discreet(s.getHostAgreement))
	r.Post("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}/agreement", s.discreet(s.signHostAgreement))
	r.Get("/hosting/link/{token}/stays/{case:[0-9]+}/agreement", s.byLink(s.getHostAgreement))
	r.Post("/hosting/link/{token}/stays/{case:[0-9]+}/agreement", s.byLink(s.signHostAgreement))
}

// tongueOf is the language in which an agreement is shown: the one that was asked
// for, else the reader's, else what there is.
func (s *Server) tongueOf(r *http.Request, a households.Agreement) string {
	for _, l := range append([]string{r.URL.Query().Get("in"), r.PostFormValue("language"), visitOf(r).language.Tag}, s.Hosts.Pack().Languages...) {
		if _, ok := a.Terms.Texts[l]; ok {
			return l
		}
	}
	return "en"
}

// showAgreement lays out an agreement for one of the three; back is where they came
// from.
func (s *Server) showAgreement(w http.ResponseWriter, r *http.Request, status int, p pages.StayAgreement, a households.Agreement, back string) error {
	p.Back, p.Action, p.Written = back, back+"/agreement", a.ID != 0
	var err error
	if p.Insured, err = s.insured(r); err != nil {
		return err
	}
	if p.Written {
		lang := s.tongueOf(r, a)
		text := a.Terms.Texts[lang]
		p.Pact = view.StayAgreement{
			Version: a.Version, Hash: a.Hash, Made: s.local(a.MadeAt), Lang: lang, Title: text.Title, Clauses: text.Clauses, Programme: a.Terms.Programme,
			From: dateIn(a.Terms.From), Until: dateIn(a.Terms.Until), Places: a.Terms.Places, Rules: a.Terms.Rules, Elsewhere: a.Host == 0, Binds: a.Binds(),
		}
		for _, l := range slices.Sorted(maps.Keys(a.Terms.Texts)) {
			p.Tongues = append(p.Tongues, view.Option{Value: l, Label: p.Action + "?in=" + l, Selected: l == lang})
		}
		for _, party := range households.Parties {
			x := a.Signed[party]
			v := view.StaySignature{Party: string(party), Paper: x.Paper, Lang: x.Language}
			if !x.At.IsZero() {
				v.At = s.local(x.At)
			}
			p.Pact.Signed = append(p.Pact.Signed, v)
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// insured are the insurances that are asked for of who reads.
func (s *Server) insured(r *http.Request) ([]view.Insurance, error) {
	x, err := seatOf(r)
	if err != nil {
		return nil, err
	}
	list, err := s.Households.Insurances(r.Context(), x.StayHand, x.id)
	if err != nil {
		return nil, err
	}
	names := map[instance.ActorID]string{}
	if x.Party == households.PartyAssociation {
		if names, err = s.teamNames(r, x.id); err != nil {
			return nil, err
		}
	}
	var shown []view.Insurance
	for _, i := range list {
		v := view.Insurance{Of: string(i.Of), Kind: i.Kind, Blocks: i.Blocks}
		if !i.SeenAt.IsZero() {
			v.Seen, v.By = s.local(i.SeenAt), names[i.SeenBy]
		}
		shown = append(shown, v)
	}
	return shown, nil
}

// teamNames are the names of those who keep the cases of the programme of a case.
func (s *Server) teamNames(r *http.Request, id instance.CaseID) (map[instance.ActorID]string, error) {
	c, err := s.Households.Case(r.Context(), *me(r), id)
	if err != nil {
		return nil, err
	}
	team, err := s.Households.Team(r.Context(), *me(r), c.Programme)
	names := make(map[instance.ActorID]string, len(team))
	for _, a := range team {
		names[a.ID] = a.Shown()
	}
	return names, err
}

// dateIn is a date that was written as 2026-12-01.
func dateIn(text string) time.Time {
	n, err := ledger.ParseNight(text)
	if err != nil {
		return time.Time{}
	}
	return n.Date()
}

// signed reads the form of a signature: it is given for what was read.
func signed(r *http.Request, sign func(hash, language string) error) error {
	if r.PostFormValue("understood") == "" {
		return &instance.Invalid{Field: "understood", Code: "unticked"}
	}
	return sign(r.PostFormValue("hash"), r.PostFormValue("language"))
}

// getCaseAgreement is the agreement of a case for its team.
func (s *Server) getCaseAgreement(w http.ResponseWriter, r *http.Request) error {
	return s.showCaseAgreement(w, r, http.StatusOK, pages.StayAgreement{})
}

func (s *Server) showCaseAgreement(w http.ResponseWriter, r *http.Request, status int, p pages.StayAgreement) error {
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	a, err := s.Households.Agreement(r.Context(), *me(r), c.ID)
	if err != nil && !errors.Is(err, instance.ErrNotFound) {
		return err
	}
	p.Role, p.MayDraft = "team", true
	paper, own := false, false
	for _, x := range a.Signed {
		paper, own = paper || x.By == me(r).ID && x.Paper, own || x.By == me(r).ID && !x.Paper
	}
	for _, party := range households.Parties {
		switch _, done := a.Signed[party]; {
		case done || a.ID == 0:
		case party == households.PartyAssociation:
			p.MaySign = !paper
		case !own:
			p.Papers = append(p.Papers, string(party))
		}
	}
	return s.showAgreement(w, r, status, p, a, casePath(c.ID))
}

// changeCaseAgreement writes it, or signs it.
func (s *Server) changeCaseAgreement(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	ctx, by := r.Context(), *me(r)
	switch r.PostFormValue("deed") {
	case "draft":
		_, err = s.Households.DraftAgreement(ctx, by, c.ID)
	case "sign":
		err = signed(r, func(hash, language string) error {
			return s.Households.TeamSigns(ctx, by, c.ID, households.PartyAssociation, hash, language)
		})
	case "paper":
		party := households.Party(r.PostFormValue("party"))
		if party == households.PartyAssociation {
			return unknownDeed("party")
		}
		err = s.Households.TeamSigns(ctx, by, c.ID, party, r.PostFormValue("hash"), r.PostFormValue("language"))
	case "insured", "uninsured":
		err = s.Households.SeeInsurance(ctx, by, c.ID, households.Party(r.PostFormValue("of")), r.PostFormValue("insurance"), r.PostFormValue("deed") == "insured")
	default:
		err = unknownDeed("deed")
	}
	if all, ok := problems(later("steps", err)); ok {
		return s.showCaseAgreement(w, r, http.StatusUnprocessableEntity, pages.StayAgreement{Problems: all})
	}
	if err != nil {
		return unseen(err)
	}
	return s.done(w, r, "stay.signed", casePath(c.ID)+"/agreement")
}

// getOwnAgreement is the agreement for the household.
func (s *Server) getOwnAgreement(w http.ResponseWriter, r *http.Request) error {
	return s.showOwnAgreement(w, r, http.StatusOK, nil)
}

func (s *Server) showOwnAgreement(w http.ResponseWriter, r *http.Request, status int, wrong []view.Problem) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	a, err := s.Households.OwnAgreement(r.Context(), *me(r), id)
	if err != nil {
		return err
	}
	_, done := a.Signed[households.PartyGuest]
	return s.showAgreement(w, r, status, pages.StayAgreement{Role: "guest", MaySign: !done, Problems: wrong}, a, "/household/"+id.String())
}

// signOwnAgreement signs it.
func (s *Server) signOwnAgreement(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	err = signed(r, func(hash, language string) error {
		return s.Households.GuestSigns(r.Context(), *me(r), id, hash, language)
	})
	if all, ok := problems(later("steps", err)); ok {
		return s.showOwnAgreement(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "stay.signed", "/household/"+id.String()+"/agreement")
}

// getHostAgreement is the agreement for the host.
func (s *Server) getHostAgreement(w http.ResponseWriter, r *http.Request) error {
	return s.showHostAgreement(w, r, http.StatusOK, nil)
}

func (s *Server) showHostAgreement(w http.ResponseWriter, r *http.Request, status int, wrong []view.Problem) error {
	h, id, _, path, err := atStay(r)
	if err != nil {
		return err
	}
	a, err := s.Households.HostAgreement(r.Context(), h, id)
	if err != nil {
		return err
	}
	_, done := a.Signed[households.PartyHost]
	return s.showAgreement(w, r, status, pages.StayAgreement{Role: "host", MaySign: !done, Problems: wrong}, a, path)
}

// signHostAgreement signs it.
func (s *Server) signHostAgreement(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, _, path, err := atStay(r)
	if err != nil {
		return err
	}
	err = signed(r, func(hash, language string) error {
		return s.Households.HostSigns(r.Context(), h, id, hash, language)
	})
	if all, ok := problems(later("steps", err)); ok {
		return s.showHostAgreement(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "stay.signed", path+"/agreement")
}
