package mastodon

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/filters"
	"palier/instance/mastodon/entity"
)

func (s *Server) filterRoutes(r chi.Router) {
	s.person(r, http.MethodGet, "/v2/filters", "read:filters", s.getFilters)
	s.person(r, http.MethodPost, "/v2/filters", "write:filters", s.createFilter)
	s.person(r, http.MethodGet, "/v2/filters/{id}", "read:filters", s.getFilter)
	s.person(r, http.MethodPut, "/v2/filters/{id}", "write:filters", s.editFilter)
	s.person(r, http.MethodDelete, "/v2/filters/{id}", "write:filters", s.deleteFilter)
	s.person(r, http.MethodGet, "/v2/filters/{id}/keywords", "read:filters", s.getFilterKeywords)
	s.person(r, http.MethodPost, "/v2/filters/{id}/keywords", "write:filters", s.addFilterKeyword)
	s.person(r, http.MethodGet, "/v2/filters/keywords/{id}", "read:filters", s.getFilterKeyword)
	s.person(r, http.MethodPut, "/v2/filters/keywords/{id}", "write:filters", s.editFilterKeyword)
	s.person(r, http.MethodDelete, "/v2/filters/keywords/{id}", "write:filters", s.dropFilterRule(s.Filters.DeleteKeyword))
	s.person(r, http.MethodGet, "/v2/filters/{id}/statuses", "read:filters", s.getFilterStatuses)
	s.person(r, http.MethodPost, "/v2/filters/{id}/statuses", "write:filters", s.addFilterStatus)
	s.person(r, http.MethodGet, "/v2/filters/statuses/{id}", "read:filters", s.getFilterStatus)
	s.person(r, http.MethodDelete, "/v2/filters/statuses/{id}", "write:filters", s.dropFilterRule(s.Filters.DeletePost))
	s.oldFilterRoutes(r)
}

// shownPlan shows what is chosen about a filter, without its words.
func shownPlan(f *instance.Filter) entity.Filter {
	return entity.Filter{
		ID: entity.ID(f.ID), Title: f.Title, Context: contexts(f), ExpiresAt: entity.Time(f.ExpiresAt), FilterAction: string(f.Action),
	}
}

func contexts(f *instance.Filter) []string {
	texts := make([]string, len(f.Contexts))
	for i, c := range f.Contexts {
		texts[i] = string(c)
	}
	return texts
}

func shownFilter(f *instance.Filter) entity.Filter {
	shown := shownPlan(f)
	shown.Keywords, shown.Statuses = shownKeywords(f), shownFiltered(f)
	return shown
}

func shownKeywords(f *instance.Filter) []entity.FilterKeyword {
	shown := make([]entity.FilterKeyword, len(f.Keywords))
	for i, k := range f.Keywords {
		shown[i] = shownKeyword(k)
	}
	return shown
}

func shownKeyword(k instance.Keyword) entity.FilterKeyword {
	return entity.FilterKeyword{ID: entity.ID(k.ID), Keyword: k.Text, WholeWord: k.WholeWord}
}

func shownFiltered(f *instance.Filter) []entity.FilterStatus {
	shown := make([]entity.FilterStatus, len(f.Posts))
	for i, p := range f.Posts {
		shown[i] = entity.FilterStatus{ID: entity.ID(p.ID), StatusID: entity.ID(p.Post)}
	}
	return shown
}

// filtered tells for each post which of the caller's filters are about it. What
// becomes of it is for the program to do, as it knows where it shows it.
func (s *Server) filtered(ctx context.Context, c *call, list []*instance.Post, shown []entity.Status) error {
	matches, err := s.Filters.Apply(ctx, c.viewer, "", list)
	if err != nil {
		return err
	}
	for i, found := range matches {
		for _, m := range found {
			result := entity.FilterResult{Filter: shownPlan(m.Filter), KeywordMatches: m.Keywords, StatusMatches: []string{}}
			if m.Keywords == nil {
				result.KeywordMatches = []string{}
			}
			if m.Named {
				result.StatusMatches = append(result.StatusMatches, list[i].ID.String())
			}
			shown[i].Filtered = append(shown[i].Filtered, result)
		}
	}
	return nil
}

