package mastodon

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"palier/instance/mastodon/entity"
	"palier/instance/outreach"
)

func (s *Server) pushRoutes(r chi.Router) {
	s.person(r, http.MethodGet, "/v1/push/subscription", "push", s.getPush)
	s.person(r, http.MethodPost, "/v1/push/subscription", "push", s.subscribePush)
	s.person(r, http.MethodPut, "/v1/push/subscription", "push", s.changePush)
	s.person(r, http.MethodDelete, "/v1/push/subscription", "push", s.unsubscribePush)
}

// getPush tells a program of what it is told while it is not open.
func (s *Server) getPush(w http.ResponseWriter, r *http.Request, c *call) error {
	sub, err := s.Outreach.Subscription(r.Context(), c.access.Token)
	if err != nil {
		return err
	}
	return reply(w, s.subscription(sub))
}

// subscribePush has a program told, instead of whatever it was told before.
func (s *Server) subscribePush(w http.ResponseWriter, r *http.Request, c *call) error {
	to := c.Within("subscription")
	keys := to.Within("keys")
	sub, err := s.Outreach.Subscribe(r.Context(), c.me(), c.access.Token, bearer(r), outreach.Address{
		Endpoint: to.Text("endpoint"), P256DH: keys.Text("p256dh"), Auth: keys.Text("auth"), Standard: to.Yes("standard"),
	}, pushWish(c))
	if err != nil {
		return err
	}
	return reply(w, s.subscription(sub))
}

// changePush has a program told of other things.
func (s *Server) changePush(w http.ResponseWriter, r *http.Request, c *call) error {
	wish := pushWish(c)
	if wish.Policy == "" {
		held, err := s.Outreach.Subscription(r.Context(), c.access.Token)
		if err != nil {
			return err
		}
		wish.Policy = held.Policy
	}
	sub, err := s.Outreach.Change(r.Context(), c.access.Token, wish)
	if err != nil {
		return err
	}
	return reply(w, s.subscription(sub))
}

func (s *Server) unsubscribePush(w http.ResponseWriter, r *http.Request, c *call) error {
	if err := s.Outreach.Unsubscribe(r.Context(), c.access.Token); err != nil {
		return err
	}
	return reply(w, nothingMore{})
}

// pushWish is what a program wants to be told.
func pushWish(c *call) outreach.Wish {
	data := c.Within("data")
	wish := outreach.Wish{Policy: outreach.Policy(data.Text("policy"))}
	if wish.Policy == "" {
		wish.Policy = outreach.Policy(c.Text("policy"))
	}
	asked := data.Within("alerts")
	for _, alert := range outreach.Alerts {
		if asked.Yes(alert) {
			wish.Alerts = append(wish.Alerts, alert)
		}
	}
	return wish
}

// subscription shows what a program is told.
func (s *Server) subscription(sub outreach.Subscription) entity.WebPushSubscription {
	shown := entity.WebPushSubscription{
		ID: sub.ID, Endpoint: sub.Endpoint, Standard: sub.Standard, ServerKey: s.Outreach.PushKey(),
		Alerts: map[string]bool{}, Policy: string(sub.Policy),
	}
	for _, alert := range outreach.Alerts {
		shown.Alerts[alert] = slices.Contains(sub.Alerts, alert)
	}
	return shown
}
