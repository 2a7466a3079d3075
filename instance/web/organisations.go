package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/organisations"
	"palier/instance/timelines"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getOrganisation shows an organisation, with what it lets everyone know first.
func (s *Server) getOrganisation(w http.ResponseWriter, r *http.Request, o instance.Organisation) error {
	v, page, path := visitOf(r), pageOf(r), "/@"+o.Username
	entries, next, err := s.Timelines.Person(r.Context(), v.viewer, o.ID, timelines.Narrow{}, page)
	if err != nil {
		return err
	}
	pager, elsewhere := turn(path, page, entries, next)
	if elsewhere != "" {
		SeeOther(w, r, elsewhere)
		return nil
	}
	news, err := s.Feeds.By(r.Context(), o.ID, mostNews)
	if err != nil {
		return err
	}
	stalls, err := s.Markets.Of(r.Context(), o.ID)
	if err != nil {
		return err
	}
	market := s.marketViews(instance.Between(stalls, s.Now(), s.Now().AddDate(0, 0, marketAhead)))
	p := pages.Organisation{Pager: pager, News: s.newsLines(news), Markets: market[:min(len(market), mostMarkets)]}
	if p.Organisation, err = s.organisationView(r, o); err != nil {
		return err
	}
	if p.Posts, err = s.sifted(r.Context(), entries, v, instance.InAccount); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Feed, p.Canonical = p.Organisation.Feed, s.Site.Base()+path
	return s.HTML(w, r, http.StatusOK, p)
}

// organisationView is an organisation as its page tells of it.
func (s *Server) organisationView(r *http.Request, o instance.Organisation) (view.Organisation, error) {
	ctx, v := r.Context(), visitOf(r)
	shown := view.Organisation{
		Person: personView(s.Site, o.Actor), Sort: string(o.Sort), Summary: sanitised(o.Summary), Address: "@" + o.Username + "@" + s.Site.Host(),
		Feed: "/@" + o.Username + ".atom", Place: personView(s.Site, o.Place), Open: o.Hours.Open(s.Now().In(s.Zone)), Holidays: o.Holidays, Needs: s.needs(r, o),
	}
	if o.Hours.Any() {
		shown.Hours = openDays(o.Hours)
	}
	if o.Sort == instance.Council {
		elected, err := s.elected(r, o.ID)
		if err != nil {
			return shown, err
		}
		shown.Elected = elected
	}
	if v.account == nil {
		return shown, nil
	}
	var err error
	if shown.Bond, err = s.bond(r, o.Actor); err != nil {
		return shown, err
	}
	if shown.Acts, err = s.Organisations.ActsFor(ctx, v.viewer.ID, o.ID); err != nil || !shown.Acts {
		return shown, err
	}
	shown.Waiting = o.Waiting
	houses, err := s.Buildings.Managed(ctx, o.ID)
	shown.Houses = s.personViews(houses)
	return shown, err
}

func (s *Server) elected(r *http.Request, council instance.ActorID) ([]view.Elected, error) {
	list, titles, err := s.Organisations.Elected(r.Context(), council)
	var shown []view.Elected
	for i, a := range list {
		shown = append(shown, view.Elected{Person: personView(s.Site, a), Office: titles[i]})
	}
	return shown, err
}

// openDays are hours by the days of a week, from Monday on.
func openDays(h instance.Hours) []view.OpenDay {
	var days []view.OpenDay
	for i, spans := range h {
		d := view.OpenDay{Day: (i + 1) % 7}
		for _, span := range spans {
			d.Spans = append(d.Spans, span.String())
		}
		d.Text = strings.Join(d.Spans, ", ")
		days = append(days, d)
	}
	return days
}

// organisation is the organisation that the path names.
func (s *Server) organisation(r *http.Request) (instance.Organisation, error) {
	a, err := s.named(r)
	if err != nil {
		return instance.Organisation{}, err
	}
	return s.Organisations.ByID(r.Context(), a.ID)
}

