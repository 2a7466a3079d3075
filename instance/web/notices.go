package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/digest"
	"palier/instance/outreach"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/instance/web/words"
)

// getDigest shows what was said near a person, to be read to the end.
func (s *Server) getDigest(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Digest.For(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	p := pages.Digest{Since: d.Since.In(s.Zone)}
	for _, place := range d.Places {
		p.Places = append(p.Places, s.digestView(r, place))
	}
	if p.Frame, err = s.frame(w, r, "digest"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) digestView(r *http.Request, p digest.Place) view.DigestPlace {
	shown := view.DigestPlace{Name: p.Name, Path: p.Path, More: p.More}
	for _, of := range []struct {
		kind  string
		items []digest.Item
	}{{"needs", p.Needs}, {"events", p.Events}, {"offers", p.Offers}, {"news", p.News}, {"notices", p.Notices}} {
		if len(of.items) == 0 {
			continue
		}
		section := view.DigestSection{Kind: of.kind}
		for _, i := range of.items {
			if i.House != "" {
				i.Title = visitOf(r).language.Say("digest.house."+i.House, "Title", i.Title)
			}
			section.Items = append(section.Items, view.DigestItem{
				Title: i.Title, Text: i.Text, Language: i.Language, Author: i.Author, Path: i.Path, Starts: i.Starts, Venue: i.Venue,
			})
		}
		shown.Sections = append(shown.Sections, section)
	}
	return shown
}

// getNoticeSettings shows what comes to a person, and by which way.
func (s *Server) getNoticeSettings(w http.ResponseWriter, r *http.Request) error {
	wish, err := s.Digest.Wish(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	return s.showNoticeSettings(w, r, http.StatusOK, wish, nil)
}

// saveNoticeSettings keeps what they chose.
func (s *Server) saveNoticeSettings(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	form := r.PostForm
	wish := digest.Wish{Often: digest.Often(form.Get("often")), AtOnce: form["at-once"]}
	weekday, weekdayErr := strconv.Atoi(form.Get("weekday"))
	hour, hourErr := strconv.Atoi(form.Get("hour"))
	most, mostErr := strconv.Atoi(form.Get("most"))
	wish.Weekday, wish.Hour, wish.Most = time.Weekday(weekday), hour, most
	for field, err := range map[string]error{"weekday": weekdayErr, "hour": hourErr, "most": mostErr} {
		if err != nil {
			return &instance.Invalid{Field: field, Code: "unknown"}
		}
	}
	err := s.Digest.SetWish(r.Context(), me(r).ID, wish)
	if all, ok := problems(err); ok {
		return s.showNoticeSettings(w, r, http.StatusUnprocessableEntity, wish, all)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "notices.saved"})
	SeeOther(w, r, "/settings/notices")
	return nil
}

func (s *Server) showNoticeSettings(w http.ResponseWriter, r *http.Request, status int, wish digest.Wish, all []view.Problem) error {
	l := visitOf(r).language
	p := pages.NoticeSettings{PushKey: s.Outreach.PushKey(), Problems: all, Often: string(wish.Often), Mailed: wish.Most > 0}
	for hour := range 24 {
		at := time.Date(2026, 1, 1, hour, 0, 0, 0, s.Zone)
		p.Hours = append(p.Hours, view.Option{Value: strconv.Itoa(hour), Label: l.Clock(at), Selected: hour == wish.Hour})
	}
	for i := range 7 {
		day := (i + 1) % 7 // from Monday on
		p.Weekdays = append(p.Weekdays, view.Option{Value: strconv.Itoa(day), Label: l.Weekday(time.Weekday(day)), Selected: day == int(wish.Weekday)})
	}
	for _, topic := range digest.Topics() {
		p.Topics = append(p.Topics, view.Option{Value: topic, Selected: slices.Contains(wish.AtOnce, topic)})
	}
	p.Most = mosts(l, wish.Most)
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// mosts are how many letters a day one can ask for, and what was asked for
// already.
func mosts(l *words.Language, chosen int) []view.Option {
	all := []int{1, 3, 5, 10, 20}
	if !slices.Contains(all, chosen) {
		all = append([]int{chosen}, all...)
	}
	var options []view.Option
	for _, n := range all {
		options = append(options, view.Option{Value: strconv.Itoa(n), Label: l.Number(n), Selected: n == chosen})
	}
	return options
}

// savePush has the browser told of what concerns its person, or not any more.
func (s *Server) savePush(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	form := r.PostForm
	err := s.Outreach.UnsubscribeBrowser(r.Context(), me(r).ID, form.Get("endpoint"))
	if form.Get("p256dh") != "" {
		err = s.Outreach.SubscribeBrowser(r.Context(), me(r).ID, outreach.Address{
			Endpoint: form.Get("endpoint"), P256DH: form.Get("p256dh"), Auth: form.Get("auth"), Standard: true,
		})
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "notices.saved"})
	SeeOther(w, r, "/settings/notices")
	return nil
}

// stopped is whose letters of which kind a link stops. It returns
// [instance.ErrNotFound] for a link that is none of ours.
func (s *Server) stopped(r *http.Request) (kind string, person instance.ActorID, seal string, err error) {
	kind, seal = chi.URLParam(r, "kind"), chi.URLParam(r, "seal")
	id, err := instance.ParseID(chi.URLParam(r, "person"))
	if err == nil && !s.Digest.Sealed(kind, instance.ActorID(id), seal) {
		err = instance.ErrNotFound
	}
	return kind, instance.ActorID(id), seal, err
}

// getStop asks whether letters of a kind are to stop, of whoever got one: they
// need not sign in. Programs that look at every link stop nothing.
func (s *Server) getStop(w http.ResponseWriter, r *http.Request) error {
	kind, person, _, err := s.stopped(r)
	if err != nil {
		return err
	}
	wish, err := s.Digest.Wish(r.Context(), person)
	if err != nil {
		return err
	}
	p := pages.Stop{Kind: kind, Done: wish.Often == digest.Never}
	if kind == digest.KindAtOnce {
		p.Done = len(wish.AtOnce) == 0
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return s.HTML(w, r, http.StatusOK, p)
}

// stopLetters stops letters of a kind, for a person at the page or for their
// mail program, which follows nowhere (RFC 8058 §3.1).
func (s *Server) stopLetters(w http.ResponseWriter, r *http.Request) error {
	kind, person, seal, err := s.stopped(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.Digest.Stop(r.Context(), kind, person, seal); err != nil {
		return err
	}
	if r.PostForm.Get("List-Unsubscribe") == "One-Click" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	SeeOther(w, r, r.URL.Path)
	return nil
}
