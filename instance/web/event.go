package web

import (
	"fmt"
	"net/http"

	"palier/instance"
)

// getEvent shows an event.
func (s *Server) getEvent(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if wantsActivity(r) {
		w.Header().Add("Vary", "Accept")
		SeeOther(w, r, "/o/"+id.String())
		return nil
	}
	p, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return err
	}
	if p.Kind != instance.KindEvent {
		return fmt.Errorf("event %s: %w", id, instance.ErrNotFound)
	}
	SeeOther(w, r, postPath(p))
	return nil
}