// mine is the organisation that the path names, if the one who asks acts for it.
func (s *Server) mine(r *http.Request) (instance.Organisation, error) {
	o, err := s.organisation(r)
	if err != nil {
		return o, err
	}
	acts, err := s.Organisations.ActsFor(r.Context(), me(r).ID, o.ID)
	if err == nil && !acts {
		err = fmt.Errorf("act for %s: %w", o.Username, instance.ErrNotFound)
	}
	return o, err
}

// getEditOrganisation is where those who act for an organisation tell of it.
func (s *Server) getEditOrganisation(w http.ResponseWriter, r *http.Request) error {
	o, err := s.mine(r)
	if err != nil {
		return err
	}
	return s.showOrganisationForm(w, r, http.StatusOK, o, pages.OrganisationForm{
		Summary: o.Source, Hours: openDays(o.Hours), Holidays: o.Holidays, Needs: strings.Join(o.Needs, "\n"),
	})
}

func (s *Server) showOrganisationForm(w http.ResponseWriter, r *http.Request, status int, o instance.Organisation, p pages.OrganisationForm) error {
	p.Organisation, p.Council = personView(s.Site, o.Actor), o.Sort == instance.Council
	agents, err := s.Organisations.Agents(r.Context(), o.ID)
	if err != nil {
		return err
	}
	p.Agents = s.personViews(agents)
	if err := s.hearing(r, o, &p); err != nil {
		return err
	}
	if p.Elected, err = s.elected(r, o.ID); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// hearing fills in of which asks an organisation hears: those ticked, if the form
// was sent.
func (s *Server) hearing(r *http.Request, o instance.Organisation, p *pages.OrganisationForm) error {
	chosen := r.PostForm["asks"]
	if r.Method == http.MethodGet {
		var err error
		if chosen, err = s.Organisations.HearsOf(r.Context(), o.ID); err != nil {
			return err
		}
	}
	for _, c := range instance.ServiceCategories {
		p.Asks = append(p.Asks, view.Option{Value: c, Selected: slices.Contains(chosen, c)})
	}
	return nil
}

// editOrganisation changes what an organisation tells of itself.
func (s *Server) editOrganisation(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	o, err := s.mine(r)
	if err != nil {
		return err
	}
	form := pages.OrganisationForm{Summary: r.PostFormValue("summary"), Holidays: r.PostFormValue("holidays"), Needs: r.PostFormValue("needs")}
	about := organisations.About{Summary: form.Summary, Holidays: strings.TrimSpace(form.Holidays), Asks: r.PostForm["asks"]}
	for line := range strings.Lines(form.Needs) {
		if line = strings.TrimSpace(line); line != "" {
			about.Needs = append(about.Needs, line)
		}
	}
	var unread error
	for i := range about.Hours {
		d := view.OpenDay{Day: (i + 1) % 7}
		if typed := r.PostForm["hours"]; i < len(typed) {
			d.Text = typed[i]
		}
		spans, err := instance.ParseSpans(d.Text)
		unread = errors.Join(unread, err)
		about.Hours[i] = spans
		form.Hours = append(form.Hours, d)
	}
	err = unread
	if err == nil {
		err = s.Organisations.Edit(r.Context(), *me(r), o.ID, about)
	}
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showOrganisationForm(w, r, http.StatusUnprocessableEntity, o, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", "/@"+o.Username)
}

// personTyped is the person with an account here whom a form names.
func (s *Server) personTyped(r *http.Request, field, typed string) (instance.Actor, error) {
	a, err := s.People.Known(r.Context(), strings.TrimPrefix(strings.TrimSpace(typed), "@"))
	if err == nil && (!a.Local() || a.Kind != instance.Person) {
		err = instance.ErrNotFound
	}
	if errors.Is(err, instance.ErrNotFound) {
		err = &instance.Invalid{Field: field, Code: "not-found"}
	}
	return a, err
}

// changeAgent lets somebody act for an organisation, or no longer.
func (s *Server) changeAgent(w http.ResponseWriter, r *http.Request) error {
	return s.aboutPerson(w, r, "agent", func(o instance.Organisation, person instance.ActorID) error {
		err := s.Organisations.SetAgent(r.Context(), *me(r), o.ID, person, r.PostFormValue("deed") == "add")
		if errors.Is(err, instance.ErrConflict) {
			err = &instance.Invalid{Field: "agent", Code: "last"}
		}
		return err
	})
}

// changeElected notes to what somebody was elected.
func (s *Server) changeElected(w http.ResponseWriter, r *http.Request) error {
	return s.aboutPerson(w, r, "elected", func(o instance.Organisation, person instance.ActorID) error {
		return s.Organisations.Elect(r.Context(), *me(r), o.ID, person, r.PostFormValue("office"))
	})
}

// aboutPerson does something about a person for an organisation and leads back
// to its form.
func (s *Server) aboutPerson(w http.ResponseWriter, r *http.Request, field string, do func(instance.Organisation, instance.ActorID) error) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	o, err := s.mine(r)
	if err != nil {
		return err
	}
	a, err := s.personTyped(r, field, r.PostFormValue("person"))
	if err == nil {
		err = do(o, a.ID)
	}
	if all, ok := problems(err); ok {
		return s.showOrganisationForm(w, r, http.StatusUnprocessableEntity, o, pages.OrganisationForm{
			Summary: o.Source, Hours: openDays(o.Hours), Holidays: o.Holidays, Needs: strings.Join(o.Needs, "\n"), Problems: all,
		})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", "/@"+o.Username+"/edit")
}

// getNewOrganisation is where an administrator opens a page for somebody.
func (s *Server) getNewOrganisation(w http.ResponseWriter, r *http.Request) error {
	a, err := s.placeByNumber(r)
	if err != nil {
		return err
	}
	return s.showNewOrganisation(w, r, http.StatusOK, pages.NewOrganisation{Place: personView(s.Site, a.Actor), Sort: string(instance.Association)})
}

// placeByNumber is the place of ours that the path names by number.
func (s *Server) placeByNumber(r *http.Request) (instance.Neighbourhood, error) {
	id, err := actorID(r)
	if err != nil {
		return instance.Neighbourhood{}, err
	}
	return s.Places.ByID(r.Context(), id)
}

func (s *Server) showNewOrganisation(w http.ResponseWriter, r *http.Request, status int, p pages.NewOrganisation) error {
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// openOrganisation opens a page, with somebody who acts for it.
func (s *Server) openOrganisation(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.placeByNumber(r)
	if err != nil {
		return err
	}
	form := pages.NewOrganisation{
		Place: personView(s.Site, a.Actor), Title: r.PostFormValue("title"), Username: strings.TrimSpace(r.PostFormValue("username")),
		Sort: r.PostFormValue("sort"), Agent: r.PostFormValue("agent"),
	}
	agent, err := s.personTyped(r, "agent", form.Agent)
	var o instance.Organisation
	if err == nil {
		o, err = s.Organisations.Open(r.Context(), organisations.Plan{
			Username: form.Username, Title: form.Title, Sort: instance.OrganisationSort(form.Sort), Place: a.ID, Agent: agent.ID,
		})
	}
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showNewOrganisation(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "created", "/@"+o.Username)
}

// getNewNotice is where an organisation lets everyone know something.
func (s *Server) getNewNotice(w http.ResponseWriter, r *http.Request) error {
	o, err := s.mine(r)
	if err != nil {
		return err
	}
	p := pages.NewNotice{Until: s.Now().In(s.Zone).AddDate(0, 0, 7).Format(time.DateOnly), Once: newOnce()}
	if err := s.preparedNotice(r, o, &p); err != nil {
		return err
	}
	return s.showNewNotice(w, r, http.StatusOK, o, p)
}

func (s *Server) showNewNotice(w http.ResponseWriter, r *http.Request, status int, o instance.Organisation, p pages.NewNotice) error {
	p.Organisation, p.Place, p.Official = personView(s.Site, o.Actor), personView(s.Site, o.Place), o.Sort.Official()
	waiting, err := s.Organisations.Alerts(r.Context(), *me(r), o.ID)
	if err != nil {
		return err
	}
	for _, a := range waiting {
		p.Waiting = append(p.Waiting, view.WaitingAlert{ID: a.ID.String(), By: a.Author.Shown(), Title: a.Title, Text: a.Text, Until: a.Until.In(s.Zone), Own: a.Author.ID == me(r).ID})
	}
	holding, err := s.Organisations.Notices(r.Context(), o.ID, perPage)
	if err != nil {
		return err
	}
	for _, post := range holding {
		p.Holding = append(p.Holding, pages.HoldingNotice{Alert: s.alertView(post), End: p.Organisation.Path + "/notices/" + post.ID.String() + "/end"})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// announce posts a notice as an organisation, or has an alert wait for somebody
// else. It holds to the end of its day.
func (s *Server) announce(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	o, err := s.mine(r)
	if err != nil {
		return err
	}
	form := pages.NewNotice{Title: r.PostFormValue("title"), Text: r.PostFormValue("text"), Until: r.PostFormValue("until"), Level: r.PostFormValue("level"), Once: r.PostFormValue("once")}
	a := organisations.Announcement{Title: form.Title, Text: form.Text, Language: me(r).Locale, Level: instance.NoticeLevel(form.Level), Once: form.Once}
	if day, err := time.ParseInLocation(time.DateOnly, form.Until, s.Zone); err == nil {
		a.Until = day.AddDate(0, 0, 1)
	}
	var p *instance.Post
	if a.Level == instance.LevelAlert {
		err = s.Organisations.PrepareAlert(r.Context(), *me(r), o.ID, a)
	} else {
		p, err = s.Organisations.Announce(r.Context(), *me(r), o.ID, a)
	}
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showNewNotice(w, r, http.StatusUnprocessableEntity, o, form)
	}
	switch {
	case err != nil:
		return err
	case p == nil:
		return s.done(w, r, "notice.waiting", "/@"+o.Username+"/notices")
	}
	return s.done(w, r, "notice.published", postPath(p))
}

// steerNotice publishes an alert that waits, throws it away, or ends a notice.
func (s *Server) steerNotice(w http.ResponseWriter, r *http.Request) error {
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
	path := "/@" + o.Username + "/notices"
	switch chi.URLParam(r, "deed") {
	case "publish":
		p, err := s.Organisations.PublishAlert(r.Context(), *me(r), o.ID, id)
		if all, ok := problems(err); ok {
			return s.showNewNotice(w, r, http.StatusUnprocessableEntity, o, pages.NewNotice{Once: newOnce(), Problems: all})
		}
		if err != nil {
			return err
		}
		return s.done(w, r, "notice.published", postPath(p))
	case "drop":
		err = s.Organisations.DropAlert(r.Context(), *me(r), o.ID, id)
	case "end":
		err = s.Organisations.End(r.Context(), *me(r), o.ID, instance.PostID(id))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "notice.over", path)
}

// alertView is a notice as it stands on top of a place.
func (s *Server) alertView(p *instance.Post) view.Alert {
	a := view.Alert{Path: postPath(p), Title: p.Title, Language: p.Language, By: p.Author.Shown(), Level: string(p.Notice.Level), Until: p.Notice.Until.In(s.Zone)}
	if a.Title == "" {
		a.Title = excerpt(p)
	}
	return a
}

// alerts are the notices beyond info that hold in places.
func (s *Server) alerts(ctx context.Context, places ...instance.ActorID) ([]view.Alert, error) {
	list, err := s.Organisations.AlertsAt(ctx, places...)
	if err != nil {
		return nil, err
	}
	var shown []view.Alert
	for _, p := range list {
		if p.Notice != nil {
			shown = append(shown, s.alertView(p))
		}
	}
	return shown, nil
}

// longestPrefilled is how much of a text an address may bring into a form, in
// characters.
const longestPrefilled = 1000

// prefilled is what an address brings into a field of a form.
func prefilled(r *http.Request, field string) string {
	text := []rune(strings.ToValidUTF8(r.URL.Query().Get(field), ""))
	return string(text[:min(len(text), longestPrefilled)])
}

// needs are what an organisation looks for, with the forms that lead on from there.
func (s *Server) needs(r *http.Request, o instance.Organisation) []view.Wanted {
	var list []view.Wanted
	l := visitOf(r).language
	for _, text := range o.Needs {
		about := url.Values{"title": {text}, "text": {l.Say("organisation.need-text", "Name", o.Shown(), "Need", text)}}
		list = append(list, view.Wanted{
			Text: text, Help: "/@" + o.Username + "/questions?" + url.Values{"text": {l.Say("organisation.need-offer", "Need", text)}}.Encode(),
			Ask: "/ask/new?" + about.Encode(), Event: "/events/new?" + about.Encode(),
		})
	}
	return list
}

// getQuestions is where an organisation is asked, with what one asked before; for
// those who act for it, where it answers.
func (s *Server) getQuestions(w http.ResponseWriter, r *http.Request) error {
	o, err := s.organisation(r)
	if err != nil {
		return err
	}
	return s.showQuestions(w, r, http.StatusOK, o, pages.Questions{Once: newOnce(), Text: prefilled(r, "text")})
}

func (s *Server) showQuestions(w http.ResponseWriter, r *http.Request, status int, o instance.Organisation, p pages.Questions) error {
	ctx, before := r.Context(), idIn(r, "before")
	acts, err := s.Organisations.ActsFor(ctx, me(r).ID, o.ID)
	if err != nil {
		return err
	}
	var list []instance.Question
	if acts {
		list, err = s.Organisations.Box(ctx, *me(r), o.ID, before, perPage)
	} else {
		list, err = s.Organisations.Asked(ctx, me(r).ID, o.ID, before, perPage)
	}
	if err != nil {
		return err
	}
	p.Organisation, p.Acts, p.Questions = personView(s.Site, o.Actor), acts, s.questionViews(r, list)
	path := "/@" + o.Username + "/questions"
	if before != 0 {
		p.Pager.Newer = path
	}
	if len(list) == perPage {
		p.Pager.Older = path + "?before=" + list[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) questionViews(r *http.Request, list []instance.Question) []view.Question {
	var shown []view.Question
	now := s.Now().In(s.Zone)
	for _, q := range list {
		shown = append(shown, view.Question{
			ID: q.ID.String(), Asker: personView(s.Site, q.Asker), Text: q.Text, Asked: q.AskedAt,
			AskedOn: visitOf(r).language.When(now, q.AskedAt), Answer: q.Answer, Answered: q.AnsweredAt, Shared: q.Shared,
		})
	}
	return shown
}

// askOrganisation puts a question to an organisation.
func (s *Server) askOrganisation(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	o, err := s.organisation(r)
	if err != nil {
		return err
	}
	form := pages.Questions{Text: r.PostFormValue("text"), Once: r.PostFormValue("once")}
	err = s.Organisations.Ask(r.Context(), me(r).ID, organisations.Ask{To: o.ID, Text: form.Text, Once: form.Once})
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showQuestions(w, r, http.StatusUnprocessableEntity, o, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "question.sent", "/@"+o.Username+"/questions")
}

// answerQuestion answers as the organisation that was asked.
func (s *Server) answerQuestion(w http.ResponseWriter, r *http.Request) error {
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
	err = s.Organisations.Answer(r.Context(), *me(r), id, r.PostFormValue("answer"))
	if all, ok := problems(err); ok {
		return s.showQuestions(w, r, http.StatusUnprocessableEntity, o, pages.Questions{Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "question.answered", "/@"+o.Username+"/questions")
}
