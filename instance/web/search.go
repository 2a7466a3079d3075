package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/search"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// atFirst is how much of each kind a search shows at first.
const atFirst = 5

// seeking is a search as it was asked for.
type seeking struct {
	*http.Request
	page     *pages.Search
	asked    url.Values // what its pages keep to
	place    instance.ActorID
	since    time.Time
	until    time.Time
	viewer   instance.Viewer
	shown    int // of each kind
	narrowed bool
}

// getSearch finds people and places, hashtags and posts. What an address or a
// whole handle names is looked up elsewhere for those who are signed in; a post
// that is found so is shown at once.
func (s *Server) getSearch(w http.ResponseWriter, r *http.Request) error {
	p := pages.Search{}
	post, err := s.seek(r, &p)
	var invalid *instance.Invalid
	switch {
	case errors.As(err, &invalid):
		p.Problems = append(p.Problems, view.Problem{Field: invalid.Field, Code: invalid.Code, Limit: invalid.Limit})
	case err != nil:
		return err
	case post != nil:
		SeeOther(w, r, postPath(post))
		return nil
	}
	if p.Frame, err = s.frame(w, r, "search"); err != nil {
		return err
	}
	if v := p.Viewer; v != nil && slices.ContainsFunc(v.Places, func(home view.PlaceLine) bool { return home.Handle == p.Place }) {
		p.Where = nil
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// seek fills p with what is found, or returns the post that was named.
func (s *Server) seek(r *http.Request, p *pages.Search) (*instance.Post, error) {
	k, err := s.readSearch(r, p)
	if err != nil || len(p.Problems) > 0 || p.Query == "" && p.Kind == "" && !p.Narrowed() {
		return nil, err
	}
	var named instance.Sighting
	if me(r) != nil && p.Kind == "" && search.Names(p.Query) {
		named, err = s.Search.Resolve(r.Context(), k.viewer, p.Query)
		var soon *search.TooSoon
		switch {
		case errors.As(err, &soon):
			return nil, &auth.TooFast{Wait: soon.Wait}
		case err != nil && !errors.Is(err, instance.ErrNotFound) && !errors.Is(err, instance.ErrUnreachable):
			return nil, err
		case named.Post != nil:
			return named.Post, nil
		}
	}
	p.Asked = true
	for _, who := range search.Whos {
		if err := s.lookForActors(k, who, named.Actor); err != nil {
			return nil, err
		}
	}
	if err := s.lookForTags(k); err != nil {
		return nil, err
	}
	return nil, s.lookForPosts(k)
}

// readSearch reads what is looked for, and what of it cannot be read into the
// problems of p.
func (s *Server) readSearch(r *http.Request, p *pages.Search) (*seeking, error) {
	q := r.URL.Query()
	text := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(q.Get(name), ""), "\x00", ""))
	}
	k := &seeking{Request: r, page: p, asked: url.Values{}, viewer: visitOf(r).viewer, shown: atFirst}
	p.Query, p.Kind, p.Place, p.Category = text("q"), text("in"), text("at"), text("category")
	p.Since, p.Until, p.Open = text("since"), text("until"), text("open") != ""
	if !slices.Contains(p.Kinds(), p.Kind) {
		p.Kind = ""
	}
	if !slices.Contains(p.Categories(), p.Category) {
		p.Category = ""
	}
	if p.Kind != "" {
		k.shown = perPage
	}
	var ok bool
	if k.since, ok = s.readDay(p.Since, 0); !ok {
		p.Problems = append(p.Problems, view.Problem{Field: "since", Code: "day"})
	}
	if k.until, ok = s.readDay(p.Until, 0); !ok {
		p.Problems = append(p.Problems, view.Problem{Field: "until", Code: "day"})
	}
	if !k.until.IsZero() {
		k.until = k.until.In(s.Zone).AddDate(0, 0, 1)
	}
	if p.Place != "" {
		place, err := s.People.Known(r.Context(), p.Place)
		if err != nil && !errors.Is(err, instance.ErrNotFound) {
			return k, err
		}
		if err != nil || place.Kind != instance.Group {
			p.Place = ""
		} else {
			where := personView(s.Site, place)
			k.place, p.Place, p.Where = place.ID, where.Handle, &where
		}
	}
	k.narrowed = p.Category != "" || p.Since != "" || p.Until != "" || p.Open
	for name, value := range map[string]string{"q": p.Query, "at": p.Place, "category": p.Category, "since": p.Since, "until": p.Until} {
		if value != "" {
			k.asked.Set(name, value)
		}
	}
	if p.Open {
		k.asked.Set("open", "yes")
	}
	return k, nil
}

