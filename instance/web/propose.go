package web

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/exchange"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getPropose begins an offer or an ask; the address may answer the first
// questions already.
func (s *Server) getPropose(asks bool) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		q := r.URL.Query()
		form := pages.ProposeForm{Kind: q.Get("kind"), Category: q.Get("category"), In: q.Get("in"), Widens: true, Once: newOnce(), Quantity: "1", Title: prefilled(r, "title"), Text: prefilled(r, "text")}
		step := "kind"
		if slices.Contains(instance.ExchangeKinds, form.Kind) {
			step = "category"
		}
		if slices.Contains(instance.Categories(form.Kind), form.Category) {
			step = "what"
		}
		form.Campaign, form.Side = q.Get("campaign"), q.Get("side")
		say := visitOf(r).language.Say
		for _, g := range instance.Generations() {
			if g.Name == q.Get("template") {
				form.Kind, form.Category, step = instance.KindService, g.Category, "what"
				form.Title, form.Text = say("generations."+string(purposeOf(asks))+"."+g.Name), say("generations."+g.Name+".text")
			}
		}
		if key := "campaign.title." + form.Side; slices.Contains(instance.Sides, instance.Side(form.Side)) {
			form.Title = visitOf(r).language.Say(key)
		}
		return s.showPropose(w, r, http.StatusOK, asks, step, form, nil)
	}
}

// proposeFields are the fields of each question, for problems to lead back to
// it.
var proposeFields = map[string][]string{
	"kind": {"kind"}, "category": {"category"}, "what": {"title", "text", "quantity", "price", "return", "pictures", "condition", "rules", "library", "shelf"},
	"when": {"from", "until", "repeats", "weekly", "walk", "hours", "in"}, "whom": {"audience", "behalf", "consent", "campaign"},
}

// openProposal takes the answer to one question and asks the next, or publishes.
func (s *Server) openProposal(asks bool) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		done, err := s.readUpload(w, r)
		defer done()
		if err != nil {
			return err
		}
		form, all := s.readPropose(r)
		step := r.PostFormValue("step")
		at := slices.Index(pages.ProposeSteps, step)
		if at < 0 {
			return instance.ErrInvalid
		}
		c := &composition{}
		for _, text := range form.Pictures {
			if id, err := instance.ParseID(text); err == nil {
				c.draft.Pictures = append(c.draft.Pictures, id)
			}
		}
		if step == "what" {
			if err := s.takePictures(r.Context(), r, me(r).ID, c); err != nil {
				return err
			}
			all = append(all, c.problems...)
			form.Pictures = nil
			for _, id := range c.draft.Pictures {
				form.Pictures = append(form.Pictures, id.String())
			}
		}
		if r.PostFormValue("to") == "back" {
			return s.showPropose(w, r, http.StatusOK, asks, pages.ProposeSteps[max(at-1, 0)], form, nil)
		}
		draft, opening, more := s.proposalDraft(r, asks, form)
		all = append(all, more...)
		draft.Pictures = c.draft.Pictures
		if step != "check" {
			if here := ofStep(all, step); len(here) > 0 {
				return s.showPropose(w, r, http.StatusUnprocessableEntity, asks, step, form, here)
			}
			return s.showPropose(w, r, http.StatusOK, asks, pages.ProposeSteps[at+1], form, nil)
		}
		var p *instance.Post
		if len(all) == 0 {
			p, err = s.Exchange.Publish(r.Context(), visitOf(r).viewer, draft, opening)
			all, _ = problems(err)
		}
		if len(all) > 0 {
			return s.showPropose(w, r, http.StatusUnprocessableEntity, asks, stepOf(all), form, ofStep(all, stepOf(all)))
		}
		if err != nil {
			return err
		}
		s.flashes.Set(w, view.Flash{Key: "post.published", Undo: postPath(p) + "/delete"})
		SeeOther(w, r, postPath(p))
		return nil
	}
}

// ofStep are the problems that the fields of one question have.
func ofStep(all []view.Problem, step string) []view.Problem {
	var here []view.Problem
	for _, p := range all {
		if slices.Contains(proposeFields[step], p.Field) {
			here = append(here, p)
		}
	}
	return here
}

