package mastodon

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/filters"
	"palier/instance/mastodon/entity"
)

// oldFilterRoutes are filters as programs knew them before version 4: each has
// one word, whose id it goes by.
func (s *Server) oldFilterRoutes(r chi.Router) {
	s.person(r, http.MethodGet, "/v1/filters", "read:filters", s.getOldFilters)
	s.person(r, http.MethodPost, "/v1/filters", "write:filters", s.createOldFilter)
	s.person(r, http.MethodGet, "/v1/filters/{id}", "read:filters", s.getOldFilter)
	s.person(r, http.MethodPut, "/v1/filters/{id}", "write:filters", s.editOldFilter)
	s.person(r, http.MethodDelete, "/v1/filters/{id}", "write:filters", s.deleteOldFilter)
}

func shownOldFilter(f *instance.Filter, k instance.Keyword) entity.FilterV1 {
	return entity.FilterV1{
		ID: entity.ID(k.ID), Phrase: k.Text, Context: contexts(f), WholeWord: k.WholeWord,
		ExpiresAt: entity.Time(f.ExpiresAt), Irreversible: f.Action == instance.Hide,
	}
}

func (s *Server) getOldFilters(w http.ResponseWriter, r *http.Request, c *call) error {
	all, err := s.Filters.All(r.Context(), c.me())
	if err != nil {
		return err
	}
	shown := []entity.FilterV1{}
	for i := range all {
		for _, k := range all[i].Keywords {
			shown = append(shown, shownOldFilter(&all[i], k))
		}
	}
	return reply(w, shown)
}

// oldFilterPlan changes a filter and its word as far as the request says.
func (s *Server) oldFilterPlan(c *call, plan *instance.FilterPlan, k *instance.Keyword) error {
	if c.Has("phrase") {
		plan.Title, k.Text = c.Text("phrase"), c.Text("phrase")
	}
	if yes, said := c.Bool("whole_word"); said {
		k.WholeWord = yes
	}
	if yes, said := c.Bool("irreversible"); said {
		plan.Action = instance.Warn
		if yes {
			plan.Action = instance.Hide
		}
	}
	return s.filterScope(c, plan)
}

func (s *Server) createOldFilter(w http.ResponseWriter, r *http.Request, c *call) error {
	plan, k := instance.FilterPlan{Action: instance.Warn}, instance.Keyword{WholeWord: true}
	if err := s.oldFilterPlan(c, &plan, &k); err != nil {
		return err
	}
	f, err := s.Filters.Create(r.Context(), c.me(), plan, []instance.Keyword{k})
	if err != nil {
		return err
	}
	return reply(w, shownOldFilter(&f, f.Keywords[0]))
}

// oldFilter is the word of the caller's that the path names, and its filter.
func (s *Server) oldFilter(r *http.Request, c *call) (instance.Filter, instance.Keyword, error) {
	id, err := pathID(r)
	if err != nil {
		return instance.Filter{}, instance.Keyword{}, err
	}
	k, in, err := s.Filters.Keyword(r.Context(), c.me(), id)
	if err != nil {
		return instance.Filter{}, k, err
	}
	f, err := s.Filters.ByID(r.Context(), c.me(), in)
	return f, k, err
}

func (s *Server) getOldFilter(w http.ResponseWriter, r *http.Request, c *call) error {
	f, k, err := s.oldFilter(r, c)
	if err != nil {
		return err
	}
	return reply(w, shownOldFilter(&f, k))
}

// editOldFilter changes a word, and its filter where that has no other.
func (s *Server) editOldFilter(w http.ResponseWriter, r *http.Request, c *call) error {
	f, k, err := s.oldFilter(r, c)
	if err != nil {
		return err
	}
	if len(f.Keywords) > 1 && (c.Has("phrase") && c.Text("phrase") != f.Title || c.Has("context") || c.Has("expires_in") || c.Has("irreversible")) {
		return &instance.Invalid{Field: "filter", Code: "many-keywords"}
	}
	if err := s.oldFilterPlan(c, &f.FilterPlan, &k); err != nil {
		return err
	}
	f, err = s.Filters.Edit(r.Context(), c.me(), f.ID, f.FilterPlan, filters.Changes{Keywords: []instance.Keyword{k}})
	if err != nil {
		return err
	}
	return reply(w, shownOldFilter(&f, k))
}

// deleteOldFilter takes a word out, and its filter with it where that has no
// other.
func (s *Server) deleteOldFilter(w http.ResponseWriter, r *http.Request, c *call) error {
	f, k, err := s.oldFilter(r, c)
	if err != nil {
		return err
	}
	if len(f.Keywords) == 1 && len(f.Posts) == 0 {
		err = s.Filters.Delete(r.Context(), c.me(), f.ID)
	} else {
		err = s.Filters.DeleteKeyword(r.Context(), c.me(), k.ID)
	}
	if err != nil {
		return err
	}
	return reply(w, nothingMore{})
}
