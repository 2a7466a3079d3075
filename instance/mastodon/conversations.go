package mastodon

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/mastodon/entity"
)

func (s *Server) conversationRoutes(r chi.Router) {
	s.person(r, http.MethodGet, "/v1/conversations", "read:statuses", s.getConversations)
	s.person(r, http.MethodDelete, "/v1/conversations/{id}", "write:conversations", s.deleteConversation)
	s.person(r, http.MethodPost, "/v1/conversations/{id}/read", "write:conversations", s.readConversation)
	s.person(r, http.MethodGet, "/v1/timelines/direct", "read:statuses", s.getDirect)
}

// talks shows conversations as their owner sees them.
func (s *Server) talks(ctx context.Context, c *call, list []instance.Conversation) ([]entity.Conversation, error) {
	var last []*instance.Post
	for _, one := range list {
		if one.Last != nil {
			last = append(last, one.Last)
		}
	}
	statuses, err := s.posts(ctx, c, last)
	if err != nil {
		return nil, err
	}
	shown := make([]entity.Conversation, len(list))
	next := 0
	for i, one := range list {
		shown[i] = entity.Conversation{ID: entity.ID(one.ID), Unread: one.Unread, Accounts: s.accounts(one.Others)}
		if one.Last != nil {
			shown[i].LastStatus = &statuses[next]
			next++
		}
	}
	return shown, nil
}

func (s *Server) getConversations(w http.ResponseWriter, r *http.Request, c *call) error {
	page, err := c.page(20, 40)
	if err != nil {
		return err
	}
	list, next, err := s.Conversations.List(r.Context(), c.viewer, instance.Page(page))
	if err != nil {
		return err
	}
	shown, err := s.talks(r.Context(), c, list)
	if err != nil {
		return err
	}
	if n := len(list); n > 0 {
		s.link(w, r, instance.ID(list[0].LastID), instance.ID(list[n-1].LastID), next != 0)
	}
	return reply(w, shown)
}

func (s *Server) readConversation(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := s.Conversations.MarkRead(r.Context(), c.me(), instance.ConversationID(id)); err != nil {
		return err
	}
	one, err := s.Conversations.ByID(r.Context(), c.viewer, instance.ConversationID(id))
	if err != nil {
		return err
	}
	shown, err := s.talks(r.Context(), c, []instance.Conversation{one})
	if err != nil {
		return err
	}
	return reply(w, shown[0])
}

func (s *Server) deleteConversation(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := s.Conversations.Delete(r.Context(), c.me(), instance.ConversationID(id)); err != nil {
		return err
	}
	return reply(w, nothingMore{})
}

// getDirect is every private message, which older programs read as a timeline.
func (s *Server) getDirect(w http.ResponseWriter, r *http.Request, c *call) error {
	page, err := c.page(20, 40)
	if err != nil {
		return err
	}
	list, next, err := s.Conversations.Direct(r.Context(), c.viewer, instance.Page(page))
	if err != nil {
		return err
	}
	shown, err := s.posts(r.Context(), c, list)
	if err != nil {
		return err
	}
	switch n := len(list); {
	case next != 0 && n > 0:
		s.link(w, r, instance.ID(list[0].ID), next, true)
	case n > 0:
		s.link(w, r, instance.ID(list[0].ID), instance.ID(list[n-1].ID), false)
	}
	return reply(w, shown)
}
