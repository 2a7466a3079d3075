package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/view"
)

// getActor shows one of our places, clubs or organisations, or anybody's profile. A program that asks
// for what other servers read is sent to the actor's id.
func (s *Server) getActor(w http.ResponseWriter, r *http.Request) error {
	a, err := s.People.Known(r.Context(), chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	if wantsActivity(r) {
		return s.leadToDocument(w, r, a)
	}
	if path := "/@" + a.Acct(); r.URL.Path != path {
		SeeOther(w, r, path)
		return nil
	}
	if a.Local() && a.Kind == instance.Group && a.Level != "" {
		return s.getNeighbourhood(w, r, a)
	}
	if a.Local() && a.Kind == instance.Group {
		c, err := s.Clubs.ByID(r.Context(), a.ID)
		if errors.Is(err, instance.ErrNotFound) {
			return s.leadToProgramme(w, r, a)
		}
		if err != nil {
			return err
		}
		return s.getClub(w, r, c)
	}
	if a.Local() && a.Kind == instance.Organization {
		o, err := s.Organisations.ByID(r.Context(), a.ID)
		if err == nil {
			return s.getOrganisation(w, r, o)
		}
		if !errors.Is(err, instance.ErrNotFound) {
			return err
		}
	}
	return s.getProfile(w, r, a)
}

// leadToProgramme sends a reader from the name of a programme to its page.
func (s *Server) leadToProgramme(w http.ResponseWriter, r *http.Request, a instance.Actor) error {
	x, err := s.Housing.Shown(r.Context(), visitOf(r).viewer.ID, a.ID)
	if err != nil {
		return err
	}
	SeeOther(w, r, programmePath(x.Group.ID))
	return nil
}

// leadToDocument sends a program to the id of one of ours. Those of others it
// has to ask for where they are: we do not send anybody there on their word.
func (s *Server) leadToDocument(w http.ResponseWriter, r *http.Request, a instance.Actor) error {
	if !a.Local() {
		return instance.ErrNotFound
	}
	w.Header().Add("Vary", "Accept")
	SeeOther(w, r, strings.TrimPrefix(a.URI, s.Site.Base()))
	return nil
}

// wantsActivity tells whether the one who asks is another server, or a program
// like one.
func wantsActivity(r *http.Request) bool {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	return strings.Contains(accept, "application/activity+json") || strings.Contains(accept, "application/ld+json")
}

// bond is how the one who reads stands to somebody.
func (s *Server) bond(r *http.Request, a instance.Actor) (view.Bond, error) {
	v := visitOf(r)
	if v.account == nil {
		return view.Bond{}, nil
	}
	all, err := s.People.Relationships(r.Context(), v.viewer.ID, []instance.ActorID{a.ID})
	return bondView(all[a.ID], a.ID == v.viewer.ID), err
}
