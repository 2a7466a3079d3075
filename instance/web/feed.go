package web

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/gorilla/feeds"

	"palier/instance"
	"palier/instance/timelines"
	"palier/instance/writing"
)

// titleLength is how much of a post without a title stands for one.
const titleLength = 80

// getFeed answers a feed reader with what one of ours says to everyone (RFC
// 4287).
func (s *Server) getFeed(w http.ResponseWriter, r *http.Request) error {
	a, err := s.People.Known(r.Context(), chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	read := s.Timelines.Person
	if a.Kind == instance.Group {
		read = s.Timelines.Place
	}
	entries, _, err := read(r.Context(), instance.Anyone, a.ID, timelines.Narrow{}, timelines.Page{Limit: perPage})
	if err != nil {
		return err
	}
	body, err := xml.Marshal(s.feed(a, entries))
	if err != nil {
		return fmt.Errorf("feed of %s: %w", a.ID, err)
	}
	sendFeed(w, r, body)
	return nil
}

// sendFeed answers with a feed that everyone may read.
func sendFeed(w http.ResponseWriter, r *http.Request, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/atom+xml; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=60")
	h.Set("X-Content-Type-Options", "nosniff")
	// A browser that shows it as a page runs and loads nothing in it.
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	send(w, r, http.StatusOK, append([]byte(xml.Header), body...))
}

func (s *Server) feed(a instance.Actor, entries []timelines.Entry) *feeds.AtomFeed {
	f := &feeds.AtomFeed{
		Xmlns: "http://www.w3.org/2005/Atom", Title: a.Shown(), Subtitle: writing.Plain(a.Summary, titleLength), Id: a.URI,
		Updated: atomTime(a.CreatedAt), Link: &feeds.AtomLink{Href: s.Site.Page(a.Username), Rel: "alternate", Type: "text/html"},
		Author: &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: a.Shown(), Uri: s.Site.Page(a.Username)}},
	}
	var latest time.Time
	for _, e := range entries {
		entry, updated := s.feedEntry(e.Post)
		f.Entries = append(f.Entries, entry)
		if updated.After(latest) {
			latest, f.Updated = updated, entry.Updated
		}
	}
	return f
}

func (s *Server) feedEntry(p *instance.Post) (*feeds.AtomEntry, time.Time) {
	updated := p.PublishedAt
	if !p.EditedAt.IsZero() {
		updated = p.EditedAt
	}
	title := p.Title
	switch {
	case title == "" && p.Warning != "":
		title = p.Warning
	case title == "":
		title = writing.Plain(p.Content, titleLength)
	}
	if title == "" {
		title = p.Author.Shown()
	}
	e := &feeds.AtomEntry{
		Title: title, Id: p.URI, Published: atomTime(p.PublishedAt), Updated: atomTime(updated),
		Links:  []feeds.AtomLink{{Href: s.Site.Base() + postPath(p), Rel: "alternate", Type: "text/html"}},
		Author: &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: p.Author.Shown(), Uri: s.Site.Base() + "/@" + p.Author.Acct()}},
	}
	// What somebody put a warning before is not for a reader that shows it at once.
	if p.Warning == "" {
		e.Content = &feeds.AtomContent{Content: p.Content, Type: "html"}
	}
	return e, updated
}

func atomTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