// stepOf is the first question that has a problem.
func stepOf(all []view.Problem) string {
	for _, step := range pages.ProposeSteps {
		if len(ofStep(all, step)) > 0 {
			return step
		}
	}
	return "what"
}

// readPropose reads what was filled in until now.
func (s *Server) readPropose(r *http.Request) (pages.ProposeForm, []view.Problem) {
	f := r.PostForm
	form := pages.ProposeForm{
		Kind: f.Get("kind"), Category: f.Get("category"), Title: f.Get("title"), Text: f.Get("text"), Condition: f.Get("condition"), Rules: f.Get("rules"), Deposit: f.Get("deposit"), Shelf: f.Get("shelf"), Library: f.Get("library"), Repeats: f.Get("repeats"), Weekly: f.Get("weekly"),
		Walk: f.Get("walk"), Hours: f["hours"],
		Quantity: f.Get("quantity"), Price: f.Get("price"), Return: f.Get("return"), From: f.Get("from"), Until: f.Get("until"), In: f.Get("in"),
		Audience: f.Get("audience"), Priority: f.Get("priority") != "", Behalf: f.Get("behalf"), Consent: f.Get("consent") != "",
		Widens: f.Get("widens") != "", Once: f.Get("once"), Campaign: f.Get("campaign"), Side: f.Get("side"),
	}
	for _, id := range f["picture"] {
		if len(form.Pictures) < instance.MaxPictures {
			form.Pictures = append(form.Pictures, id)
		}
	}
	var all []view.Problem
	if !slices.Contains(instance.ExchangeKinds, form.Kind) {
		all = append(all, view.Problem{Field: "kind", Code: "unknown"})
	}
	if !slices.Contains(instance.Categories(form.Kind), form.Category) {
		all = append(all, view.Problem{Field: "category", Code: "unknown"})
	}
	return form, all
}

// maxPrice is the most a neighbour asks for a day, in euros: what is more is no
// help among neighbours.
const maxPrice = 30

// actionsOf are what is done with each kind of proposal, in the words of
// ValueFlows.
var actionsOf = map[string]string{
	instance.KindService: "deliverService", instance.KindLending: "transferCustody", instance.KindGive: "transfer", instance.KindSwap: "transfer",
	instance.KindRent: "use",
}

// purposeOf is what somebody does who asks or offers.
func purposeOf(asks bool) instance.Purpose {
	if asks {
		return instance.Asking
	}
	return instance.Offering
}

// rhythms are the rules of how a service comes again (RFC 5545).
var rhythms = map[string]string{"weekly": "FREQ=WEEKLY", "fortnightly": "FREQ=WEEKLY;INTERVAL=2", "monthly": "FREQ=MONTHLY"}

// rhythm is the word for a rule, empty for one that has none.
func rhythm(rule string) string {
	for word, r := range rhythms {
		if r == rule {
			return word
		}
	}
	return ""
}

