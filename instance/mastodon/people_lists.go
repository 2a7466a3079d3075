package mastodon

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/mastodon/entity"
	"palier/instance/people"
)

// peopleListRoutes are lists of people and of servers. Their cursor is the id of
// a line, which only the Link knows.
func (s *Server) peopleListRoutes(r chi.Router) {
	s.open(r, "/v1/accounts/{id}/followers", "read:accounts", s.boundTo(s.People.FollowersShown))
	s.open(r, "/v1/accounts/{id}/following", "read:accounts", s.boundTo(s.People.FollowedShown))
	s.person(r, http.MethodGet, "/v1/follow_requests", "read:follows", s.own(s.People.Requesters))
	s.person(r, http.MethodGet, "/v1/blocks", "read:blocks", s.own(s.People.Blocks))
	s.person(r, http.MethodGet, "/v1/mutes", "read:mutes", s.getMutes)
	s.person(r, http.MethodGet, "/v1/domain_blocks", "read:blocks", s.getDomainBlocks)
	s.person(r, http.MethodGet, "/v1/endorsements", "read:accounts", s.getNone)
}

// linePage reads which part of a list is asked for, by the ids of its lines.
func (c *call) linePage(usual, most int) (instance.Page, error) {
	p, err := c.page(usual, most)
	return instance.Page(p), err
}

// linkLines tells where a list goes on. Whoever walks upwards came from below.
func (s *Server) linkLines(w http.ResponseWriter, r *http.Request, p instance.Page, n int, first, last instance.ID) {
	s.link(w, r, first, last, n == p.Limit || p.Upwards())
}

// boundTo answers with those whom somebody follows or who follow them, as far
// as the caller may see them.
func (s *Server) boundTo(list func(context.Context, instance.Viewer, instance.Actor, instance.Page) ([]people.Line, error)) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		of, err := s.actor(r)
		if err != nil {
			return err
		}
		page, err := c.linePage(40, 80)
		if err != nil {
			return err
		}
		lines, err := list(r.Context(), c.viewer, of, page)
		if err != nil {
			return err
		}
		return s.replyLines(w, r, page, lines)
	}
}

// own answers with a list of the caller's own.
func (s *Server) own(list func(context.Context, instance.ActorID, instance.Page) ([]people.Line, error)) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		page, err := c.linePage(40, 80)
		if err != nil {
			return err
		}
		lines, err := list(r.Context(), c.me(), page)
		if err != nil {
			return err
		}
		return s.replyLines(w, r, page, lines)
	}
}

func (s *Server) replyLines(w http.ResponseWriter, r *http.Request, page instance.Page, lines []people.Line) error {
	shown := make([]*entity.Account, len(lines))
	for i, l := range lines {
		shown[i] = s.account(l.Actor)
	}
	s.linkPeople(w, r, page, lines)
	return reply(w, shown)
}

func (s *Server) linkPeople(w http.ResponseWriter, r *http.Request, page instance.Page, lines []people.Line) {
	if n := len(lines); n > 0 {
		s.linkLines(w, r, page, n, lines[0].ID, lines[n-1].ID)
	}
}

func (s *Server) getMutes(w http.ResponseWriter, r *http.Request, c *call) error {
	page, err := c.linePage(40, 80)
	if err != nil {
		return err
	}
	lines, err := s.People.Mutes(r.Context(), c.me(), page)
	if err != nil {
		return err
	}
	shown := make([]entity.MutedAccount, len(lines))
	for i, l := range lines {
		shown[i] = entity.MutedAccount{Account: s.account(l.Actor), MuteExpiresAt: entity.Time(l.Until)}
	}
	s.linkPeople(w, r, page, lines)
	return reply(w, shown)
}

func (s *Server) getDomainBlocks(w http.ResponseWriter, r *http.Request, c *call) error {
	page, err := c.linePage(100, 200)
	if err != nil {
		return err
	}
	list, err := s.People.BlockedDomains(r.Context(), c.me(), page)
	if err != nil {
		return err
	}
	shown := make([]string, len(list))
	for i, d := range list {
		shown[i] = d.Domain
	}
	if n := len(list); n > 0 {
		s.linkLines(w, r, page, n, list[0].ID, list[n-1].ID)
	}
	return reply(w, shown)
}
