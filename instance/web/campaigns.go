package web

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/gorilla/feeds"

	"palier/instance"
	"palier/instance/campaigns"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/instance/web/words"
	"palier/instance/writing"
)

// campaignRoutes are the pages of what neighbours do together for a while.
func (s *Server) campaignRoutes(r chi.Router) {
	r.Get("/g/{name}/campaigns", s.page(s.getCampaigns))
	r.Get("/g/{name}/campaigns/new", s.signedIn(s.getNewCampaign))
	r.Post("/g/{name}/campaigns", s.signedIn(s.draftCampaign))
	r.Get("/campaigns/{id:[0-9]+}", s.page(s.getCampaign))
	r.Get("/campaigns/{id:[0-9]+}.atom", s.page(s.getCampaignFeed))
	r.Get("/campaigns/{id:[0-9]+}/poster", s.page(s.getCampaignPoster))
	r.Get("/campaigns/{id:[0-9]+}/edit", s.signedIn(s.getEditCampaign))
	r.Post("/campaigns/{id:[0-9]+}/edit", s.signedIn(s.editCampaign))
	r.Post("/campaigns/{id:[0-9]+}/{deed:ask|approve|return|extend|stop|drop}", s.signedIn(s.steerCampaign))
}

func campaignPath(id instance.ID) string { return "/campaigns/" + id.String() }

// campaignBegins are what a campaign is at first, by what it begins from: how many
// days it lasts, its rules, whom one can call, and whether it has two sides.
var campaignBegins = map[string]struct {
	days   int
	rules  []string
	calls  []string
	tables bool
}{
	"feast":     {15, []string{"free-of-charge", "call-first"}, nil, true},
	"heatwave":  {10, []string{"call-first", "water"}, []string{"samu", "emergency"}, false},
	"epidemic":  {30, []string{"contact-free", "mask", "distance"}, []string{"samu", "deaf"}, false},
	"flood":     {15, []string{"call-first", "few"}, []string{"fire", "emergency"}, false},
	"welcome":   {60, []string{"free-of-charge", "no-photos"}, []string{"social"}, true},
	"give-away": {2, []string{"free-of-charge", "outdoors"}, nil, false},
	"free":      {15, nil, nil, false},
}

// publicNumbers are the numbers one can call everywhere in France, by their word
// in the catalogues.
var publicNumbers = map[string]string{"emergency": "112", "samu": "15", "fire": "18", "deaf": "114", "social": "115"}