// path is the address of all of a kind, of a page that begins behind what one
// of more names.
func (k *seeking) path(kind string, more ...string) string {
	v := url.Values{"in": {kind}}
	for name, value := range k.asked {
		v[name] = value
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return "/search?" + v.Encode()
}

// further says where a list goes on that has more than is shown: to all of its
// kind at first, then to the next page.
func (k *seeking) further(kind, name, value string, more *string) {
	if k.page.Kind == "" {
		*more = k.path(kind)
	} else {
		k.page.Pager.Older = k.path(kind, name, value)
	}
}

// wants tells whether some of a kind is to be shown.
func (k *seeking) wants(kinds ...string) bool {
	return k.page.Kind == "" || slices.Contains(kinds, k.page.Kind)
}

// lookForActors finds people, places, clubs or organisations; named is who was
// named in full.
func (s *Server) lookForActors(k *seeking, who search.Who, named *instance.Actor) error {
	if !k.wants(string(who)) || k.page.Kind == "" && k.narrowed {
		return nil
	}
	q := search.ActorQuery{Typed: k.page.Query, Who: who, Place: k.place, Limit: k.shown + 1}
	if k.page.Kind != "" {
		if q.After = k.URL.Query().Get("after"); q.After != "" {
			k.page.Pager.Newer = k.path(string(who))
		}
	}
	found, ends, err := s.Search.Actors(k.Context(), k.viewer, q)
	if err != nil {
		return err
	}
	section := pages.SearchSection{Who: string(who)}
	if named != nil && sortOf(*named) == who {
		found = slices.DeleteFunc(found, func(a instance.Actor) bool { return a.ID == named.ID })
		section.Found = append(section.Found, personView(s.Site, *named))
	}
	if len(found) > k.shown {
		found = found[:k.shown]
		k.further(string(who), "after", ends[k.shown-1], &section.More)
	}
	for _, a := range found {
		section.Found = append(section.Found, personView(s.Site, a))
	}
	if len(section.Found) > 0 {
		k.page.Sections = append(k.page.Sections, section)
	}
	return nil
}

// sortOf is among whom somebody named in full is shown.
func sortOf(a instance.Actor) search.Who {
	switch a.Kind {
	case instance.Group:
		return search.Places
	case instance.Organization:
		return search.Organisations
	}
	return search.People
}

func (s *Server) lookForTags(k *seeking) error {
	if !k.wants("tags") || k.page.Kind == "" && (k.narrowed || k.place != 0) {
		return nil
	}
	page := search.Page{Limit: k.shown + 1}
	if n, err := strconv.Atoi(k.URL.Query().Get("from")); err == nil && n > 0 && k.page.Kind != "" {
		page.Offset = n
		k.page.Pager.Newer = k.path("tags", "from", strconv.Itoa(max(0, n-k.shown)))
	}
	found, err := s.Search.Tags(k.Context(), k.viewer, k.page.Query, page)
	if err != nil {
		return err
	}
	if len(found) > k.shown {
		found = found[:k.shown]
		if page.Offset+k.shown <= search.Deepest {
			k.further("tags", "from", strconv.Itoa(page.Offset+k.shown), &k.page.MoreTags)
		}
	}
	for _, tag := range found {
		k.page.Tags = append(k.page.Tags, pages.Hashtag{Name: tag, Path: "/tags/" + url.PathEscape(tag)})
	}
	return nil
}

// lookForPosts pages by the last post seen, so that none is skipped when others
// arrive meanwhile.
func (s *Server) lookForPosts(k *seeking) error {
	sort := search.Sort(k.page.Kind)
	if sort == "posts" {
		sort = search.Anything
	}
	if sort != search.Anything && !slices.Contains(search.Sorts, sort) {
		return nil
	}
	q, err := search.ParseQuery(k.page.Query, s.Zone)
	if err != nil {
		return err
	}
	q.Narrowed = search.Narrowed{Sort: sort, Place: k.place, Category: k.page.Category, Open: k.page.Open}
	if !k.since.IsZero() {
		q.Since = k.since
	}
	if !k.until.IsZero() {
		q.Until = k.until
	}
	page := search.Page{Limit: k.shown + 1}
	if k.page.Kind != "" {
		page.Before = instance.PostID(idIn(k.Request, "before"))
		if page.Before != 0 {
			k.page.Pager.Newer = k.path(k.page.Kind)
		}
	}
	found, err := s.Search.Find(k.Context(), k.viewer, q, page)
	if err != nil {
		return err
	}
	if len(found) > k.shown {
		found = found[:k.shown]
		kind := k.page.Kind
		if kind == "" {
			kind = "posts"
		}
		k.further(kind, "before", found[k.shown-1].ID.String(), &k.page.MorePosts)
	}
	v := visitOf(k.Request)
	for _, post := range found {
		k.page.Posts = append(k.page.Posts, postView(s.Site, post, nil, v.account, v.tends(post.Group)))
	}
	return nil
}
