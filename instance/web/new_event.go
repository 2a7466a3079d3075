package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/events"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// eventSteps are the questions about a new event, in order. All answers but the
// last travel in the address, so that one can go back and nothing is kept.
var eventSteps = []string{"kind", "title", "when", "where", "guests", "words"}

// getNewEvent asks the next question about a new event: the first whose answer
// is missing or cannot be, after the one that was just answered.
func (s *Server) getNewEvent(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return malformed(err)
	}
	answered := slices.Index(eventSteps, r.Form.Get("step"))
	form := readEventForm(r)
	at, all := 0, []view.Problem(nil)
	if answered >= 0 {
		at, all = s.checkEvent(form, readAccess(r), answered)
	}
	return s.askEvent(w, r, http.StatusOK, at, form, all)
}

// checkEvent returns which question is next, and what is wrong with its answer.
func (s *Server) checkEvent(form pages.EventForm, access []string, answered int) (int, []view.Problem) {
	if answered >= 1 && form.Title == "" {
		return 1, []view.Problem{{Field: "title", Code: "missing"}}
	}
	if answered >= 2 {
		e, err := s.eventOf(form, access)
		if err == nil {
			err = e.Check(s.Now())
		}
		if all, ok := problems(err); ok {
			if at := eventStepOf(all[0].Field); at <= answered {
				return at, all
			}
		}
	}
	return min(answered+1, len(eventSteps)-1), nil
}

// eventStepOf is the question that a field belongs to.
func eventStepOf(field string) int {
	switch field {
	case "starts", "ends", "repeats", "zone":
		return 2
	case "venue", "online":
		return 3
	case "capacity", "joinMode", "joinURL":
		return 4
	default:
		return 5
	}
}

func readEventForm(r *http.Request) pages.EventForm {
	v := func(name string) string { return strings.TrimSpace(r.Form.Get(name)) }
	return pages.EventForm{
		Template: v("template"), Title: v("title"), Date: v("date"), From: v("from"), To: v("to"), EndDate: v("end-date"), Repeats: v("repeats"), Count: v("count"),
		Venue: v("venue"), Street: v("street"), Postal: v("postal"), Locality: v("locality"), Online: v("online"),
		Capacity: v("capacity"), JoinMode: v("join"), JoinURL: v("join-url"), Text: r.Form.Get("text"), Bring: r.Form.Get("bring"), Do: r.Form.Get("do"),
		Agenda: r.Form.Get("agenda"), Status: v("status"), AsPlace: v("as") == "place",
	}
}

func readAccess(r *http.Request) []string { return r.Form["access"] }

// eventOf is the event that a form describes. It returns an [instance.Invalid]
// for what is no date, time or number.
func (s *Server) eventOf(form pages.EventForm, access []string) (*instance.Event, error) {
	e := &instance.Event{
		Template: events.TemplateOf(form.Template).Key, Category: events.TemplateOf(form.Template).Category, Zone: s.Zone.String(), Status: instance.EventStatus(form.Status),
		JoinMode: form.JoinMode, JoinURL: form.JoinURL, Online: form.Online, Access: access,
		Venue: instance.Venue{Name: form.Venue, Street: form.Street, PostalCode: form.Postal, Locality: form.Locality},
	}
	if form.Locality != "" || form.Postal != "" {
		e.Venue.Country = "FR"
	}
	var err error
	if form.Date == "" || form.From == "" {
		return nil, &instance.Invalid{Field: "starts", Code: "missing"}
	}
	if e.Starts, err = s.moment(form.Date, form.From); err != nil {
		return nil, &instance.Invalid{Field: "starts", Code: "malformed"}
	}
	if form.To != "" {
		day := form.EndDate
		if day == "" {
			day = form.Date
		}
		if e.Ends, err = s.moment(day, form.To); err != nil {
			return nil, &instance.Invalid{Field: "ends", Code: "malformed"}
		}
		if form.EndDate == "" && e.Ends.Before(e.Starts) && form.To < "06:00" {
			e.Ends = e.Ends.AddDate(0, 0, 1) // past midnight
		}
	}
	if form.Capacity != "" {
		if e.Capacity, err = strconv.Atoi(form.Capacity); err != nil {
			return nil, &instance.Invalid{Field: "capacity", Code: "malformed", Limit: instance.MaxPlaces}
		}
	}
	e.Repeats, err = repeatsOf(form, e.Starts)
	return e, err
}

