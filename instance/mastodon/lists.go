package mastodon

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/lists"
	"palier/instance/mastodon/entity"
)

func (s *Server) listRoutes(r chi.Router) {
	s.person(r, http.MethodGet, "/v1/lists", "read:lists", s.getLists)
	s.person(r, http.MethodPost, "/v1/lists", "write:lists", s.createList)
	s.person(r, http.MethodGet, "/v1/lists/{id}", "read:lists", s.getList)
	s.person(r, http.MethodPut, "/v1/lists/{id}", "write:lists", s.editList)
	s.person(r, http.MethodDelete, "/v1/lists/{id}", "write:lists", s.deleteList)
	s.person(r, http.MethodGet, "/v1/lists/{id}/accounts", "read:lists", s.getListAccounts)
	s.person(r, http.MethodPost, "/v1/lists/{id}/accounts", "write:lists", changeList(s.Lists.Add))
	s.person(r, http.MethodDelete, "/v1/lists/{id}/accounts", "write:lists", changeList(s.Lists.Remove))
	s.person(r, http.MethodGet, "/v1/accounts/{id}/lists", "read:lists", s.getListsWith)
	s.person(r, http.MethodGet, "/v1/timelines/list/{id}", "read:lists", s.kept(s.getListTimeline))
}

func shownList(l instance.List) entity.ListOfAccounts {
	return entity.ListOfAccounts{ID: entity.ID(l.ID), Title: l.Title, RepliesPolicy: string(l.Replies), Exclusive: l.Exclusive}
}

func shownLists(all []instance.List) []entity.ListOfAccounts {
	shown := make([]entity.ListOfAccounts, len(all))
	for i, l := range all {
		shown[i] = shownList(l)
	}
	return shown
}

// listID is the list the path names.
func listID(r *http.Request) (instance.ListID, error) {
	id, err := pathID(r)
	return instance.ListID(id), err
}

// listPlan changes plan as far as the request says.
func (c *call) listPlan(plan *instance.ListPlan) {
	if c.Has("title") {
		plan.Title = c.Text("title")
	}
	if c.Has("replies_policy") {
		plan.Replies = instance.ListReplies(c.Text("replies_policy"))
	}
	if yes, said := c.Bool("exclusive"); said {
		plan.Exclusive = yes
	}
}

func (s *Server) getLists(w http.ResponseWriter, r *http.Request, c *call) error {
	all, err := s.Lists.All(r.Context(), c.me())
	if err != nil {
		return err
	}
	return reply(w, shownLists(all))
}

func (s *Server) createList(w http.ResponseWriter, r *http.Request, c *call) error {
	var plan instance.ListPlan
	c.listPlan(&plan)
	l, err := s.Lists.Create(r.Context(), c.me(), plan)
	if err != nil {
		return err
	}
	return reply(w, shownList(l))
}

func (s *Server) getList(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := listID(r)
	if err != nil {
		return err
	}
	l, err := s.Lists.ByID(r.Context(), c.me(), id)
	if err != nil {
		return err
	}
	return reply(w, shownList(l))
}

func (s *Server) editList(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := listID(r)
	if err != nil {
		return err
	}
	l, err := s.Lists.ByID(r.Context(), c.me(), id)
	if err != nil {
		return err
	}
	c.listPlan(&l.ListPlan)
	if l, err = s.Lists.Edit(r.Context(), c.me(), id, l.ListPlan); err != nil {
		return err
	}
	return reply(w, shownList(l))
}

func (s *Server) deleteList(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := listID(r)
	if err != nil {
		return err
	}
	if err := s.Lists.Delete(r.Context(), c.me(), id); err != nil {
		return err
	}
	return reply(w, nothingMore{})
}

// getListAccounts is who is in a list; a limit of 0 asks for all of them.
func (s *Server) getListAccounts(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := listID(r)
	if err != nil {
		return err
	}
	page, err := c.page(40, 80)
	if err != nil {
		return err
	}
	if c.Text("limit") == "0" {
		page.Limit = 0
	}
	members, err := s.Lists.Members(r.Context(), c.me(), id, lists.Page{
		Before: instance.ActorID(page.Before), Since: instance.ActorID(page.Since), After: instance.ActorID(page.After), Limit: page.Limit,
	})
	if err != nil {
		return err
	}
	if n := len(members); n > 0 && page.Limit > 0 {
		s.link(w, r, instance.ID(members[0].ID), instance.ID(members[n-1].ID), n == page.Limit)
	}
	return reply(w, s.accounts(members))
}

// accountIDs are those a request names. One that cannot be is one that is not
// there.
func (c *call) accountIDs() ([]instance.ActorID, error) {
	var ids []instance.ActorID
	for _, text := range c.Texts("account_ids") {
		id, err := instance.ParseID(text)
		if err != nil {
			return nil, err
		}
		ids = append(ids, instance.ActorID(id))
	}
	return ids, nil
}

// changeList makes a handler of what is done with those a request names and a
// list.
func changeList(change func(context.Context, instance.ActorID, instance.ListID, []instance.ActorID) error) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		id, err := listID(r)
		if err != nil {
			return err
		}
		members, err := c.accountIDs()
		if err != nil {
			return err
		}
		if err := change(r.Context(), c.me(), id, members); err != nil {
			return err
		}
		return reply(w, nothingMore{})
	}
}

// getListsWith are those of one's lists that somebody is in.
func (s *Server) getListsWith(w http.ResponseWriter, r *http.Request, c *call) error {
	a, err := s.actor(r)
	if err != nil {
		return err
	}
	with, err := s.Lists.With(r.Context(), c.me(), a.ID)
	if err != nil {
		return err
	}
	return reply(w, shownLists(with))
}

func (s *Server) getListTimeline(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := listID(r)
	if err != nil {
		return err
	}
	page, err := c.page(20, 40)
	if err != nil {
		return err
	}
	if _, err := s.Lists.ByID(r.Context(), c.me(), id); err != nil {
		return err
	}
	entries, next, err := s.Timelines.List(r.Context(), c.viewer, id, page)
	if err != nil {
		return err
	}
	return s.replyEntries(w, r, c, entries, next, nil)
}
