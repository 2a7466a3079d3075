package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/feeds"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// mostNews is how many entries of sites nearby a dashboard or the page of an
// organisation shows.
const mostNews = 4

// getFeeds lists the feeds of others that a place or an organisation shows.
func (s *Server) getFeeds(w http.ResponseWriter, r *http.Request) error {
	return s.showFeeds(w, r, http.StatusOK, pages.Feeds{})
}

func (s *Server) showFeeds(w http.ResponseWriter, r *http.Request, status int, p pages.Feeds) error {
	name := chi.URLParam(r, "name")
	owner, _, err := s.Calendars.Owner(r.Context(), me(r).ID, name)
	if err != nil {
		return err
	}
	all, entries, err := s.Feeds.Of(r.Context(), me(r).ID, name)
	if err != nil {
		return err
	}
	p.Owner, p.PerDay = personView(s.Site, owner), feeds.PerDay
	for _, f := range all {
		line := pages.FeedLine{
			Path: p.Owner.Path + "/feeds/" + f.ID.String(), Name: f.Name, URL: f.URL, ReadAt: f.ReadAt, Trouble: f.Trouble, Stale: f.Stale(s.Now()), Shown: f.Shown,
		}
		for _, e := range entries {
			if e.Feed == f.ID {
				line.Entries = append(line.Entries, s.newsLine(e))
			}
		}
		p.Feeds = append(p.Feeds, line)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// addFeed adds one.
func (s *Server) addFeed(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	name, typed := chi.URLParam(r, "name"), r.PostFormValue("feed")
	_, err := s.Feeds.Add(r.Context(), me(r).ID, name, typed)
	if all, ok := problems(err); ok {
		return s.showFeeds(w, r, http.StatusUnprocessableEntity, pages.Feeds{URL: typed, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "feeds.added", "/@"+name+"/feeds")
}

// changeFeed has one read now, forgets it, or hides one of its entries.
func (s *Server) changeFeed(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	name := chi.URLParam(r, "name")
	switch r.PostFormValue("deed") {
	case "read":
		err = s.Feeds.Refresh(r.Context(), me(r).ID, name, id)
	case "remove":
		err = s.Feeds.Remove(r.Context(), me(r).ID, name, id)
	default:
		var entry instance.ID
		if entry, err = instance.ParseID(r.PostFormValue("hide")); err == nil {
			err = s.Feeds.Hide(r.Context(), me(r).ID, name, id, entry)
		}
	}
	if err != nil {
		return err
	}
	SeeOther(w, r, "/@"+name+"/feeds")
	return nil
}

// getNews lists what sites nearby say, for everyone.
func (s *Server) getNews(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	before := idIn(r, "before")
	list, err := s.Feeds.At(r.Context(), a.ID, before, perPage)
	if err != nil {
		return err
	}
	path := "/g/" + a.Username + "/news"
	p := pages.News{Place: personView(s.Site, a), News: s.newsLines(list)}
	if before != 0 {
		p.Pager.Newer = path
	}
	if len(list) == perPage {
		p.Pager.Older = path + "?before=" + list[perPage-1].ID.String()
	}
	if p.Speaks, err = s.speaksFor(r, a); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) newsLines(list []feeds.Entry) []view.News {
	var lines []view.News
	for _, e := range list {
		lines = append(lines, s.newsLine(e))
	}
	return lines
}

func (s *Server) newsLine(e feeds.Entry) view.News {
	return view.News{
		ID: e.ID.String(), Title: e.Title, Text: e.Summary, Link: e.Link, Language: e.Language, Source: e.Source, Host: e.Host,
		By: e.By.Shown(), ByPath: "/@" + e.By.Username, At: e.At, Now: s.Now().In(s.Zone), Stale: e.Stale,
	}
}

// newsOfJSON is an entry of a site nearby for programs: no post, and written
// elsewhere.
type newsOfJSON struct {
	URL      string `json:"url"`
	Title    string `json:"title"`
	Language string `json:"language,omitempty"`
	Source   string `json:"source"`
	At       string `json:"at"` // RFC 3339
}

func newsJSON(list []view.News) []newsOfJSON {
	lines := []newsOfJSON{}
	for _, n := range list {
		lines = append(lines, newsOfJSON{URL: n.Link, Title: n.Title, Language: n.Language, Source: n.Source, At: atomTime(n.At)})
	}
	return lines
}