// getCampaigns lists the campaigns of a place.
func (s *Server) getCampaigns(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	before := idIn(r, "before")
	list, err := s.Campaigns.Of(r.Context(), a.ID, before, perPage)
	if err != nil {
		return err
	}
	path := "/g/" + a.Username + "/campaigns"
	p := pages.Campaigns{Place: personView(s.Site, a), Shown: s.campaignViews(list)}
	if before != 0 {
		p.Pager.Newer = path
	}
	if len(list) == perPage {
		p.Pager.Older = path + "?before=" + list[perPage-1].ID.String()
	}
	if who := me(r); who != nil {
		planned, err := s.Campaigns.Planned(r.Context(), *who, a.ID)
		if err != nil {
			return err
		}
		v := visitOf(r).viewer
		p.Planned = s.campaignViews(planned)
		p.May = who.Moderates() || slices.Contains(v.Inner, a.ID) || slices.Contains(v.Tends, a.ID)
	}
	if p.Weather, err = s.warnings(r, a, p.May); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getNewCampaign is where somebody plans a campaign, from a template.
func (s *Server) getNewCampaign(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	began := r.URL.Query().Get("template")
	if !instance.Known(instance.CampaignTemplates, began) {
		began = instance.CampaignTemplates[0]
	}
	written, err := s.campaignFor(r, a, s.campaignBegin(visitOf(r).language, began))
	if err != nil {
		return err
	}
	p := pages.CampaignForm{Once: newOnce(), Writing: written}
	return s.showCampaignForm(w, r, http.StatusOK, &a, p, []instance.ActorID{a.ID})
}

// campaignBegin is what the fields of a campaign hold at first.
func (s *Server) campaignBegin(l *words.Language, began string) view.CampaignWriting {
	b, today := campaignBegins[began], s.Now().In(s.Zone)
	written := view.CampaignWriting{
		Template: began, Starts: today.Format(time.DateOnly), Ends: today.AddDate(0, 0, b.days-1).Format(time.DateOnly),
		Rules: b.rules, Tables: b.tables, Discreet: b.tables,
	}
	if began != "free" {
		key := "campaign.template." + began
		written.Name, written.Text, written.Tag = l.Say(key), l.Say(key+".text"), l.Say(key+".tag")
	}
	for _, call := range b.calls {
		written.Contacts = append(written.Contacts, view.Contact{Name: l.Say("campaign.call." + call), Phone: publicNumbers[call]})
	}
	return written
}

// showCampaignForm shows the form of a campaign; place is where it is begun, nil
// for one that stands already.
func (s *Server) showCampaignForm(w http.ResponseWriter, r *http.Request, status int, place *instance.Actor, p pages.CampaignForm, chosen []instance.ActorID) error {
	var err error
	if place != nil {
		in := personView(s.Site, *place)
		p.Place, p.Action = &in, "/g/"+place.Username+"/campaigns"
		for _, t := range instance.CampaignTemplates {
			p.Templates = append(p.Templates, view.Option{Value: t, Label: p.Action + "/new?template=" + t, Selected: t == p.Writing.Template})
		}
	}
	if p.Places, err = s.campaignPlaces(r, chosen); err != nil {
		return err
	}
	for range 2 {
		if len(p.Writing.Contacts) < instance.MaxCampaignContacts {
			p.Writing.Contacts = append(p.Writing.Contacts, view.Contact{})
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// campaignPlaces are the places where the one who asks can plan a campaign, and
// those that were chosen already.
func (s *Server) campaignPlaces(r *http.Request, chosen []instance.ActorID) ([]view.Option, error) {
	v := visitOf(r).viewer
	ids := slices.Concat(chosen, v.Inner, v.Tends)
	known, err := s.Places.ByIDs(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	var list []view.Option
	for _, id := range ids {
		a, ok := known[id]
		if delete(known, id); !ok || !a.Local() || a.Kind != instance.Group || a.Level == "" || a.Gone() {
			continue
		}
		list = append(list, view.Option{Value: id.String(), Label: a.Shown(), Selected: slices.Contains(chosen, id)})
	}
	return list, nil
}

// readCampaign reads what was filled in about a campaign.
func (s *Server) readCampaign(r *http.Request) (view.CampaignWriting, instance.CampaignPlan, []view.Problem) {
	f := r.PostForm
	written := view.CampaignWriting{
		Template: f.Get("template"), Name: f.Get("name"), Text: f.Get("text"), Tag: f.Get("tag"), Starts: f.Get("starts"), Ends: f.Get("ends"),
		Rules: f["rule"], OwnRule: f.Get("own-rule"), Tables: f.Get("tables") != "", Discreet: f.Get("discreet") != "",
	}
	plan := instance.CampaignPlan{
		Template: written.Template, Name: written.Name, Text: written.Text, Tag: written.Tag, Language: me(r).Locale,
		Rules: written.Rules, OwnRule: written.OwnRule, Tables: written.Tables, Discreet: written.Discreet,
	}
	for i, name := range f["contact"] {
		if i >= len(f["phone"]) || i >= instance.MaxCampaignContacts {
			break
		}
		if name, phone := strings.TrimSpace(name), strings.TrimSpace(f["phone"][i]); name != "" || phone != "" {
			written.Contacts = append(written.Contacts, view.Contact{Name: name, Phone: phone})
			plan.Contacts = append(plan.Contacts, instance.CampaignContact{Name: name, Phone: phone})
		}
	}
	for _, text := range f["place"] {
		if id, err := instance.ParseID(text); err == nil {
			plan.Places = append(plan.Places, instance.ActorID(id))
		}
	}
	var all []view.Problem
	var ok bool
	if plan.Starts, ok = s.readDay(written.Starts, 0); !ok {
		all = append(all, view.Problem{Field: "starts", Code: "day"})
	}
	if plan.Ends, ok = s.readDay(written.Ends, 24*time.Hour-time.Minute); !ok {
		all = append(all, view.Problem{Field: "ends", Code: "day"})
	}
	return written, plan, all
}

// draftCampaign writes a campaign down that somebody plans.
func (s *Server) draftCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	written, plan, all := s.readCampaign(r)
	var id instance.ID
	if len(all) == 0 {
		id, err = s.Campaigns.Draft(r.Context(), *me(r), visitOf(r).viewer, plan, r.PostFormValue("once"))
		all, _ = problems(err)
	}
	if len(all) > 0 {
		return s.showCampaignForm(w, r, http.StatusUnprocessableEntity, &a, pages.CampaignForm{Once: r.PostFormValue("once"), Writing: written, Problems: all}, plan.Places)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "campaign.drafted", campaignPath(id))
}

// campaignIn is the campaign in the path, as the one who asks may know of it.
func (s *Server) campaignIn(r *http.Request) (*campaigns.Sight, error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return nil, err
	}
	return s.Campaigns.ByID(r.Context(), me(r), id)
}

// getEditCampaign is where who planned a campaign changes it.
func (s *Server) getEditCampaign(w http.ResponseWriter, r *http.Request) error {
	c, err := s.campaignIn(r)
	if err == nil && (!c.Own || c.State == instance.CampaignRunning || c.State == instance.CampaignEnded) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	written := view.CampaignWriting{
		Template: c.Template, Name: c.Name, Text: c.Text, Tag: c.Tag, Rules: c.Rules, OwnRule: c.OwnRule, Tables: c.Tables, Discreet: c.Discreet,
		Starts: c.Starts.In(s.Zone).Format(time.DateOnly), Ends: c.Ends.In(s.Zone).Format(time.DateOnly), Contacts: contactViews(c.Contacts),
	}
	p := pages.CampaignForm{Campaign: campaignPath(c.ID), Action: campaignPath(c.ID) + "/edit", Writing: written}
	return s.showCampaignForm(w, r, http.StatusOK, nil, p, c.Places)
}

// editCampaign changes a campaign, which is then to be checked again.
func (s *Server) editCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, err := s.campaignIn(r)
	if err != nil {
		return err
	}
	written, plan, all := s.readCampaign(r)
	if len(all) == 0 {
		err = s.Campaigns.Redraft(r.Context(), *me(r), visitOf(r).viewer, c.ID, plan)
		all, _ = problems(err)
	}
	if len(all) > 0 && c.Own {
		p := pages.CampaignForm{Campaign: campaignPath(c.ID), Action: campaignPath(c.ID) + "/edit", Writing: written, Problems: all}
		return s.showCampaignForm(w, r, http.StatusUnprocessableEntity, nil, p, plan.Places)
	}
	if len(all) > 0 {
		return instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "campaign.changed", campaignPath(c.ID))
}

// steerCampaign does what a button on the page of a campaign says.
func (s *Server) steerCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	ctx, deed, leads := r.Context(), chi.URLParam(r, "deed"), campaignPath(id)
	switch deed {
	case "ask":
		err = s.Campaigns.AskCheck(ctx, *me(r), id)
	case "approve":
		err = s.Campaigns.Approve(ctx, *me(r), id)
	case "return":
		leads = "/home"
		err = s.Campaigns.SendBack(ctx, *me(r), id, r.PostFormValue("remark"))
	case "extend":
		ends, ok := s.readDay(r.PostFormValue("ends"), 24*time.Hour-time.Minute)
		if !ok || ends.IsZero() {
			return s.showCampaign(w, r, http.StatusUnprocessableEntity, []view.Problem{{Field: "ends", Code: "day"}})
		}
		err = s.Campaigns.Extend(ctx, *me(r), id, ends)
	case "stop":
		err = s.Campaigns.Stop(ctx, *me(r), id)
	case "drop":
		leads = "/home"
		err = s.Campaigns.Drop(ctx, *me(r), id)
	}
	if all, ok := problems(err); ok {
		return s.showCampaign(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "campaign."+deed, leads)
}

// getCampaign shows a campaign and what was posted for it: everything at once, or
// what the address narrows it to.
func (s *Server) getCampaign(w http.ResponseWriter, r *http.Request) error {
	return s.showCampaign(w, r, http.StatusOK, nil)
}

func (s *Server) showCampaign(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	c, err := s.campaignIn(r)
	if err != nil {
		return err
	}
	v, path := visitOf(r), campaignPath(c.ID)
	p := pages.Campaign{
		Campaign: s.campaignView(c.Campaign), Text: s.campaignText(c.Campaign), Remark: c.Remark, Own: c.Own, Keeps: c.Keeps, Nobody: c.Nobody,
		Checks: c.Keeps && !c.Own && c.State == instance.CampaignWaiting, Problems: all,
		May: v.account != nil && slices.ContainsFunc(c.Places, func(id instance.ActorID) bool { return slices.Contains(v.viewer.Inner, id) }),
	}
	if c.State == instance.CampaignRunning || c.State == instance.CampaignEnded {
		if err := s.campaignPosts(r, c.Campaign, &p); err != nil {
			return err
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here = path
	if c.State.Shown() {
		p.Feed, p.Canonical = path+".atom", s.Site.Base()+path
	}
	return s.HTML(w, r, status, p)
}

// campaignPosts puts what was posted for a campaign on its page.
func (s *Server) campaignPosts(r *http.Request, c *instance.Campaign, p *pages.Campaign) error {
	only, path := campaigns.Wanted(r.URL.Query().Get("only")), campaignPath(c.ID)
	if !slices.Contains(campaigns.Narrows, only) {
		only = ""
	}
	narrows := []campaigns.Wanted{"asks", "offers", "events"}
	if c.Tables {
		narrows = campaigns.Narrows
	}
	p.Tabs = []view.Option{{Value: "all", Label: path + "#posts", Selected: only == ""}}
	for _, n := range narrows {
		p.Tabs = append(p.Tabs, view.Option{Value: string(n), Label: path + "?only=" + string(n) + "#posts", Selected: n == only})
	}
	before := instance.PostID(idIn(r, "before"))
	list, err := s.Campaigns.Posts(r.Context(), visitOf(r).viewer, c, only, before, perPage)
	if err != nil {
		return err
	}
	for _, post := range list {
		p.Posts = append(p.Posts, s.postView(post, visitOf(r)))
	}
	query := "?"
	if only != "" {
		query += "only=" + string(only) + "&"
	}
	if before != 0 {
		p.Pager.Newer = path + strings.TrimRight(query, "?&")
	}
	if len(list) == perPage {
		p.Pager.Older = path + query + "before=" + list[perPage-1].ID.String()
	}
	return nil
}

// getCampaignFeed answers a feed reader with what was posted for a campaign and
// everyone may read (RFC 4287).
func (s *Server) getCampaignFeed(w http.ResponseWriter, r *http.Request) error {
	c, err := s.campaignIn(r)
	if err == nil && !c.State.Shown() {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	list, err := s.Campaigns.Posts(r.Context(), instance.Anyone, c.Campaign, "", 0, perPage)
	if err != nil {
		return err
	}
	page := s.Site.Base() + campaignPath(c.ID)
	f := &feeds.AtomFeed{
		Xmlns: "http://www.w3.org/2005/Atom", Title: c.Name, Subtitle: writing.Plain(string(s.campaignText(c.Campaign)), titleLength), Id: page,
		Updated: atomTime(c.Starts), Link: &feeds.AtomLink{Href: page, Rel: "alternate", Type: "text/html"},
		Author: &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: s.Title, Uri: s.Site.Base()}},
	}
	var latest time.Time
	for _, p := range list {
		entry, updated := s.feedEntry(p)
		f.Entries = append(f.Entries, entry)
		if updated.After(latest) {
			latest, f.Updated = updated, entry.Updated
		}
	}
	body, err := xml.Marshal(f)
	if err != nil {
		return fmt.Errorf("feed of campaign %s: %w", c.ID, err)
	}
	sendFeed(w, r, body)
	return nil
}

// getCampaignPoster is a campaign to be printed and hung up.
func (s *Server) getCampaignPoster(w http.ResponseWriter, r *http.Request) error {
	c, err := s.campaignIn(r)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.CampaignPoster{
		Frame: f, Campaign: s.campaignView(c.Campaign), Text: s.campaignText(c.Campaign), Link: s.Site.Base() + campaignPath(c.ID),
	})
}

func (s *Server) campaignViews(list []*instance.Campaign) []view.Campaign {
	var shown []view.Campaign
	for _, c := range list {
		shown = append(shown, s.campaignView(c))
	}
	return shown
}

// campaignView is a campaign as pages tell of it.
func (s *Server) campaignView(c *instance.Campaign) view.Campaign {
	ends := c.Ends
	if !c.EndedAt.IsZero() && c.EndedAt.Before(ends) {
		ends = c.EndedAt
	}
	return view.Campaign{
		ID: c.ID.String(), Path: campaignPath(c.ID), Name: c.Name, Language: c.Language, Tag: c.Tag, State: string(c.State),
		Starts: c.Starts.In(s.Zone), Ends: ends.In(s.Zone), Places: s.actorLines(c.At), Rules: c.Rules, OwnRule: c.OwnRule,
		Contacts: contactViews(c.Contacts), Tables: c.Tables, Discreet: c.Discreet, Counts: view.CampaignCounts(c.Counts),
	}
}

func contactViews(list []instance.CampaignContact) []view.Contact {
	var shown []view.Contact
	for _, c := range list {
		shown = append(shown, view.Contact{Name: c.Name, Phone: c.Phone, Dial: strings.NewReplacer(" ", "", ".", "", "-", "", "(", "", ")", "").Replace(c.Phone)})
	}
	return shown
}

// campaignText is what a campaign says of itself, ready to show.
func (s *Server) campaignText(c *instance.Campaign) template.HTML {
	return sanitised(writing.Render(c.Text, writing.Options{Tag: s.Site.TagPage}).HTML)
}

// within is the running campaign that a form is part of, by its fields campaign
// and side, nil for none. It returns an [instance.Invalid] for one that does not
// run.
func (s *Server) within(r *http.Request) (*instance.Campaign, *instance.CampaignPart, error) {
	text := r.FormValue("campaign")
	if text == "" {
		return nil, nil, nil
	}
	id, err := instance.ParseID(text)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.Campaigns.ByID(r.Context(), me(r), id)
	if errors.Is(err, instance.ErrNotFound) || err == nil && c.State != instance.CampaignRunning {
		return nil, nil, &instance.Invalid{Field: "campaign", Code: "closed"}
	}
	if err != nil {
		return nil, nil, err
	}
	part := &instance.CampaignPart{Campaign: id, Name: c.Name, Tag: c.Tag, Rules: ruleLine(visitOf(r).language, c.Campaign)}
	if side := instance.Side(r.FormValue("side")); slices.Contains(instance.Sides, side) {
		part.Side = side
	}
	return c.Campaign, part, nil
}

// ruleLine says the rules of a campaign in one line, nothing where it has none.
func ruleLine(l *words.Language, c *instance.Campaign) string {
	var rules []string
	for _, rule := range c.Rules {
		rules = append(rules, l.Say("campaign.rule."+rule))
	}
	if c.OwnRule != "" {
		rules = append(rules, c.OwnRule)
	}
	if len(rules) == 0 {
		return ""
	}
	return l.Say("campaign.rule-line", "Name", c.Name, "Rules", strings.Join(rules, " · "))
}

// withinView is the campaign that a form is part of as the form shows it, nil for
// none, with its number and side to be sent along.
func (s *Server) withinView(r *http.Request) (*view.CampaignWithin, error) {
	c, part, err := s.within(r)
	if errors.Is(err, instance.ErrInvalid) || c == nil && err == nil {
		return nil, nil // what is no campaign any more is just a form
	}
	if err != nil {
		return nil, err
	}
	return &view.CampaignWithin{Campaign: s.campaignView(c), Side: string(part.Side)}, nil
}

// running are the campaigns that run in places, as bands for the top of a page.
func (s *Server) running(ctx context.Context, places ...instance.ActorID) ([]view.Campaign, error) {
	list, err := s.Campaigns.Running(ctx, places...)
	return s.campaignViews(list), err
}
