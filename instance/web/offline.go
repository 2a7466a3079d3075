package web

import (
	"net/http"

	"palier/instance/web/pages"
)

// getOffline is the page a browser can keep for when there is no connection.
func (s *Server) getOffline(w http.ResponseWriter, r *http.Request) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.Offline{Frame: f})
}
