package mastodon

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/markers"
	"palier/instance/mastodon/entity"
)

func (s *Server) markerRoutes(r chi.Router) {
	s.person(r, http.MethodGet, "/v1/markers", "read:statuses", s.getMarkers)
	s.person(r, http.MethodPost, "/v1/markers", "write:statuses", s.moveMarkers)
	// What runs a server is announced in its place; there is nothing apart.
	s.person(r, http.MethodGet, "/v1/announcements", "", s.getAnnouncements)
}

func shownMarkers(found map[markers.Timeline]markers.Marker, asked func(markers.Timeline) bool) map[string]entity.Marker {
	shown := map[string]entity.Marker{}
	for timeline, m := range found {
		if asked(timeline) {
			shown[string(timeline)] = entity.Marker{LastReadID: entity.ID(m.LastRead), Version: m.Version, UpdatedAt: entity.Time(m.UpdatedAt)}
		}
	}
	return shown
}

func (s *Server) getMarkers(w http.ResponseWriter, r *http.Request, c *call) error {
	found, err := s.Markers.Of(r.Context(), c.me())
	if err != nil {
		return err
	}
	asked := c.Texts("timeline")
	return reply(w, shownMarkers(found, func(t markers.Timeline) bool { return slices.Contains(asked, string(t)) }))
}

// moveMarkers moves those the request names. Who says which version it moves
// from learns when another program was quicker.
func (s *Server) moveMarkers(w http.ResponseWriter, r *http.Request, c *call) error {
	var steps []markers.Step
	for _, timeline := range markers.Timelines {
		p := c.Within(string(timeline))
		if !p.Has("last_read_id") {
			continue
		}
		id, err := instance.ParseID(p.Text("last_read_id"))
		if err != nil {
			return &instance.Invalid{Field: "last_read_id", Code: "malformed"}
		}
		step := markers.Step{Timeline: timeline, LastRead: id}
		if p.Has("version") {
			version, err := strconv.Atoi(p.Text("version"))
			if err != nil {
				return &instance.Invalid{Field: "version", Code: "malformed"}
			}
			step.From = &version
		}
		steps = append(steps, step)
	}
	moved, err := s.Markers.Move(r.Context(), c.me(), steps)
	if err != nil {
		return err
	}
	return reply(w, shownMarkers(moved, func(markers.Timeline) bool { return true }))
}

func (s *Server) getAnnouncements(w http.ResponseWriter, _ *http.Request, _ *call) error {
	return reply(w, []struct{}{})
}
