package web

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/events"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// How far ahead market days are told: on their page, as a calendar, and on the
// dashboard, with how many markets there at most.
const (
	marketAhead    = 21
	calendarAhead  = 90
	dashboardAhead = 7
	mostMarkets    = 3
)

// marketRoutes are the pages of market days.
func (s *Server) marketRoutes(r chi.Router) {
	r.Get("/g/{name}/market", s.page(s.getMarket))
	r.Get("/g/{name}/market.ics", s.page(s.getMarketFile))
	r.Get("/@{name}/stalls", s.signedIn(s.getStalls))
	r.Post("/@{name}/stalls", s.signedIn(s.addStall))
	r.Post("/@{name}/stalls/{id:[0-9]+}", s.signedIn(s.removeStall))
}

// getMarket tells when there is a market in a place, and who is open now.
func (s *Server) getMarket(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	days, err := s.marketDays(r, a.ID, marketAhead)
	if err != nil {
		return err
	}
	p := pages.Market{Place: personView(s.Site, a), File: "/g/" + a.Username + "/market.ics"}
	for _, m := range s.marketViews(days) {
		day := time.Date(m.From.Year(), m.From.Month(), m.From.Day(), 0, 0, 0, 0, m.From.Location())
		if n := len(p.Days); n == 0 || !p.Days[n-1].Day.Equal(day) {
			p.Days = append(p.Days, pages.MarketDay{Day: day})
		}
		last := &p.Days[len(p.Days)-1]
		last.Markets = append(last.Markets, m)
	}
	if p.Open, err = s.openNow(r, a.ID, days); err != nil {
		return err
	}
	if me(r) != nil {
		mine, err := s.Organisations.For(r.Context(), me(r).ID)
		if err != nil {
			return err
		}
		for _, o := range mine {
			p.Mine = append(p.Mine, personView(s.Site, o.Actor))
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// openNow is who is open now: on a market, then behind their own door.
func (s *Server) openNow(r *http.Request, place instance.ActorID, days []instance.MarketDay) ([]view.Open, error) {
	now := s.Now()
	var shown []view.Open
	for _, d := range days {
		if !d.From.After(now) && d.To.After(now) {
			shown = append(shown, view.Open{Name: d.Organisation.Shown(), Path: "/@" + d.Organisation.Username, Sort: string(d.Sort), Until: d.To, Where: d.Market})
		}
	}
	open, err := s.Markets.Open(r.Context(), place)
	for _, o := range open {
		shown = append(shown, view.Open{Name: o.Organisation.Shown(), Path: "/@" + o.Organisation.Username, Sort: string(o.Sort), Until: o.Until})
	}
	return shown, err
}

func (s *Server) marketDays(r *http.Request, place instance.ActorID, ahead int) ([]instance.MarketDay, error) {
	now := s.Now()
	return s.Markets.Days(r.Context(), place, now, now.AddDate(0, 0, ahead))
}

// marketViews are markets with who is there, the next first. What stands on one
// day under one name is one market.
func (s *Server) marketViews(days []instance.MarketDay) []view.Market {
	type key struct{ day, name string }
	at := map[key]int{}
	var list []view.Market
	now := s.Now().In(s.Zone)
	for _, d := range days {
		stall := view.Stall{
			ID: d.ID.String(), Name: d.Organisation.Shown(), Path: "/@" + d.Organisation.Username, Sort: string(d.Sort), Goods: d.Goods, From: d.From, To: d.To,
			Open: !d.From.After(now) && d.To.After(now), Market: d.Market,
		}
		k := key{d.From.Format(time.DateOnly), d.Market}
		i, known := at[k]
		if !known {
			i, at[k] = len(list), len(list)
			list = append(list, view.Market{Name: d.Market, From: d.From, Now: now})
		}
		list[i].Stalls = append(list[i].Stalls, stall)
	}
	return list
}

// getMarketFile answers with the market days of a place as a calendar.
func (s *Server) getMarketFile(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	days, err := s.marketDays(r, a.ID, calendarAhead)
	if err != nil {
		return err
	}
	h := w.Header()
	Secure(h)
	h.Set("Content-Type", events.CalendarType)
	h.Set("Content-Disposition", `attachment; filename="palier.ics"`)
	send(w, r, http.StatusOK, s.Markets.Calendar(a.Shown(), days))
	return nil
}

// marketsNext are the next markets of a place, for its dashboard.
func (s *Server) marketsNext(r *http.Request, place instance.ActorID) ([]view.Market, error) {
	days, err := s.marketDays(r, place, dashboardAhead)
	list := s.marketViews(days)
	return list[:min(len(list), mostMarkets)], err
}

// marketOfJSON is a market for programs.
type marketOfJSON struct {
	Market string        `json:"market"`
	Stalls []stallOfJSON `json:"stalls"`
}

type stallOfJSON struct {
	Name  string `json:"name"`
	URL   string `json:"url"`
	Goods string `json:"goods,omitempty"`
	From  string `json:"from"` // RFC 3339
	To    string `json:"to"`
}

func (s *Server) marketsJSON(list []view.Market) []marketOfJSON {
	all := []marketOfJSON{}
	for _, m := range list {
		one := marketOfJSON{Market: m.Name, Stalls: []stallOfJSON{}}
		for _, stall := range m.Stalls {
			one.Stalls = append(one.Stalls, stallOfJSON{Name: stall.Name, URL: s.Site.Base() + stall.Path, Goods: stall.Goods, From: atomTime(stall.From), To: atomTime(stall.To)})
		}
		all = append(all, one)
	}
	return all
}

// getStalls is where an organisation says when it is on which market.
func (s *Server) getStalls(w http.ResponseWriter, r *http.Request) error {
	o, err := s.mine(r)
	if err != nil {
		return err
	}
	return s.showStalls(w, r, http.StatusOK, o, pages.Stalls{Form: pages.StallForm{Repeats: "weekly", From: "08:00", To: "13:00"}})
}

func (s *Server) showStalls(w http.ResponseWriter, r *http.Request, status int, o instance.Organisation, p pages.Stalls) error {
	list, err := s.Markets.Of(r.Context(), o.ID)
	if err != nil {
		return err
	}
	p.Organisation = personView(s.Site, o.Actor)
	for _, stall := range list {
		line := view.Stall{ID: stall.ID.String(), Market: stall.Market, Goods: stall.Goods, From: stall.Starts.In(s.Zone), To: stall.Ends.In(s.Zone)}
		if next := stall.Days(s.Now(), s.Now().AddDate(1, 0, 0)); len(next) > 0 {
			line.From, line.To = next[0].From, next[0].To
		}
		if rule, err := instance.ParseRepeats(stall.Repeats); err == nil {
			switch {
			case rule.Monthly:
				line.Repeats = "monthly"
			case rule.Every == 2:
				line.Repeats = "fortnightly"
			case rule.Every == 1:
				line.Repeats = "weekly"
			}
		}
		p.Stalls = append(p.Stalls, line)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// addStall announces one.
func (s *Server) addStall(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	o, err := s.mine(r)
	if err != nil {
		return err
	}
	v := r.PostFormValue
	form := pages.StallForm{Market: v("market"), Goods: v("goods"), Date: v("date"), From: v("from"), To: v("to"), Repeats: v("repeats")}
	stall, err := s.stallOf(form)
	if err == nil {
		stall.Organisation = o.Actor
		err = s.Markets.Add(r.Context(), me(r).ID, stall)
	}
	if all, ok := problems(err); ok {
		return s.showStalls(w, r, http.StatusUnprocessableEntity, o, pages.Stalls{Form: form, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "stalls.added", "/@"+o.Username+"/stalls")
}

func (s *Server) stallOf(form pages.StallForm) (instance.Stall, error) {
	starts, err := s.moment(form.Date, form.From)
	if err != nil {
		return instance.Stall{}, &instance.Invalid{Field: "starts", Code: "malformed"}
	}
	ends, err := s.moment(form.Date, form.To)
	if err != nil {
		return instance.Stall{}, &instance.Invalid{Field: "ends", Code: "malformed"}
	}
	repeats, err := repeatsOf(pages.EventForm{Repeats: form.Repeats}, starts)
	return instance.Stall{Market: form.Market, Goods: form.Goods, Starts: starts, Ends: ends, Zone: s.Zone.String(), Repeats: repeats}, err
}

// removeStall takes one back.
func (s *Server) removeStall(w http.ResponseWriter, r *http.Request) error {
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
	if err := s.Markets.Remove(r.Context(), me(r).ID, o.ID, id); err != nil {
		return err
	}
	return s.done(w, r, "stalls.removed", "/@"+o.Username+"/stalls")
}
