package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/exchange"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// exchangeRoutes are the pages of what neighbours do for one another.
func (s *Server) exchangeRoutes(r chi.Router) {
	r.Get("/ask/new", s.signedIn(s.getPropose(true)))
	r.Post("/ask/new", s.signedIn(s.openProposal(true)))
	r.Get("/offer/new", s.signedIn(s.getPropose(false)))
	r.Post("/offer/new", s.signedIn(s.openProposal(false)))
	r.Get("/exchange", s.signedIn(s.getDeals))
	r.Get("/@{name}/exchange", s.page(s.getPlaceExchange))
	r.Post("/@{name}/{id:[0-9]+}/choose", s.signedIn(s.choose))
	r.Post("/@{name}/{id:[0-9]+}/close", s.signedIn(s.closeProposal))
	r.Post("/@{name}/{id:[0-9]+}/pause", s.signedIn(s.pauseProposal))
	r.Get("/@{name}/{id:[0-9]+}/take", s.signedIn(s.getTake))
	r.Post("/@{name}/{id:[0-9]+}/take", s.signedIn(s.askFor))
	r.Get("/agreements/{id:[0-9]+}", s.signedIn(s.getAgreement))
	r.Post("/agreements/{id:[0-9]+}/{deed}", s.signedIn(s.dealWith))
}

// getPlaceExchange lists what is open in a place.
func (s *Server) getPlaceExchange(w http.ResponseWriter, r *http.Request) error {
	n, err := s.Places.Named(r.Context(), chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	q := r.URL.Query()
	want := exchange.Wanted{Purpose: instance.Purpose(q.Get("purpose")), Kind: q.Get("kind"), Category: q.Get("category")}
	if want.Purpose != instance.Offering && want.Purpose != instance.Asking {
		want.Purpose = ""
	}
	if !slices.Contains(instance.ExchangeKinds, want.Kind) {
		want.Kind = ""
	}
	categories := allCategories()
	if !slices.Contains(categories, want.Category) {
		want.Category = ""
	}
	before := idIn(r, "before")
	found, err := s.Exchange.Open(r.Context(), visitOf(r).viewer, n.ID, want, instance.PostID(before), perPage+1)
	if err != nil {
		return err
	}
	p := pages.PlaceExchange{
		Place: personView(s.Site, n.Actor), Path: "/@" + n.Username + "/exchange", Purpose: string(want.Purpose), Kind: want.Kind, Category: want.Category,
		Kinds: instance.ExchangeKinds, Categories: categories,
	}
	rest := ""
	for _, pair := range [][2]string{{"purpose", p.Purpose}, {"kind", p.Kind}, {"category", p.Category}} {
		if pair[1] != "" {
			rest += "&" + pair[0] + "=" + pair[1]
		}
	}
	if before != 0 {
		p.Pager.Newer = p.Path + "?" + rest
	}
	if len(found) > perPage {
		found = found[:perPage]
		p.Pager.Older = p.Path + "?before=" + found[perPage-1].ID.String() + rest
	}
	for _, post := range found {
		p.Posts = append(p.Posts, s.postView(post, visitOf(r)))
	}
	if p.Hands, p.Loans, err = s.Exchange.Together(r.Context(), n.ID, s.yearBegan()); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func allCategories() []string {
	all := slices.Concat(instance.ServiceCategories, instance.ObjectCategories)
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(c string) bool {
		again := seen[c]
		seen[c] = true
		return again
	})
}

// yearBegan is when this year began where the server is.
func (s *Server) yearBegan() time.Time {
	return time.Date(s.Now().In(s.Zone).Year(), 1, 1, 0, 0, 0, 0, s.Zone)
}

// dealGroups are the groups of [pages.Deals] in their order.
var dealGroups = []string{"answer", "due", "lent", "borrowed", "agreed", "asked", "over"}

// getDeals lists what the one who asks has asked for, promised, lent and
// borrowed.
func (s *Server) getDeals(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	deals, err := s.Exchange.Mine(r.Context(), v.viewer)
	if err != nil {
		return err
	}
	var list []*instance.Agreement
	for _, d := range deals {
		list = append(list, d.Agreement)
	}
	talks, err := s.talks(r.Context(), v.account.ID, list)
	if err != nil {
		return err
	}
	by := map[string][]view.Agreement{}
	for _, d := range deals {
		name := s.dealGroup(d, v.account.ID)
		by[name] = append(by[name], s.agreementView(d.Agreement, d.About, v.account.ID, talks[d.Thread]))
	}
	var p pages.Deals
	for _, name := range dealGroups {
		if len(by[name]) > 0 {
			p.Groups = append(p.Groups, pages.DealGroup{Name: name, List: by[name]})
		}
	}
	open, err := s.Exchange.Proposed(r.Context(), v.viewer)
	if err != nil {
		return err
	}
	for _, post := range open {
		p.Open = append(p.Open, s.postView(post, v))
	}
	sum, err := s.Exchange.Reckon(r.Context(), v.account.ID, s.yearBegan())
	if err != nil {
		return err
	}
	p.Given, p.Received = sum.Given, sum.Received
	if p.Frame, err = s.frame(w, r, "exchange"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// dealGroup is the group in which an agreement stands.
func (s *Server) dealGroup(d exchange.Deal, who instance.ActorID) string {
	lends := exchange.Lender(d.Agreement, d.About) == who
	switch d.State {
	case instance.AgreementAsked:
		if d.Proposer == who {
			return "answer"
		}
		return "asked"
	case instance.AgreementAccepted:
		return "agreed"
	case instance.AgreementHandedOver:
		switch {
		case !lends && !d.Until.IsZero() && d.Until.Before(s.Now().Add(24*time.Hour)):
			return "due"
		case lends:
			return "lent"
		}
		return "borrowed"
	}
	return "over"
}

// closeProposal ends a proposal of one's own.
func (s *Server) closeProposal(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	p, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return err
	}
	if err := s.Exchange.Close(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "deal.closed"})
	SeeOther(w, r, postPath(p))
	return nil
}

// pauseProposal lets an offer of one's own rest, or be taken again.
func (s *Server) pauseProposal(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	p, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return err
	}
	yes := r.PostFormValue("paused") == "yes"
	if err := s.Exchange.Pause(r.Context(), me(r).ID, id, yes); err != nil {
		return err
	}
	flash := "deal.resumed"
	if yes {
		flash = "deal.paused"
	}
	s.flashes.Set(w, view.Flash{Key: flash})
	SeeOther(w, r, postPath(p))
	return nil
}