// proposalDraft is the post that a form asks for, as far as it can be read.
func (s *Server) proposalDraft(r *http.Request, asks bool, form pages.ProposeForm) (instance.Draft, exchange.Opening, []view.Problem) {
	q := &instance.Proposal{
		Purpose: instance.Offering, Category: form.Category, Status: instance.ProposalOpen, Action: actionsOf[form.Kind], Unit: "one", Priority: form.Priority && asks,
	}
	if asks {
		q.Purpose = instance.Asking
	}
	var all []view.Problem
	note := func(err error) {
		more, _ := problems(err)
		all = append(all, more...)
	}
	if form.Kind != instance.KindService {
		q.Quantity, q.Step = instance.One, instance.One
	}
	if form.Kind == instance.KindGive && !asks {
		n, err := instance.ParseAmount("quantity", form.Quantity)
		if err == nil && n == 0 {
			err = &instance.Invalid{Field: "quantity", Code: "malformed"}
		}
		note(err)
		q.Quantity = n
		if n != instance.One {
			q.Step = 0
		}
	}
	if form.Kind == instance.KindService {
		q.Repeats = rhythms[form.Repeats]
	}
	q.Available = q.Quantity
	q.Return = s.returnOf(r, form, note)
	var ok bool
	if q.Starts, ok = s.readDay(form.From, 0); !ok {
		all = append(all, view.Problem{Field: "from", Code: "day"})
	}
	if q.Ends, ok = s.readDay(form.Until, 24*time.Hour-time.Minute); !ok {
		all = append(all, view.Problem{Field: "until", Code: "day"})
	}
	if !q.Ends.IsZero() && q.Ends.Before(s.Now()) {
		all = append(all, view.Problem{Field: "until", Code: "out-of-time"})
	}
	if !q.Ends.IsZero() && q.Ends.Before(q.Starts) {
		all = append(all, view.Problem{Field: "until", Code: "before-start"})
	}
	d := instance.Draft{
		Title: form.Title, Text: withConditions(r, form), Language: me(r).Locale, Kind: form.Kind, Proposal: q, Once: form.Once,
	}
	if strings.TrimSpace(form.Title) == "" {
		all = append(all, view.Problem{Field: "title", Code: "missing"})
	}
	note(d.Check())
	if id, err := instance.ParseID(form.In); err == nil {
		d.Group = instance.ActorID(id)
	} else {
		all = append(all, view.Problem{Field: "in", Code: "missing"})
	}
	_, part, err := s.within(r)
	if err != nil {
		all = append(all, view.Problem{Field: "campaign", Code: "closed"})
	}
	d.Campaign = part
	if form.Audience == string(view.ToDiscreet) && part != nil {
		d.Audience, part.Discreet, form.Widens = instance.ToNeighbourhood, true, false
	} else if a, err := instance.ParseAudience(form.Audience); err == nil {
		d.Audience = a
	} else {
		all = append(all, view.Problem{Field: "audience", Code: "missing"})
	}
	if instance.ForMinors(form.Category) && d.Audience == instance.ToPublic {
		all = append(all, view.Problem{Field: "audience", Code: "childcare"})
	}
	if strings.TrimSpace(form.Behalf) != "" && !form.Consent {
		all = append(all, view.Problem{Field: "consent", Code: "missing"})
	}
	o := exchange.Opening{Widens: form.Widens, Behalf: form.Behalf, Consented: form.Consent}
	o.Hours, err = exchange.ParseHours(form.Hours)
	note(err)
	if form.Walk != "" {
		if o.Walk, err = strconv.Atoi(form.Walk); err != nil || !slices.Contains(exchange.Walks, o.Walk) {
			all = append(all, view.Problem{Field: "walk", Code: "unknown"})
		}
	}
	if form.Kind == instance.KindLending && !asks {
		o.Shelf = form.Shelf
		if id, err := instance.ParseID(form.Library); err == nil {
			o.Library = instance.ActorID(id)
		}
	}
	if typed := strings.TrimSpace(form.Weekly); typed != "" && !asks {
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > exchange.MaxWeekly {
			all = append(all, view.Problem{Field: "weekly", Code: "malformed", Limit: exchange.MaxWeekly})
		}
		o.Weekly = n
	}
	return d, o, all
}

// returnOf is what is wanted for something, nil for nothing.
func (s *Server) returnOf(r *http.Request, form pages.ProposeForm, note func(error)) *instance.Return {
	switch form.Kind {
	case instance.KindSwap:
		what := strings.TrimSpace(form.Return)
		if what == "" {
			note(&instance.Invalid{Field: "return", Code: "missing"})
		}
		if len([]rune(what)) > instance.MaxTitle {
			note(&instance.Invalid{Field: "return", Code: "too-long", Limit: instance.MaxTitle})
		}
		return &instance.Return{What: what, Unit: "one"}
	case instance.KindRent:
		price, err := instance.ParseAmount("price", form.Price)
		if err == nil && price > instance.Whole(maxPrice) {
			err = &instance.Invalid{Field: "price", Code: "too-dear", Limit: maxPrice}
		}
		note(err)
		return &instance.Return{What: visitOf(r).language.Say("propose.per-day", "Amount", price.String()), Unit: "one", Quantity: price}
	}
	return nil
}

