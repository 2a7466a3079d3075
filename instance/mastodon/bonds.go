package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/mastodon/entity"
	"palier/instance/people"
)

// bondRoutes are what people do about each other.
func (s *Server) bondRoutes(r chi.Router) {
	for deed, d := range map[string]struct {
		scope string
		do    func(r *http.Request, c *call, to instance.Actor) error
	}{
		"follow":                {"write:follows", s.follow},
		"unfollow":              {"write:follows", s.unfollow},
		"remove_from_followers": {"write:follows", s.removeFollower},
		"block":                 {"write:blocks", s.block},
		"unblock":               {"write:blocks", s.unblock},
		"mute":                  {"write:mutes", s.mute},
		"unmute":                {"write:mutes", s.unmute},
		"note":                  {"write:accounts", s.note},
	} {
		s.person(r, http.MethodPost, "/v1/accounts/{id}/"+deed, d.scope, s.toward(d.do))
	}
	s.person(r, http.MethodGet, "/v1/accounts/relationships", "read:follows", s.getRelationships)
	s.person(r, http.MethodGet, "/v1/accounts/familiar_followers", "read:follows", s.getFamiliarFollowers)
	s.person(r, http.MethodPost, "/v1/follow_requests/{id}/authorize", "write:follows", s.toward(s.authorize))
	s.person(r, http.MethodPost, "/v1/follow_requests/{id}/reject", "write:follows", s.toward(s.reject))
	s.person(r, http.MethodPost, "/v1/domain_blocks", "write:blocks", s.blockDomain)
	s.person(r, http.MethodDelete, "/v1/domain_blocks", "write:blocks", s.unblockDomain)
	s.person(r, http.MethodGet, "/v1/suggestions", "read:accounts", s.getSuggestionsV1)
	s.person(r, http.MethodGet, "/v2/suggestions", "read:accounts", s.getSuggestions)
	s.person(r, http.MethodDelete, "/v1/suggestions/{id}", "write:accounts", s.dismissSuggestion)
}

// toward makes a handler of what somebody does about the actor in the path, and
// answers with how they stand to each other now.
func (s *Server) toward(do func(r *http.Request, c *call, to instance.Actor) error) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		to, err := s.actor(r)
		if err != nil {
			return err
		}
		if err := do(r, c, to); err != nil {
			return err
		}
		shown, err := s.relationships(r.Context(), c, []instance.ActorID{to.ID})
		if err != nil {
			return err
		}
		return reply(w, shown[0])
	}
}

// follow asks to hear what somebody says, or changes what is asked of that. To
// follow a neighbourhood is to join those who hear it.
func (s *Server) follow(r *http.Request, c *call, to instance.Actor) error {
	var o people.FollowOptions
	if yes, said := c.Bool("reblogs"); said {
		o.Boosts = &yes
	}
	if yes, said := c.Bool("notify"); said {
		o.Notify = &yes
	}
	if c.Has("languages") {
		languages := c.Texts("languages")
		o.Languages = &languages
	}
	_, err := s.People.FollowWith(r.Context(), c.me(), to.ID, o)
	if isNotFound(err) {
		// They are there and cannot be followed: one of the two blocks the other.
		return fmt.Errorf("follow %s: %w", to.ID, instance.ErrForbidden)
	}
	return err
}

func (s *Server) unfollow(r *http.Request, c *call, to instance.Actor) error {
	return s.People.Unfollow(r.Context(), c.me(), to.ID)
}

func (s *Server) removeFollower(r *http.Request, c *call, to instance.Actor) error {
	return s.People.RemoveFollower(r.Context(), c.me(), to.ID)
}

func (s *Server) block(r *http.Request, c *call, to instance.Actor) error {
	return s.People.Block(r.Context(), c.me(), to.ID)
}

// unblock ends a block; where there is none, it has ended already.
func (s *Server) unblock(r *http.Request, c *call, to instance.Actor) error {
	err := s.People.Unblock(r.Context(), c.me(), to.ID)
	if isNotFound(err) {
		return nil
	}
	return err
}

// mute takes somebody out of what one reads; duration is in seconds.
func (s *Server) mute(r *http.Request, c *call, to instance.Actor) error {
	var o people.MuteOptions
	if yes, said := c.Bool("notifications"); said {
		o.KeepNotices = !yes
	}
	const longest = int(1<<63-1) / int(time.Second)
	seconds := c.Number("duration", 0)
	if seconds < 0 || seconds > longest {
		return &instance.Invalid{Field: "duration", Code: "malformed"}
	}
	o.For = time.Duration(seconds) * time.Second
	return s.People.MuteWith(r.Context(), c.me(), to.ID, o)
}

func (s *Server) unmute(r *http.Request, c *call, to instance.Actor) error {
	return s.People.Unmute(r.Context(), c.me(), to.ID)
}

