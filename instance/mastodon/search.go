package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/mastodon/entity"
	"palier/instance/search"
)

func (s *Server) searchRoutes(r chi.Router) {
	s.open(r, "/v2/search", "read:search", s.searchAll)
	s.open(r, "/v1/search", "read:search", s.searchAllAsBefore)
	s.person(r, http.MethodGet, "/v1/accounts/search", "read:accounts", s.searchAccounts)
	s.open(r, "/v1/directory", "", s.getDirectory)
	// We tell nobody what others talk about: what is read most here is little,
	// and would point at the few who read it.
	for _, path := range []string{"/v1/trends", "/v1/trends/tags", "/v1/trends/statuses", "/v1/trends/links"} {
		s.open(r, path, "", func(w http.ResponseWriter, _ *http.Request, _ *call) error { return reply(w, []struct{}{}) })
	}
}

// found is what a search finds.
type found struct {
	accounts []instance.Actor
	tags     []string
	posts    []*instance.Post
}

// searchAll finds accounts, hashtags and posts.
func (s *Server) searchAll(w http.ResponseWriter, r *http.Request, c *call) error {
	f, err := s.search(r.Context(), c)
	if err != nil {
		return err
	}
	shown := entity.Search{Accounts: s.accounts(f.accounts)}
	if shown.Hashtags, err = s.tags(r.Context(), c, f.tags...); err != nil {
		return err
	}
	if shown.Statuses, err = s.posts(r.Context(), c, f.posts); err != nil {
		return err
	}
	return reply(w, shown)
}

// searchAllAsBefore is the search of old programs, for which hashtags are names.
func (s *Server) searchAllAsBefore(w http.ResponseWriter, r *http.Request, c *call) error {
	f, err := s.search(r.Context(), c)
	if err != nil {
		return err
	}
	shown := entity.OldSearch{Accounts: s.accounts(f.accounts), Hashtags: append([]string{}, f.tags...)}
	if shown.Statuses, err = s.posts(r.Context(), c, f.posts); err != nil {
		return err
	}
	return reply(w, shown)
}

// search finds what the call asks for: of one kind or of all; only of one kind
// it is paged. What an address or a whole handle names is fetched if the call
// says so, which takes a person, as paging does.
func (s *Server) search(ctx context.Context, c *call) (found, error) {
	var f found
	typed := strings.TrimSpace(c.Text("q"))
	if typed == "" {
		return f, &instance.Invalid{Field: "q", Code: "missing"}
	}
	kind := c.Text("type")
	page := search.Page{Limit: c.limit(20, 40)}
	if kind != "" {
		page.Offset = max(0, c.Number("offset", 0))
	}
	if c.me() == 0 && (page.Offset > 0 || c.Yes("resolve")) {
		return f, errNobody
	}
	var named instance.Sighting
	if c.Yes("resolve") && page.Offset == 0 && search.Names(typed) {
		var err error
		if named, err = s.resolve(ctx, c, typed); err != nil {
			return f, err
		}
		if strings.Contains(typed, "://") {
			return f.only(named, kind), nil
		}
	}
	if err := s.searchIn(ctx, c, kind, typed, page, &f); err != nil {
		return f, err
	}
	if a := named.Actor; a != nil && (kind == "" || kind == "accounts") {
		f.accounts = withFirst(*a, f.accounts, page.Limit)
	}
	return f, nil
}

// only is what an address names, if it is of the kind asked for.
func (f found) only(named instance.Sighting, kind string) found {
	if named.Actor != nil && (kind == "" || kind == "accounts") {
		f.accounts = []instance.Actor{*named.Actor}
	}
	if named.Post != nil && (kind == "" || kind == "statuses") {
		f.posts = []*instance.Post{named.Post}
	}
	return f
}

