package web

import (
	"net/http"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/timelines"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getProfile shows somebody: a neighbour, or anyone elsewhere as far as they
// are known here.
func (s *Server) getProfile(w http.ResponseWriter, r *http.Request, a instance.Actor) error {
	page, path := pageOf(r), "/@"+a.Acct()
	entries, next, err := s.saidBy(r, a, page)
	if err != nil {
		return err
	}
	pager, elsewhere := turn(path, page, entries, next)
	if elsewhere != "" {
		SeeOther(w, r, elsewhere)
		return nil
	}
	if page.Before == 0 && page.After == 0 {
		if entries, err = s.pinnedFirst(r, a, entries); err != nil {
			return err
		}
	}
	person, err := s.profile(r, a)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	if a.Local() {
		f.Feed = path + ".atom"
		if a.Indexable {
			f.Canonical = s.Site.Base() + path
		}
	}
	shown, err := s.sifted(r.Context(), entries, visitOf(r), instance.InAccount)
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.Profile{Frame: f, Person: person, Posts: shown, Pager: pager})
}

// saidBy returns what somebody posted and shared; of a group what it shows.
func (s *Server) saidBy(r *http.Request, a instance.Actor, page timelines.Page) ([]timelines.Entry, instance.ID, error) {
	if a.Kind == instance.Group {
		return s.Timelines.Place(r.Context(), visitOf(r).viewer, a.ID, timelines.Narrow{}, page)
	}
	return s.Timelines.Person(r.Context(), visitOf(r).viewer, a.ID, timelines.Narrow{}, page)
}

// pinnedFirst puts what somebody shows first before the rest.
func (s *Server) pinnedFirst(r *http.Request, a instance.Actor, entries []timelines.Entry) ([]timelines.Entry, error) {
	pinned, err := s.Posts.PinnedBy(r.Context(), visitOf(r).viewer, a.ID)
	if err != nil || len(pinned) == 0 {
		return entries, err
	}
	var first []timelines.Entry
	for _, p := range pinned {
		p.Pinned = true
		first = append(first, timelines.Entry{ID: instance.ID(p.ID), Post: p})
		entries = slices.DeleteFunc(entries, func(e timelines.Entry) bool { return e.Post.ID == p.ID })
	}
	return append(first, entries...), nil
}

// profile is somebody as their page tells of them.
func (s *Server) profile(r *http.Request, a instance.Actor) (view.Profile, error) {
	v := visitOf(r)
	p := profileView(s.Site, a)
	var err error
	if p.Bond, err = s.bond(r, a); err != nil {
		return p, err
	}
	if v.account == nil {
		return p, nil
	}
	p.May = view.ProfileDeeds{Follow: !p.Bond.Self, Block: !p.Bond.Self, Mute: !p.Bond.Self, Report: !p.Bond.Self, Edit: p.Bond.Self}
	if !a.Local() || a.Kind == instance.Group {
		return p, nil
	}
	if p.Offices, err = s.offices(r, a.ID); err != nil {
		return p, err
	}
	homes, err := s.Places.Residences(r.Context(), a.ID)
	if err != nil {
		return p, err
	}
	for _, h := range homes {
		// Where somebody lives is for those who live there too.
		if p.Bond.Self || h.Standing == instance.Verified && slices.Contains(v.viewer.Inner, h.Place.ID) {
			p.Places = append(p.Places, view.PlaceLine{Person: personView(s.Site, h.Place), Level: view.Level(h.Place.Level)})
		}
	}
	return p, nil
}

// offices are to what councils here say somebody was elected.
func (s *Server) offices(r *http.Request, person instance.ActorID) ([]view.Elected, error) {
	list, err := s.Organisations.Offices(r.Context(), person)
	var shown []view.Elected
	for _, o := range list {
		shown = append(shown, view.Elected{Person: personView(s.Site, o.Council), Office: o.Title})
	}
	return shown, err
}

// profileView is what of somebody is the same for all readers.
func profileView(site instance.Site, a instance.Actor) view.Profile {
	p := view.Profile{
		Person: personView(site, a), Address: "@" + a.Acct(), Summary: sanitised(a.Summary), Banner: site.Header(a), Joined: a.CreatedAt, Posts: a.PostsCount,
		Locked: a.Locked, Host: a.Host, Fetched: a.FetchedAt,
	}
	if a.Local() {
		p.Address += "@" + site.Host()
	} else if strings.HasPrefix(a.URL, "https://") || strings.HasPrefix(a.URL, "http://") {
		p.Original = a.URL
	}
	for _, f := range a.Fields {
		p.Fields = append(p.Fields, view.Field{Name: f.Name, Value: sanitised(f.Value)})
	}
	return p
}