func (s *Server) note(r *http.Request, c *call, to instance.Actor) error {
	return s.People.Note(r.Context(), c.me(), to.ID, c.Text("comment"))
}

func (s *Server) authorize(r *http.Request, c *call, from instance.Actor) error {
	return s.People.Grant(r.Context(), c.me(), from.ID)
}

func (s *Server) reject(r *http.Request, c *call, from instance.Actor) error {
	return s.People.Refuse(r.Context(), c.me(), from.ID)
}

// getRelationships tells how one stands to each of those asked for; whom nobody
// knows is left out.
func (s *Server) getRelationships(w http.ResponseWriter, r *http.Request, c *call) error {
	var wanted []instance.ActorID
	for _, id := range c.IDs("id") {
		wanted = append(wanted, instance.ActorID(id))
	}
	known, err := actors.ByIDs(r.Context(), s.DB.Read(), wanted)
	if err != nil {
		return err
	}
	var there []instance.ActorID
	for _, id := range wanted {
		if a, ok := known[id]; ok && (!a.Gone() || c.Yes("with_suspended")) {
			there = append(there, id)
			delete(known, id)
		}
	}
	shown, err := s.relationships(r.Context(), c, there)
	if err != nil {
		return err
	}
	return reply(w, shown)
}

func (s *Server) relationships(ctx context.Context, c *call, ids []instance.ActorID) ([]entity.Relationship, error) {
	found, err := s.People.Relationships(ctx, c.me(), ids)
	if err != nil {
		return nil, err
	}
	shown := make([]entity.Relationship, len(ids))
	for i, id := range ids {
		r := found[id]
		shown[i] = entity.Relationship{
			ID: entity.ID(id), Following: r.Follows == people.Following, ShowingReblogs: r.Boosts, Notifying: r.Notify,
			Languages: r.Languages, FollowedBy: r.FollowedBy == people.Following, Blocking: r.Blocks, BlockedBy: r.BlockedBy,
			Muting: r.Mutes, MutingNotifications: r.MutesNotices, Requested: r.Follows == people.Requested,
			RequestedBy: r.FollowedBy == people.Requested, DomainBlocking: r.BlocksDomain, Note: r.Note,
		}
	}
	return shown, nil
}

func (s *Server) getFamiliarFollowers(w http.ResponseWriter, r *http.Request, c *call) error {
	var wanted []instance.ActorID
	for _, id := range c.IDs("id") {
		wanted = append(wanted, instance.ActorID(id))
	}
	found, err := s.People.FamiliarFollowers(r.Context(), c.viewer, wanted)
	if err != nil {
		return err
	}
	shown := make([]entity.FamiliarFollowers, len(found))
	for i, f := range found {
		shown[i] = entity.FamiliarFollowers{ID: entity.ID(f.Of), Accounts: s.accounts(f.Followers)}
	}
	return reply(w, shown)
}

func (s *Server) blockDomain(w http.ResponseWriter, r *http.Request, c *call) error {
	if err := s.People.BlockDomain(r.Context(), c.me(), c.Text("domain")); err != nil {
		return err
	}
	return reply(w, nothingMore{})
}

func (s *Server) unblockDomain(w http.ResponseWriter, r *http.Request, c *call) error {
	if err := s.People.UnblockDomain(r.Context(), c.me(), c.Text("domain")); err != nil {
		return err
	}
	return reply(w, nothingMore{})
}

// suggested is whom one may want to follow.
func (s *Server) suggested(r *http.Request, c *call) ([]instance.Actor, error) {
	return s.People.Suggestions(r.Context(), c.viewer, c.limit(40, 80))
}

// getSuggestionsV1 is what older programs ask for.
func (s *Server) getSuggestionsV1(w http.ResponseWriter, r *http.Request, c *call) error {
	list, err := s.suggested(r, c)
	if err != nil {
		return err
	}
	return reply(w, s.accounts(list))
}

// getSuggestions names whom one may want to follow. Neighbourhoods are those
// who run the server have made; people are near, not famous, but programs know
// no word for that.
func (s *Server) getSuggestions(w http.ResponseWriter, r *http.Request, c *call) error {
	list, err := s.suggested(r, c)
	if err != nil {
		return err
	}
	shown := make([]entity.Suggestion, len(list))
	for i, a := range list {
		shown[i] = entity.Suggestion{Source: "global", Account: s.account(a)}
		if a.Kind == instance.Group {
			shown[i].Source = "staff"
		}
	}
	return reply(w, shown)
}

func (s *Server) dismissSuggestion(w http.ResponseWriter, r *http.Request, c *call) error {
	a, err := s.actor(r)
	if err != nil && !errors.Is(err, instance.ErrNotFound) {
		return err
	}
	if err == nil {
		if err := s.People.DismissSuggestion(r.Context(), c.me(), a.ID); err != nil {
			return err
		}
	}
	return reply(w, nothingMore{})
}
