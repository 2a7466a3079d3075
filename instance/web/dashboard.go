package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"palier/instance"
	"palier/instance/dashboard"
	"palier/instance/timelines"
	"palier/instance/web/view"
	"palier/instance/writing"
)

// dashboard is what a place shows first, as the one who reads may see it; nil on
// any page of its posts but the first.
func (s *Server) dashboard(r *http.Request, a instance.Actor) (*view.Dashboard, error) {
	if pageOf(r) != (timelines.Page{Limit: perPage}) {
		return nil, nil
	}
	d, err := s.Dashboard.Of(r.Context(), visitOf(r).viewer, a.ID)
	if err != nil {
		return nil, err
	}
	news, err := s.Feeds.At(r.Context(), a.ID, 0, mostNews)
	if err != nil {
		return nil, err
	}
	next, err := s.marketsNext(r, a.ID)
	if err != nil {
		return nil, err
	}
	shown, err := s.dashboardView(r, &d)
	if err != nil {
		return nil, err
	}
	shown.Season, shown.News, shown.Markets = s.season(a.ID.String()), s.newsLines(news), next
	if shown.PassedOn, err = s.passedOn(r, a.ID); err != nil {
		return nil, err
	}
	shown.Informants, err = s.informantsAt(r, a.ID)
	return shown, err
}

// season is what this month brings, to be lent or asked for in a place; in may be
// empty.
func (s *Server) season(in string) view.Prompt {
	p := instance.Season(s.Now().In(s.Zone))
	q := url.Values{"kind": {p.Kind}, "category": {p.Category}}
	if in != "" {
		q.Set("in", in)
	}
	path := "/offer/new?"
	if p.Asks {
		path = "/ask/new?"
	}
	return view.Prompt{Name: p.Name, Path: path + q.Encode()}
}

func (s *Server) dashboardView(r *http.Request, d *dashboard.Dashboard) (*view.Dashboard, error) {
	shown := &view.Dashboard{
		Notices: s.dashboardLines(d.Notices), Needs: s.dashboardLines(d.Needs), Week: s.dashboardLines(d.Week),
		Offers: s.dashboardLines(d.Offers), Closing: s.dashboardLines(d.Closing), Month: view.Month(d.Month), Empty: d.Empty(),
	}
	var err error
	shown.Near, err = s.linesOf(r, d.Near)
	return shown, err
}

func (s *Server) dashboardLines(list []*instance.Post) []view.DashboardLine {
	var lines []view.DashboardLine
	for _, p := range list {
		l := view.DashboardLine{Path: postPath(p), Title: p.Title, Language: p.Language, By: p.Author.Shown(), Kind: p.Kind, Now: s.Now().In(s.Zone)}
		if l.Title == "" {
			l.Title = excerpt(p)
		}
		switch {
		case p.Event != nil:
			l.Path, l.At, l.Where = "/e/"+p.ID.String(), p.Event.Starts, p.Event.Venue.Name
		case p.Proposal != nil:
			l.At, l.Category, l.Priority = p.Proposal.Ends, p.Proposal.Category, p.Proposal.Priority
		}
		if q := purchaseView(p); q != nil {
			l.Path, l.Share = q.Path, q.Share
		}
		lines = append(lines, l)
	}
	return lines
}

// dashboardJSON is a dashboard for programs, such as a screen in a hall.
type dashboardJSON struct {
	Place     string           `json:"place"`
	Alerts    []alertOfJSON    `json:"alerts"`
	Campaigns []campaignOfJSON `json:"campaigns"`
	Notices   []lineOfJSON     `json:"notices"`
	Needs     []lineOfJSON     `json:"needs"`
	Week      []lineOfJSON     `json:"week"`
	Offers    []lineOfJSON     `json:"offers"`
	Closing   []lineOfJSON     `json:"closing"`
	News      []newsOfJSON     `json:"news"` // of sites nearby
	Market    []marketOfJSON   `json:"market"`
	Month     monthJSON        `json:"month"`
}

type lineOfJSON struct {
	URL      string `json:"url"`
	Title    string `json:"title"`
	Language string `json:"language,omitempty"`
	By       string `json:"by"`
	Kind     string `json:"kind"`
	Category string `json:"category,omitempty"`
	Priority bool   `json:"priority,omitempty"`
	At       string `json:"at,omitempty"` // RFC 3339
	Where    string `json:"where,omitempty"`
}

