package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/search"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// atFirst is how much of each kind a search shows at first.
const atFirst = 5

// getSearch finds people and places, hashtags and posts. What an address or a
// whole handle names is looked up elsewhere for those who are signed in; a post
// that is found so is shown at once.
func (s *Server) getSearch(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := pages.Search{Query: strings.TrimSpace(strings.ToValidUTF8(q.Get("q"), "")), Kind: q.Get("in")}
	if p.Kind != "people" && p.Kind != "tags" && p.Kind != "posts" {
		p.Kind = ""
	}
	if p.Query != "" {
		post, err := s.seek(r, &p)
		var invalid *instance.Invalid
		switch {
		case errors.As(err, &invalid):
			p.Problems = []view.Problem{{Field: invalid.Field, Code: invalid.Code, Limit: invalid.Limit}}
		case err != nil:
			return err
		case post != nil:
			SeeOther(w, r, postPath(post))
			return nil
		default:
			p.Asked = true
		}
	}
	var err error
	if p.Frame, err = s.frame(w, r, "search"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// seek fills p with what is found, or returns the post that was named.
func (s *Server) seek(r *http.Request, p *pages.Search) (*instance.Post, error) {
	var named instance.Sighting
	if me(r) != nil && p.Kind == "" && search.Names(p.Query) {
		var err error
		named, err = s.Search.Resolve(r.Context(), visitOf(r).viewer, p.Query)
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
	for kind, find := range map[string]func(*http.Request, *pages.Search) error{"people": s.lookForPeople, "tags": s.lookForTags, "posts": s.lookForPosts} {
		if p.Kind != "" && p.Kind != kind {
			continue
		}
		if err := find(r, p); err != nil {
			return nil, err
		}
	}
	if named.Actor != nil {
		first := []view.Person{personView(s.Site, *named.Actor)}
		for _, other := range p.People {
			if other.ID != first[0].ID {
				first = append(first, other)
			}
		}
		p.People = first
	}
	return nil, nil
}

// part is how much of a kind is asked for, and one more to know whether there
// is.
func part(r *http.Request, p *pages.Search) (page search.Page, shown int) {
	shown = atFirst
	if p.Kind != "" {
		shown = perPage
		if n, err := strconv.Atoi(r.URL.Query().Get("from")); err == nil && n > 0 {
			page.Offset = n
		}
	}
	page.Limit = shown + 1
	return page, shown
}

// searchPath is the address of a search for all of a kind.
func searchPath(query, kind string, more ...string) string {
	v := url.Values{"q": {query}, "in": {kind}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return "/search?" + v.Encode()
}

// further cuts a list to what is shown and says where it goes on: to all of its
// kind at first, then to the next page.
func further[T any](p *pages.Search, kind string, page search.Page, shown int, list []T, more *string) []T {
	if p.Kind != "" && page.Offset > 0 {
		p.Pager.Newer = searchPath(p.Query, kind, "from", strconv.Itoa(max(0, page.Offset-shown)))
	}
	if len(list) <= shown {
		return list
	}
	if p.Kind == "" {
		*more = searchPath(p.Query, kind)
	} else if page.Offset+shown <= search.Deepest {
		p.Pager.Older = searchPath(p.Query, kind, "from", strconv.Itoa(page.Offset+shown))
	}
	return list[:shown]
}

func (s *Server) lookForPeople(r *http.Request, p *pages.Search) error {
	page, shown := part(r, p)
	found, err := s.Search.Accounts(r.Context(), visitOf(r).viewer, p.Query, false, page)
	for _, a := range further(p, "people", page, shown, found, &p.MorePeople) {
		p.People = append(p.People, personView(s.Site, a))
	}
	return err
}

func (s *Server) lookForTags(r *http.Request, p *pages.Search) error {
	page, shown := part(r, p)
	found, err := s.Search.Tags(r.Context(), visitOf(r).viewer, p.Query, page)
	for _, tag := range further(p, "tags", page, shown, found, &p.MoreTags) {
		p.Tags = append(p.Tags, pages.Hashtag{Name: tag, Path: "/tags/" + url.PathEscape(tag)})
	}
	return err
}

// lookForPosts pages by the last post seen, so that none is skipped when others
// arrive meanwhile.
func (s *Server) lookForPosts(r *http.Request, p *pages.Search) error {
	page, shown := part(r, p)
	page.Offset, page.Before = 0, instance.PostID(idIn(r, "before"))
	v := visitOf(r)
	found, err := s.Search.Posts(r.Context(), v.viewer, p.Query, page)
	if err != nil {
		return err
	}
	if page.Before != 0 && p.Kind != "" {
		p.Pager.Newer = searchPath(p.Query, "posts")
	}
	if len(found) > shown {
		found = found[:shown]
		if p.Kind == "" {
			p.MorePosts = searchPath(p.Query, "posts")
		} else {
			p.Pager.Older = searchPath(p.Query, "posts", "before", found[shown-1].ID.String())
		}
	}
	for _, post := range found {
		p.Posts = append(p.Posts, postView(s.Site, post, nil, v.account, v.tends(post.Group)))
	}
	return nil
}
