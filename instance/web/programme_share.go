package web

import (
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/feeds"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/instance/web/words"
)

// share is what other sites show of the public page of a programme.
func (s *Server) share(p view.Programme, l *words.Language) *view.Share {
	return &view.Share{
		Title: l.Say("programme.offer") + " · " + p.Name, Text: l.Say("programme.offer-text"), Link: s.Site.Base() + p.Path,
		Image: s.Site.Base() + p.Path + "/card.png", Alt: l.Say("programme.card-alt"), Width: cardWidth, Height: cardHeight,
	}
}

// publicWords is the language of what is sent to everyone alike, whoever asks.
func (s *Server) publicWords() *words.Language { return s.set.Languages().Match("", "") }

// shownProgramme is the programme in the path, as everyone sees it.
func (s *Server) shownProgramme(r *http.Request) (housing.Shown, error) {
	id, err := actorID(r)
	if err != nil {
		return housing.Shown{}, err
	}
	return s.Housing.Shown(r.Context(), 0, id)
}

// getProgrammeFeed answers a feed reader with what a programme makes public (RFC 4287):
// what it looks for, the counters of this server that everyone sees, and notices of its
// association that lead to it. There are no homes in it and no people.
func (s *Server) getProgrammeFeed(w http.ResponseWriter, r *http.Request) error {
	x, err := s.shownProgramme(r)
	if err != nil {
		return err
	}
	notices, err := s.Organisations.Notices(r.Context(), x.Organisation.ID, perPage)
	if err != nil {
		return err
	}
	counted, err := s.counters(r.Context())
	if err != nil {
		return err
	}
	l, page := s.publicWords(), s.Site.Base()+programmePath(x.Group.ID)
	author := &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: x.Organisation.Shown(), Uri: s.Site.Page(x.Organisation.Username)}}
	f := &feeds.AtomFeed{
		Xmlns: "http://www.w3.org/2005/Atom", Title: x.Group.Shown(), Id: page + ".atom", Link: &feeds.AtomLink{Href: page, Rel: "alternate", Type: "text/html"}, Author: author,
	}
	latest := x.Group.CreatedAt
	for _, p := range notices {
		if !strings.Contains(p.Content, page+`"`) {
			continue // of something else
		}
		entry, updated := s.feedEntry(p)
		f.Entries = append(f.Entries, entry)
		if updated.After(latest) {
			latest = updated
		}
	}
	call := atomOf(page, page+"#offer", l.Say("programme.offer"), callText(l), x.Group.CreatedAt)
	f.Entries = append(f.Entries, call)
	if text := countersText(l, counted); text != "" {
		// They are counted anew all day; a reader is told once a day.
		now := s.Now().In(s.Zone)
		day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.Zone)
		f.Entries = append(f.Entries, atomOf(page, page+"#counters", text, s.Title+" · "+text, day))
		if day.After(latest) {
			latest = day
		}
	}
	f.Updated = atomTime(latest)
	body, err := xml.Marshal(f)
	if err != nil {
		return fmt.Errorf("feed of programme %s: %w", x.Group.ID, err)
	}
	sendFeed(w, r, body)
	return nil
}

func atomOf(page, id, title, text string, at time.Time) *feeds.AtomEntry {
	return &feeds.AtomEntry{
		Title: title, Id: id, Published: atomTime(at), Updated: atomTime(at), Links: []feeds.AtomLink{{Href: page, Rel: "alternate", Type: "text/html"}},
		Content: &feeds.AtomContent{Content: "<p>" + html.EscapeString(text) + "</p>", Type: "html"},
	}
}

// callText is what a programme looks for, in the words of its poster.
func callText(l *words.Language) string {
	return l.Say("programme.offer-text") + " " + l.Say("programme.free")
}

func countersText(l *words.Language, list []view.ProgrammeCount) string {
	said := make([]string, len(list))
	for i, c := range list {
		said[i] = l.Say("programme.counter."+c.What, "Count", c.Count)
	}
	return strings.Join(said, " · ")
}

// preparedNotice fills in what an association can say of a programme of its own, for who
// acts for it: they read, change and post it themselves.
func (s *Server) preparedNotice(r *http.Request, o instance.Organisation, p *pages.NewNotice) error {
	text := r.URL.Query().Get("for")
	if text == "" {
		return nil
	}
	id, err := instance.ParseID(text)
	if err != nil {
		return err
	}
	x, err := s.Housing.Shown(r.Context(), 0, instance.ActorID(id))
	if err == nil && x.Organisation.ID != o.ID {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	l := visitOf(r).language
	p.Title = l.Say("programme.offer")
	p.Text = callText(l) + "\n\n" + s.Site.Base() + programmePath(x.Group.ID)
	return nil
}