// moment is a day and a time of day by the clocks here, on a day that there is.
func (s *Server) moment(day, clock string) (time.Time, error) {
	return time.ParseInLocation("2006-01-02 15:04", day+" "+clock, s.Zone)
}

func repeatsOf(form pages.EventForm, starts time.Time) (string, error) {
	var rule instance.Repeats
	switch form.Repeats {
	case "":
		return "", nil
	case "weekly":
		rule.Every = 1
	case "fortnightly":
		rule.Every = 2
	case "monthly":
		rule = instance.Repeats{Every: 1, Monthly: true, Weekday: true}
	default:
		return "", &instance.Invalid{Field: "repeats", Code: "malformed"}
	}
	if form.Count != "" {
		n, err := strconv.Atoi(form.Count)
		if err != nil || n < 1 || n > instance.MaxOccurrences {
			return "", &instance.Invalid{Field: "repeats", Code: "count", Limit: instance.MaxOccurrences}
		}
		rule.Count = n
	}
	return rule.Rule(starts), nil
}

// askEvent asks one question, with all that was answered before.
func (s *Server) askEvent(w http.ResponseWriter, r *http.Request, status, at int, form pages.EventForm, all []view.Problem) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	p := pages.NewEvent{Frame: f, Step: eventSteps[at], Number: at + 1, Steps: len(eventSteps), Form: form, Problems: all}
	for _, t := range events.Templates() {
		p.Templates = append(p.Templates, t.Key)
	}
	if p.Within, err = s.withinView(r); err != nil {
		return err
	}
	p.Kept = keptAnswers(r.Form, at)
	if at > 0 {
		p.Back = "/events/new?" + backTo(r.Form, at)
	}
	s.suggest(&p)
	for _, word := range instance.Facilities() {
		p.Access = append(p.Access, view.Option{Value: word, Selected: slices.Contains(readAccess(r), word)})
	}
	if p.Step == "words" {
		if err := s.askWords(r, &p); err != nil {
			return err
		}
		if events.TemplateOf(form.Template).Minors {
			p.Choices = slices.DeleteFunc(p.Choices, func(c view.Choice) bool { return c.Audience == view.ToPublic })
		}
	}
	return s.HTML(w, r, status, p)
}

// eventFields are the fields of each question but the last.
var eventFields = [][]string{
	{"template"}, {"title"}, {"date", "from", "to", "end-date", "repeats", "count"},
	{"venue", "street", "postal", "locality", "online", "access"}, {"capacity", "join", "join-url"},
}

// keptAnswers are the answers to other questions than the one that is asked.
func keptAnswers(all url.Values, at int) []pages.Answered {
	var kept []pages.Answered
	for i, names := range append(eventFields, []string{"in", "campaign", "side"}) {
		if i == at {
			continue
		}
		for _, name := range names {
			for _, value := range all[name] {
				if value != "" && len(kept) < 40 && len(value) <= 1000 && (name != "in" || at != len(eventSteps)-1) {
					kept = append(kept, pages.Answered{Name: name, Value: value})
				}
			}
		}
	}
	return kept
}

// backTo is the query that asks the question before again.
func backTo(all url.Values, at int) string {
	q := url.Values{}
	for _, names := range append(eventFields, []string{"in", "campaign", "side"}) {
		for _, name := range names {
			if all.Has(name) {
				q[name] = all[name]
			}
		}
	}
	if at >= 2 {
		q.Set("step", eventSteps[at-2])
	}
	return q.Encode()
}