type monthJSON struct {
	Helps     int `json:"helps"`
	Loans     int `json:"loans"`
	Meetings  int `json:"meetings"`
	Newcomers int `json:"newcomers"`
}

// getDashboard answers with a place's dashboard as JSON: to everyone what is
// public, to a neighbour what is theirs to read.
func (s *Server) getDashboard(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	d, err := s.Dashboard.Of(r.Context(), visitOf(r).viewer, a.ID)
	if err != nil {
		return err
	}
	alerts, err := s.alerts(r.Context(), a.ID)
	if err != nil {
		return err
	}
	bands, err := s.campaignsJSON(r, a.ID)
	if err != nil {
		return err
	}
	news, err := s.Feeds.At(r.Context(), a.ID, 0, mostNews)
	if err != nil {
		return err
	}
	next, err := s.marketsNext(r, a.ID)
	if err != nil {
		return err
	}
	body, err := json.Marshal(dashboardJSON{
		Place: a.Shown(), Alerts: alertsJSON(s.Site.Base(), alerts), Campaigns: bands, Notices: s.linesJSON(d.Notices), Needs: s.linesJSON(d.Needs), Week: s.linesJSON(d.Week),
		Offers: s.linesJSON(d.Offers), Closing: s.linesJSON(d.Closing), News: newsJSON(s.newsLines(news)), Market: s.marketsJSON(next), Month: monthJSON(d.Month),
	})
	if err != nil {
		return fmt.Errorf("dashboard of %s: %w", a.ID, err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	send(w, r, http.StatusOK, body)
	return nil
}

func (s *Server) linesJSON(list []*instance.Post) []lineOfJSON {
	lines := []lineOfJSON{}
	for _, l := range s.dashboardLines(list) {
		line := lineOfJSON{
			URL: s.Site.Base() + l.Path, Title: l.Title, Language: l.Language, By: l.By, Kind: l.Kind, Category: l.Category, Priority: l.Priority, Where: l.Where,
		}
		if !l.At.IsZero() {
			line.At = l.At.UTC().Format("2006-01-02T15:04:05Z")
		}
		lines = append(lines, line)
	}
	return lines
}

// campaignOfJSON is a campaign for a screen: what it is, what it asks of everyone,
// whom one can call, and how much there is.
type campaignOfJSON struct {
	URL      string          `json:"url"`
	Feed     string          `json:"feed"`
	Name     string          `json:"name"`
	Text     string          `json:"text,omitempty"`
	Language string          `json:"language,omitempty"`
	Tag      string          `json:"tag"`
	Ends     string          `json:"ends"` // RFC 3339
	Rules    []string        `json:"rules,omitempty"`
	Contacts []contactOfJSON `json:"contacts,omitempty"`
}

type contactOfJSON struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

// campaignsJSON are the campaigns that run in a place.
func (s *Server) campaignsJSON(r *http.Request, place instance.ActorID) ([]campaignOfJSON, error) {
	list, err := s.Campaigns.Running(r.Context(), place)
	if err != nil {
		return nil, err
	}
	bands, l := []campaignOfJSON{}, visitOf(r).language
	for _, c := range list {
		page := s.Site.Base() + campaignPath(c.ID)
		band := campaignOfJSON{
			URL: page, Feed: page + ".atom", Name: c.Name, Text: writing.Plain(string(s.campaignText(c)), titleLength*4), Language: c.Language, Tag: c.Tag,
			Ends: atomTime(c.Ends),
		}
		for _, rule := range c.Rules {
			band.Rules = append(band.Rules, l.Say("campaign.rule."+rule))
		}
		if c.OwnRule != "" {
			band.Rules = append(band.Rules, c.OwnRule)
		}
		for _, contact := range c.Contacts {
			band.Contacts = append(band.Contacts, contactOfJSON(contact))
		}
		bands = append(bands, band)
	}
	return bands, nil
}

// alertOfJSON is a notice beyond info for a screen.
type alertOfJSON struct {
	URL      string `json:"url"`
	Title    string `json:"title"`
	Language string `json:"language,omitempty"`
	By       string `json:"by"`
	Level    string `json:"level"` // important, alert
	Until    string `json:"until"` // RFC 3339
}

func alertsJSON(base string, alerts []view.Alert) []alertOfJSON {
	list := []alertOfJSON{}
	for _, a := range alerts {
		list = append(list, alertOfJSON{URL: base + a.Path, Title: a.Title, Language: a.Language, By: a.By, Level: a.Level, Until: atomTime(a.Until)})
	}
	return list
}
