package web

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/exchange"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getTake is where one asks for part of what a post proposes.
func (s *Server) getTake(w http.ResponseWriter, r *http.Request) error {
	p, err := s.proposalIn(r)
	if err != nil {
		return err
	}
	return s.showTake(w, r, http.StatusOK, p, takeForm(p), nil)
}

// proposalIn is the post in the path, if it proposes something to who asks.
func (s *Server) proposalIn(r *http.Request) (*instance.Post, error) {
	id, err := postID(r)
	if err != nil {
		return nil, err
	}
	p, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return nil, err
	}
	if p.Gone() || !p.Takable() {
		return nil, instance.ErrNotFound
	}
	return p, nil
}

func (s *Server) showTake(w http.ResponseWriter, r *http.Request, status int, p *instance.Post, form pages.TakeForm, all []view.Problem) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, status, pages.Take{Frame: f, Post: s.postView(p, visitOf(r)), Form: form, Problems: all})
}

// takeForm is the empty form for a proposal.
func takeForm(p *instance.Post) pages.TakeForm {
	q := p.Proposal
	return pages.TakeForm{
		Counts: q.Quantity > 0 && q.Step != q.Quantity || q.Unit != "one" && q.Step != q.Quantity,
		Dated:  q.Action == "transferCustody" || q.Action == "use",
	}
}

// askFor asks for part of what a post proposes.
func (s *Server) askFor(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p, err := s.proposalIn(r)
	if err != nil {
		return err
	}
	form, t, all := s.readTaking(r, p)
	if all == nil {
		_, err = s.Exchange.Take(r.Context(), visitOf(r).viewer, p.ID, t)
		all, _ = problems(err)
	}
	if all != nil {
		return s.showTake(w, r, http.StatusUnprocessableEntity, p, form, all)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "take.sent"})
	SeeOther(w, r, postPath(p)+"#agreements")
	return nil
}

// readTaking reads what was filled in, and what of it cannot be read.
func (s *Server) readTaking(r *http.Request, p *instance.Post) (pages.TakeForm, instance.Taking, []view.Problem) {
	form := takeForm(p)
	form.Quantity, form.From, form.Until, form.Note = r.PostFormValue("quantity"), r.PostFormValue("from"), r.PostFormValue("until"), r.PostFormValue("note")
	t := instance.Taking{Note: strings.TrimSpace(form.Note + "\n" + visitOf(r).viewer.ByLine)}
	var all []view.Problem
	var err error
	if form.Counts && strings.TrimSpace(form.Quantity) != "" {
		if t.Quantity, err = instance.ParseAmount("quantity", form.Quantity); err == nil && t.Quantity == 0 {
			err = &instance.Invalid{Field: "quantity", Code: "malformed"}
		}
		more, _ := problems(err)
		all = append(all, more...)
	}
	if form.Dated {
		var ok bool
		if t.From, ok = s.readDay(form.From, 0); !ok {
			all = append(all, view.Problem{Field: "from", Code: "day"})
		}
		if t.Until, ok = s.readDay(form.Until, 24*time.Hour-time.Minute); !ok {
			all = append(all, view.Problem{Field: "until", Code: "day"})
		}
	}
	return form, t, all
}

// readDay reads a day as browsers send it, or as people write it, at an hour of
// it; nothing is the zero time. It returns false for what is no day.
func (s *Server) readDay(text string, at time.Duration) (time.Time, bool) {
	if text = strings.TrimSpace(text); text == "" {
		return time.Time{}, true
	}
	for _, layout := range []string{"2006-01-02", "02/01/2006", "2/1/2006", "02.01.2006"} {
		if day, err := time.ParseInLocation(layout, text, s.Zone); err == nil {
			return day.Add(at).UTC(), day.Year() >= 2000 && day.Year() < 2200
		}
	}
	return time.Time{}, false
}

