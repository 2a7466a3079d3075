package mastodon

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/mastodon/entity"
	"palier/instance/notifications"
)

func (s *Server) notificationRoutes(r chi.Router) {
	s.person(r, http.MethodGet, "/v1/notifications", "read:notifications", s.kept(s.getNotifications))
	s.person(r, http.MethodGet, "/v1/notifications/{id}", "read:notifications", s.getNotification)
	s.person(r, http.MethodPost, "/v1/notifications/clear", "write:notifications", s.clearNotifications)
	s.person(r, http.MethodPost, "/v1/notifications/{id}/dismiss", "write:notifications", s.dismissNotification)
	s.person(r, http.MethodGet, "/v1/notifications/unread_count", "read:notifications", s.countNotifications)
}

// noticeTypes are our kinds of notices in the words programs know. What has none
// there is not shown.
var noticeTypes = map[notifications.Kind]string{
	notifications.Mention: "mention",
	notifications.Reply:   "mention",
	notifications.Waiting: "mention",
	notifications.Like:    "favourite",
	notifications.Boost:   "reblog",
	notifications.Follow:  "follow",
	notifications.Request: "follow_request",
	notifications.Poll:    "poll",
	notifications.Status:  "status",
}

// kindsOf are our kinds that go by the words given.
func kindsOf(words []string) []notifications.Kind {
	var kinds []notifications.Kind
	for kind, word := range noticeTypes {
		for _, w := range words {
			if w == word {
				kinds = append(kinds, kind)
			}
		}
	}
	return kinds
}

func (s *Server) getNotifications(w http.ResponseWriter, r *http.Request, c *call) error {
	page, err := c.page(40, 80)
	if err != nil {
		return err
	}
	from, err := c.ID("account_id")
	if err != nil {
		return err
	}
	q := notifications.Query{
		Before: page.Before, Since: page.Since, After: page.After, Limit: page.Limit, From: instance.ActorID(from),
		Except: kindsOf(c.Texts("exclude_types")),
	}
	for kind := range noticeTypes {
		q.Kinds = append(q.Kinds, kind)
	}
	if types := c.Texts("types"); len(types) > 0 {
		if q.Kinds = kindsOf(types); len(q.Kinds) == 0 {
			return reply(w, []entity.Notification{})
		}
	}
	list, err := s.Notifications.List(r.Context(), c.viewer, q)
	if err != nil {
		return err
	}
	shown, err := s.notices(r.Context(), c, list)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		s.link(w, r, list[0].ID, list[len(list)-1].ID, len(list) == q.Limit)
	}
	return reply(w, shown)
}

// notices shows notices as their owner sees them.
func (s *Server) notices(ctx context.Context, c *call, list []notifications.Notice) ([]entity.Notification, error) {
	var about []*instance.Post
	for _, n := range list {
		if n.Post != nil {
			about = append(about, n.Post)
		}
	}
	f := s.faces()
	statuses, err := s.show(ctx, c, about, f)
	if err != nil {
		return nil, err
	}
	shown := make([]entity.Notification, len(list))
	next := 0
	for i, n := range list {
		shown[i] = entity.Notification{
			ID: entity.ID(n.ID), Type: noticeTypes[n.Kind], GroupKey: "ungrouped-" + n.ID.String(),
			CreatedAt: entity.Time(n.ID.Time()), Account: f.of(n.From),
		}
		if n.Post != nil {
			shown[i].Status = &statuses[next]
			next++
		}
	}
	return shown, nil
}

func (s *Server) getNotification(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	n, err := s.Notifications.ByID(r.Context(), c.viewer, id)
	if err == nil && noticeTypes[n.Kind] == "" {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	shown, err := s.notices(r.Context(), c, []notifications.Notice{n})
	if err != nil {
		return err
	}
	return reply(w, shown[0])
}

func (s *Server) clearNotifications(w http.ResponseWriter, r *http.Request, c *call) error {
	if err := s.Notifications.Clear(r.Context(), c.me()); err != nil {
		return err
	}
	return reply(w, nothingMore{})
}

func (s *Server) dismissNotification(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := s.Notifications.Dismiss(r.Context(), c.me(), id); err != nil {
		return err
	}
	return reply(w, nothingMore{})
}

func (s *Server) countNotifications(w http.ResponseWriter, r *http.Request, c *call) error {
	n, err := s.Notifications.Unread(r.Context(), c.me())
	if err != nil {
		return err
	}
	return reply(w, map[string]int{"count": n})
}