// filterPlan changes plan as far as the request says.
func (s *Server) filterPlan(c *call, plan *instance.FilterPlan) error {
	if c.Has("title") {
		plan.Title = c.Text("title")
	}
	if c.Has("filter_action") {
		plan.Action = instance.FilterAction(c.Text("filter_action"))
	}
	return s.filterScope(c, plan)
}

// filterScope changes where and how long a filter counts.
func (s *Server) filterScope(c *call, plan *instance.FilterPlan) error {
	if c.Has("context") {
		plan.Contexts = nil
		for _, text := range c.Texts("context") {
			plan.Contexts = append(plan.Contexts, instance.FilterContext(text))
		}
	}
	if !c.Has("expires_in") {
		return nil
	}
	plan.ExpiresAt = time.Time{}
	if strings.TrimSpace(c.Text("expires_in")) == "" {
		return nil
	}
	seconds := c.Number("expires_in", -1)
	if seconds < 0 || seconds > int(maxFilterTime/time.Second) {
		return &instance.Invalid{Field: "expires_in", Code: "malformed"}
	}
	plan.ExpiresAt = s.Now().Add(time.Duration(seconds) * time.Second).UTC().Truncate(time.Millisecond)
	return nil
}

// maxFilterTime bounds how far away the end of a filter can be.
const maxFilterTime = 100 * 365 * 24 * time.Hour

// keywordChanges are what becomes of the words of a filter.
func (c *call) keywordChanges() (filters.Changes, error) {
	var changes filters.Changes
	for _, p := range c.Each("keywords_attributes") {
		id, err := p.ID("id")
		if err != nil {
			return changes, err
		}
		if p.Yes("_destroy") {
			if id != 0 {
				changes.Drop = append(changes.Drop, id)
			}
			continue
		}
		changes.Keywords = append(changes.Keywords, instance.Keyword{ID: id, Text: p.Text("keyword"), WholeWord: whole(p)})
	}
	return changes, nil
}

// whole tells whether a keyword is a whole word: yes, unless it is said not to be.
func whole(p Parameters) bool {
	yes, said := p.Bool("whole_word")
	return yes || !said
}

func (s *Server) getFilters(w http.ResponseWriter, r *http.Request, c *call) error {
	all, err := s.Filters.All(r.Context(), c.me())
	if err != nil {
		return err
	}
	shown := make([]entity.Filter, len(all))
	for i := range all {
		shown[i] = shownFilter(&all[i])
	}
	return reply(w, shown)
}

func (s *Server) createFilter(w http.ResponseWriter, r *http.Request, c *call) error {
	plan := instance.FilterPlan{Action: instance.Warn}
	if err := s.filterPlan(c, &plan); err != nil {
		return err
	}
	changes, err := c.keywordChanges()
	if err != nil {
		return err
	}
	for i := range changes.Keywords {
		changes.Keywords[i].ID = 0
	}
	f, err := s.Filters.Create(r.Context(), c.me(), plan, changes.Keywords)
	if err != nil {
		return err
	}
	return reply(w, shownFilter(&f))
}

// filter is the one of the caller's that the path names.
func (s *Server) filter(r *http.Request, c *call) (instance.Filter, error) {
	id, err := pathID(r)
	if err != nil {
		return instance.Filter{}, err
	}
	return s.Filters.ByID(r.Context(), c.me(), instance.FilterID(id))
}

func (s *Server) getFilter(w http.ResponseWriter, r *http.Request, c *call) error {
	f, err := s.filter(r, c)
	if err != nil {
		return err
	}
	return reply(w, shownFilter(&f))
}