// agreementIn is the agreement in the path, if it is the one's who asks.
func (s *Server) agreementIn(r *http.Request) (*instance.Agreement, *instance.Post, error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return nil, nil, err
	}
	g, err := s.Exchange.ByID(r.Context(), me(r).ID, id)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, g.Post)
	return g, p, err
}

// handCode matches what whoever lends something shows whoever borrows it.
var handCode = regexp.MustCompile(`^[0-9]{6}$`)

// getAgreement leads to where an agreement stands: below what it is about.
func (s *Server) getAgreement(w http.ResponseWriter, r *http.Request) error {
	g, p, err := s.agreementIn(r)
	if err != nil {
		return err
	}
	query := ""
	if code := r.URL.Query().Get("code"); handCode.MatchString(code) {
		query = "?code=" + code
	}
	SeeOther(w, r, postPath(p)+query+"#agreement-"+g.ID.String())
	return nil
}

// dealFlashes are what is said to who could not do something with an agreement,
// by why.
var dealFlashes = map[string]string{"proposal gone": "deal.gone", "proposal answered": "deal.answered", "proposal under-way": "deal.under-way", "code wrong": "deal.code-wrong"}

// dealWith does something with an agreement.
func (s *Server) dealWith(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	g, p, err := s.agreementIn(r)
	if err != nil {
		return err
	}
	deed, who := chi.URLParam(r, "deed"), me(r).ID
	switch deed {
	case "accept":
		text := visitOf(r).language.Say("agreement.first-word", "Title", excerpt(p))
		_, err = s.Exchange.Accept(r.Context(), visitOf(r).viewer, g.ID, addressed(text, []instance.Actor{g.Taker}, who))
	case "decline":
		err = s.Exchange.Decline(r.Context(), who, g.ID)
	case "cancel":
		err = s.Exchange.Cancel(r.Context(), who, g.ID)
	case "hand-over":
		err = s.Exchange.HandOver(r.Context(), who, g.ID)
	case "meet":
		err = s.Exchange.Meet(r.Context(), who, g.ID, strings.TrimSpace(r.PostFormValue("code")))
	case "return":
		err = s.Exchange.Return(r.Context(), who, g.ID, r.PostFormValue("repair"))
	case "done":
		err = s.Exchange.Done(r.Context(), who, g.ID)
	case "thank":
		err = s.thank(r, g, p)
	default:
		return instance.ErrNotFound
	}
	flash := view.Flash{Key: "deal." + deed}
	var invalid *instance.Invalid
	if errors.As(err, &invalid) && dealFlashes[invalid.Field+" "+invalid.Code] != "" {
		flash.Key, err = dealFlashes[invalid.Field+" "+invalid.Code], nil
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, flash)
	SeeOther(w, r, back(r, postPath(p)+"#agreements"))
	return nil
}

// agreementsOn are what the one who asks may know of who takes what of a post.
func (s *Server) agreementsOn(r *http.Request, p *instance.Post) ([]view.Agreement, error) {
	v := visitOf(r)
	if p.Proposal == nil || v.account == nil || p.Gone() {
		return nil, nil
	}
	all, err := s.Exchange.Of(r.Context(), v.account.ID, p.ID)
	if err != nil {
		return nil, err
	}
	talks, err := s.talks(r.Context(), v.account.ID, all)
	if err != nil {
		return nil, err
	}
	var shown []view.Agreement
	for _, g := range all {
		one := s.agreementView(g, p, v.account.ID, talks[g.Thread])
		if code := r.URL.Query().Get("code"); one.May.Meet && handCode.MatchString(code) {
			one.Typed = code
		}
		shown = append(shown, one)
	}
	return shown, nil
}

// talks are the addresses of the conversations in which agreements are talked
// over, by their first messages.
func (s *Server) talks(ctx context.Context, who instance.ActorID, all []*instance.Agreement) (map[instance.PostID]string, error) {
	var threads []instance.PostID
	for _, g := range all {
		if g.Thread != 0 {
			threads = append(threads, g.Thread)
		}
	}
	found, err := s.Conversations.Of(ctx, who, threads)
	if err != nil {
		return nil, err
	}
	paths := make(map[instance.PostID]string, len(found))
	for thread, id := range found {
		paths[thread] = "/messages/" + id.String()
	}
	return paths, nil
}