// searchIn finds what there is of a kind, or of all.
func (s *Server) searchIn(ctx context.Context, c *call, kind, typed string, page search.Page, f *found) (err error) {
	if kind == "" || kind == "accounts" {
		if f.accounts, err = s.Search.Accounts(ctx, c.viewer, typed, c.Yes("following"), page); err != nil {
			return err
		}
	}
	if kind == "" || kind == "hashtags" {
		if f.tags, err = s.Search.Tags(ctx, c.viewer, typed, page); err != nil {
			return err
		}
	}
	if kind == "" || kind == "statuses" {
		f.posts, err = s.searchPosts(ctx, c, typed, page)
	}
	return err
}

// searchPosts finds posts, of one author if the call says so.
func (s *Server) searchPosts(ctx context.Context, c *call, typed string, page search.Page) ([]*instance.Post, error) {
	for name, bound := range map[string]*instance.PostID{"max_id": &page.Before, "min_id": &page.After} {
		id, err := c.ID(name)
		if err != nil {
			return nil, &instance.Invalid{Field: name, Code: "malformed"}
		}
		*bound = instance.PostID(id)
	}
	author, err := c.ID("account_id")
	if err != nil {
		return nil, &instance.Invalid{Field: "account_id", Code: "malformed"}
	}
	return s.Search.PostsBy(ctx, c.viewer, instance.ActorID(author), typed, page)
}

// resolve returns what an address or a handle names, nothing if there is
// nothing, or if its server does not say.
func (s *Server) resolve(ctx context.Context, c *call, typed string) (instance.Sighting, error) {
	named, err := s.Search.Resolve(ctx, c.viewer, typed)
	var soon *search.TooSoon
	switch {
	case errors.As(err, &soon):
		return named, &auth.TooFast{Wait: soon.Wait}
	case errors.Is(err, instance.ErrNotFound), errors.Is(err, instance.ErrUnreachable):
		return instance.Sighting{}, nil
	}
	return named, err
}

// withFirst puts a in front of list, once, and cuts it to limit.
func withFirst(a instance.Actor, list []instance.Actor, limit int) []instance.Actor {
	first := []instance.Actor{a}
	for _, other := range list {
		if other.ID != a.ID && len(first) < limit {
			first = append(first, other)
		}
	}
	return first
}

// searchAccounts finds people and places while their names are typed.
func (s *Server) searchAccounts(w http.ResponseWriter, r *http.Request, c *call) error {
	typed := strings.TrimSpace(c.Text("q"))
	page := search.Page{Limit: c.limit(40, 80), Offset: max(0, c.Number("offset", 0))}
	list, err := s.Search.Accounts(r.Context(), c.viewer, typed, c.Yes("following"), page)
	if err != nil {
		return err
	}
	if c.Yes("resolve") && page.Offset == 0 && search.Names(typed) && !strings.Contains(typed, "://") && !isCalled(list, s.handle(typed)) {
		named, err := s.resolve(r.Context(), c, typed)
		if err != nil {
			return err
		}
		if named.Actor != nil && !c.Yes("following") {
			list = withFirst(*named.Actor, list, page.Limit)
		}
	}
	return reply(w, s.accounts(list))
}

// isCalled tells whether the first of a list has that very handle.
func isCalled(list []instance.Actor, handle string) bool {
	return len(list) > 0 && strings.EqualFold(list[0].Acct(), handle)
}

// getDirectory shows the people and places who agreed to that.
func (s *Server) getDirectory(w http.ResponseWriter, r *http.Request, c *call) error {
	order := c.Text("order")
	if order != "" && order != "active" && order != "new" {
		return fmt.Errorf("directory: %w", &instance.Invalid{Field: "order", Code: "unknown"})
	}
	list, err := s.Search.Directory(r.Context(), c.viewer, search.Directory{Local: c.Yes("local"), New: order == "new"},
		search.Page{Limit: c.limit(40, 80), Offset: max(0, c.Number("offset", 0))})
	if err != nil {
		return err
	}
	return reply(w, s.accounts(list))
}