// suggest fills in what a kind of event usually is.
func (s *Server) suggest(p *pages.NewEvent) {
	t := events.TemplateOf(p.Form.Template)
	say := func(part string) string {
		if key := "template." + t.Key + "." + part; p.Language.Has(key) {
			return p.Language.Say(key)
		}
		return ""
	}
	switch {
	case len(p.Problems) > 0:
	case p.Step == "title" && p.Form.Title == "":
		p.Form.Title = say("title")
	case p.Step == "when" && p.Form.From == "":
		p.Form.From = time.Date(2000, 1, 1, t.From, 0, 0, 0, time.UTC).Format("15:04")
		p.Form.To = time.Date(2000, 1, 1, t.From+t.Hours, 0, 0, 0, time.UTC).Format("15:04")
	case p.Step == "words" && p.Form.Text == "" && p.Form.Bring == "":
		p.Form.Text, p.Form.Bring, p.Form.Do, p.Form.Agenda = say("text"), say("bring"), say("do"), say("agenda")
	}
}

// askWords fills in who can read it, and where it can be posted.
func (s *Server) askWords(r *http.Request, p *pages.NewEvent) error {
	place, err := s.writesIn(r)
	if err == nil && place == nil {
		place, err = s.home(r.Context(), me(r).ID)
	}
	if err != nil {
		return err
	}
	chosen := instance.Audience(r.Form.Get("audience"))
	if chosen == "" {
		chosen = me(r).DefaultAudience
	}
	if p.Choices, err = s.choices(r.Context(), place, chosen); err != nil {
		return err
	}
	p.MaySpeak = place != nil && slices.Contains(visitOf(r).viewer.Tends, place.ID)
	if place != nil {
		p.Kept = append(p.Kept, pages.Answered{Name: "in", Value: place.ID.String()})
	}
	if p.Once = r.Form.Get("once"); p.Once == "" {
		p.Once = newOnce()
	}
	return nil
}

// publishEvent invites.
func (s *Server) publishEvent(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	form := readEventForm(r)
	before, err := s.Posts.Sent(r.Context(), me(r).ID, r.Form.Get("once"))
	if err != nil {
		return err
	}
	if before != nil {
		SeeOther(w, r, eventPath(before.ID))
		return nil
	}
	p, err := s.inviteWith(r, form)
	if all, ok := problems(err); ok {
		at := eventStepOf(all[0].Field)
		if all[0].Field == "title" {
			at = 1
		}
		return s.askEvent(w, r, http.StatusUnprocessableEntity, at, form, all)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "event.published", Sent: "event"})
	SeeOther(w, r, eventPath(p.ID))
	return nil
}

func (s *Server) inviteWith(r *http.Request, form pages.EventForm) (*instance.Post, error) {
	e, err := s.eventOf(form, readAccess(r))
	if err != nil {
		return nil, err
	}
	place, err := s.writesIn(r)
	if err != nil {
		return nil, err
	}
	d := instance.Draft{Title: form.Title, Text: form.Text, Language: me(r).Locale, Event: e, Once: r.Form.Get("once")}
	if place != nil {
		d.Group = place.ID
	}
	if d.Audience, err = s.audience(r, place); err != nil {
		return nil, err
	}
	if _, d.Campaign, err = s.within(r); err != nil {
		return nil, err
	}
	var needs []instance.Need
	for _, list := range []struct{ kind, lines string }{{"bring", form.Bring}, {"do", form.Do}, {"agenda", form.Agenda}} {
		some, err := events.ParseNeeds(list.kind, list.lines)
		if err != nil {
			return nil, err
		}
		needs = append(needs, some...)
	}
	return s.Events.Invite(r.Context(), visitOf(r).viewer, d, form.AsPlace && place != nil, needs...)
}