// agreementView is an agreement as one of the two sees it.
func (s *Server) agreementView(g *instance.Agreement, p *instance.Post, who instance.ActorID, talk string) view.Agreement {
	q := p.Proposal
	mine := g.Taker.ID == who
	shown := view.Agreement{
		ID: g.ID.String(), Path: "/agreements/" + g.ID.String(), Who: personView(s.Site, g.Taker), Mine: mine, About: excerpt(p), Where: postPath(p),
		State: string(g.State), Unit: knownUnit(g.Unit), From: s.local(g.From), Until: s.local(g.Until), Note: g.Note, Talk: talk, Late: g.Late(s.Now()),
	}
	if mine {
		shown.Who = personView(s.Site, p.Author)
	}
	if q != nil {
		shown.Asks = q.Purpose == instance.Asking
		shown.Lends = q.Action == "transferCustody" || q.Action == "use"
		if g.Unit != "one" || q.Quantity != instance.One && q.Quantity != 0 { // of what nobody counts, one says nothing
			shown.Amount = g.Quantity.String()
		}
	}
	shown.Met, shown.Repair = g.Met, g.Repair
	if g.State == instance.AgreementAccepted && g.Code != "" && exchange.Lender(g, p) == who {
		shown.Code, shown.Scan = g.Code, s.Site.Base()+shown.Path+"?code="+g.Code
	}
	if slices.Contains(reasons, g.Reason) {
		shown.Reason = g.Reason
	}
	shown.May = view.AgreementDeeds{
		Accept: !mine && g.State == instance.AgreementAsked, Decline: !mine && g.State == instance.AgreementAsked,
		Cancel: g.State == instance.AgreementAsked && mine || g.State == instance.AgreementAccepted,
	}
	if over := g.State == instance.AgreementDone || g.State == instance.AgreementReturned; over && g.Thread != 0 {
		shown.May.Thank = true
	}
	if shown.Lends {
		shown.May.HandOver = g.State == instance.AgreementAccepted
		shown.May.Meet = shown.May.HandOver && g.Code != "" && exchange.Lender(g, p) != who
		shown.May.Return = g.State == instance.AgreementHandedOver && (exchange.Lender(g, p) == who || !p.Local)
	} else {
		shown.May.Done = g.State == instance.AgreementAccepted
	}
	return shown
}

// reasons are those why something could not be had that there are words for.
var reasons = []string{"gone", "too-much", "too-many", "out-of-time", "paused", "week-full"}

// local is a time in the zone of the place; never stays never.
func (s *Server) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(s.Zone)
}

// knownUnit is a unit that the catalogues have words for.
func knownUnit(unit string) string {
	if slices.Contains([]string{"one", "minute", "hour", "day", "kilogram", "litre"}, unit) {
		return unit
	}
	return "one"
}

// proposalView is what a post offers or asks for, nil for nothing.
func proposalView(p *instance.Post) *view.Proposal {
	q := p.Proposal
	if q == nil {
		return nil
	}
	shown := &view.Proposal{
		Purpose: string(q.Purpose), Kind: "other", Status: string(q.Status), Starts: q.Starts, Ends: q.Ends, Unit: knownUnit(q.Unit), Priority: q.Priority,
	}
	if slices.Contains(instance.ExchangeKinds, p.Kind) {
		shown.Kind = p.Kind
	}
	if slices.Contains(instance.Categories(p.Kind), q.Category) {
		shown.Category = q.Category
	}
	if q.Quantity > 0 && (q.Quantity != instance.One || q.Unit != "one") {
		shown.Left, shown.Total = q.Available.String(), q.Quantity.String()
	}
	if q.Return != nil {
		shown.Return = q.Return.What
	}
	if p.Kind == instance.KindService {
		shown.Repeats = rhythm(q.Repeats)
	}
	return shown
}
