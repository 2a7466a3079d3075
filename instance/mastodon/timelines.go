package mastodon

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance/timelines"
)

func (s *Server) timelineRoutes(r chi.Router) {
	s.person(r, http.MethodGet, "/v1/timelines/home", "read:statuses", s.kept(s.getHome))
	s.open(r, "/v1/timelines/public", "read:statuses", s.kept(s.getPublic))
}

// getHome is what those say whom one follows, and one's neighbours.
func (s *Server) getHome(w http.ResponseWriter, r *http.Request, c *call) error {
	page, err := c.page(20, 40)
	if err != nil {
		return err
	}
	entries, next, err := s.Timelines.Home(r.Context(), c.viewer, page)
	if err != nil {
		return err
	}
	return s.replyEntries(w, r, c, entries, next, nil)
}

// getPublic is what anyone may read.
func (s *Server) getPublic(w http.ResponseWriter, r *http.Request, c *call) error {
	page, err := c.page(20, 40)
	if err != nil {
		return err
	}
	n := timelines.Narrow{Local: c.Yes("local"), Remote: c.Yes("remote"), Media: c.Yes("only_media")}
	entries, next, err := s.Timelines.Public(r.Context(), c.viewer, n, page)
	if err != nil {
		return err
	}
	return s.replyEntries(w, r, c, entries, next, nil)
}