// thank says thanks for what was done: to the other alone, where the two talk,
// or for all who can read the proposal.
func (s *Server) thank(r *http.Request, g *instance.Agreement, p *instance.Post) error {
	if g.State != instance.AgreementDone && g.State != instance.AgreementReturned {
		return &instance.Invalid{Field: "proposal", Code: "under-way"}
	}
	other := g.Taker
	if g.Taker.ID == me(r).ID {
		other = p.Author
	}
	text := r.PostFormValue("text")
	if text == "" {
		text = visitOf(r).language.Say("thank.words")
	}
	d := instance.Draft{Text: addressed(text, []instance.Actor{other}, me(r).ID), Language: me(r).Locale, Once: "thank-" + strconv.FormatInt(int64(g.ID), 10)}
	if r.PostFormValue("public") != "" {
		d.ReplyTo = p.ID
	} else {
		d.Audience = instance.ToMentioned
		d.ReplyTo = g.Thread
	}
	_, err := s.Posts.Publish(r.Context(), visitOf(r).viewer, d)
	return err
}

// askOn adds what one may know of a proposal besides who takes what of it.
func (s *Server) askOn(r *http.Request, p *instance.Post, all []*instance.Post, page *pages.Thread) error {
	v := visitOf(r)
	if v.account == nil || p.Proposal == nil || p.Gone() {
		return nil
	}
	if p.Local && slices.Contains(instance.ExchangeKinds, p.Kind) {
		if err := s.restOn(r, p, page); err != nil {
			return err
		}
	}
	if p.Author.ID != v.account.ID {
		why, err := s.Exchange.Why(r.Context(), v.account.ID, p)
		if err == nil && why.Offer != 0 {
			page.Why = &view.Reason{Offer: "/@" + v.account.Username + "/" + why.Offer.String(), Walk: why.Walk, Hours: why.Hours.Names()}
		}
		return err
	}
	k, err := s.Exchange.AskOf(r.Context(), v.account.ID, p.ID)
	if err != nil {
		return err
	}
	if k != nil && (p.Proposal.Purpose == instance.Asking || k.Behalf != "") {
		page.Ask = &view.Ask{
			Behalf: k.Behalf, Widens: k.Widens && p.Proposal.Purpose == instance.Asking && p.Audience.Local() && p.Audience != instance.ToAround,
			Widened: s.local(k.WidenedAt), Alerted: s.local(k.AlertedAt), Partner: s.local(k.PartnerAt),
		}
	}
	if p.Proposal.Status != instance.ProposalOpen {
		return nil
	}
	for _, q := range all {
		asked := slices.ContainsFunc(page.Agreements, func(g view.Agreement) bool { return g.Who.ID == q.Author.ID.String() })
		if q.ReplyTo == p.ID && q.Audience == instance.ToMentioned && q.Author.ID != p.Author.ID && !q.Gone() && !asked {
			page.Enquiries = append(page.Enquiries, s.postView(q, v))
		}
	}
	return nil
}

// restOn adds how much is given of an offer, to whom and when, or who hears of an
// ask. How far an ask goes is for its author alone to know.
func (s *Server) restOn(r *http.Request, p *instance.Post, page *pages.Thread) error {
	who, asks := me(r).ID, p.Proposal.Purpose == instance.Asking
	l, err := s.Exchange.LimitsOf(r.Context(), p.ID)
	if err != nil {
		return err
	}
	page.Rest = &view.Rest{
		Asks: asks, Own: p.Author.ID == who && !asks && p.Proposal.Status == instance.ProposalOpen, Paused: l.Paused, Weekly: l.Weekly, Walk: l.Walk, Hours: l.Hours.Names(),
	}
	if asks {
		if p.Author.ID != who {
			page.Rest.Walk = 0
		}
		return nil
	}
	near, err := s.Exchange.Reaches(r.Context(), who, p, l.Walk)
	page.Rest.Far = !near
	page.Post.May.Take = page.Post.May.Take && !l.Paused && near
	return err
}

// choose accepts who wrote in private about a proposal, without having asked for
// it with a form.
func (s *Server) choose(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	reply, err := instance.ParseID(r.PostFormValue("reply"))
	if err != nil {
		return err
	}
	v := visitOf(r).viewer
	p, err := s.Posts.ByID(r.Context(), v, id)
	if err != nil {
		return err
	}
	q, err := s.Posts.ByID(r.Context(), v, instance.PostID(reply))
	if err != nil {
		return err
	}
	text := addressed(visitOf(r).language.Say("agreement.first-word", "Title", excerpt(p)), []instance.Actor{q.Author}, v.ID)
	_, err = s.Exchange.Choose(r.Context(), v, p, q, text)
	flash := view.Flash{Key: "deal.accept"}
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok && dealFlashes[invalid.Field+" "+invalid.Code] != "" {
		flash.Key, err = dealFlashes[invalid.Field+" "+invalid.Code], nil
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, flash)
	SeeOther(w, r, postPath(p)+"#agreements")
	return nil
}
