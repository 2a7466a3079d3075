package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/web/view"
)

// adminRoutes are the pages of those who run the server or look after a place.
func (s *Server) adminRoutes(r chi.Router) {
	r.Get("/admin", s.admins(s.getOverview))

	// Places, who lives there, and what they relay.
	r.Get("/admin/neighbourhoods", s.admins(s.getNeighbourhoods))
	r.Get("/admin/neighbourhoods/new", s.admins(s.getNewNeighbourhood))
	r.Post("/admin/neighbourhoods", s.admins(s.createNeighbourhood))
	r.Get("/admin/neighbourhoods/{id:[0-9]+}", s.admins(s.getEditNeighbourhood))
	r.Post("/admin/neighbourhoods/{id:[0-9]+}", s.admins(s.editNeighbourhood))
	r.Get("/admin/neighbourhoods/{id:[0-9]+}/members", s.admins(s.getAdminMembers))
	r.Post("/admin/neighbourhoods/{id:[0-9]+}/members", s.admins(s.changeMember))
	r.Get("/admin/neighbourhoods/{id:[0-9]+}/area", s.admins(s.getArea))
	r.Post("/admin/neighbourhoods/{id:[0-9]+}/area", s.admins(s.changeArea))
	r.Get("/admin/neighbourhoods/{id:[0-9]+}/relay", s.admins(s.getRelay))
	r.Post("/admin/neighbourhoods/{id:[0-9]+}/relay", s.admins(s.changeRelay))
	r.Post("/admin/neighbourhoods/{id:[0-9]+}/relay/new", s.admins(s.addRelay))

	// What waits for a moderator, and what one takes away: also for those who
	// look after a single place.
	r.Get("/admin/waiting", s.signedIn(s.getWaitingPlaces))
	r.Get("/admin/neighbourhoods/{id:[0-9]+}/waiting", s.signedIn(s.getWaiting))
	r.Post("/admin/neighbourhoods/{id:[0-9]+}/waiting/{waiting:[0-9]+}", s.signedIn(s.settleWaiting))
	r.Get("/@{name}/{id:[0-9]+}/remove", s.signedIn(s.getRemovePost))
	r.Post("/@{name}/{id:[0-9]+}/remove", s.signedIn(s.removePost))
	r.Post("/@{name}/{id:[0-9]+}/waiting", s.signedIn(s.settleReply))

	// Reports, and what comes of them.
	r.Get("/admin/reports", s.moderators(s.getReports))
	r.Get("/admin/reports/{id:[0-9]+}", s.moderators(s.getAdminReport))
	r.Post("/admin/reports/{id:[0-9]+}", s.moderators(s.decideReport))
	r.Get("/admin/actors/{id:[0-9]+}", s.moderators(s.getModeration))
	r.Post("/admin/actors/{id:[0-9]+}", s.moderators(s.moderate))

	r.Get("/admin/neighbourhoods/{id:[0-9]+}/organisations/new", s.admins(s.getNewOrganisation))
	r.Post("/admin/neighbourhoods/{id:[0-9]+}/organisations", s.admins(s.openOrganisation))

	// What holds for those who write here.
	r.Get("/admin/claims", s.admins(s.getLetterClaims))
	r.Post("/admin/claims/{id:[0-9]+}", s.admins(s.printClaim))
	r.Get("/admin/rules", s.admins(s.getRules))
	r.Post("/admin/rules", s.admins(s.setRules))
	r.Get("/admin/costs", s.admins(s.getAdminCosts))
	r.Post("/admin/costs", s.admins(s.setCosts))

	// Accounts.
	r.Get("/admin/people", s.admins(s.getPeople))
	r.Get("/admin/people/new", s.admins(s.getNewPerson))
	r.Post("/admin/people", s.admins(s.createPerson))
	r.Get("/admin/people/{id:[0-9]+}", s.admins(s.getPerson))
	r.Post("/admin/people/{id:[0-9]+}/homes", s.admins(s.changeHome))
	r.Post("/admin/people/{id:[0-9]+}/role", s.admins(s.changeRole))
	r.Get("/admin/people/{id:[0-9]+}/disable", s.admins(s.getDisablePerson))
	r.Post("/admin/people/{id:[0-9]+}/disable", s.admins(s.disablePerson))
	r.Post("/admin/people/{id:[0-9]+}/enable", s.admins(s.enablePerson))

	// Other servers.
	r.Get("/admin/links", s.admins(s.getLinks))
	r.Post("/admin/links/{id:[0-9]+}", s.admins(s.answerLink))
	r.Get("/admin/servers", s.admins(s.getServers))
	r.Get("/admin/servers/{host}", s.admins(s.getServer))
	r.Post("/admin/servers/{host}", s.admins(s.askServer))
	r.Get("/admin/blocks", s.admins(s.getBlocks))
	r.Get("/admin/blocks/new", s.admins(s.getNewBlock))
	r.Post("/admin/blocks", s.admins(s.blockServer))
	r.Post("/admin/blocks/lift", s.admins(s.liftBlock))
	r.Get("/admin/blocks/import", s.admins(s.getImport))
	r.Post("/admin/blocks/import", s.admins(s.importBlocks))
	r.Get("/admin/failures", s.admins(s.getFailures))
	r.Post("/admin/failures/jobs/{id:[0-9]+}", s.admins(s.retryJob))
	r.Post("/admin/failures/items/{id:[0-9]+}", s.admins(s.retryItem))
}

// done answers a form that was taken, with a word about it on the page at path.
func (s *Server) done(w http.ResponseWriter, r *http.Request, key, path string) error {
	s.flashes.Set(w, view.Flash{Key: key})
	SeeOther(w, r, path)
	return nil
}

// actorID is the actor that the path names by number.
func actorID(r *http.Request) (instance.ActorID, error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	return instance.ActorID(id), err
}

// unseen gives what somebody may not do the look of what is not there.
func unseen(err error) error {
	if errors.Is(err, instance.ErrForbidden) {
		return instance.ErrNotFound
	}
	return err
}

// unknownDeed answers a button that no form of ours has.
func unknownDeed(field string) error { return &instance.Invalid{Field: field, Code: "unknown"} }

// look finds the actor that was typed into a field, here or elsewhere. It
// returns an [instance.Invalid] for the field if there is none.
func (s *Server) look(r *http.Request, field, typed string) (instance.Actor, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return instance.Actor{}, &instance.Invalid{Field: field, Code: "missing"}
	}
	if wait, ok := s.lookups.Allow("by " + me(r).ID.String()); !ok {
		return instance.Actor{}, &auth.TooFast{Wait: wait}
	}
	found, err := s.Network.Look(r.Context(), typed)
	if errors.Is(err, instance.ErrNotFound) || errors.Is(err, instance.ErrUnreachable) || err == nil && found.Actor == nil {
		return instance.Actor{}, &instance.Invalid{Field: field, Code: "not-found"}
	}
	if err != nil {
		return instance.Actor{}, fmt.Errorf("look for %s: %w", field, err)
	}
	return *found.Actor, nil
}

// lookPlace is look for a place.
func (s *Server) lookPlace(r *http.Request, field, typed string) (instance.Actor, error) {
	a, err := s.look(r, field, typed)
	if err == nil && a.Kind != instance.Group {
		err = &instance.Invalid{Field: field, Code: "no-place"}
	}
	return a, err
}