// withConditions is the text with the condition and the rules of what is lent.
func withConditions(r *http.Request, form pages.ProposeForm) string {
	text, say := strings.TrimSpace(form.Text), visitOf(r).language.Say
	for _, line := range []struct{ key, value string }{{"propose.condition", form.Condition}, {"propose.rules", form.Rules}, {"propose.deposit-line", form.Deposit}, {"propose.shelf-line", form.Shelf}} {
		if value := strings.TrimSpace(line.value); value != "" {
			text += "\n\n" + say(line.key) + " " + value
		}
	}
	return strings.TrimSpace(text)
}

// reachable matches what looks like a telephone number or an e-mail address.
var reachable = regexp.MustCompile(`(?:\+33|\b0)[ .-]?[1-9](?:[ .-]?\d{2}){4}\b|[^\s@]+@[^\s@]+\.[a-z]{2,}`)

func (s *Server) showPropose(w http.ResponseWriter, r *http.Request, status int, asks bool, step string, form pages.ProposeForm, all []view.Problem) error {
	ctx, who := r.Context(), me(r)
	form.Categories = instance.Categories(form.Kind)
	var ready []string
	for _, g := range instance.Generations() {
		ready = append(ready, g.Name)
	}
	p := pages.Propose{Ready: ready, Asks: asks, Step: step, Form: form, Kinds: instance.ExchangeKinds, Problems: all, Phone: reachable.MatchString(form.Title + " " + form.Text)}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	placed, err := s.Exchange.Placed(ctx, who.ID)
	if err != nil {
		return err
	}
	if p.Hours = exchange.HourNames(); placed {
		p.Walks = exchange.Walks
	}
	var place *instance.Neighbourhood
	if p.Libraries, err = s.libraries(r, form); err != nil {
		return err
	}
	homes, err := s.Places.Residences(ctx, who.ID)
	if err != nil {
		return err
	}
	for _, h := range homes {
		if h.Standing != instance.Verified {
			continue
		}
		id := h.Place.ID.String()
		if p.Form.In == "" {
			p.Form.In = id
		}
		p.Places = append(p.Places, view.Option{Value: id, Label: h.Place.Shown(), Selected: id == p.Form.In})
	}
	if id, err := instance.ParseID(p.Form.In); err == nil {
		if n, err := s.Places.ByID(ctx, instance.ActorID(id)); err == nil {
			place = &n
		}
	}
	if p.Choices, err = s.choices(ctx, place, instance.Audience(form.Audience)); err != nil {
		return err
	}
	if instance.ForMinors(form.Category) {
		p.Choices = slices.DeleteFunc(p.Choices, func(c view.Choice) bool { return c.Audience == view.ToPublic })
	}
	if place != nil {
		p.Widening = slices.ContainsFunc(place.Within, s.Site.Owns)
	}
	if p.Within, err = s.withinView(r); err != nil {
		return err
	}
	if err := s.discreetly(r, &p, place); err != nil {
		return err
	}
	for i := range p.Choices {
		if string(p.Choices[i].Audience) == form.Audience {
			p.Readers = &p.Choices[i]
		}
	}
	var ids []instance.ID
	for _, text := range form.Pictures {
		if id, err := instance.ParseID(text); err == nil {
			ids = append(ids, id)
		}
	}
	held, err := s.Posts.Uploaded(ctx, who.ID, ids)
	if err != nil {
		return err
	}
	for _, m := range held {
		p.Kept = append(p.Kept, pictureView(s.Site, m))
	}
	return s.HTML(w, r, status, p)
}

// discreetly lets who would like to come to a table say so to those alone who
// invite, where the campaign is for that.
func (s *Server) discreetly(r *http.Request, p *pages.Propose, place *instance.Neighbourhood) error {
	if p.Within == nil || !p.Within.Discreet || p.Within.Side != string(instance.Joins) || place == nil {
		return nil
	}
	id, err := instance.ParseID(p.Within.ID)
	if err != nil {
		return err
	}
	inviting, _, err := s.Campaigns.Readers(r.Context(), id, place.ID)
	if err != nil {
		return err
	}
	chosen := p.Form.Audience == "" || p.Form.Audience == string(view.ToDiscreet)
	if chosen {
		for i := range p.Choices {
			p.Choices[i].Selected = false
		}
	}
	p.Choices = append([]view.Choice{{Audience: view.ToDiscreet, Place: place.Shown(), Readers: inviting, Selected: chosen}}, p.Choices...)
	return nil
}