// editFilter changes what the request says; a keyword that is there keeps what
// is not said of it.
func (s *Server) editFilter(w http.ResponseWriter, r *http.Request, c *call) error {
	f, err := s.filter(r, c)
	if err != nil {
		return err
	}
	if err := s.filterPlan(c, &f.FilterPlan); err != nil {
		return err
	}
	changes, err := c.keywordChanges()
	if err != nil {
		return err
	}
	was := make(map[instance.ID]instance.Keyword, len(f.Keywords))
	for _, k := range f.Keywords {
		was[k.ID] = k
	}
	for _, p := range c.Each("keywords_attributes") {
		id, _ := p.ID("id") // read before
		for i := range changes.Keywords {
			k := &changes.Keywords[i]
			old, ok := was[id]
			if k.ID != id || !ok {
				continue
			}
			if !p.Has("keyword") {
				k.Text = old.Text
			}
			if !p.Has("whole_word") {
				k.WholeWord = old.WholeWord
			}
		}
	}
	if f, err = s.Filters.Edit(r.Context(), c.me(), f.ID, f.FilterPlan, changes); err != nil {
		return err
	}
	return reply(w, shownFilter(&f))
}

func (s *Server) deleteFilter(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := s.Filters.Delete(r.Context(), c.me(), instance.FilterID(id)); err != nil {
		return err
	}
	return reply(w, nothingMore{})
}

func (s *Server) getFilterKeywords(w http.ResponseWriter, r *http.Request, c *call) error {
	f, err := s.filter(r, c)
	if err != nil {
		return err
	}
	return reply(w, shownKeywords(&f))
}

func (s *Server) addFilterKeyword(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	k, err := s.Filters.AddKeyword(r.Context(), c.me(), instance.FilterID(id), instance.Keyword{Text: c.Text("keyword"), WholeWord: whole(c.Parameters)})
	if err != nil {
		return err
	}
	return reply(w, shownKeyword(k))
}

func (s *Server) getFilterKeyword(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	k, _, err := s.Filters.Keyword(r.Context(), c.me(), id)
	if err != nil {
		return err
	}
	return reply(w, shownKeyword(k))
}

func (s *Server) editFilterKeyword(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	k, _, err := s.Filters.Keyword(r.Context(), c.me(), id)
	if err != nil {
		return err
	}
	if c.Has("keyword") {
		k.Text = c.Text("keyword")
	}
	if yes, said := c.Bool("whole_word"); said {
		k.WholeWord = yes
	}
	if k, err = s.Filters.EditKeyword(r.Context(), c.me(), k); err != nil {
		return err
	}
	return reply(w, shownKeyword(k))
}

// dropFilterRule makes a handler of what takes a word or a post out of a filter.
func (s *Server) dropFilterRule(drop func(context.Context, instance.ActorID, instance.ID) error) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		id, err := pathID(r)
		if err != nil {
			return err
		}
		if err := drop(r.Context(), c.me(), id); err != nil {
			return err
		}
		return reply(w, nothingMore{})
	}
}

func (s *Server) getFilterStatuses(w http.ResponseWriter, r *http.Request, c *call) error {
	f, err := s.filter(r, c)
	if err != nil {
		return err
	}
	return reply(w, shownFiltered(&f))
}

func (s *Server) addFilterStatus(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	post, err := c.ID("status_id")
	if err != nil {
		return err
	}
	if post == 0 {
		return &instance.Invalid{Field: "status", Code: "missing"}
	}
	named, err := s.Filters.AddPost(r.Context(), c.viewer, instance.FilterID(id), instance.PostID(post))
	if err != nil {
		return err
	}
	return reply(w, entity.FilterStatus{ID: entity.ID(named.ID), StatusID: entity.ID(named.Post)})
}

func (s *Server) getFilterStatus(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	named, err := s.Filters.Post(r.Context(), c.me(), id)
	if err != nil {
		return err
	}
	return reply(w, entity.FilterStatus{ID: entity.ID(named.ID), StatusID: entity.ID(named.Post)})
}
