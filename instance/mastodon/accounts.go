package mastodon

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/mastodon/entity"
	"palier/instance/timelines"
)

func (s *Server) accountRoutes(r chi.Router) {
	s.person(r, http.MethodGet, "/v1/accounts/verify_credentials", "profile", s.kept(s.getOwnAccount))
	s.open(r, "/v1/accounts/lookup", "read:accounts", s.lookupAccount)
	s.open(r, "/v1/accounts", "read:accounts", s.getAccounts)
	s.open(r, "/v1/accounts/{id}", "read:accounts", s.kept(s.getAccount))
	s.open(r, "/v1/accounts/{id}/statuses", "read:statuses", s.kept(s.getAccountStatuses))
}

// actor returns whom the path names. Somebody who blocks the caller is still
// shown, as everywhere on the network; what they said is not.
func (s *Server) actor(r *http.Request) (instance.Actor, error) {
	id, err := pathID(r)
	if err != nil {
		return instance.Actor{}, err
	}
	return s.People.KnownByID(r.Context(), instance.ActorID(id))
}

func (s *Server) getOwnAccount(w http.ResponseWriter, r *http.Request, c *call) error {
	shown, err := s.ownAccount(r.Context(), c)
	if err != nil {
		return err
	}
	return reply(w, shown)
}

// ownAccount shows somebody their own account, with what only they may know.
func (s *Server) ownAccount(ctx context.Context, c *call) (*entity.Account, error) {
	a := c.account
	profile, err := s.People.Profile(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	requests, err := s.People.CountRequests(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	shown := s.account(a.Actor)
	shown.Source = &entity.Source{
		Privacy: privacy(a), Sensitive: a.App.Sensitive, Language: postingLanguage(a), Note: profile.Summary, Fields: fields(profile.Fields),
		FollowRequestsCount: requests, HideCollections: a.HideCollections, Discoverable: a.Discoverable, Indexable: a.Indexable,
	}
	shown.Role = role(a.Role)
	return shown, nil
}

// role is what somebody may do here, in the numbers of Mastodon's permissions:
// everything for those who run the server, reports for those who moderate.
func role(r instance.Role) *entity.Role {
	switch r {
	case instance.Admin:
		return &entity.Role{ID: "3", Name: "Admin", Permissions: "1", Highlighted: true}
	case instance.Moderator:
		return &entity.Role{ID: "2", Name: "Moderator", Permissions: "16", Highlighted: true}
	default:
		return &entity.Role{ID: "-99", Permissions: "0"}
	}
}

func (s *Server) getAccount(w http.ResponseWriter, r *http.Request, _ *call) error {
	a, err := s.actor(r)
	if err != nil {
		return err
	}
	return reply(w, s.account(a))
}

// lookupAccount finds somebody we know by handle, without asking anyone.
func (s *Server) lookupAccount(w http.ResponseWriter, r *http.Request, c *call) error {
	a, err := s.People.Known(r.Context(), s.handle(c.Text("acct")))
	if err != nil {
		return err
	}
	return reply(w, s.account(a))
}

// handle is a handle as we know it: without @ in front, and without our own
// host.
func (s *Server) handle(text string) string {
	text = strings.TrimPrefix(strings.TrimSpace(text), "@")
	return strings.TrimSuffix(text, "@"+s.Site.Host())
}

// mostAtOnce is how many things are shown when they are asked for by id.
const mostAtOnce = 40

func (s *Server) getAccounts(w http.ResponseWriter, r *http.Request, c *call) error {
	ids := c.IDs("id")
	if len(ids) > mostAtOnce {
		ids = ids[:mostAtOnce]
	}
	wanted := make([]instance.ActorID, len(ids))
	for i, id := range ids {
		wanted[i] = instance.ActorID(id)
	}
	found, err := actors.ByIDs(r.Context(), s.DB.Read(), wanted)
	if err != nil {
		return err
	}
	shown := make([]*entity.Account, 0, len(found))
	for _, id := range wanted {
		if a, ok := found[id]; ok && !a.Gone() {
			shown = append(shown, s.account(a))
		}
	}
	return reply(w, shown)
}

// getAccountStatuses is what somebody said and passed on. A neighbourhood's is
// what it relays, and what was posted in it for circles the caller is in.
func (s *Server) getAccountStatuses(w http.ResponseWriter, r *http.Request, c *call) error {
	a, err := s.actor(r)
	if err != nil {
		return err
	}
	if c.Yes("pinned") {
		entries, err := s.Timelines.Pinned(r.Context(), c.viewer, a.ID)
		if err != nil {
			return err
		}
		return s.replyEntries(w, r, c, entries, 0, nil)
	}
	page, err := c.page(20, 40)
	if err != nil {
		return err
	}
	read := s.Timelines.Person
	if a.Kind == instance.Group && a.Local() {
		read = s.Timelines.Place
	}
	n := timelines.Narrow{
		Media: c.Yes("only_media"), WithoutReplies: c.Yes("exclude_replies"), WithoutShares: c.Yes("exclude_reblogs"),
		Tag: strings.ToLower(c.Text("tagged")),
	}
	entries, next, err := read(r.Context(), c.viewer, a.ID, n, page)
	if err != nil {
		return err
	}
	return s.replyEntries(w, r, c, entries, next, &a)
}

// replyEntries answers with a page of a timeline and where it goes on.
func (s *Server) replyEntries(w http.ResponseWriter, r *http.Request, c *call, entries []timelines.Entry, next instance.ID, passer *instance.Actor) error {
	shown, err := s.entries(r.Context(), c, entries, passer)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		s.link(w, r, entries[0].ID, entries[len(entries)-1].ID, next != 0)
	}
	return reply(w, shown)
}

func isNotFound(err error) bool { return errors.Is(err, instance.ErrNotFound) }
